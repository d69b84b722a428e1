"""What needs an extra that is not part of the usual installation: run by CI in an environment that has it alone."""

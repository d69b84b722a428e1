"""Believable rows for trying things out and for benchmarks."""

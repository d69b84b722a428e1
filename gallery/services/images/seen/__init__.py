"""Pictures by what was measured of them: found by likeness and colours; what came of the colours asked for."""

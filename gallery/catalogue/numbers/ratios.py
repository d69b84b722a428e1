"""Shares of a whole, from integers, with digits enough to be true."""


def rounded(part: int, whole: int) -> int:
    """Divide integers to the nearest one, halves away from zero."""
    sign = -1 if part < 0 else 1
    return sign * ((2 * abs(part) + whole) // (2 * whole))


def permille(part: int, whole: int) -> int | None:
    """Return a share in thousandths, None of nothing.

    Some is never 0 and not all is never 1000: "100 %" said of 999 in 1000 is believed.
    """
    if not whole:
        return None
    found = rounded(1000 * part, whole)
    if abs(part) < whole and abs(found) == 1000:
        return 999 if part > 0 else -999
    return found or (part > 0) - (part < 0)

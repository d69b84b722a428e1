"""Money as people read it, and as it stands in a field where they change it."""

MICROS = 1_000_000  # per US dollar
CENT = 10_000  # micros


def money(micros: int | None) -> str:
    """Write integer micro-dollars with the digits that matter: $0.44, $0.035, −$1.20."""
    if micros is None:
        return "–"
    sign, micros = ("−", -micros) if micros < 0 else ("", micros)
    whole, rest = divmod(micros, MICROS)
    digits = f"{rest:06d}"
    return f"{sign}${whole:,}.{digits[:2] if not rest % CENT else digits.rstrip('0')}"


def exact(micros: int) -> str:
    """Write micro-dollars with all their digits, as a number that spreadsheets add up: 35.000000."""
    whole, rest = divmod(abs(micros), MICROS)
    return f"{'-' if micros < 0 else ''}{whole}.{rest:06d}"


def left(micros: int) -> str:
    """Say what is left of something: $0.30 left, or over by $0.13."""
    return f"over by {money(-micros)}" if micros < 0 else f"{money(micros)} left"


def typed(micros: int) -> str:
    """Write micro-dollars as one would type them, so that they are read as the same again.

    1.125 could be a grouped thousand as well: it gets a fourth decimal.
    """
    sign, micros = ("-", -micros) if micros < 0 else ("", micros)
    whole, rest = divmod(micros, MICROS)
    decimals = f"{rest:06d}".rstrip("0").ljust(2, "0")
    return f"{sign}{whole}.{decimals}{'0' if len(decimals) == 3 and 0 < whole < 1_000 else ''}"

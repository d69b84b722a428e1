"""Money as people read it."""

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

"""64 bits that stay nearly the same while a picture is made smaller, packed harder or a little brighter.

Of the picture in 32 × 32 greys the cosine transform is taken; each bit says whether one of the 64 lowest frequencies
lies above their median. The mean itself is no part of it.
"""

from math import cos, pi, sqrt
from statistics import median

from PIL import Image as Pillow

EDGE = 32  # greys
BITS = 64
BANDS = 4
BAND_BITS = BITS // BANDS
FLATTEST = 1.0  # of greys, on average away from their mean: less is an even ground, whose frequencies are noise

_REACH = 11  # of each direction: by then there are 64 frequencies in the order of their sum
_WAVES = [[cos(pi * (2 * x + 1) * u / (2 * EDGE)) for x in range(EDGE)] for u in range(_REACH)]
_LOWEST = sorted(((u, v) for u in range(_REACH) for v in range(_REACH)), key=lambda uv: (sum(uv), uv))[1 : BITS + 1]


def hash_picture(picture: Pillow.Image) -> int | None:
    """Hash an upright opaque picture into a signed number of 64 bits; None if there is nothing in it to see."""
    greys = picture.convert("L").resize((EDGE, EDGE), Pillow.Resampling.BOX).tobytes()
    mean = sum(greys) / len(greys)
    if sum(abs(grey - mean) for grey in greys) / len(greys) < FLATTEST:
        return None
    parts = _frequencies([greys[start : start + EDGE] for start in range(0, EDGE * EDGE, EDGE)])
    middle = median(parts)
    return signed(sum((part > middle) << n for n, part in enumerate(parts)))


def _frequencies(rows: list[bytes]) -> list[float]:
    across = [[sum(map(float.__mul__, wave, map(float, row))) for wave in _WAVES] for row in rows]
    columns = list(zip(*across, strict=True))
    return [_weight(u) * _weight(v) * sum(map(float.__mul__, _WAVES[v], columns[u])) for u, v in _LOWEST]


def _weight(frequency: int) -> float:
    return sqrt(0.5) if frequency == 0 else 1.0


def signed(bits: int) -> int:
    """Write 64 bits as databases keep them."""
    return bits - (1 << BITS) if bits >> (BITS - 1) else bits


def distance(one: int, other: int) -> int:
    """Count the bits in which two hashes differ."""
    return ((one ^ other) & ((1 << BITS) - 1)).bit_count()


def bands(number: int) -> list[int]:
    """Split a hash into four numbers of 16 bits, signed as databases keep them."""
    half = 1 << (BAND_BITS - 1)
    parts = ((number >> (BAND_BITS * n)) & ((1 << BAND_BITS) - 1) for n in range(BANDS))
    return [part - 2 * half if part >= half else part for part in parts]


def near_bands(band: int) -> list[int]:
    """Return a band and those that differ from it in one bit.

    Of two hashes that differ in at most seven bits, one band of four differs in at most one.
    """
    bits = band & ((1 << BAND_BITS) - 1)
    half = 1 << (BAND_BITS - 1)
    near = [bits, *(bits ^ (1 << n) for n in range(BAND_BITS))]
    return [each - 2 * half if each >= half else each for each in near]

"""Colours as numbers: sRGB to CIE Lab under D65, and how far apart two look.

`difference` is CIEDE2000 (Sharma, Wu, Dalal 2005), which is said to people. `Uniform` is DIN99o (DIN 6176), a space in
which plain distances come near to it, so that a database can ask for what lies within a ball.
"""

from functools import lru_cache
from math import atan2, cos, degrees, exp, hypot, log, radians, sin, sqrt
from typing import NamedTuple

_WHITE = (0.95047, 1.0, 1.08883)  # D65, two degrees
_TO_XYZ = ((0.4124564, 0.3575761, 0.1804375), (0.2126729, 0.7151522, 0.0721750), (0.0193339, 0.1191920, 0.9503041))
_HALF_SEVENTH = 25.0**7
_TURN = radians(26)  # by which DIN99o turns red-green and yellow-blue
HARDLY, NEAR = 2.3, 10.0  # CIEDE2000: up to here two are hardly told apart, and up to here near


class Rgb(NamedTuple):
    red: int
    green: int
    blue: int

    @property
    def hex(self) -> str:
        return f"#{self.red:02X}{self.green:02X}{self.blue:02X}"


class Lab(NamedTuple):
    lightness: float
    a: float
    b: float


class Uniform(NamedTuple):
    lightness: float
    a: float
    b: float


def read_hex(text: str) -> Rgb:
    """Read #RRGGBB."""
    return Rgb(*bytes.fromhex(text[1:]))


def difference_words(distance: float) -> str:
    if distance <= HARDLY:
        return "hardly told apart"
    return "near" if distance <= NEAR else "another colour"


@lru_cache(maxsize=65_536)
def lab(colour: Rgb) -> Lab:
    """Convert a colour of sRGB, 0 to 255, to Lab under D65."""
    linear = [_LINEAR[level] for level in colour]
    x, y, z = (
        _cube_root(sum(part * level for part, level in zip(row, linear, strict=True)) / white)
        for row, white in zip(_TO_XYZ, _WHITE, strict=True)
    )
    return Lab(116 * y - 16, 500 * (x - y), 200 * (y - z))


def _linear(level: float) -> float:
    return level / 12.92 if level <= 0.04045 else ((level + 0.055) / 1.055) ** 2.4


def _cube_root(share: float) -> float:
    return share ** (1 / 3) if share > 216 / 24389 else (24389 / 27 * share + 16) / 116


_LINEAR = [_linear(level / 255) for level in range(256)]


@lru_cache(maxsize=65_536)
def uniform(colour: Lab) -> Uniform:
    """Convert Lab to DIN99o."""
    e = colour.a * cos(_TURN) + colour.b * sin(_TURN)
    f = 0.83 * (colour.b * cos(_TURN) - colour.a * sin(_TURN))
    chroma = log(1 + 0.075 * hypot(e, f)) / 0.0435
    hue = atan2(f, e) + _TURN
    return Uniform(303.67 * log(1 + 0.0039 * colour.lightness), chroma * cos(hue), chroma * sin(hue))


def difference(one: Lab, other: Lab) -> float:
    """Return CIEDE2000 of two colours: about 1 is just seen where they lie side by side."""
    grey = 0.5 * (1 - _root_of_seventh((hypot(one.a, one.b) + hypot(other.a, other.b)) / 2))
    chroma_1, hue_1 = _chroma_and_hue(one, grey)
    chroma_2, hue_2 = _chroma_and_hue(other, grey)
    by_hue, hue = _hues(hue_1, hue_2) if chroma_1 * chroma_2 else (0.0, hue_1 + hue_2)
    light, chroma = (one.lightness + other.lightness) / 2, (chroma_1 + chroma_2) / 2
    lightness = (other.lightness - one.lightness) / (1 + 0.015 * (light - 50) ** 2 / sqrt(20 + (light - 50) ** 2))
    colourful = (chroma_2 - chroma_1) / (1 + 0.045 * chroma)
    hued = 2 * sqrt(chroma_1 * chroma_2) * sin(radians(by_hue / 2)) / (1 + 0.015 * chroma * _hue_weight(hue))
    turned = -sin(radians(60 * exp(-(((hue - 275) / 25) ** 2)))) * 2 * _root_of_seventh(chroma)
    squares = lightness**2 + colourful**2 + hued**2 + turned * colourful * hued
    return sqrt(max(0.0, squares))


def _root_of_seventh(chroma: float) -> float:
    return sqrt(chroma**7 / (chroma**7 + _HALF_SEVENTH))


def _chroma_and_hue(colour: Lab, grey: float) -> tuple[float, float]:
    """Return chroma, and hue in degrees, after the redness of greys was stretched."""
    a = (1 + grey) * colour.a
    return hypot(a, colour.b), degrees(atan2(colour.b, a)) % 360


def _hues(one: float, other: float) -> tuple[float, float]:
    """Return (the difference of two hues the short way round, the hue between them), in degrees."""
    apart, total = other - one, one + other
    if abs(apart) <= 180:
        return apart, total / 2
    middle = (total + 360) / 2 if total < 360 else (total - 360) / 2
    return (apart - 360 if apart > 180 else apart + 360), middle


def _hue_weight(hue: float) -> float:
    return (
        1
        - 0.17 * cos(radians(hue - 30))
        + 0.24 * cos(radians(2 * hue))
        + 0.32 * cos(radians(3 * hue + 6))
        - 0.20 * cos(radians(4 * hue - 63))
    )

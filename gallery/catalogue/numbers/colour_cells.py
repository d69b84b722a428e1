"""The space of colours in cubes, so that a database finds those around a colour without measuring all.

Places are whole tenths of DIN99o. Not finer: each cube that a ball touches is another walk.
"""

from itertools import product
from typing import NamedTuple

from gallery.catalogue.numbers.colours import Rgb, lab, uniform

EDGE = 100  # tenths, of a cube
_CUBES = 14  # from red to green and from yellow to blue, grey in the middle


class Place(NamedTuple):
    lightness: int
    a: int
    b: int


def place_of(colour: Rgb) -> Place:
    return Place(*(round(10 * part) for part in uniform(lab(colour))))


def cell_of(place: Place) -> int:
    """Number the cube that a place lies in."""
    return _number(*(part // EDGE for part in place))


def cells_around(place: Place, *, reach: int) -> list[int]:
    """Return the cubes that have a place within `reach` tenths of this one."""
    ranges = (range((part - reach) // EDGE, (part + reach) // EDGE + 1) for part in place)
    return [_number(*cube) for cube in product(*ranges) if _gap(place, cube) <= reach * reach]


def _number(lightness: int, a: int, b: int) -> int:
    return (lightness * _CUBES + a + _CUBES // 2) * _CUBES + b + _CUBES // 2


def _gap(place: Place, cube: tuple[int, ...]) -> int:
    """Return the square of how far the nearest place of a cube is away."""
    pairs = zip(place, cube, strict=True)
    return sum(max(EDGE * n - part, 0, part - EDGE * n - EDGE + 1) ** 2 for part, n in pairs)

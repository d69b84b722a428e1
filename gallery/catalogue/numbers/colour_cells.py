"""The space of colours in cubes, so that a database finds those around a colour without measuring all.

Places are whole tenths of DIN99o. What lies in one cube counts as one colour: the farthest two are hardly told apart.
"""

from itertools import product
from typing import NamedTuple

from gallery.catalogue.numbers.colours import Rgb, lab, uniform

EDGE = 32  # tenths, of a cube
_CUBES = 32  # from red to green and from yellow to blue, grey in the middle


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
    """Return the cubes whose middle lies within `reach` tenths of a place, and the place's own; the nearest first."""
    ranges = (range((part - reach) // EDGE, (part + reach) // EDGE + 1) for part in place)
    away = {cube: _away(place, cube) for cube in product(*ranges)}
    near = sorted((far, _number(*cube)) for cube, far in away.items() if far <= reach * reach and _exists(cube))
    return list(dict.fromkeys([cell_of(place), *(number for _, number in near)]))


def _number(lightness: int, a: int, b: int) -> int:
    return (lightness * _CUBES + a + _CUBES // 2) * _CUBES + b + _CUBES // 2


def _exists(cube: tuple[int, ...]) -> bool:
    lightness, *others = cube
    return 0 <= lightness < _CUBES and all(-_CUBES // 2 <= part < _CUBES // 2 for part in others)


def _away(place: Place, cube: tuple[int, ...]) -> float:
    """Return the square of how far the middle of a cube is away."""
    return sum((EDGE * n + (EDGE - 1) / 2 - part) ** 2 for part, n in zip(place, cube, strict=True))

"""The colours of a picture: at most 24, each with its share of the area, largest first.

Every colour that is not near to a larger one stands for itself, so that a small sign in a brand colour is not lost in
the mean of what is around it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import dist, inf

from PIL import Image as Pillow

from gallery.catalogue.numbers import colours
from gallery.catalogue.numbers.colours import Rgb, Uniform

MOST = 24
EDGE = 96  # pixels, the longer side of what is looked at
DROPPED_BITS = 3  # of each channel, before colours are counted: the mean of what falls together is exact
REACH = 5.0  # of DIN99o: nearer ones are one colour
CORE = 2.0  # those nearer than this say which: in a gradient the others would pull it away
PERMILLE = 1000
Swatch = tuple[str, int]  # #RRGGBB, and its share of the area in thousandths


@dataclass
class _Group:
    """Pixels of about one colour. `place`: of those that it began with; `sums`, `core`: of those nearest to them."""

    place: Uniform
    sums: list[int]
    core: int
    count: int

    def take(self, sums: Sequence[int], count: int, *, away: float) -> None:
        self.count += count
        if away <= CORE:
            self.core += count
            self.sums = [one + other for one, other in zip(self.sums, sums, strict=True)]

    @property
    def mean(self) -> Rgb:
        return Rgb(*((2 * total + self.core) // (2 * self.core) for total in self.sums))


def find_palette(picture: Pillow.Image) -> list[Swatch]:
    """Return the colours of an upright opaque picture."""
    small = picture.convert("RGB")
    small.thumbnail((EDGE, EDGE), Pillow.Resampling.BOX)
    groups = _gather(_counted(small))
    total = sum(group.count for group in groups)
    shares = ((group.mean.hex, PERMILLE * group.count // total) for group in sorted(groups, key=lambda g: -g.count))
    return [(name, share) for name, share in shares if share]


def _counted(picture: Pillow.Image) -> list[tuple[list[int], int]]:
    """Return (sums of the channels, count) of the pixels that fall together, most first."""
    bins: dict[tuple[int, ...], list[int]] = {}
    for pixel, count in _pixels(picture):
        found = bins.setdefault(tuple(level >> DROPPED_BITS for level in pixel), [0, 0, 0, 0])
        for channel, level in enumerate(pixel):
            found[channel] += count * level
        found[3] += count
    return [(sums[:3], sums[3]) for sums in sorted(bins.values(), key=lambda sums: -sums[3])]


def _pixels(picture: Pillow.Image) -> list[tuple[tuple[int, ...], int]]:
    counted = picture.getcolors(picture.width * picture.height) or []
    return [(pixel, count) for count, pixel in counted if isinstance(pixel, tuple)]


def _gather(counted: list[tuple[list[int], int]]) -> list[_Group]:
    groups: list[_Group] = []
    for sums, count in counted:
        place = colours.uniform(colours.lab(Rgb(*(round(total / count) for total in sums))))
        away, nearest = min(((dist(group.place, place), n) for n, group in enumerate(groups)), default=(inf, 0))
        if len(groups) == MOST or away <= REACH:
            groups[nearest].take(sums, count, away=away)
        else:
            groups.append(_Group(place, sums, count, count))
    return groups

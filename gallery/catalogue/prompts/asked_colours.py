"""Asked / got: of each colour that a prompt names, the nearest in the picture, how far it is and how much of it."""

from collections.abc import Iterable, Sequence
from math import dist
from typing import NamedTuple

from gallery.catalogue.numbers import colours
from gallery.catalogue.prompts.prompt_facts import hex_colours

FAIR_SHARE = 20  # thousandths of the area, from which on a colour is one of the picture's own
_CLOSER_LOOK = 3  # of the nearest in a plain space so many are measured by CIEDE2000, which takes longer


class Got(NamedTuple):
    """A colour of a prompt and what came of it. `distance`: CIEDE2000; `share`: of the area, in thousandths."""

    asked: str
    got: str
    distance: float
    share: int

    @property
    def words(self) -> str:
        return colours.difference_words(self.distance)

    @property
    def share_words(self) -> str:
        return f"{self.share / 10:.1f}\xa0%" if self.share < 100 else f"{round(self.share / 10)}\xa0%"

    @property
    def facts(self) -> str:
        return f"ΔE\xa0{self.distance:.1f}, {self.share_words}"


def asked_and_got(prompt: str, palette: Iterable[Sequence[str | int]]) -> list[Got]:
    """Compare what a prompt names with the palette of a picture, [(#RRGGBB, share in thousandths)]."""
    swatches = [(str(name), int(share)) for name, share in palette]
    return [_nearest(asked, swatches) for asked in hex_colours(prompt)] if swatches else []


def _nearest(asked: str, swatches: Sequence[tuple[str, int]]) -> Got:
    """Return what is near, however small it is; if nothing is, the nearest of what takes a fair share of the picture.

    Between two plain colours a thin edge has all that lie between: none of them is what came instead.
    """
    found = _nearest_of(asked, swatches)
    fair = [(name, share) for name, share in swatches if share >= FAIR_SHARE]
    return found if found.distance <= colours.NEAR or not fair else _nearest_of(asked, fair)


def _nearest_of(asked: str, swatches: Sequence[tuple[str, int]]) -> Got:
    here = colours.lab(colours.read_hex(asked))
    place = colours.uniform(here)
    near = sorted(swatches, key=lambda each: dist(place, colours.uniform(_lab(each[0]))))[:_CLOSER_LOOK]
    return min((Got(asked, name, colours.difference(here, _lab(name)), share) for name, share in near), key=_distance)


def _lab(name: str) -> colours.Lab:
    return colours.lab(colours.read_hex(name))


def _distance(got: Got) -> float:
    return got.distance

"""Pictures that show a colour, or one near to it."""

from collections.abc import Sequence
from itertools import chain, zip_longest

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.prompts.prompt_facts import hex_colours
from gallery.models import User
from gallery.services.images.seen.cell_walks import CellWalk

REACH = 100  # tenths of DIN99o: about eight of CIEDE2000, "near" wherever it is measured


def read_colour(text: str) -> str:
    """Read #RGB, #RRGGBB, or either without its #."""
    found = hex_colours(f"#{text.removeprefix('#')}")
    if len(found) != 1 or len(text) > len("#RRGGBB"):
        raise InvalidValue(f"{shown(text)} is no colour. Write it like #C4622D.")
    return found[0]


def walks_of_colour(colour: str, user: User) -> Sequence[CellWalk]:
    """Return the member's pictures that show #RRGGBB or a colour near to it on a fair share of their area."""
    return [walk_of_colours([colour], user)]


def walk_of_colours(names: Sequence[str], user: User) -> CellWalk:
    """Return the member's pictures near to any of these colours, as one walk."""
    by_turns = chain.from_iterable(zip_longest(*map(_cells_of, names)))
    return CellWalk.of(user, [cell for cell in dict.fromkeys(by_turns) if cell is not None])


def _cells_of(name: str) -> list[int]:
    return colour_cells.cells_around(colour_cells.place_of(colours.read_hex(name)), reach=REACH)

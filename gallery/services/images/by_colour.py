"""Pictures that show a colour: walks along the cells around it, in each what lies within reach."""

from collections.abc import Sequence
from functools import reduce
from operator import add

from django.db.models import F, IntegerField, Q
from django.db.models.functions import Cast
from django.db.models.lookups import LessThanOrEqual

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.numbers.colour_cells import Place
from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.prompts.prompt_facts import hex_colours
from gallery.models import ImageColour, User
from gallery.services.images.walks import Walk

REACH = 100  # tenths of DIN99o: about eight of CIEDE2000, "near" wherever it is measured


def read_colour(text: str) -> str:
    """Read #RGB, #RRGGBB, or either without its #."""
    found = hex_colours(f"#{text.removeprefix('#')}")
    if len(found) != 1 or len(text) > len("#RRGGBB"):
        raise InvalidValue(f"{shown(text)} is no colour. Write it like #C4622D.")
    return found[0]


def walks_of_colour(colour: str, user: User) -> Sequence[Walk]:
    """Return the member's pictures that show #RRGGBB or a colour near to it on a fair share of their area."""
    place = colour_cells.place_of(colours.read_hex(colour))
    near = _within_reach(place)
    cells = colour_cells.cells_around(place, reach=REACH)
    return [Walk(Q(owner=user, cell=cell) & near, table=ImageColour) for cell in cells]


def _within_reach(place: Place) -> Q:
    away = [
        Cast(F(name), IntegerField()) - part for name, part in place._asdict().items()
    ]  # squares outgrow the columns
    return Q(LessThanOrEqual(reduce(add, (each * each for each in away)), REACH * REACH))

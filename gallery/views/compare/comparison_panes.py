"""Pictures side by side as a page shows them: letters, names unless they are hidden, facts, ratings."""

from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.http import QueryDict

from gallery.catalogue.prompts.asked_colours import Got
from gallery.models import Image, Rating, User
from gallery.models.calls import Money
from gallery.services.compare import ratings, recipe_diff
from gallery.services.images.seen.asked_colours import got_by_image


@dataclass
class Pane:
    """One picture of a comparison. While names are hidden, nothing here tells what made it."""

    letter: str
    image: Image
    rating: Rating | None
    hidden: bool
    is_mine: bool  # of others nobody sees what they cost

    @property
    def name(self) -> str:
        """What it is called aloud."""
        return f"Picture {self.letter}" if self.hidden else f"{self.letter}: {self.image.caption}"

    @property
    def in_doubt(self) -> bool:
        return bool(self.image.attempt and self.image.attempt.money == Money.UNCERTAIN)


@dataclass
class Table:
    """What differs. `prompts`: for each picture its parts as (words, whether they differ), or None if all are equal."""

    rows: list[Any]
    prompts: list[Any] | None
    asked_colours: list[tuple[str, list[Got | None]]]


def build_panes(images: list[Image], *, user: User, hidden: bool) -> list[Pane]:
    rated = ratings.ratings_of(user, images)
    return [
        Pane(letter, image, rated.get(image.id), hidden, image.owner_id == user.pk)
        for letter, image in zip(ascii_uppercase, images, strict=False)
    ]


def build_table(images: list[Image]) -> Table:
    return Table(recipe_diff.diff_fields(images), recipe_diff.diff_prompts(images), _asked_colours(images))


def _asked_colours(images: list[Image]) -> list[tuple[str, list[Got | None]]]:
    """Return (colour that a prompt names, what came of it in each picture)."""
    found = got_by_image([image.pk for image in images])
    by_colour = [{got.asked: got for got in found.get(image.pk, ())} for image in images]
    asked = dict.fromkeys(colour for each in by_colour for colour in each)
    return [(colour, [each.get(colour) for each in by_colour]) for colour in asked]


def comparison_query(keys: list[str], **more: str) -> str:
    """Write the address of these pictures in this order, with its question mark."""
    written = QueryDict(mutable=True)
    written.update({name: value for name, value in more.items() if value})
    written.setlist("image", keys)
    return f"?{written.urlencode()}"

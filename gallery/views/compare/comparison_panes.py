"""Pictures side by side as a page shows them: letters, names unless they are hidden, facts, ratings."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from string import ascii_uppercase
from typing import Any

from django.http import QueryDict

from gallery.catalogue.prompts.asked_colours import Got
from gallery.catalogue.prompts.asked_words import Spelled, quoted_words
from gallery.models import Image, Rating, User
from gallery.models.calls import Money
from gallery.services.compare import ratings, recipe_diff
from gallery.services.images.seen.asked_colours import got_by_image
from gallery.services.images.seen.asked_words import spelled_by_image


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
    asked_words: list[tuple[str, list[Spelled | None]]]


def build_panes(images: list[Image], *, user: User, hidden: bool) -> list[Pane]:
    rated = ratings.ratings_of(user, images)
    return [
        Pane(letter, image, rated.get(image.id), hidden, image.owner_id == user.pk)
        for letter, image in zip(ascii_uppercase, images, strict=False)
    ]


def build_table(images: list[Image]) -> Table:
    ids = [image.pk for image in images]
    quoting = [image.pk for image in images if quoted_words(image.prompt)]
    colours, words = (_by_asked(ids, found) for found in (got_by_image(ids), spelled_by_image(quoting)))
    return Table(recipe_diff.diff_fields(images), recipe_diff.diff_prompts(images), colours, words)


def _by_asked(ids: list[int], found: Mapping[int, Sequence[Any]]) -> list[tuple[str, list[Any]]]:
    """Return (what a prompt asks for, what came of it in each picture)."""
    by_asked = [{each.asked: each for each in found.get(pk, ())} for pk in ids]
    asked = dict.fromkeys(name for each in by_asked for name in each)
    return [(name, [each.get(name) for each in by_asked]) for name in asked]


def comparison_query(keys: list[str], **more: str) -> str:
    """Write the address of these pictures in this order, with its question mark."""
    written = QueryDict(mutable=True)
    written.update({name: value for name, value in more.items() if value})
    written.setlist("image", keys)
    return f"?{written.urlencode()}"

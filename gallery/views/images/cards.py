"""Pictures as the gallery shows them: the template of a tile is drawn once, and its gaps are filled for each."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.html import escape
from django.utils.safestring import SafeString

from gallery.models import Image
from gallery.templatetags.fluxweb import ratio_class, short

WORDS = 80  # letters of a prompt that a picture is described with


@dataclass(slots=True)
class Day:
    """Pictures of one day; `head` is empty where the page before has shown it already, or days are no order."""

    head: str
    day: date | None
    tiles: SafeString


@dataclass(frozen=True)
class Folds:
    """Pictures that stand for the seeds of their recipe: how many by key; `address` of these goes on with the key."""

    counts: Mapping[str, int]
    address: str

    def parts_of(self, image: Any) -> dict[str, str]:
        """Return what a tile has that stands for several."""
        count = self.counts.get(image.key, 1)
        return {"page": escape(self.address + image.key), "seeds": _seeds(count)} if count > 1 else {}


NO_FOLDS = Folds({}, "")


def draw_tiles(images: Iterable[Any], folds: Folds = NO_FOLDS) -> SafeString:
    """Draw pictures for a page; each comes with the opening of its prompt and what the member thinks of it."""
    return SafeString("".join(_draw_tile(image, folds.parts_of(image)) for image in images))


def _draw_tile(image: Any, folded: Mapping[str, str]) -> str:
    return _tile(clear=image.transparent, folded=bool(folded)).format(
        **folded, key=image.key, shape=ratio_class(image), width=image.width, height=image.height,
        words=_words(image.opening), maker=escape(image.maker), detail=escape(image.detail),
        marks=_marks(image.stars or 0, image.verdict or "", bool(image.favourite)),
    )  # fmt: skip


@lru_cache(maxsize=4)
def _tile(*, clear: bool, folded: bool) -> str:
    """Draw a tile with gaps for what differs: to draw sixty took longer than all the rest of the page."""
    names = ("key", "shape", "width", "height", "words", "maker", "detail", "marks")
    gaps = {name: SafeString(f"{{{name}}}") for name in names}
    gaps |= {"page": _address("image"), "thumbnail": _address("image-thumbnail")}
    if folded:
        gaps |= {name: SafeString(f"{{{name}}}") for name in ("page", "seeds")}
    return render_to_string("images/_tile.html", {"card": gaps, "clear": clear})


@lru_cache(maxsize=512)  # the pictures of a run have one prompt
def _words(opening: str) -> str:
    """Describe a picture."""
    return escape(short(opening, WORDS))


@lru_cache(maxsize=64)
def _seeds(count: int) -> SafeString:
    """Say on a tile how many it stands for."""
    return render_to_string("images/_seeds.html", {"count": count})


@lru_cache(maxsize=64)  # there are 48, and to draw those of sixty pictures took as long as the rest of the page
def _marks(stars: int, verdict: str, favourite: bool) -> SafeString:
    """Draw what somebody thinks of a picture."""
    rating = {"stars": stars, "verdict": verdict, "favourite": favourite}
    return render_to_string("images/ratings/_rating.html", {"rating": rating}) if any(rating.values()) else SafeString()


def _address(name: str) -> SafeString:
    """Return an address with a gap for the key."""
    return SafeString(reverse(name, args=["KEY"]).replace("KEY", "{key}"))


def by_day(images: list[Image], *, shown: date | None, folds: Folds = NO_FOLDS) -> list[Day]:
    """Part a page by days. `shown`: the day whose head stands on the page before."""
    days = groupby(images, key=lambda image: timezone.localdate(image.created_at))
    today = timezone.localdate()
    return [
        Day("" if day == shown else name_day(day, today=today), day, draw_tiles(group, folds)) for day, group in days
    ]


def in_one(images: list[Image], *, folds: Folds = NO_FOLDS) -> list[Day]:
    """Leave a page whole: its order is not that of days."""
    return [Day("", None, draw_tiles(images, folds))] if images else []


def name_day(day: date, *, today: date) -> str:
    """Name a day as people do: Today, Yesterday, Monday 3 November; with its year if that is another."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A} {day.day} {day:%B}{f' {day.year}' if day.year != today.year else ''}"

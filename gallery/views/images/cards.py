"""Pictures as the gallery shows them: every word and address is ready, for templates spend their time on each anew."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from itertools import groupby
from typing import Any

from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString

from gallery.models import Image
from gallery.templatetags.fluxweb import ratio_class, short

WORDS = 80  # letters of a prompt that a picture is described with


@dataclass(slots=True)
class Card:
    """One picture. `shape`: its CSS class; `clear`: something of it is transparent."""

    key: str
    page: str
    thumbnail: str
    shape: str
    clear: bool
    width: int
    height: int
    words: str
    maker: str
    detail: str
    marks: SafeString  # what the member thinks of it


@dataclass(slots=True)
class Day:
    """Pictures of one day; `head` is empty where the page before has shown it already, or days are no order."""

    head: str
    day: date | None
    cards: list[Card]


def make_cards(images: Iterable[Any]) -> Iterator[Card]:
    """Prepare pictures for a page; each comes with the opening of its prompt and what the member thinks of it."""
    page, thumbnail = _address("image"), _address("image-thumbnail")
    for image in images:
        yield Card(
            image.key, page.format(image.key), thumbnail.format(image.key), ratio_class(image), image.transparent,
            image.width, image.height, short(image.opening, WORDS), image.maker, image.detail,
            _marks(image.stars or 0, image.verdict or "", bool(image.favourite)),
        )  # fmt: skip


@lru_cache(maxsize=64)  # there are 48, and to draw those of sixty pictures took as long as the rest of the page
def _marks(stars: int, verdict: str, favourite: bool) -> SafeString:
    """Draw what somebody thinks of a picture."""
    rating = {"stars": stars, "verdict": verdict, "favourite": favourite}
    return render_to_string("images/ratings/_rating.html", {"rating": rating}) if any(rating.values()) else SafeString()


def _address(name: str) -> str:
    """Return an address with a gap for the key: to resolve it for each picture took a tenth of the page."""
    return reverse(name, args=["KEY"]).replace("KEY", "{}")


def by_day(images: list[Image], *, shown: date | None) -> list[Day]:
    """Part a page by days. `shown`: the day whose head stands on the page before."""
    days = groupby(images, key=lambda image: timezone.localdate(image.created_at))
    today = timezone.localdate()
    return [
        Day("" if day == shown else name_day(day, today=today), day, list(make_cards(group))) for day, group in days
    ]


def in_one(images: list[Image]) -> list[Day]:
    """Leave a page whole: its order is not that of days."""
    return [Day("", None, list(make_cards(images)))] if images else []


def name_day(day: date, *, today: date) -> str:
    """Name a day as people do: Today, Yesterday, Monday 3 November; with its year if that is another."""
    if day == today:
        return "Today"
    if day == today - timedelta(days=1):
        return "Yesterday"
    return f"{day:%A} {day.day} {day:%B}{f' {day.year}' if day.year != today.year else ''}"

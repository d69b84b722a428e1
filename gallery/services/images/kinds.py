"""What the gallery is filtered by: how each filter is read, which pictures it means, and which index walks them."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q, QuerySet
from django.utils import timezone

from gallery.catalogue.models.params import SEED_HIGH
from gallery.catalogue.parameters import shapes
from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.prompts.asked_words import RIGHT, UNREAD, WRONG
from gallery.models import Collection, CollectionImage, Image, ImageTag, ImageWords, Project, Rating, Run, Tag, User
from gallery.models.images import KEPT, Origin
from gallery.models.ratings import MOST_STARS, Verdict
from gallery.services.images.seen import likeness
from gallery.services.images.seen.by_colour import read_colour, walks_of_colour
from gallery.services.images.walks import Walk, every_picture_of

VERDICTS = {"pick": "picked", "maybe": "maybe", "reject": "rejected", "none": "not judged"}
MADE = {"reference": "made from a reference", "upload": "uploaded"}
WORDS = {RIGHT: "words spelled right", WRONG: "words spelled otherwise", UNREAD: "words not read"}
_KEY = re.compile(r"[0-9A-Za-z]{1,20}")


@dataclass(frozen=True)
class Kind:
    """One filter. `rank`: the lower, the fewer pictures it leaves as a rule, and the rather its index is walked.

    `walks(value, user)`: the pictures of one value; of what `named` finds, the value is the id of its row. `user`:
    whose pictures, or of what is `my` opinion whose opinion. `private`: nobody learns it of another member's pictures.
    """

    name: str
    label: str
    rank: int
    read: Callable[[str], str]
    walks: Callable[[Any, User], Sequence[Walk]]
    words: Callable[[str], str] = str
    named: Callable[[User], QuerySet[Any]] | None = None
    key: str = "key"  # of the rows that its values name
    splits: bool = False  # several values may be typed into one field
    once: bool = False  # only one value makes sense
    my: bool = False
    private: bool = False


def _is_one_of(values: Iterable[str], what: str) -> Callable[[str], str]:
    known = tuple(values)

    def read(text: str) -> str:
        if text not in known:
            raise InvalidValue(f"{shown(text)} is no {what}.")
        return text

    return read


def _read_name(text: str) -> str:
    if not text.isprintable() or len(text) > 80:
        raise InvalidValue(f"{shown(text)} is no name.")
    return text


def _read_key(text: str) -> str:
    if not _KEY.fullmatch(text):
        raise InvalidValue(f"{shown(text)} is no address of anything here.")
    return text


def _read_size(text: str) -> str:
    return shapes.size_text(*shapes.parse_size(text))


def _read_seed(text: str) -> str:
    if not (text.isascii() and text.isdecimal() and len(text) <= 10 and int(text) <= SEED_HIGH):
        raise InvalidValue(f"{shown(text)} is no seed. Write a whole number.")
    return str(int(text))


def _read_stars(text: str) -> str:
    if text not in {str(n) for n in range(1, MOST_STARS + 1)}:
        raise InvalidValue(f"{shown(text)} is no number of stars from 1 to {MOST_STARS}.")
    return text


def _read_day(text: str) -> str:
    return _day(text).isoformat()


def _read_month(text: str) -> str:
    return f"{_day(f'{text}-01', text):%Y-%m}"


def _day(text: str, typed: str = "") -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError:
        raise InvalidValue(f"{shown(typed or text)} is no date. Write it like 2026-11-03.") from None
    if not 1970 <= day.year < 9999:
        raise InvalidValue(f"{shown(typed or text)} is too far away.")
    return day


def _column(name: str) -> Callable[[Any, User], Sequence[Walk]]:
    return lambda value, user: [_pictures(user, Q(**{name: value}))]


def _pictures(user: User, fact: Q) -> Walk:
    return Walk(Q(owner=user) & KEPT & fact)


def _size(value: str, user: User) -> Sequence[Walk]:
    width, height = shapes.parse_size(value)
    return [_pictures(user, Q(width=width, height=height))]


def _made(value: str, user: User) -> Sequence[Walk]:
    return [_pictures(user, Q(edited=True) if value == "reference" else Q(origin=Origin.UPLOAD))]


def _like(image_id: int, user: User) -> Sequence[Walk]:
    near = [each.image_id for each in likeness.images_like(image_id, user)]
    return [_pictures(user, Q(pk__in=[image_id, *near]))]


def _seeds(image_id: int, user: User) -> Sequence[Walk]:
    """Every seed of the recipe of a picture; an upload has none, and is alone."""
    fold = Image.objects.filter(pk=image_id).values_list("fold", flat=True).first()
    return [_pictures(user, Q(pk=image_id) if fold is None else Q(fold=fold))]


def _stars(value: str, user: User) -> Sequence[Walk]:
    return [Walk(Q(user=user, stars=int(value)), table=Rating, stars=int(value))]


def stars_from(value: str, user: User) -> Sequence[Walk]:
    return [walk for n in range(int(value), MOST_STARS + 1) for walk in _stars(str(n), user)]


def _favourite(value: str, user: User) -> Sequence[Walk]:
    return [Walk(Q(user=user, favourite=True), table=Rating)]


def _verdict(value: str, user: User) -> Sequence[Walk]:
    judged = Q(user=user) & ~Q(verdict=Verdict.NONE)
    if value == "none":
        return [Walk(KEPT & ~Q(Exists(Rating.objects.filter(judged, image=OuterRef("pk")))))]
    return [Walk(judged & Q(verdict=value), table=Rating)]


def first_of(day: date) -> datetime:
    """Return the moment at which a day begins, in the team's zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


def month_range(month: str) -> tuple[date, date]:
    """Return the first and the last day of a month written as 2026-11."""
    first = _day(f"{month}-01")
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def days(first: date | None, last: date | None, user: User) -> Sequence[Walk]:
    """Return the pictures of these days, both included; None: without an end."""
    moments = (first_of(first) if first else None, first_of(last + timedelta(days=1)) if last else None)
    return [Walk(Q(owner=user) & KEPT, between=moments)]


def _words(value: str, user: User) -> Sequence[Walk]:
    return [Walk(Q(owner=user, verdict=value), table=ImageWords)]


def _joined(table: type[Model], name: str) -> Callable[[Any, User], Sequence[Walk]]:
    return lambda row, user: [Walk(Q(**{name: row}), table=table)]


def _owner(owner_id: int, user: User) -> Sequence[Walk]:
    """One's own are all; those of others are for pages that only look (`ShownBound`)."""
    return [every_picture_of(user)] if owner_id == user.pk else []


def show_members(user: User) -> QuerySet[User]:
    """Return whose pictures a member may look at: their own, and those that others show to the team."""
    shown = CollectionImage.objects.shown_to_team().order_by().values("image__owner").distinct()
    return User.objects.filter(Q(pk=user.pk) | Q(pk__in=shown))


_SHAPES = [tile.value for tile in shapes.RATIO_TILES]

KINDS = (
    Kind("model", "model", 90, _read_name, _column("model")),
    Kind("shape", "shape", 80, _is_one_of(_SHAPES, "usual shape"), _column("shape")),
    Kind("size", "size", 60, _read_size, _size, lambda value: value.replace("x", " × "), splits=True),
    Kind("seed", "seed", 10, _read_seed, _column("seed"), splits=True),
    Kind("from", "from", 70, _read_day, lambda value, user: days(_day(value), None, user), once=True),
    Kind("to", "to", 70, _read_day, lambda value, user: days(None, _day(value), user), once=True),
    Kind(
        "month", "", 40, _read_month, lambda value, user: days(*month_range(value), user),
        lambda value: f"{_day(f'{value}-01'):%B %Y}",
    ),
    Kind("stars", "stars", 32, _read_stars, _stars, my=True),
    Kind("stars_from", "stars, at least", 33, _read_stars, stars_from, once=True, my=True),
    Kind("favourite", "", 31, _is_one_of(["1"], "filter"), _favourite, lambda _: "favourites", my=True),
    Kind("verdict", "", 34, _is_one_of(VERDICTS, "verdict"), _verdict, VERDICTS.__getitem__, my=True),
    Kind("tag", "tag", 20, _read_key, _joined(ImageTag, "tag"), named=lambda user: Tag.objects.of(user), my=True),
    Kind(
        "collection", "collection", 21, _read_key, _joined(CollectionImage, "collection"),
        named=lambda user: Collection.objects.visible_to(user), my=True,
    ),
    Kind(
        "project", "project", 50, _read_name, _column("project"), named=lambda user: Project.objects.all(), key="name",
        private=True,
    ),
    Kind(
        "run", "run", 5, _read_key, _column("run"), named=lambda user: Run.objects.of(user).with_opening(),
        private=True,
    ),
    Kind(
        "like", "looks like", 4, _read_key, _like, named=lambda user: Image.objects.visible_to(user).with_opening(),
        once=True,
    ),
    Kind(
        "seeds", "seeds of", 3, _read_key, _seeds, named=lambda user: Image.objects.visible_to(user).with_opening(),
        once=True,
    ),
    Kind("colour", "shows", 15, read_colour, walks_of_colour, splits=True),
    Kind("words", "", 35, _is_one_of(WORDS, "finding about words"), _words, WORDS.__getitem__),
    Kind("made", "", 85, _is_one_of(MADE, "filter"), _made, MADE.__getitem__, private=True),
    Kind("owner", "of", 95, _read_name, _owner, named=lambda user: show_members(user), key="username", once=True),
)  # fmt: skip
BY_NAME = {kind.name: kind for kind in KINDS}

"""Walks along an index: pictures that share a fact, in the order of a page, however many there are of them.

A page of a filtered gallery walks the index of one filter and asks the others of each picture that it meets. The
databases would sort a hundred thousand rows where they guess wrongly; here they have nothing to guess.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db.models import Exists, Model, OuterRef, Q

from gallery.models import CollectionImage, Image, User
from gallery.models.images import KEPT, ImageQuerySet

MOST_SHARED = 200  # collections that are walked beside one another


@dataclass(frozen=True)
class Place:
    """Where a page begins: after the picture of this row.

    `stars`: how many it had, `rank`: how many steps it was from the nearest, each where that makes the order.
    """

    id: int
    created_at: Any = None
    stars: int = 0
    rank: int = 0


@dataclass(frozen=True)
class Walk:
    """Rows of one table that share a fact, `where`. What is no picture itself leads to one by its column `image`."""

    where: Q
    table: type[Model] = Image
    between: tuple[datetime | None, datetime | None] | None = None  # made since, and before: in the order of days
    stars: int = 0  # what these pictures were given, where that makes the order

    def condition(self) -> Q:
        """Say the same of a picture, to be asked of those that another walk meets."""
        if self.table is Image:
            return self.where & self._made(*(self.between or (None, None)))
        return Q(Exists(self.table._default_manager.filter(self.where, image=OuterRef("pk"))))

    def rows(self, rest: Q, *, after: Place | None, oldest: bool) -> Any:
        """Return its rows of whose pictures `rest` is true, in order, from a place on."""
        rows: Any = self.table._default_manager.filter(self.where, self._beyond(after, oldest=oldest))
        if self.table is Image:
            return rows.filter(rest).order_by(*in_order(oldest=oldest, by_day=self.by_day))
        # Asked picture by picture: a join could begin with the pictures, and would have to be sorted.
        asked = Exists(Image.objects.filter(rest, pk=OuterRef("image_id")))
        return rows.filter(asked).order_by("image_id" if oldest else "-image_id")

    def firsts(self, rest: Q, *, after: Place | None, oldest: bool, limit: int) -> Any:
        """Return the ids of its first pictures, as rows or as a list."""
        return self.rows(rest, after=after, oldest=oldest).values(self.id_column)[:limit]

    @property
    def by_day(self) -> bool:
        """Whether its index is in the order of days, not of ids."""
        return self.between is not None

    @property
    def id_column(self) -> str:
        return "id" if self.table is Image else "image_id"

    def _beyond(self, after: Place | None, *, oldest: bool) -> Q:
        if self.between is not None:
            return self._beyond_in_days(*self.between, after=after, oldest=oldest)
        if after is None or (self.stars and self.stars < after.stars):
            return Q()
        return Q(**{f"{self.id_column}__{'gt' if oldest else 'lt'}": after.id})

    def _beyond_in_days(self, first: datetime | None, end: datetime | None, *, after: Place | None, oldest: bool) -> Q:
        """Say where it goes on; of two bounds on one side only the nearer, since SQLite seeks the first it reads."""
        place = after.created_at if after else None
        if place is None or (oldest and first and place < first) or (not oldest and end and place >= end):
            return self._made(first, end)
        way = "gt" if oldest else "lt"
        beyond = Q(**{f"created_at__{way}": place}) | Q(**{f"id__{way}": after.id if after else 0})
        return (
            Q(**{f"created_at__{way}e": place})
            & beyond
            & self._made(None if oldest else first, end if oldest else None)
        )

    @staticmethod
    def _made(first: datetime | None, end: datetime | None) -> Q:
        return (Q(created_at__gte=first) if first else Q()) & (Q(created_at__lt=end) if end else Q())


def any_of(walks: Sequence[Walk]) -> Q:
    """Say that a picture is on one of these walks; on none if there are none."""
    return reduce(or_, (walk.condition() for walk in walks)) if walks else Q(pk__in=())


def every_picture_of(user: User) -> Walk:
    return Walk(Q(owner=user) & KEPT)


def shown_pictures_of(owner: User) -> list[Walk]:
    """Return walks of what a member shows to the team: one of each collection that has some of it."""
    items = CollectionImage.objects.shown_to_team().filter(image__owner=owner)
    ids = items.order_by("-collection").values_list("collection", flat=True).distinct()[:MOST_SHARED]
    return [Walk(Q(collection=pk), table=CollectionImage) for pk in ids]


def in_order(*, oldest: bool, by_day: bool) -> list[str]:
    """Name the columns that pictures are sorted by."""
    sign = "" if oldest else "-"
    return [f"{sign}created_at", f"{sign}id"] if by_day else [f"{sign}id"]


def merge(walks: Sequence[Walk], rest: Q, *, after: Place | None, oldest: bool, limit: int) -> ImageQuerySet:
    """Return the pictures that stand first on several walks: at most `limit` of each, in no order."""
    found = [walk.firsts(rest, after=after, oldest=oldest, limit=limit) for walk in walks]
    if len(found) < 2:
        return Image.objects.filter(id__in=found[0]) if found else Image.objects.none()
    firsts = [Image.objects.filter(id__in=ids).values("id") for ids in found]  # a union takes no limits within it
    return Image.objects.filter(id__in=firsts[0].union(*firsts[1:]))

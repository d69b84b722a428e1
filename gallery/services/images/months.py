"""The months of a gallery, to go to any of them at once: from the newest picture's to the oldest's, nobody counted."""

from collections.abc import Iterator
from datetime import date, timedelta
from itertools import groupby
from typing import NamedTuple

from django.utils import timezone

from gallery.models import Image, User


class Month(NamedTuple):
    """A month; a gallery goes on from its `last` day, with what is older below."""

    first: date
    last: date


def list_months(user: User) -> list[tuple[int, list[Month]]]:
    """Return (year, its months), the newest first: two walks of one step each, however many pictures there are."""
    days = Image.objects.of(user).order_by("created_at").values_list("created_at", flat=True)
    oldest, newest = days.first(), days.last()
    if oldest is None or newest is None:
        return []
    months = _months_between(timezone.localdate(oldest), timezone.localdate(newest))
    return [(year, list(group)) for year, group in groupby(months, key=lambda month: month.first.year)]


def _months_between(oldest: date, newest: date) -> Iterator[Month]:
    last = (newest.replace(day=1) + timedelta(days=31)).replace(day=1) - timedelta(days=1)
    while last >= oldest:
        first = last.replace(day=1)
        yield Month(first, last)
        last = first - timedelta(days=1)

"""The rows under a sum: the runs and the single calls of a slice, newest first, a page at a time however deep."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet, Sum
from django.db.models.functions import Left

from gallery.models import Attempt, Run
from gallery.models.calls import BEING_SENT
from gallery.models.runs import OPENING
from gallery.services.ledger.reports import Slice

PAID = Q(money="charged")
UNCERTAIN = Q(money="uncertain") & ~BEING_SENT
# What most calls are is said by what they are not: an equation would tempt a database without statistics to take the
# index of the money, and to sort a million rows. What was given back before it was sent is no call.
SENT = Q(sent_at__isnull=False) & ~Q(money="reserved")
MOSTLY_PAID = ~Q(money__in=["reserved", "not_charged", "uncertain"])
FREE = SENT & ~Q(money__in=["charged", "uncertain"])
WITH_PICTURE = ~Q(fetch__in=["none", "wanted", "dead", "blocked", "filed"])
CHUNK = 1_000  # rows of an export that are in memory


@dataclass(frozen=True)
class CallKind:
    """One column of a report, and which calls stand under it."""

    name: str
    title: str
    rows: Q


KINDS = (
    CallKind("all", "Calls", SENT),
    CallKind("pictures", "Pictures", WITH_PICTURE),
    CallKind("charged", "Charged calls", MOSTLY_PAID),
    CallKind("doubt", "Calls in doubt", UNCERTAIN),
    CallKind("free", "Free calls", FREE),
    CallKind("lost", "Paid but lost", (PAID | UNCERTAIN) & Q(fetch="dead")),
    CallKind("kept", "Kept pictures", Q(picked=True)),
    CallKind("shared", "Shared pictures", Q(shared=True)),
)


def call_kind(name: str) -> CallKind:
    """Return the kind of that name; the first for a name that nobody knows."""
    return next((kind for kind in KINDS if kind.name == name), KINDS[0])


def list_calls(chosen: Slice, kind: CallKind, *, after: Attempt | None = None) -> QuerySet[Attempt]:
    """Return the calls of a slice in their order, those after one of them. Nobody's whole prompt is read."""
    rows = chosen.attempts().filter(kind.rows).order_by("-day", "-run", "-id")
    if after is not None:
        beyond = Q(day__lt=after.day) | Q(day=after.day, run__lt=after.run_id)
        same_run = Q(day=after.day, run=after.run_id, id__lt=after.id)
        rows = rows.filter(beyond | same_run, day__lte=after.day)
    rows = rows.select_related("owner", "project", "job", "run", "image").defer("job__prompt", "run__prompt", "url")
    return rows.annotate(opening=Left("job__prompt", OPENING))


def iterate_calls(chosen: Slice, kind: CallKind) -> Iterator[Attempt]:
    """Yield all calls of a slice, for an export: in chunks, so that a million need no more memory than a thousand."""
    last: Attempt | None = None
    while chunk := list(list_calls(chosen, kind, after=last)[:CHUNK]):
        yield from chunk
        last = chunk[-1]


@dataclass
class RunDay:
    """What one run cost on one day: an attempt counts on the day of its mark."""

    day: date
    run: Run
    cursor: str  # the key of one of its calls: where the next page goes on
    calls: int
    pictures: int
    charged_micros: int
    uncertain_micros: int


def list_run_days(chosen: Slice, *, after: Attempt | None = None, most: int) -> list[RunDay]:
    """Return the runs of a slice by day, newest first, those after the run and day of a call."""
    rows = chosen.attempts().filter(SENT)
    if after is not None:
        rows = rows.filter(Q(day__lt=after.day) | Q(day=after.day, run__lt=after.run_id), day__lte=after.day)
    found = list(
        rows.values("day", "run")
        .annotate(
            cursor=Min("key"),
            calls=Count("id"),
            pictures=Count("id", filter=Q(fetch="done")),
            charged_micros=Sum("micros", filter=PAID, default=0),
            uncertain_micros=Sum("micros", filter=UNCERTAIN, default=0),
        )
        .order_by("-day", "-run")[:most]
    )
    runs = Run.objects.select_related("owner", "project").with_opening().in_bulk({each["run"] for each in found})
    return [RunDay(**each | {"run": runs[each["run"]]}) for each in found]

"""What a statement has in common with those before it, and days on which nobody can have called."""

import hashlib
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, date, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Exists, Max, Min, OuterRef
from django.utils import timezone

from gallery.catalogue.tables.statement_files import Line
from gallery.models import Attempt, Charge, Statement
from gallery.services.db.slices import write_in_slices

CHUNK = 500
FEW = 5  # that are named


class AlreadyTakenIn(ValueError):
    """The same lines have been taken in before."""

    def __init__(self, statement: Statement) -> None:
        super().__init__(str(statement))
        self.statement = statement


def digest_of(lines: Iterable[Line]) -> str:
    """Return the digest of a file's lines, in whatever order, with whatever heads and delimiters they came."""
    rows = sorted("\t".join(map(str, (_moment(each), each.request_id, each.model, each.micros))) for each in lines)
    return hashlib.sha256("\n".join(rows).encode("utf-8", "surrogatepass")).hexdigest()


def _moment(line: Line) -> str:
    return line.at.astimezone(UTC).isoformat(timespec="seconds")


def refuse_known(digest: str) -> None:
    """Raise AlreadyTakenIn if a statement that counts has these lines."""
    if same := Statement.objects.live().filter(digest=digest).order_by("id").first():
        raise AlreadyTakenIn(same)


def mark_known(statement: Statement, charges: Sequence[Charge]) -> None:
    """Let new charges name the same line of an earlier statement: by id and amount, without an id by its moment.

    The second of two equal lines repeats the second of the earlier ones.
    """
    earlier = _earlier(statement, charges)
    for charge in charges:
        if known := earlier.get(_same(charge)):
            charge.repeats = known.pop(0)


def _same(charge: Charge) -> tuple[Any, ...]:
    return (charge.request_id, charge.micros) if charge.request_id else (charge.at, charge.model, charge.micros)


def _earlier(statement: Statement, charges: Sequence[Charge]) -> dict[tuple[Any, ...], list[Charge]]:
    """Return {what makes lines the same: those of earlier statements that none of this one repeats}."""
    taken = Exists(statement.charges.filter(repeats=OuterRef("pk")))
    others = Charge.objects.live().exclude(statement=statement).filter(~taken, repeats=None).order_by("id")
    found: defaultdict[tuple[Any, ...], list[Charge]] = defaultdict(list)
    ids = sorted({charge.request_id for charge in charges if charge.request_id})
    days = {charge.day for charge in charges if not charge.request_id}
    for first in range(0, len(ids), CHUNK):
        for each in others.filter(request_id__in=ids[first : first + CHUNK]):
            found[_same(each)].append(each)
    moments = sorted({charge.at for charge in charges if not charge.request_id})
    for first in range(0, len(moments), CHUNK):
        for each in others.filter(day__in=days, at__in=moments[first : first + CHUNK], request_id=""):
            found[_same(each)].append(each)
    return found


def newest() -> int | None:
    """Return the id of the charge that was saved last: whether what was looked up of earlier ones still holds."""
    return Charge.objects.order_by("-id").values_list("id", flat=True).first()


def forget_withdrawn(statement: Statement) -> None:
    """What was left unsaid because a statement withdrawn since had said it is matched and said like any other."""
    ids = list(statement.charges.filter(repeats__statement__withdrawn_at__isnull=False).values_list("pk", flat=True))
    write_in_slices(ids, lambda part: Charge.objects.filter(pk__in=part).update(repeats=None, attempt=None))


# -- days that nobody can have called on ------------------------------------------------------------------------------


def is_odd(days: Iterable[date]) -> set[date]:
    """Return which of these days lie in the future, or before the first call there was."""
    latest = timezone.localdate() + timedelta(days=1)  # another zone's today
    first = Attempt.objects.filter(demo=settings.DEMO).order_by("day").values_list("day", flat=True).first()
    earliest = first - timedelta(days=1) if first else None
    return {day for day in days if day > latest or (earliest and day < earliest)}


def hold_odd(charges: Sequence[Charge]) -> None:
    """Let new charges of such days wait until somebody says that they count."""
    odd = is_odd({charge.day for charge in charges})
    for charge in charges:
        charge.held = charge.day in odd


def span(days: Collection[date]) -> tuple[date, date]:
    """Return the first and the last of the days that count; today if none does."""
    counted = set(days) - is_odd(days) or {timezone.localdate()}
    return min(counted), max(counted)


def held_of(statement: Statement) -> tuple[list[Charge], int]:
    """Return the first of the charges whose day was asked about, and how many there are."""
    held = statement.charges.filter(held=True).order_by("day", "number")
    return list(held[:FEW]), held.count()


def count_held(statement: Statement) -> int:
    """Let them count: they belong to the days of the statement from now. Return how many; it is to be compared anew."""
    held = statement.charges.filter(held=True)
    days = held.aggregate(first=Min("day"), last=Max("day"))
    if not days["first"]:
        return 0
    ids = list(held.values_list("pk", flat=True))
    span_ = {"start": min(statement.start, days["first"]), "end": max(statement.end, days["last"])}
    Statement.objects.filter(pk=statement.pk).update(**span_)
    write_in_slices(ids, lambda part: Charge.objects.filter(pk__in=part).update(held=False))
    return len(ids)

"""The remainder of a day that no rule explains: its charges and its calls, settled one by one until nothing is left."""

from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Case, Exists, OuterRef, Q, Sum, Value, When
from django.utils import timezone

from gallery.models import Attempt, Charge, Difference, Statement
from gallery.models.money import Money
from gallery.models.reconciling import Decision, Kind
from gallery.services import decisions

MOST = 200  # rows of each side on the page

log = structlog.get_logger("fluxweb.reconciling")


@dataclass(frozen=True)
class Remainder:
    """What is left of a day by now. Sums are of all of it, `charges` and `calls` the first MOST."""

    charges: list
    calls: list
    charges_count: int
    calls_count: int
    provider_micros: int
    books_micros: int

    @property
    def gap_micros(self):
        """What the provider took beyond the books."""
        return self.provider_micros - self.books_micros


def of(difference):
    """Return what is left of a total. The calls in doubt come first, those that are free last: they may not be."""
    charges, calls = _charges(difference), _calls(difference)
    spent = calls.exclude(money=Money.NOT_CHARGED)
    return Remainder(
        list(charges[:MOST]), list(calls.select_related("owner", "run")[:MOST]), charges.count(), calls.count(),
        charges.aggregate(sum=Sum("micros", default=0))["sum"], spent.aggregate(sum=Sum("micros", default=0))["sum"],
    )  # fmt: skip


def _charges(difference):
    """Lines of that day and model that no call has, and that are not known to be somebody else's."""
    said = Difference.objects.filter(charge=OuterRef("pk"), kind=Kind.OUTSIDE)
    rows = Charge.objects.counted().filter(statement=difference.statement_id, day=difference.day, attempt=None)
    rows = rows.exclude(repeats__attempt__isnull=False).filter(~Exists(said))
    return (rows.filter(model=difference.model) if difference.model else rows).order_by("at", "number")


def _calls(difference):
    """Calls of that day and model that no line of any statement has been matched with."""
    rows = Attempt.objects.filter(demo=settings.DEMO, day=difference.day, sent_at__isnull=False)
    rows = rows.filter(~Exists(Charge.objects.live().filter(attempt=OuterRef("pk")))).exclude(money=Money.RESERVED)
    rows = rows.filter(model=difference.model) if difference.model else rows
    turn = Case(When(money=Money.UNCERTAIN, then=Value(0)), When(money=Money.CHARGED, then=Value(1)), default=Value(2))
    return rows.annotate(turn=turn).order_by("turn", "sent_at", "id")


@transaction.atomic
def settle_calls(difference, *, keys, charged, by, note=""):
    """Say of some calls that they were charged, or were not; return how many could be settled so.

    A call that was charged takes the line of its amount with it, if there is one. What was settled is noted under the
    statement, call by call.
    """
    _lock(difference)
    calls = list(_calls(difference).filter(key__in=keys).select_related("job"))
    lines = list(_charges(difference))
    done = sum(_settle(difference, call, lines, charged=charged, by=by, note=note) for call in calls)
    _close_if_even(difference, by=by)
    return done


def _settle(difference, call, lines, *, charged, by, note):
    line = next((each for each in lines if each.micros == call.micros), None) if charged else None
    kind = _settled_as(call, charged=charged)
    if kind is None or not _apply(call, kind, by=by):
        return False
    if line:
        lines.remove(line)
        Charge.objects.filter(pk=line.pk).update(attempt=call)
    Difference.objects.create(
        statement_id=difference.statement_id, kind=kind, day=call.day, model=call.model, attempt=call, charge=line,
        books_micros=call.booked_micros, provider_micros=call.micros if charged else 0, decision=Decision.APPLIED,
        decided_by=by.username, decided_at=timezone.now(), note=note[:200],
    )  # fmt: skip
    return True


def _settled_as(call, *, charged):
    """Return the kind of difference that settles a call so, or None where the books say it already or cannot."""
    if call.money == Money.UNCERTAIN:
        return Kind.DOUBT_PAID if charged else Kind.DOUBT_FREE
    return Kind.FREE_PAID if charged and call.money == Money.NOT_CHARGED else None


def _apply(call, kind, *, by):
    if kind == Kind.FREE_PAID:
        return decisions.book_charge(call, by=by)
    return decisions.settle(call, charged=kind == Kind.DOUBT_PAID, by=by)


@transaction.atomic
def settle_charges(difference, *, numbers, by):
    """Say of some lines that nobody here made their call; return how many. Each is a difference of its own from now."""
    _lock(difference)
    lines = list(_charges(difference).filter(number__in=numbers))
    Difference.objects.bulk_create(
        Difference(
            statement_id=difference.statement_id, kind=Kind.OUTSIDE, day=line.day, model=line.model, charge=line,
            books_micros=0, provider_micros=line.micros,
        )
        for line in lines
    )  # fmt: skip
    _close_if_even(difference, by=by)
    return len(lines)


def _lock(difference):
    Statement.objects.select_for_update().get(pk=difference.statement_id)


def _close_if_even(difference, *, by):
    """A remainder in which both sides are the same, and nothing is in doubt, is no difference any more."""
    left = of(difference)
    doubts = _calls(difference).filter(Q(money=Money.UNCERTAIN)).exists()
    if left.gap_micros or doubts:
        return
    facts = {"decided_by": by.username, "decided_at": timezone.now()}
    closed = Difference.objects.open().filter(pk=difference.pk).update(decision=Decision.SETTLED, **facts)
    if closed:
        log.warning("remainder settled", difference=difference.key, by=by.username)

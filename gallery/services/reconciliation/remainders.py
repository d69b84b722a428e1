"""The remainder of a day that no rule explains: its charges and its calls, settled one by one until nothing is left."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import structlog
from django.conf import settings
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Sum, Value, When
from django.utils import timezone

from gallery.models import Attempt, Charge, Difference, Statement, User
from gallery.models.calls import Money
from gallery.models.costs.statements import Decision, Kind
from gallery.services.db.slices import LEAST, Pace, write_in_slices
from gallery.services.db.transactions import write_transaction
from gallery.services.paid_calls import resolution

MOST = 200  # rows of each side on the page

log = structlog.get_logger("fluxweb.reconciling")


@dataclass(frozen=True)
class Remainder:
    """What is left of a day by now. Sums are of all of it, `charges` and `calls` the first MOST."""

    charges: list[Charge]
    calls: list[Attempt]
    charges_count: int
    calls_count: int
    provider_micros: int
    books_micros: int

    @property
    def gap_micros(self) -> int:
        """What the provider took beyond the books."""
        return self.provider_micros - self.books_micros


def find_remainder(difference: Difference) -> Remainder:
    """Return what is left of a total. The calls in doubt come first, those that are free last: they may not be."""
    charges, calls = _charges(difference), _calls(difference)
    spent = calls.exclude(money=Money.NOT_CHARGED)
    return Remainder(
        list(charges[:MOST]), list(calls.select_related("owner", "run")[:MOST]), charges.count(), calls.count(),
        charges.aggregate(sum=Sum("micros", default=0))["sum"], spent.aggregate(sum=Sum("micros", default=0))["sum"],
    )  # fmt: skip


def _charges(difference: Difference) -> QuerySet[Charge]:
    """Lines of that day and model that no call has, and that no difference of their own has said anything about."""
    said = Difference.objects.filter(charge=OuterRef("pk"), kind__in=[Kind.OUTSIDE, Kind.REFUND])
    rows = Charge.objects.counted().filter(statement=difference.statement_id, day=difference.day, attempt=None)
    rows = rows.exclude(repeats__attempt__isnull=False).filter(~Exists(said))
    return (rows.filter(model=difference.model) if difference.model else rows).order_by("at", "number")


def _calls(difference: Difference) -> QuerySet[Attempt]:
    """Calls of that day and model that no line of any statement has been matched with."""
    rows = Attempt.objects.filter(demo=settings.DEMO, day=difference.day, sent_at__isnull=False)
    rows = rows.filter(~Exists(Charge.objects.live().filter(attempt=OuterRef("pk")))).exclude(money=Money.RESERVED)
    rows = rows.filter(model=difference.model) if difference.model else rows
    turn = Case(When(money=Money.UNCERTAIN, then=Value(0)), When(money=Money.CHARGED, then=Value(1)), default=Value(2))
    return rows.annotate(turn=turn).order_by("turn", "sent_at", "id")


def settle_calls(difference: Difference, *, keys: Iterable[str], charged: bool, by: User, note: str = "") -> int:
    """Say of some calls that they were charged, or were not; return how many could be settled so.

    A call that was charged takes the line of its amount with it, if there is one. What was settled is noted under the
    statement, call by call. In slices: after a kill in between the rest is still to be settled.
    """
    calls = list(_calls(difference).filter(key__in=keys).select_related("job"))
    lines = _lines_by_micros(difference) if charged else {}
    done: list[bool] = []

    def settle(part: Sequence[Attempt]) -> None:
        _lock(difference)
        done.extend(_settle(difference, call, lines, charged=charged, by=by, note=note) for call in part)

    write_in_slices(calls, settle, pace=Pace(LEAST))
    _close_if_even(difference, by=by)
    return sum(done)


def _lines_by_micros(difference: Difference) -> dict[int, list[int]]:
    """Return {amount: the ids of the lines that are left of it, the last one first}."""
    found: defaultdict[int, list[int]] = defaultdict(list)
    for pk, micros in _charges(difference).reverse().values_list("pk", "micros"):
        found[micros].append(pk)
    return found


def _settle(
    difference: Difference, call: Attempt, lines: Mapping[int, list[int]], *, charged: bool, by: User, note: str
) -> bool:
    kind = _settled_as(call, charged=charged)
    if kind is None or not _apply(call, kind, by=by):
        return False
    line = _take_line(call, lines.get(call.micros, []))
    Difference.objects.create(
        statement_id=difference.statement_id, kind=kind, day=call.day, model=call.model, attempt=call, charge_id=line,
        books_micros=call.booked_micros, provider_micros=call.micros if charged else 0, decision=Decision.APPLIED,
        decided_by=by.username, decided_at=timezone.now(), note=note[:200],
    )  # fmt: skip
    return True


def _take_line(call: Attempt, lines: list[int]) -> int | None:
    """Give a call the first of these lines that nobody has taken meanwhile; return its id, or None."""
    while lines:
        line = lines.pop()
        if Charge.objects.filter(pk=line, attempt=None).update(attempt=call):
            return line
    return None


def _settled_as(call: Attempt, *, charged: bool) -> Kind | None:
    """Return the kind of difference that settles a call so, or None where the books say it already or cannot."""
    if call.money == Money.UNCERTAIN:
        return Kind.DOUBT_PAID if charged else Kind.DOUBT_FREE
    return Kind.FREE_PAID if charged and call.money == Money.NOT_CHARGED else None


def _apply(call: Attempt, kind: Kind, *, by: User) -> bool:
    if kind == Kind.FREE_PAID:
        return resolution.book_charge(call, by=by)
    return resolution.settle_charge(call, charged=kind == Kind.DOUBT_PAID, by=by)


def settle_charges(difference: Difference, *, numbers: Iterable[int], by: User) -> int:
    """Say of some lines that nobody here made their call; return how many. Each is a difference of its own from now."""
    with write_transaction():
        _lock(difference)
        lines = list(_charges(difference).filter(number__in=numbers))
        Difference.objects.bulk_create(_stranger(difference, line) for line in lines)
    _close_if_even(difference, by=by)
    return len(lines)


def _stranger(difference: Difference, line: Charge) -> Difference:
    return Difference(
        statement_id=difference.statement_id, kind=Kind.OUTSIDE, day=line.day, model=line.model, charge=line,
        books_micros=0, provider_micros=line.micros,
    )  # fmt: skip


def _lock(difference: Difference) -> None:
    Statement.objects.select_for_update().get(pk=difference.statement_id)


def _close_if_even(difference: Difference, *, by: User) -> None:
    """A remainder in which both sides are the same, and nothing is in doubt, is no difference any more.

    Outside the transaction that settled something: to add up a long day takes longer than others may wait.
    """
    left = find_remainder(difference)
    doubts = _calls(difference).filter(Q(money=Money.UNCERTAIN)).exists()
    if left.gap_micros or doubts:
        return
    facts = {"decided_by": by.username, "decided_at": timezone.now()}
    closed = Difference.objects.open().filter(pk=difference.pk).update(decision=Decision.SETTLED, **facts)
    if closed:
        log.warning("remainder settled", difference=difference.key, by=by.username)

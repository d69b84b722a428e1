"""What a person makes of the differences between the provider's charges and the books (matching.py).

They are proposed and never applied by themselves: a person settles each, and all of it stays visible.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Count, Q, QuerySet, Sum
from django.utils import timezone

from gallery.models import Adjustment, Attempt, Difference, Statement, User
from gallery.models.costs.statements import CHARGES, Decision, Kind
from gallery.services.paid_calls import resolution
from gallery.services.reconciliation import adjustments, remainders

log = structlog.get_logger("fluxweb.reconciling")


@transaction.atomic
def decide_difference(difference: Difference, *, apply: bool, by: User, note: str = "") -> bool:
    """Do as a difference proposes, or leave it; return whether it was open and could be done."""
    open_ones = Difference.objects.filter(pk=difference.pk, decision=Decision.OPEN)
    facts = {"decided_by": by.username, "decided_at": timezone.now(), "note": note[:200]}
    if apply and not difference.proposes:
        return False
    if not open_ones.update(decision=Decision.APPLIED if apply else Decision.LEFT, **facts):
        return False
    if apply and not _apply(difference, by=by):
        transaction.set_rollback(True)  # somebody settled the call meanwhile: it stays open for another look
        return False
    log.warning("difference decided", difference=difference.key, applied=apply, by=by.username)
    return True


def _apply(difference: Difference, *, by: User) -> bool:
    assert difference.attempt_id is not None  # only what is of one call proposes anything
    attempt = Attempt.objects.select_related("job").get(pk=difference.attempt_id)
    if difference.kind == Kind.FREE_PAID:
        return resolution.book_charge(attempt, by=by)
    return resolution.settle_charge(attempt, charged=difference.kind in CHARGES, by=by)


@transaction.atomic
def adjust_difference(difference: Difference, *, by: User, reason: str, day: date | None = None) -> bool:
    """Book what the provider took beyond the books, or less, as an adjustment; return whether it was open and could be.

    `day`: on which it counts, else the day of the difference. Raises adjustments.NoReason.
    """
    micros = gap_of(difference)
    facts = {"decided_by": by.username, "decided_at": timezone.now(), "note": reason[:200]}
    open_ones = Difference.objects.open().filter(pk=difference.pk)
    if not micros or not open_ones.update(decision=Decision.ADJUSTED, **facts):
        return False
    adjustments.book_adjustment(
        micros=micros, day=day or difference.day, reason=reason, by=by, attempt=difference.attempt,
        difference=difference, model=difference.model,
    )  # fmt: skip
    return True


def gap_of(difference: Difference) -> int:
    """Return what an adjustment would book: nothing where the books follow by settling the call."""
    match difference.kind:
        case Kind.AMOUNT:
            assert difference.attempt is not None  # it is of one call
            return difference.provider_micros - difference.attempt.booked_micros
        case Kind.TWICE | Kind.REFUND | Kind.OUTSIDE:
            return difference.provider_micros
        case Kind.TOTAL:
            return remainders.find_remainder(difference).gap_micros
    return 0


def sum_differences(statement: Statement) -> dict[str, int]:
    """Return micro-dollars of the statement and of the books in the same days: charged, in doubt, adjusted, outside.

    `unexplained`: what the provider took beyond all of it.
    """
    days = {"day__gte": statement.start, "day__lte": statement.end}
    books = Attempt.objects.filter(demo=settings.DEMO, **days).sums()
    provider = statement.charges.counted().aggregate(micros=Sum("micros", default=0))["micros"]
    adjusted = Adjustment.objects.filter(demo=settings.DEMO, **days).aggregate(sum=Sum("micros", default=0))["sum"]
    outside = outside_in(days)["micros"]
    unexplained = provider - sum(books.values()) - adjusted - outside
    return {"provider": provider, **books, "adjusted": adjusted, "outside": outside, "unexplained": unexplained}


def outside_in(days: Mapping[str, date], **filters: Any) -> dict[str, Any]:
    """Return how many charges are for calls that nobody here made, and their micro-dollars; without the booked ones."""
    rows = Difference.objects.outside().exclude(decision=Decision.ADJUSTED).filter(**days, **filters)
    return rows.aggregate(count=Count("id"), micros=Sum("provider_micros", default=0))


def outside_open() -> int:
    """Return how many charges of that kind nobody has looked at yet."""
    return Difference.objects.outside().open().count()


def open_differences(statement: Statement) -> QuerySet[Difference]:
    """Return what somebody must still decide about, oldest first."""
    return statement.differences.open().select_related("attempt__owner", "charge", "statement").order_by("id")


def decided_differences(statement: Statement) -> QuerySet[Difference]:
    return (
        statement.differences.exclude(Q(decision=Decision.OPEN))
        .select_related("attempt__owner", "charge", "statement")
        .order_by("-id")
    )

"""What a person makes of the differences between the provider's charges and the books (services/matching.py).

They are proposed and never applied by themselves: a person settles each, and all of it stays visible.
"""

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from gallery.models import Attempt, Difference
from gallery.models.reconciling import CHARGES, Decision, Kind
from gallery.services import decisions

log = structlog.get_logger("fluxweb.reconciling")


@transaction.atomic
def decide(difference, *, apply, by, note=""):
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


def _apply(difference, *, by):
    attempt = Attempt.objects.select_related("job").get(pk=difference.attempt_id)
    if difference.kind == Kind.FREE_PAID:
        return decisions.book_charge(attempt, by=by)
    return decisions.settle(attempt, charged=difference.kind in CHARGES, by=by)


def sums(statement):
    """Return micro-dollars of the statement and of the books in the same days, charged and in doubt."""
    books = Attempt.objects.filter(demo=settings.DEMO, day__gte=statement.start, day__lte=statement.end).sums()
    provider = statement.charges.aggregate(micros=Sum("micros", default=0))["micros"]
    return {"provider": provider, **books}


def open_of(statement):
    """Return what somebody must still decide about, oldest first."""
    return statement.differences.filter(decision=Decision.OPEN).select_related("attempt__owner").order_by("id")


def decided_of(statement):
    return statement.differences.exclude(Q(decision=Decision.OPEN)).select_related("attempt__owner").order_by("-id")

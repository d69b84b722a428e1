"""Adjustments: what the invoice says beyond the calls, booked on a day with a reason, and taken back by its counter."""

from datetime import date
from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from gallery.models import Adjustment, Attempt, Difference, LedgerEntry, User
from gallery.models.costs.adjustments import NO_MEMBER, AdjustmentQuerySet
from gallery.models.costs.statements import Decision
from gallery.services.ledger.reports import Slice

log = structlog.get_logger("fluxweb.adjustments")


class NoReason(ValueError):
    """An adjustment without a reason would be a riddle to whoever signs the report."""


def book_adjustment(
    *,
    micros: int,
    day: date,
    reason: str,
    by: User,
    attempt: Attempt | None = None,
    difference: Difference | None = None,
    model: str = "",
    takes_back: Adjustment | None = None,
) -> Adjustment:
    """Book an amount on a day, in the caller's transaction, and move every sum by it. Raises NoReason."""
    reason = " ".join(reason.split())[:200]
    if not reason:
        raise NoReason
    facts: dict[str, Any] = {"demo": settings.DEMO, "model": model, "owner_id": None, "project_id": None}
    if attempt:
        facts = {name: getattr(attempt, name) for name in facts}
    made = Adjustment.objects.create(
        micros=micros, day=day, reason=reason, made_by=by.username, attempt=attempt, difference=difference,
        takes_back=takes_back, **facts,
    )  # fmt: skip
    _move(made)
    log.warning("adjustment booked", adjustment=made.key, micros=micros, day=str(day), by=by.username)
    return made


def _move(made: Adjustment) -> None:
    """Leave in the journal what the triggers leave of an attempt: sums and budgets read it from there."""
    LedgerEntry.objects.create(
        demo=made.demo, day=made.day, owner_id=made.owner_id or NO_MEMBER, model=made.model,
        project_id=made.project_id, adjusted_micros=made.micros,
    )  # fmt: skip


@transaction.atomic
def take_back_adjustment(adjustment: Adjustment, *, reason: str, by: User) -> Adjustment | None:
    """Book the counter entry on the same day; its difference is open again. Return it, or None if there is one already.

    Raises NoReason.
    """
    adjustment = Adjustment.objects.select_for_update().get(pk=adjustment.pk)
    if not adjustment.is_standing:
        return None
    made = book_adjustment(
        micros=-adjustment.micros, day=adjustment.day, reason=reason, by=by, attempt=adjustment.attempt,
        difference=adjustment.difference, model=adjustment.model, takes_back=adjustment,
    )  # fmt: skip
    if adjustment.difference_id:
        booked = Difference.objects.filter(pk=adjustment.difference_id, decision=Decision.ADJUSTED)
        booked.update(decision=Decision.OPEN, decided_by="", decided_at=None, note="")
    return made


def adjustments_in(chosen: Slice) -> QuerySet[Adjustment]:
    """Return the adjustments of a slice of a report, newest first."""
    rows: AdjustmentQuerySet = chosen.of(Adjustment.objects)
    return rows.select_related("attempt__run", "difference__statement", "taken_back_by", "takes_back").newest_first()

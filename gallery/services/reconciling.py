"""The provider's charges against the books: by request id where there is one, else by the total of a day and model.

Differences are proposed and never applied by themselves: a person settles each, and all of it stays visible.
"""

from collections import defaultdict
from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q, Sum
from django.utils import timezone

from gallery.models import Attempt, Charge, Difference
from gallery.models.money import Money
from gallery.models.reconciling import CHARGES, Decision, Kind
from gallery.services import decisions

CHUNK = 500  # request ids in one query
SPENT = (Money.CHARGED, Money.UNCERTAIN)
NEIGHBOURS = timedelta(days=1)  # the provider notes a charge when it ends, we when it begins

log = structlog.get_logger("fluxweb.reconciling")


def compare(statement):
    """Set a complete statement against the books and note every difference. In the caller's transaction."""
    charges = list(statement.charges.order_by("number"))
    attempts = _by_request_id(statement, charges)
    found, matched = [], set()
    for charge in charges:
        attempt = attempts.get(charge.request_id)
        if attempt is None:
            continue
        charge.attempt = attempt
        kind = Kind.TWICE if attempt.pk in matched else _kind(attempt, charge)
        matched.add(attempt.pk)
        if kind:
            found.append(_of_attempt(statement, kind, attempt, provider_micros=charge.micros))
    Charge.objects.bulk_update([charge for charge in charges if charge.attempt_id], ["attempt"], batch_size=200)
    found += _by_totals(statement, [charge for charge in charges if not charge.attempt_id], matched)
    Difference.objects.bulk_create(found, batch_size=500)


def _by_request_id(statement, charges):
    """Return {request id: attempt} of the calls that the charges name."""
    ids = sorted({charge.request_id for charge in charges if charge.request_id})
    near = Attempt.objects.filter(
        demo=settings.DEMO, day__gte=statement.start - NEIGHBOURS, day__lte=statement.end + NEIGHBOURS
    )
    found = {}
    for first in range(0, len(ids), CHUNK):
        rows = near.filter(request_id__in=ids[first : first + CHUNK])
        found |= {attempt.request_id: attempt for attempt in rows}
    return found


def _kind(attempt, charge):
    if attempt.money == Money.UNCERTAIN:
        return Kind.DOUBT_PAID if charge.micros else Kind.DOUBT_FREE
    if attempt.money == Money.NOT_CHARGED:
        return Kind.FREE_PAID if charge.micros else None
    return Kind.AMOUNT if attempt.micros != charge.micros else None


def _of_attempt(statement, kind, attempt, *, provider_micros):
    return Difference(
        statement=statement, kind=kind, day=attempt.day, model=attempt.model, attempt=attempt,
        books_micros=attempt.booked_micros, provider_micros=provider_micros,
    )  # fmt: skip


def _by_totals(statement, charges, matched):
    """Compare what has no request id in common, day by day and model by model.

    Where a charge does not say its model, that whole day is compared: it may be of any.
    """
    ours, theirs = defaultdict(list), defaultdict(list)
    unnamed = {charge.day for charge in charges if not charge.model}
    rows = Attempt.objects.filter(demo=settings.DEMO, day__gte=statement.start, day__lte=statement.end)
    for attempt in rows.filter(money__in=SPENT).order_by("id"):
        if attempt.pk not in matched:
            ours[attempt.day, "" if attempt.day in unnamed else attempt.model].append(attempt)
    for charge in charges:
        theirs[charge.day, "" if charge.day in unnamed else charge.model].append(charge.micros)
    for day, model in sorted(ours.keys() | theirs.keys()):
        yield from _of_total(statement, day, model, ours[day, model], theirs[day, model])


def _of_total(statement, day, model, attempts, micros):
    """If the certain calls make up the total, those in doubt were free; if all do, charged; else nobody knows."""
    doubtful = [attempt for attempt in attempts if attempt.money == Money.UNCERTAIN]
    certain = [attempt.micros for attempt in attempts if attempt.money == Money.CHARGED]
    everything = [attempt.micros for attempt in attempts]
    if sorted(micros) == sorted(certain):
        yield from (_of_attempt(statement, Kind.DOUBT_FREE, each, provider_micros=0) for each in doubtful)
    elif sorted(micros) == sorted(everything):
        for each in doubtful:
            yield _of_attempt(statement, Kind.DOUBT_PAID, each, provider_micros=each.micros)
    else:
        facts = {"books_micros": sum(everything), "provider_micros": sum(micros)}
        yield Difference(statement=statement, kind=Kind.TOTAL, day=day, model=model, **facts)


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

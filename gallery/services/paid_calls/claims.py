"""Claims: one short transaction locks the gates, takes turns between members and reserves the money."""

import contextlib
from datetime import datetime
from typing import Any

from django.db.models import F
from django.utils import timezone

from gallery.models import Attempt, Job, Run, User, Worker
from gallery.models.calls import Money
from gallery.models.runs import State
from gallery.services.budgets import deferral, repricing
from gallery.services.db.group_commit import GroupCommit
from gallery.services.db.raw_updates import update_rows
from gallery.services.db.transactions import Priority, write_transaction
from gallery.services.jobs import crash_points
from gallery.services.jobs.transitions import transition_job
from gallery.services.paid_calls.fair_share import FairShare
from gallery.services.prices.price_book import read_price_book

TRIES = 3
MOST_AT_ONCE = 16  # claims in one transaction: the others of a process wait for it


class ClaimConflict(Exception):
    """Somebody cancelled a job between our look and our update (PostgreSQL); the rollback takes the reservations."""


def claim_next(worker: Worker) -> Attempt | None:
    """Claim the next job for this worker and return its attempt, reserved; or None if nothing may be sent now."""
    attempt: Attempt | None = claim_batcher.submit(worker)
    if attempt:
        crash_points.reached("claimed")
    return attempt


def claim_batch(workers: list[Worker]) -> list[Attempt | None]:
    """Return one attempt for each of these workers, None where nothing is left."""
    attempts: list[Attempt | None] = []
    for _ in range(TRIES):
        refused, dearer = set[int](), False
        with contextlib.suppress(ClaimConflict):
            taken, refused, dearer = _claim_in_turn(workers[len(attempts) :], now=timezone.now())
            attempts += taken
            if not (refused or dearer):
                break
        if refused:
            deferral.defer_jobs(refused)
        if dearer:
            repricing.defer_repriced()
        if len(attempts) == len(workers):
            break
    return attempts + [None] * (len(workers) - len(attempts))


@write_transaction(Priority.CLAIM)
def _claim_in_turn(workers: list[Worker], *, now: datetime) -> tuple[list[Attempt], set[int], bool]:
    """Return attempts for the first of these workers; the budgets that were too small for what came before, and
    whether something before had become dearer."""
    fair_share = FairShare(now=now, most=len(workers))
    pairs = list(zip(workers, iter(fair_share.pick_next_job, None), strict=False))
    quotes = _quote_anew([job for _, job in pairs])
    attempts = Attempt.objects.bulk_create([_reservation(job, worker, now) for worker, job in pairs])
    for n, attempt in sorted(enumerate(attempts), key=lambda each: each[1].job.run_id):  # like all who lock runs
        if not transition_job(attempt.job, if_state=[State.QUEUED], state=State.CLAIMED, attempt=attempt, **quotes[n]):
            raise ClaimConflict
        update_rows(User, {"id": attempt.job.owner_id}, last_turn_at=fair_share.turn_at(n))
        attempt.job.attempt = attempt
    return attempts, fair_share.refused, fair_share.dearer


def _quote_anew(jobs: list[Job]) -> list[dict[str, Any]]:
    """Quote the jobs that have become cheaper at the price of the day; return for each the fields that change."""
    changed = [job.price_micros is not None and job.price_micros != job.quoted_micros for job in jobs]
    book = read_price_book() if any(changed) else None
    fields = [
        repricing.quote_anew(job, book=book) if new and book is not None else {}
        for job, new in zip(jobs, changed, strict=True)
    ]
    for job, new in zip(jobs, fields, strict=True):
        if new:
            less = job.quoted_micros - new["quoted_micros"]
            Run.objects.filter(pk=job.run_id).update(quoted_micros=F("quoted_micros") - less)
        vars(job).update(new)
    return fields


def _reservation(job: Job, worker: Worker, now: datetime) -> Attempt:
    today = timezone.localdate(now)
    return Attempt.for_job(
        job, project_id=job.project_id, worker=worker, reserved_at=now, day=today, money=Money.RESERVED
    )


@write_transaction()
def release_claim(attempt: Attempt) -> None:
    """Give a claim back that has not been marked: nothing was sent, it costs nothing."""
    if transition_job(attempt.job, if_state=[State.CLAIMED], if_attempt=attempt, state=State.QUEUED):
        settle_reservation(attempt, error="released")


@write_transaction()
def refuse_claim(attempt: Attempt, *, reason: str) -> None:
    """End a claimed job that cannot be sent as it is: nothing was sent, it costs nothing."""
    if transition_job(attempt.job, if_state=[State.CLAIMED], if_attempt=attempt, state=State.FAILED, reason=reason):
        settle_reservation(attempt, error=reason)


def settle_reservation(attempt: Attempt, *, error: str) -> None:
    """Give reserved money back; what has been marked stays as it is."""
    Attempt.objects.filter(pk=attempt.pk, money=Money.RESERVED).update(money=Money.NOT_CHARGED, error=error)


claim_batcher = GroupCommit(claim_batch, most=MOST_AT_ONCE)

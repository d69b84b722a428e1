"""Every few seconds, in every worker: what dead workers left behind is put right. Ten reapers are harmless.

Of a worker that lives only its own process can say that a call is in nobody's hands: no clock decides about that.
"""

import structlog
from django.db import transaction
from django.db.models import Q, QuerySet

from gallery.models import Attempt, Job, Worker
from gallery.models.calls import Fetch
from gallery.models.runs import State
from gallery.services.jobs.transitions import transition_job
from gallery.services.operations import workers
from gallery.services.operations.workers import FailureDetector
from gallery.services.paid_calls import claims, recording
from gallery.services.storage import files, spool

OF_NOBODY = Q(attempt__worker=None) | Q(attempt__worker__stopped_at__isnull=False)

log = structlog.get_logger("fluxweb.reaper")


def reap(detector: FailureDetector | None = None) -> None:
    """Expire dead workers and take their jobs: what was not marked is free, what was marked is unknown."""
    detector = detector or FailureDetector()
    detector.expire_dead_workers()
    orphans = OF_NOBODY | Q(attempt__in=detector.lost_twice(_lost_of(detector.me)))
    for job in _claimed_or_sending().filter(orphans, state=State.CLAIMED):
        assert job.attempt is not None, "a claim has one"
        claims.release_claim(job.attempt)
    for job in _claimed_or_sending().filter(orphans, state=State.SENDING):
        mark_unknown(job)
    files.sweep_files_of_dead_workers()
    spool.sweep_unfinished(_is_nobodys)
    orphaned = Q(fetch_worker=None) | Q(fetch_worker__stopped_at__isnull=False)
    leased = Attempt.objects.filter(orphaned, fetch=Fetch.WANTED, fetch_lease_until__isnull=False)
    for pk in leased.values_list("pk", flat=True):
        Attempt.objects.filter(pk=pk, fetch=Fetch.WANTED).update(fetch_lease_until=None, fetch_worker=None)


def _is_nobodys(key: str) -> bool:
    """Whether the worker of an attempt is gone: then nobody writes its answer any more."""
    attempt = Attempt.objects.select_related("worker").filter(key=key).first()
    return attempt is not None and attempt.worker is not None and workers.is_gone(attempt.worker)


def _claimed_or_sending() -> QuerySet[Job]:
    return Job.objects.filter(state__in=(State.CLAIMED, State.SENDING)).select_related("attempt", "run")


def _lost_of(me: Worker | None) -> set[int]:
    """Return the attempts of this process that no thread of it works on: it failed in a way nobody thought of.

    An answer on disk is in hand: the sweep records it. One look may come between a claim and its first step, so only
    what is lost at two looks in a row counts.
    """
    mine = _claimed_or_sending().filter(attempt__worker=me) if me else ()
    known = {key for key, _ in spool.list_answers()} if mine else set()
    return {job.attempt.pk for job in mine if job.attempt and job.attempt.key not in known | recording.in_progress}


@transaction.atomic
def mark_unknown(job: Job) -> None:
    """The call may have been made and nobody reads its answer: a person decides, never we."""
    attempt = job.attempt
    assert attempt is not None, "what is sent has one"
    if transition_job(job, if_state=[State.SENDING], if_attempt=attempt, state=State.UNKNOWN, reason="worker_died"):
        log.warning("call in doubt", job=job.key, attempt=attempt.key, micros=attempt.micros)

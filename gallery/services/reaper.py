"""Every few seconds, in every worker: what dead workers left behind is put right. Ten reapers are harmless."""

from datetime import timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from gallery.models import Attempt, Job
from gallery.models.money import Fetch
from gallery.models.runs import State
from gallery.services import claims, workers
from gallery.services.states import change

# Of a worker that lives: its thread failed in a way nobody thought of, and nothing else would ever move the job.
CLAIM_SECONDS = 60  # from claim to mark takes milliseconds
ANSWER_SECONDS = 600  # beyond the call's own deadline; recording may wait minutes for the database
OF_NOBODY = Q(attempt__worker=None) | Q(attempt__worker__stopped_at__isnull=False)

log = structlog.get_logger("fluxweb.reaper")


def reap():
    """Bury dead workers and take their jobs: what was not marked is free, what was marked is in doubt."""
    workers.bury_the_dead()
    now = timezone.now()
    forgotten = Q(attempt__reserved_at__lt=now - timedelta(seconds=CLAIM_SECONDS))
    for job in Job.objects.filter(OF_NOBODY | forgotten, state=State.CLAIMED).select_related("attempt", "run"):
        claims.release(job.attempt)
    unanswered = Q(attempt__sent_at__lt=now - timedelta(seconds=settings.FLUX_TIMEOUT + ANSWER_SECONDS))
    for job in Job.objects.filter(OF_NOBODY | unanswered, state=State.SENDING).select_related("attempt", "run"):
        doubt(job)
    orphaned = Q(fetch_worker=None) | Q(fetch_worker__stopped_at__isnull=False)
    leased = Attempt.objects.filter(orphaned, fetch=Fetch.WANTED, fetch_lease_until__isnull=False)
    for pk in leased.values_list("pk", flat=True):
        Attempt.objects.filter(pk=pk, fetch=Fetch.WANTED).update(fetch_lease_until=None, fetch_worker=None)


@transaction.atomic
def doubt(job):
    """The call may have been made and nobody reads its answer: a person decides, never we."""
    attempt = job.attempt
    if change(job, if_state=[State.SENDING], if_attempt=attempt, state=State.UNKNOWN, reason="worker_died"):
        log.warning("call in doubt", job=job.key, attempt=attempt.key, micros=attempt.micros)

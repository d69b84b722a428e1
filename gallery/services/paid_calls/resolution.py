"""What only a person may decide: buy again what may have been paid, settle it, release or drop a held file.

Every decision names the attempt it was taken on: a page that is older than the job decides nothing.
"""

import hashlib
from pathlib import Path
from typing import IO

import structlog
from django.db import transaction

from gallery.models import Attempt, Image, Job, User
from gallery.models.calls import BEING_SENT, Fetch, Money
from gallery.models.runs import UNCERTAIN_STATES, State
from gallery.services.jobs.transitions import bump_run_version, requeued_fields, transition_job
from gallery.services.media import validation
from gallery.services.paid_calls import downloads, held_files
from gallery.services.storage import files

BUYABLE_AGAIN = (State.UNKNOWN, State.LOST, State.NO_RESULT)

log = structlog.get_logger("fluxweb.decisions")


class NotHeld(Exception):
    """There is no held file (any more)."""


@transaction.atomic
def ask_again(job: Job, *, attempt: Attempt, by: User) -> bool:
    """Queue a second purchase of a picture that may have been paid for; return whether it could be.

    The earlier attempt keeps its money as it stands: uncertain stays uncertain until it is settled.
    """
    log.info("asked again", job=job.key, by=by.username)
    return transition_job(job, if_state=BUYABLE_AGAIN, if_attempt=attempt, **requeued_fields())


@transaction.atomic
def settle_charge(attempt: Attempt, *, charged: bool, by: User) -> bool:
    """Say what became of an uncertain charge, with a name on it; return whether it was uncertain."""
    job = attempt.job
    bump_run_version(job.run_id)
    uncertain = Attempt.objects.filter(pk=attempt.pk, money=Money.UNCERTAIN).exclude(BEING_SENT)
    money = Money.CHARGED if charged else Money.NOT_CHARGED
    gone = {"fetch": Fetch.DEAD} if charged else {}
    if not uncertain.update(money=money, settled_by=by.username, **gone):
        return False
    state, reason = (State.LOST, "settled_charged") if charged else (State.FAILED, "settled_not_charged")
    transition_job(job, if_state=UNCERTAIN_STATES, if_attempt=attempt, state=state, reason=reason)
    log.warning("settled", job=job.key, attempt=attempt.key, money=str(money), by=by.username)
    return True


@transaction.atomic
def book_charge(attempt: Attempt, *, by: User) -> bool:
    """Book a call that was presumed free, because the provider charged it; return whether it was still free.

    A job that was refused by it is lost from now on: what is refused is asked again in one press, as free.
    """
    bump_run_version(attempt.job.run_id)
    free = Attempt.objects.filter(pk=attempt.pk, money=Money.NOT_CHARGED, sent_at__isnull=False)
    if not free.update(money=Money.CHARGED, fetch=Fetch.DEAD, settled_by=by.username):
        return False
    transition_job(attempt.job, if_state=[State.FAILED], if_attempt=attempt, state=State.LOST, reason="settled_charged")
    log.warning("booked as charged", job=attempt.job.key, attempt=attempt.key, by=by.username)
    return True


def release_held(attempt: Attempt, *, by: User) -> Image | None:
    """Deliver a held result and return its image: the file itself if it may be shown, else what can be seen of it.

    If nothing can be seen the result counts as a delivered file, and None is returned. Raises NotHeld, and what the
    storage raises; then nothing has changed.
    """
    if attempt.fetch != Fetch.BLOCKED or not attempt.held_name:
        raise NotHeld
    log.warning("held file released", job=attempt.job.key, attempt=attempt.key, host=attempt.host, by=by.username)
    image = None if downloads.is_deadly(attempt) else _image_of_held(attempt)
    if image is None:
        downloads.deliver_as_file(attempt, by=by)
    return image


def _image_of_held(attempt: Attempt) -> Image | None:
    held_name = attempt.held_name
    with files.incoming_file() as copy:
        with files.open_file(held_name) as file:
            copy.writelines(file.chunks())
        copy.flush()
        copy.seek(0)
        try:
            image = downloads.store_image(copy, attempt, sha256=hashlib.file_digest(copy, "sha256").hexdigest())
        except (validation.NotAnImage, validation.TruncatedImage):
            return _image_drawn_from(copy, attempt)
    held_files.remove_held_file(attempt, held_name)
    return image


def _image_drawn_from(copy: IO[bytes], attempt: Attempt) -> Image | None:
    try:
        with Path(copy.name).open("rb") as file:
            return downloads.store_redrawn(file, attempt)
    except (validation.NotAnImage, validation.TruncatedImage):
        downloads.forget_decode(attempt.pk)
        return None


@transaction.atomic
def drop_held(attempt: Attempt, *, by: User) -> bool:
    """Give a held result up: it was paid for and there will be no picture of it. Return whether it was held."""
    bump_run_version(attempt.job.run_id)
    held_name = attempt.held_name
    given_up = {"fetch": Fetch.DEAD, "url": "", "held_name": "", "settled_by": by.username}
    if not Attempt.objects.filter(pk=attempt.pk, fetch=Fetch.BLOCKED).update(**given_up):
        return False
    transition_job(attempt.job, if_state=[State.BLOCKED], if_attempt=attempt, state=State.LOST, reason="dropped")
    if held_name:
        transaction.on_commit(lambda: held_files.remove_held_file(attempt, held_name))
    log.warning("held file dropped", job=attempt.job.key, attempt=attempt.key, by=by.username)
    return True


def find_attempt(job: Job, key: str = "") -> Attempt | None:
    """Return the attempt that a page named, or the job's current one; None if the job has no such attempt."""
    attempts = Attempt.objects.filter(job=job).select_related("job__run")
    current = Job.objects.filter(pk=job.pk).values("attempt")
    return (attempts.filter(key=key) if key else attempts.filter(pk__in=current)).first()

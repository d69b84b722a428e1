"""The life of one job after its claim, top to bottom: storage, mark, send, record."""

import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from typing import Any

import structlog
from django.db import connection
from django.utils import timezone

from gallery.api import errors
from gallery.models import Attempt
from gallery.models.calls import Money
from gallery.models.runs import State
from gallery.services.db.raw_updates import update_rows
from gallery.services.db.transactions import Priority, release_connection, write_transaction
from gallery.services.jobs import crash_points, provider
from gallery.services.jobs.transitions import transition_job
from gallery.services.paid_calls import claims, outcomes, recording
from gallery.services.references import inputs
from gallery.services.storage import files, storage_watch

WhileWaiting = Callable[[], AbstractContextManager[object]]

log = structlog.get_logger("fluxweb.jobs")


def perform_call(attempt: Attempt, *, while_waiting: WhileWaiting = nullcontext) -> Attempt | None:
    """Take a claimed attempt through its paid call. Return it as recorded if there is now an address to fetch.

    `while_waiting`: makes a context around the wait for the provider.
    """
    with recording.keep_in_progress(attempt):
        body = prepare_body(attempt)
        if body is None:
            return None
        marked_at = mark_about_to_pay(attempt)
        if marked_at is None:
            return None
        outcome = send_request(attempt, body, marked_at=marked_at, while_waiting=while_waiting)
        return recording.record_answer(attempt, outcome)


def prepare_body(attempt: Attempt) -> dict[str, Any] | None:
    """Return the JSON to send with the pictures that go in, or None if it is not to be sent.

    If the result could not be stored now, or the storage does not give the pictures, the claim is given back and no
    more is claimed until it does. If one of the pictures is gone, the job has failed for nothing.
    """
    try:
        files.check_storage()
        return inputs.load_body(attempt.job.body())
    except files.StorageTrouble as trouble:
        claims.release_claim(attempt)
        assert attempt.worker_id is not None, "who claimed it"
        storage_watch.watch.shut(trouble, worker_id=attempt.worker_id)
    except inputs.InputGone:
        claims.refuse_claim(attempt, reason="reference_gone")
    return None


def mark_about_to_pay(attempt: Attempt) -> float | None:
    """Commit "about to pay" and return the moment of it (monotonic seconds), or None if the claim is no longer ours.

    From here on the call counts as spent until an answer says otherwise.
    """
    now = timezone.now()
    if timezone.localdate(now) != attempt.day:  # midnight has passed: today's budgets have not been asked
        claims.release_claim(attempt)
        return None
    with write_transaction(Priority.MARK):
        if not transition_job(
            attempt.job, if_state=[State.CLAIMED], if_attempt=attempt, state=State.SENDING, reason="", words=""
        ):
            claims.settle_reservation(attempt, error="claim lost")
            return None
        marked_at = time.monotonic()
        update_rows(Attempt, {"id": attempt}, money=Money.UNCERTAIN, sent_at=now)
    crash_points.reached("marked")
    return marked_at


def send_request(
    attempt: Attempt, body: dict[str, Any], *, marked_at: float, while_waiting: WhileWaiting = nullcontext
) -> outcomes.Outcome:
    """Make the one POST and say what its answer means. Never inside a transaction, never with a connection held."""
    if connection.in_atomic_block:
        raise RuntimeError("a paid call inside a transaction")
    release_connection()
    try:
        with while_waiting():
            answer = provider.request_image(body, marked_at=marked_at)
    except Exception as error:  # whatever it is, the call may have been made: it must reach the books
        if not isinstance(error, errors.ApiError):
            log.exception("unexpected error in a paid call", attempt=attempt.key)
        return outcomes.outcome_of_error(error, failures=attempt.job.failures)
    crash_points.reached("answered")
    return outcomes.outcome_of_answer(answer)

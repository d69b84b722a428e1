"""Answers of paid calls, put on the books before anything else: the charge, the address, what they say of the gates."""

import contextlib
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.utils import timezone

from gallery.models import Attempt, Job
from gallery.models.calls import FETCH_LEASE_SECONDS, INLINE, KEY_GATE, Fetch, Money
from gallery.models.runs import OPEN_TO_LATE_ANSWER, UPSTREAM, State
from gallery.services.db.group_commit import GroupCommit
from gallery.services.db.raw_updates import update_rows
from gallery.services.db.transactions import Priority, write_transaction
from gallery.services.db.trouble import trouble_of
from gallery.services.jobs import crash_points, gates, provider, reasons
from gallery.services.jobs.transitions import bump_run_version, transition_job
from gallery.services.paid_calls import claims, outcomes
from gallery.services.paid_calls.outcomes import Outcome
from gallery.services.storage import spool

ADDRESS_SECONDS = 600  # a result's address lives ten minutes (docs/api.md)
INLINE_SECONDS = 86_400  # bytes in the spool do not die: only if its disk is gone, they are given up after a day
STATE_OF_RESULT: dict[str, State] = {
    Fetch.WANTED: State.HAVE_URL, Fetch.DONE: State.DONE, Fetch.BLOCKED: State.BLOCKED, Fetch.FILED: State.BLOCKED,
}  # fmt: skip
RECORD_PAUSES = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 30, 30, 30)  # seconds; then the sweep replays the spool file
MOST_AT_ONCE = 8  # answers in one transaction

Answered = tuple[Attempt, Outcome]

log = structlog.get_logger("fluxweb.jobs")
in_progress: set[str] = set()  # attempts that a thread of this process has in hand


@contextlib.contextmanager
def keep_in_progress(attempt: Attempt) -> Iterator[None]:
    """Around the life of a call: while a thread of this process has it, nobody else need look after it."""
    in_progress.add(attempt.key)
    try:
        yield
    finally:
        in_progress.discard(attempt.key)


def record_answer(attempt: Attempt, outcome: Outcome) -> Attempt | None:
    """Record the answer to a call of this worker, trying for minutes; on disk first, so that a kill keeps it.

    Return the attempt if its address is to be fetched now.
    """
    _spool(attempt, outcome)
    crash_points.reached("spooled")
    for pause in (0, *RECORD_PAUSES):
        time.sleep(pause)
        try:
            news = record_batcher.submit((attempt, outcome))
        except DatabaseTrouble as error:
            connection.close()
            why = trouble_of(error)
            log.warning("database away, answer waits", attempt=attempt.key, why=why, exc_info=why is None)
        else:
            crash_points.reached("recorded")
            spool.remove_answer(attempt.key)
            return news if outcome.url else None
    log.critical("answer not recorded, kept in the spool", attempt=attempt.key)
    return None


def _spool(attempt: Attempt, outcome: Outcome) -> None:
    """A disk that is full must not keep the answer from the database."""
    if outcome.content and _spool_content(attempt, outcome):
        return
    try:
        spool.save_answer(attempt.key, outcome.as_json())
    except OSError:
        log.exception("answer not spooled", attempt=attempt.key)


def _spool_content(attempt: Attempt, outcome: Outcome) -> bool:
    """The picture itself has no other place until it is stored: a disk that is full is given minutes."""
    for pause in (0, *RECORD_PAUSES):
        time.sleep(pause)
        try:
            spool.save_content(attempt.key, outcome.as_json(), outcome.content)
        except OSError:
            log.exception("picture of an answer not spooled", attempt=attempt.key)
        else:
            return True
    return False


def _record_all(answered: list[Answered]) -> list[Attempt | None]:
    """Record what several threads bring at the same moment; return for each the attempt, or None if it was known."""
    by_run = sorted(answered, key=lambda each: each[0].job.run_id)  # everybody locks runs in the same order
    with write_transaction(Priority.RECORD):
        news = {attempt.pk: _record_own(attempt, outcome) for attempt, outcome in by_run}
    _update_gates([(attempt.job, outcome) for attempt, outcome in answered if news[attempt.pk]])
    return [news[attempt.pk] for attempt, _ in answered]


def _record_own(attempt: Attempt, outcome: Outcome) -> Attempt | None:
    return _record_usual(attempt, outcome) or _record(attempt.key, outcome, own=True)


def _record_usual(attempt: Attempt, outcome: Outcome) -> Attempt | None:
    """Record the usual answer: an address, and the job still waits for it, so nobody else has touched the attempt."""
    if outcome.state != State.HAVE_URL:
        return None
    attempt.request_id = outcome.request_id[:200]  # for the log
    if not transition_job(attempt.job, if_state=[State.SENDING], if_attempt=attempt, state=State.HAVE_URL):
        return None
    book_answer(attempt, outcome, leased=True)
    return attempt


def replay_spool() -> None:
    """Record the answers that lie on disk: of workers that were killed, or that gave up waiting for the database."""
    for key, text in spool.list_answers(unless=in_progress):
        try:
            record_late(key, outcomes.Outcome(**json.loads(text)))
        except DatabaseTrouble:
            raise
        except Exception:  # a damaged file, or one of another version: kept for a person, out of the others' way
            log.exception("answer on disk cannot be read", attempt=key)
            spool.set_aside(key)


def replay_contents() -> None:
    """Record pictures in the spool whose answer nobody recorded, and remove those that are stored by now."""
    for key in spool.list_contents(unless=in_progress):
        attempt = Attempt.objects.filter(key=key).first()
        if attempt is None:
            continue  # of another database
        if attempt.answered_at is None:
            _replay_content(key)
        elif attempt.fetch not in (Fetch.NONE, Fetch.WANTED):
            spool.remove_content(key)


def _replay_content(key: str) -> None:
    try:
        outcome = outcomes.Outcome(**spool.read_facts(key))
    except (ValueError, TypeError):  # damaged, or of another version
        log.exception("answer on disk cannot be read", attempt=key)
        spool.set_aside(key, spool.CONTENT_SUFFIX)
    else:
        record_late(key, outcome)


def record_late(attempt_key: str, outcome: Outcome) -> None:
    """Record an answer whose caller may be gone, once, whoever has the job by now; then drop the spool file."""
    with write_transaction(Priority.RECORD):
        attempt = _record(attempt_key, outcome)
    if attempt:
        _update_gates([(attempt.job, outcome)])
    spool.remove_answer(attempt_key)


def _record(attempt_key: str, outcome: Outcome, *, own: bool = False) -> Attempt | None:
    """Book an outcome, once; return the attempt if it was news, or if its `own` worker is still to fetch the result."""
    attempts = Attempt.objects.filter(key=attempt_key)
    run_id = attempts.values_list("job__run", flat=True).first()
    if run_id is None:
        return None
    bump_run_version(run_id)  # takes the run's lock: two who record the same answer go one after the other
    attempt = attempts.select_related("job").get()
    if attempt.answered_at:
        return attempt if own and attempt.fetch_worker_id == attempt.worker_id else None
    book_answer(attempt, outcome, leased=own)
    if outcome.state == State.HAVE_URL:
        _enter_have_url(attempt)
    else:
        _leave_sending(attempt, outcome)
    return attempt


def book_answer(attempt: Attempt, outcome: Outcome, *, leased: bool) -> None:
    """Put what an answer means on the books. `leased`: and take the lease of its picture. Call in a transaction."""
    booked = {
        "answered_at": timezone.now(),
        "status": outcome.status,
        "request_id": outcome.request_id[:200],
        "error": outcome.error[:80],
        "words": outcome.words[:500],
    }
    if not (attempt.settled_by and outcome.money == Money.UNCERTAIN):  # a person's word stands against "nobody knows"
        booked["money"] = outcome.money
    if outcome.url:
        booked |= _address(outcome.url) | (_lease(attempt) if leased else {})
    update_rows(Attempt, {"id": attempt}, **booked)
    for name, value in booked.items():
        setattr(attempt, name, value)


def _address(url: str) -> dict[str, Any]:
    now = timezone.now()
    return {
        "url": url,
        "host": provider.host_of(url)[:255],
        "fetch": Fetch.WANTED,
        "fetch_after": now,
        "url_dies_at": now + timedelta(seconds=INLINE_SECONDS if url == INLINE else ADDRESS_SECONDS),
    }


def _lease(attempt: Attempt) -> dict[str, Any]:
    """The worker that made the call fetches the result itself: nobody else needs to look for it."""
    until = timezone.now() + timedelta(seconds=FETCH_LEASE_SECONDS)
    return {"fetch_worker_id": attempt.worker_id, "fetch_lease_until": until}


def _enter_have_url(attempt: Attempt) -> None:
    """Take a paid address in whatever the job is doing by now; a second purchase that was not sent yet is dropped."""
    job = attempt.job
    if transition_job(job, if_state=[State.SENDING], if_attempt=attempt, state=State.HAVE_URL):
        return
    job.refresh_from_db()
    unsent = job.attempt if job.attempt_id != attempt.pk and job.state == State.CLAIMED else None
    taken = transition_job(
        job, if_state=OPEN_TO_LATE_ANSWER, state=State.HAVE_URL, attempt=attempt, reason="", words=""
    )
    if taken and unsent:
        claims.settle_reservation(unsent, error="dropped: the first answer came")


def _leave_sending(attempt: Attempt, outcome: Outcome) -> None:
    """An answer without a picture moves the job only if it still waits for this very attempt."""
    fields: dict[str, Any] = {"state": outcome.state, "reason": outcome.reason, "words": outcome.words[:500]}
    earlier = _earlier_result(attempt) if outcome.money == Money.NOT_CHARGED else None
    if earlier:
        fields = {"state": STATE_OF_RESULT[earlier.fetch], "attempt": earlier, "reason": "", "words": ""}
    elif outcome.state == State.QUEUED:
        fields |= _queued_again(attempt.job, outcome)
    transition_job(attempt.job, if_state=[State.SENDING, State.UNKNOWN], if_attempt=attempt, **fields)


def _earlier_result(attempt: Attempt) -> Attempt | None:
    """An earlier call of the job whose answer came late: its picture is paid for, so none is bought again."""
    others = attempt.job.attempts.exclude(pk=attempt.pk).filter(fetch__in=STATE_OF_RESULT)
    return others.order_by("-id").first()


def _queued_again(job: Job, outcome: Outcome) -> dict[str, Any]:
    job.refresh_from_db(fields=["cancel_wanted", "failures"])
    if job.cancel_wanted:
        return {"state": State.CANCELLED, "reason": "cancelled", "cancel_wanted": False}
    failures = job.failures + (1 if outcome.reason in UPSTREAM else 0)
    return {"failures": failures, "not_before": timezone.now() + timedelta(seconds=outcome.wait_seconds or 0)}


def _update_gates(news: list[tuple[Job, Outcome]]) -> None:
    """What answers say about the key or the model. After the commit: the gates' lock comes before the job's."""
    for model in {job.model for job, outcome in news if outcome.gate == "good"}:
        gates.note_success(model)
    for job, outcome in news:
        _update_gate(job, outcome)


def _update_gate(job: Job, outcome: Outcome) -> None:
    match outcome.gate:
        case "failure":
            gates.note_failure(job.model)
        case "close":
            gates.close_gate_for(KEY_GATE, outcome.wait_seconds)
        case "pause_key":
            gates.pause_gate(KEY_GATE, reason=reasons.pause_words(outcome))
        case "pause_model":
            gates.pause_gate(job.model, reason=reasons.pause_words(outcome))
        case "empty_answer":
            gates.note_empty_answer(job.run)
        case "forbidden":
            gates.note_forbidden(job.run)


record_batcher = GroupCommit(_record_all, most=MOST_AT_ONCE)

"""The life of one job after its claim: mark, send, record, and what the answer says about the gates."""

import json
import time
from datetime import timedelta

import structlog
from django.db import Error as DatabaseTrouble
from django.db import connection
from django.utils import timezone

from gallery.models import Attempt
from gallery.models.money import KEY_GATE, Fetch, Money
from gallery.models.runs import OPEN_TO_LATE_ANSWER, State
from gallery.services import crash, files, gate, outcomes, provider, reasons, spool
from gallery.services.commits import committing, give_connection_back
from gallery.services.states import change, raise_version
from gallery.services.traffic import calls_first

ADDRESS_SECONDS = 600  # a result's address lives ten minutes (flux-api.md)
# The worker that got the address fetches it itself; others only if it has not begun by then.
FIRST_LEASE_SECONDS = 20
STATE_OF_RESULT = {Fetch.WANTED: State.HAVE_URL, Fetch.DONE: State.DONE, Fetch.BLOCKED: State.BLOCKED}
RECORD_PAUSES = (0.1, 0.5, 1, 2, 5, 10, 20, 30, 30, 30, 30)  # seconds; then the spool file is taken in by the sweep

log = structlog.get_logger("fluxweb.jobs")


def perform(attempt):
    """Take a claimed attempt through its paid call. Return whether there is now an address to fetch."""
    if not has_room(attempt):
        return False
    marked_at = mark(attempt)
    if marked_at is None:
        return False
    outcome = send(attempt, marked_at=marked_at)
    record(attempt, outcome)
    return bool(outcome.url)


def has_room(attempt):
    """Look whether the result could be stored; if not, give the claim back and pause the gate with the reason."""
    try:
        files.check_room()
    except files.StorageTrouble as trouble:
        gate.pause(KEY_GATE, reason=f"{trouble} Nothing was bought; jobs wait.")
        release(attempt)
        return False
    return True


@committing()
def release(attempt):
    """Give a claim back that has not been marked: nothing was sent, it costs nothing."""
    if change(attempt.job, if_state=[State.CLAIMED], if_attempt=attempt, state=State.QUEUED):
        settle_reservation(attempt, error="released")


def settle_reservation(attempt, *, error):
    """Give reserved money back; what has been marked stays as it is."""
    Attempt.objects.filter(pk=attempt.pk, money=Money.RESERVED).update(money=Money.NOT_CHARGED, error=error)


def mark(attempt):
    """Commit "about to pay" and return the moment of it (monotonic seconds), or None if the claim is no longer ours.

    From here on the call counts as spent until an answer says otherwise.
    """
    now = timezone.now()
    with committing():
        if not change(
            attempt.job, if_state=[State.CLAIMED], if_attempt=attempt, state=State.SENDING, reason="", words=""
        ):
            settle_reservation(attempt, error="claim lost")
            return None
        marked_at = time.monotonic()
        Attempt.objects.filter(pk=attempt.pk).update(money=Money.UNCERTAIN, sent_at=now, day=timezone.localdate(now))
    crash.reached("marked")
    return marked_at


def send(attempt, *, marked_at):
    """Make the one POST and say what its answer means. Never inside a transaction, never with a connection held."""
    if connection.in_atomic_block:
        raise RuntimeError("a paid call inside a transaction")
    body = attempt.job.body()
    give_connection_back()
    try:
        with calls_first.waiting_for_answer():
            answer = provider.ask(body, marked_at=marked_at)
    except Exception as error:  # whatever it is, the call may have been made: it must reach the books
        if not isinstance(error, outcomes.errors.ApiError):
            log.exception("unexpected error in a paid call", attempt=attempt.key)
        return outcomes.of_error(error, failures=attempt.job.failures)
    crash.reached("answered")
    return outcomes.of_answer(answer)


def record(attempt, outcome):
    """Put the outcome on the books before anything else, trying for minutes; on disk first, so that a kill keeps it."""
    _spool(attempt, outcome)
    crash.reached("spooled")
    for pause in (*RECORD_PAUSES, None):
        try:
            take_in(attempt.key, outcome)
        except DatabaseTrouble:
            connection.close()
            if pause is None:
                log.critical("answer not recorded, kept in the spool", attempt=attempt.key)
                return
            log.exception("database away, answer waits", attempt=attempt.key, pause=pause)
            time.sleep(pause)
        else:
            crash.reached("recorded")
            return


def _spool(attempt, outcome):
    """A disk that is full must not keep the answer from the database."""
    try:
        spool.keep(attempt.key, outcome.as_json())
    except OSError:
        log.exception("answer not spooled", attempt=attempt.key)


def take_in_spool():
    """Record the answers that lie on disk: of workers that were killed, or that gave up waiting for the database."""
    for key, text in spool.kept():
        try:
            take_in(key, outcomes.Outcome(**json.loads(text)))
        except DatabaseTrouble:
            raise
        except Exception:  # a damaged file, or one of another version: kept for a person, out of the others' way
            log.exception("answer on disk cannot be read", attempt=key)
            spool.put_aside(key)


def take_in(attempt_key, outcome):
    """Record one outcome, once, whoever has the job by now; then tell the gates and drop the spool file."""
    attempts = Attempt.objects.filter(key=attempt_key)
    run_id = attempts.values_list("job__run", flat=True).first()
    if run_id and (job := _record(attempts, run_id, outcome)):
        _tell_gates(job, outcome)
    spool.forget(attempt_key)


@committing()
def _record(attempts, run_id, outcome):
    """Book an outcome, once; return the job if it was news."""
    raise_version(run_id)  # takes the run's lock: two who record the same answer go one after the other
    attempt = attempts.select_related("job").get()
    if attempt.answered_at:
        return None
    _book(attempt, outcome)
    if outcome.state == State.HAVE_URL:
        _enter_have_url(attempt)
    else:
        _leave_sending(attempt, outcome)
    return attempt.job


def _book(attempt, outcome):
    attempt.answered_at = timezone.now()
    attempt.status, attempt.request_id = outcome.status, outcome.request_id[:200]
    attempt.error, attempt.words = outcome.error[:80], outcome.words[:500]
    if not (attempt.settled_by and outcome.money == Money.UNCERTAIN):  # a person's word stands against "nobody knows"
        attempt.money = outcome.money
    for name, value in _address(attempt, outcome.url).items() if outcome.url else ():
        setattr(attempt, name, value)
    attempt.save()


def _enter_have_url(attempt):
    """Take a paid address in whatever the job is doing by now; a second purchase that was not sent yet is dropped."""
    job = attempt.job
    if change(job, if_state=[State.SENDING], if_attempt=attempt, state=State.HAVE_URL):
        return
    job.refresh_from_db()
    unsent = job.attempt if job.attempt_id != attempt.pk and job.state == State.CLAIMED else None
    taken = change(job, if_state=OPEN_TO_LATE_ANSWER, state=State.HAVE_URL, attempt=attempt, reason="", words="")
    if taken and unsent:
        settle_reservation(unsent, error="dropped: the first answer came")


def _leave_sending(attempt, outcome):
    """An answer without a picture moves the job only if it still waits for this very attempt."""
    fields = {"state": outcome.state, "reason": outcome.reason, "words": outcome.words[:500]}
    earlier = _earlier_result(attempt) if outcome.money == Money.NOT_CHARGED else None
    if earlier:
        fields = {"state": STATE_OF_RESULT[earlier.fetch], "attempt": earlier, "reason": "", "words": ""}
    elif outcome.state == State.QUEUED:
        fields |= _queued_again(attempt.job, outcome)
    change(attempt.job, if_state=[State.SENDING, State.UNKNOWN], if_attempt=attempt, **fields)


def _earlier_result(attempt):
    """An earlier call of the job whose answer came late: its picture is paid for, so none is bought again."""
    others = attempt.job.attempts.exclude(pk=attempt.pk).filter(fetch__in=STATE_OF_RESULT)
    return others.order_by("-id").first()


def _queued_again(job, outcome):
    job.refresh_from_db(fields=["cancel_wanted", "failures"])
    if job.cancel_wanted:
        return {"state": State.CANCELLED, "reason": "cancelled", "cancel_wanted": False}
    failures = job.failures + (1 if outcome.reason == "upstream_failed" else 0)
    return {"failures": failures, "not_before": timezone.now() + timedelta(seconds=outcome.wait_seconds or 0)}


def _address(attempt, url):
    now = timezone.now()
    return {
        "url": url,
        "host": provider.host_of(url)[:255],
        "fetch": Fetch.WANTED,
        "fetch_after": now,
        "fetch_worker_id": attempt.worker_id,
        "fetch_lease_until": now + timedelta(seconds=FIRST_LEASE_SECONDS),
        "url_dies_at": now + timedelta(seconds=ADDRESS_SECONDS),
    }


def _tell_gates(job, outcome):
    """What an answer says about the key or the model. After the commit: the gates' lock comes before the job's."""
    match outcome.gate:
        case "good":
            gate.note_success(job.model)
        case "strike":
            gate.note_strike(job.model)
        case "close":
            gate.close_for(KEY_GATE, outcome.wait_seconds)
        case "pause_key":
            gate.pause(KEY_GATE, reason=reasons.pause_words(outcome))
        case "pause_model":
            gate.pause(job.model, reason=reasons.pause_words(outcome))
        case "odd":
            gate.note_odd(job.run)
        case "forbidden":
            gate.note_forbidden(job.run)

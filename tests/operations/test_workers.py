"""Who is alive: judged by processes that are there and by beats that were looked for, never by the time of day."""

import os
import signal
import subprocess
from datetime import timedelta

import pytest
from django.db import OperationalError, connection
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from gallery.models import Attempt, Worker
from gallery.services.operations import workers
from gallery.services.paid_calls import claims, perform, recording, recovery
from gallery.services.storage import spool
from tests.factories import make_run, states

HOURS = timedelta(hours=2)


class Row:
    """What a look sees of a worker."""

    def __init__(self, pk):
        self.pk = pk


def silence_of(detector, beats, *, now):
    """Let the detector look at one worker; return for how long it has been silent."""
    [seconds] = detector.note_beats({Row(1): beats}, now=now).values()
    return seconds


# -- what a detector has seen -----------------------------------------------------------------------------------------


def test_silence_is_what_a_judge_has_seen_and_begins_at_its_first_look(settings):
    settings.DEAD_AFTER_SECONDS = 30
    detector = workers.FailureDetector()
    seen = [silence_of(detector, beat, now=now) for now, beat in ((0, "a"), (10, "a"), (20, "a"), (25, "b"), (35, "b"))]
    assert seen == [0, 10, 20, 0, 10]


@pytest.mark.parametrize("away", [28, 70, 7200])
def test_while_nobody_could_look_nobody_was_silent(settings, away):
    settings.DEAD_AFTER_SECONDS = 30
    detector = workers.FailureDetector()
    for now in (0, 5, 10, 10 + away):
        seen = silence_of(detector, "a", now=now)
    assert seen == 0


@given(st.lists(st.floats(0.01, 40), max_size=60))
def test_nobody_is_silent_for_longer_than_the_looks_without_a_gap(steps):
    detector, now, unbroken = workers.FailureDetector(), 0.0, 0.0
    silence_of(detector, "a", now=now)
    for step in steps:
        now += step
        unbroken = unbroken + step if step <= 15 else 0
        assert silence_of(detector, "a", now=now) == pytest.approx(unbroken)


# -- who is dead ------------------------------------------------------------------------------------------------------

in_database = pytest.mark.django_db(transaction=True)


@pytest.fixture
def running(owner, worker):
    """A run with one call that is being made by a worker whose process, this one, is there."""
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    return run


@pytest.fixture
def detector(other_worker):
    return workers.FailureDetector(other_worker.row)


@pytest.fixture
def seconds_pass(monkeypatch):
    """Move the clock that only goes forwards, for the judges alone."""
    passed = [1000.0]
    monkeypatch.setattr(workers.time, "monotonic", lambda: passed[0])

    def let_pass(seconds):
        passed[0] += seconds

    return let_pass


def look_on(detector, seconds_pass, *, seconds, every=5):
    """Let a detector look every five seconds for so long."""
    recovery.reap(detector)
    for _ in range(int(seconds / every) + 1):
        seconds_pass(every)
        recovery.reap(detector)


@in_database
@pytest.mark.parametrize("jump", [HOURS, -HOURS])
def test_a_jump_of_the_clock_puts_no_running_call_in_doubt(running, detector, worker, jump):
    """As rows look after it: the beat, the claim and the mark are two hours old, or still to come."""
    then = timezone.now() - jump
    Worker.objects.update(heartbeat_at=then)
    Attempt.objects.update(reserved_at=then, sent_at=then)
    with recording.keep_in_progress(running.jobs.get().attempt):
        for each in (detector, workers.FailureDetector(worker.row), detector, workers.FailureDetector(worker.row)):
            recovery.reap(each)
    assert states(running) == ["SENDING"]
    assert not Worker.objects.exclude(stopped_at=None).exists()


@in_database
def test_a_process_that_is_there_is_not_dead_however_long_its_beat_is_held_up(running, detector, seconds_pass):
    look_on(detector, seconds_pass, seconds=300)
    assert states(running) == ["SENDING"]


@in_database
def test_a_process_that_hangs_for_longer_than_any_call_lasts_gives_its_calls_up(
    running, detector, seconds_pass, settings
):
    look_on(detector, seconds_pass, seconds=settings.FLUX_TIMEOUT + workers.HUNG_SECONDS)
    assert states(running) == ["UNKNOWN"]


@in_database
def test_a_judge_does_not_judge_itself(worker):
    Worker.objects.update(pid_began="somebody else")
    assert workers.FailureDetector(worker.row).expire_dead_workers() == 0
    assert workers.FailureDetector().expire_dead_workers() == 1


@in_database
def test_another_machines_silence_counts_only_while_somebody_looks(running, detector, worker, seconds_pass):
    Worker.objects.filter(pk=worker.row.pk).update(host="another machine", heartbeat_at=timezone.now() - HOURS)
    look_on(detector, seconds_pass, seconds=20)
    seconds_pass(70)
    look_on(detector, seconds_pass, seconds=20)
    assert states(running) == ["SENDING"]
    look_on(detector, seconds_pass, seconds=20)
    assert states(running) == ["UNKNOWN"]


@in_database
@pytest.mark.parametrize("jump", [HOURS, -HOURS])
def test_another_machine_that_beats_is_alive_whatever_its_clock_says(running, detector, worker, seconds_pass, jump):
    theirs = Worker.objects.filter(pk=worker.row.pk)
    theirs.update(host="another machine")
    for n in range(20):
        theirs.update(heartbeat_at=timezone.now() + jump + timedelta(seconds=n))
        recovery.reap(detector)
        seconds_pass(5)
    assert states(running) == ["SENDING"]


@in_database
def test_whoever_cannot_beat_judges_nobody(running, detector, worker, monkeypatch):
    Worker.objects.filter(pk=worker.row.pk).update(pid_began="somebody else")

    def locked(execute, sql, *rest):
        if sql.startswith("UPDATE"):
            raise OperationalError("database is locked")
        return execute(sql, *rest)

    with connection.execute_wrapper(locked), pytest.raises(OperationalError):
        recovery.reap(detector)
    assert states(running) == ["SENDING"]
    recovery.reap(detector)
    assert states(running) == ["UNKNOWN"]


@in_database
def test_a_frozen_worker_comes_back_by_its_next_heartbeat(worker, detector, seconds_pass):
    with subprocess.Popen(["sleep", "60"]) as process:
        process.send_signal(signal.SIGSTOP)
        os.waitpid(process.pid, os.WUNTRACED)
        facts = {"pid": process.pid, "pid_began": workers.process_start_time(process.pid)}
        Worker.objects.filter(pk=worker.row.pk).update(**facts)
        look_on(detector, seconds_pass, seconds=30)
        process.kill()
    row = Worker.objects.filter(pk=worker.row.pk)
    assert row.exclude(stopped_at=None).exists()
    workers.send_heartbeat(worker.row)
    assert row.filter(stopped_at=None).exists()


@in_database
def test_a_beat_that_came_while_a_judge_made_up_its_mind_counts(worker, detector, monkeypatch):
    Worker.objects.filter(pk=worker.row.pk).update(pid_began="somebody else")

    def beats_meanwhile(_):
        workers.send_heartbeat(worker.row)
        return 0

    monkeypatch.setattr(workers, "patience_seconds", beats_meanwhile)
    assert detector.expire_dead_workers() == 0


def test_a_pid_of_somebody_else_or_of_nobody_is_gone():
    mine = Worker(host=workers.describe_this_host(), pid=os.getpid(), pid_began=workers.process_start_time(os.getpid()))
    assert workers.find_process(mine) == workers.HERE
    assert workers.find_process(Worker(host=mine.host, pid=mine.pid, pid_began="1")) == workers.GONE
    assert workers.find_process(Worker(host=mine.host, pid=2**22 + 1, pid_began="1")) == workers.GONE
    assert workers.find_process(Worker(host="another machine", pid=mine.pid, pid_began="1")) == workers.ELSEWHERE


# -- a thread of our own that failed ----------------------------------------------------------------------------------


@in_database
@pytest.mark.parametrize(("marked", "state"), [(False, "QUEUED"), (True, "UNKNOWN")])
def test_what_no_thread_of_ours_has_in_hand_is_given_up_at_the_second_look(owner, worker, marked, state):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    if marked:
        perform.mark_about_to_pay(attempt)
    detector = workers.FailureDetector(worker.row)
    recovery.reap(detector)
    assert states(run) == ["SENDING" if marked else "CLAIMED"]
    recovery.reap(detector)
    assert states(run) == [state]


@in_database
def test_what_a_thread_of_ours_has_in_hand_is_left_alone_for_as_long_as_it_takes(running, worker):
    attempt, detector = running.jobs.get().attempt, workers.FailureDetector(worker.row)
    with recording.keep_in_progress(attempt):
        for _ in range(5):
            recovery.reap(detector)
    assert states(running) == ["SENDING"]


@in_database
def test_an_answer_on_disk_is_in_hand(running, worker):
    spool.save_answer(running.jobs.get().attempt.key, {"a": "line of another version"})
    detector = workers.FailureDetector(worker.row)
    for _ in range(3):
        recovery.reap(detector)
    assert states(running) == ["SENDING"]


@in_database
def test_a_mark_that_met_a_lock_costs_nothing_and_is_made_anew(owner, worker, monkeypatch):
    run = make_run(owner, seed="7")
    attempt, detector = worker.claim(), workers.FailureDetector(worker.row)

    def locked(*_, **__):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(perform, "transition_job", locked)
        with pytest.raises(OperationalError):
            perform.perform_call(attempt)
    recovery.reap(detector)
    recovery.reap(detector)
    attempt.refresh_from_db()
    assert (states(run), attempt.money) == (["QUEUED"], "not_charged")
    assert claims.claim_next(worker.row)


def test_a_machine_without_proc_has_its_name_alone(monkeypatch):
    def hidden(*_, **__):
        raise OSError

    monkeypatch.setattr(workers.Path, "read_text", hidden)
    assert workers.describe_this_host() == workers.socket.gethostname()[:60]
    assert workers.process_start_time(os.getpid()) == workers.NO_PROC


def test_a_process_of_somebody_else_is_there(monkeypatch):
    def forbidden(*_):
        raise PermissionError

    assert workers._answers(os.getpid())
    monkeypatch.setattr(os, "kill", forbidden)
    assert workers._answers(1)

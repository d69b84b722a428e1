"""SIGKILL, SIGTERM and SIGSTOP at every point of the table "where it dies", with real processes."""

import signal

import pytest

from tests.processes.books import check_books, check_pictures
from tests.processes.town import PROMPT, wait_until

# point -> how the job that was hit ends; the others of the run are done.
BEFORE_THE_MARK = ["claimed"]
UNCERTAIN = ["marked", "answered"]
AFTER_THE_ANSWER = ["spooled", "recorded", "fetched", "published"]


def kill_at(town, point):
    """Let a worker die at the point, then let another one finish the work."""
    dying = town.worker(FLUXWEB_CRASH_AT=point, FLUX_CONCURRENCY="1")
    assert town.submit(images=2) == 0
    assert dying.wait(30) == -signal.SIGKILL
    town.worker()
    town.settle()


@pytest.mark.parametrize("point", BEFORE_THE_MARK + AFTER_THE_ANSWER)
def test_a_kill_that_leaves_no_doubt_loses_nothing(town, point):
    kill_at(town, point)
    assert town.states() == ["DONE", "DONE"]
    check_books(town.jobs(), town.till())
    check_pictures(town)
    wait_until(lambda: not [path for path in town.leftovers() if path.suffix == ".json"])
    wait_until(lambda: town.ask("find", f'"{PROMPT}"') == 2)


INLINE = {"fault": "Shaped", "body": {"created": 1, "data": [{"b64_json": "{b64}"}]}}


@pytest.mark.parametrize("point", AFTER_THE_ANSWER)
def test_a_kill_loses_no_picture_that_came_within_its_answer(town, point):
    """Its bytes are nowhere but in the spool until they are stored: nothing could be fetched again."""
    town.script(INLINE | {"times": 2})
    kill_at(town, point)
    assert town.states() == ["DONE", "DONE"]
    check_books(town.jobs(), town.till())
    check_pictures(town)
    wait_until(lambda: not [path for path in town.leftovers() if path.suffix in (".json", ".content")])


@pytest.mark.parametrize("point", UNCERTAIN)
def test_a_kill_that_leaves_a_doubt_is_never_sent_again(town, point):
    kill_at(town, point)
    assert sorted(town.states()) == ["DONE", "UNKNOWN"]
    [uncertain] = [job for job in town.jobs() if job["state"] == "UNKNOWN"]
    assert [attempt["money"] for attempt in uncertain["attempts"]] == ["uncertain"]
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_a_kill_in_the_middle_of_a_call_is_in_doubt(town):
    town.slow(30)
    dying = town.worker()
    town.submit()
    wait_until(lambda: len(town.till()) == 1)
    dying.kill()
    town.slow(0)
    town.worker()
    town.settle()
    assert town.states() == ["UNKNOWN"]
    check_books(town.jobs(), town.till())


def test_a_kill_between_commit_and_wake_up_is_found_by_the_sweep(town):
    assert town.submit(images=2, FLUXWEB_CRASH_AT="submitted") == -signal.SIGKILL
    town.worker()
    town.settle()
    assert town.states() == ["DONE", "DONE"]
    check_books(town.jobs(), town.till())


def test_a_wiped_queue_loses_no_job(town):
    town.submit(images=2, wake="0")
    town.worker()
    town.settle()
    assert town.states() == ["DONE", "DONE"]


def test_sigterm_lets_running_calls_end_and_begins_no_other(town):
    town.slow(2)
    worker = town.worker(FLUX_CONCURRENCY="1")
    town.submit(images=3)
    wait_until(lambda: len(town.till()) == 1)
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert sorted(town.states()) == ["DONE", "QUEUED", "QUEUED"]
    assert len(town.till()) == 1
    check_pictures(town)


def test_a_frozen_workers_late_answer_is_taken_in(town):
    town.slow(2)
    frozen = town.worker()
    town.submit()
    wait_until(lambda: len(town.till()) == 1)
    town.freeze(frozen)
    town.worker()
    wait_until(lambda: town.states() == ["UNKNOWN"])
    frozen.send_signal(signal.SIGCONT)
    wait_until(lambda: town.states() == ["DONE"])
    check_books(town.jobs(), town.till())
    check_pictures(town)

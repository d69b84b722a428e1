"""What the promise survives besides a kill: a wiped queue, a broker, a provider or a database that is away."""

import signal
import socket
import time

import pytest

from tests.processes.books import check_books, check_pictures
from tests.processes.town import OTHER_PROMPT, PROMPT, free_port, kill_all_of, template_is_on_a_server, wait_until
from tests.processes.website import Website
from tests.sending import sound

TOTAL_SECONDS = 3
ANSWER_SECONDS = 10  # a press with the broker down; redis-py gives up after 5


def test_wake_ups_wiped_before_any_worker_starts_lose_no_job(town):
    town.submit(images=3)
    assert town.ask("wipe") > 0
    town.worker()
    town.settle()
    assert town.states() == ["DONE"] * 3
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_wake_ups_wiped_under_a_running_worker_lose_no_job(town):
    """Once while it is busy, once while it waits for wake-ups; it is frozen then, so that it cannot be faster."""
    town.slow(0.5)
    worker = town.worker()
    town.submit(images=4)
    wait_until(lambda: len(town.till()) == 2)
    town.ask("wipe")
    town.settle()
    town.freeze(worker)
    wait_until(lambda: town.ask("takers") == 0)
    town.submit(images=2, prompt=OTHER_PROMPT)
    assert town.ask("wipe") > 0
    worker.send_signal(signal.SIGCONT)
    town.settle()
    assert town.states() == ["DONE"] * 6
    check_books(town.jobs(), town.till())
    check_pictures(town)


@pytest.fixture
def nobody():
    """An address where nobody listens."""
    return f"redis://127.0.0.1:{free_port()}/0"


@pytest.fixture
def silence():
    """An address where somebody listens and never says a word."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"redis://127.0.0.1:{server.getsockname()[1]}/0"


@pytest.mark.parametrize("broker", ["nobody", "silence"])
def test_a_press_with_the_broker_down_is_taken_and_done_later(town, broker, request):
    website = Website(town, REDIS_URL=request.getfixturevalue(broker))
    began = time.monotonic()
    answer = website.press(_form(town))
    assert time.monotonic() - began < ANSWER_SECONDS
    [run] = {job["run"] for job in town.jobs()}
    assert (answer.status, answer.location) == (302, f"/runs/{run}/")
    assert website.get(f"/runs/{run}/changes/?since=0").status == 204  # nothing has happened yet
    town.worker()
    town.settle()
    assert town.states() == ["DONE", "DONE"]
    check_books(town.jobs(), town.till())


def _form(town, **changes):
    town.prompts.add(PROMPT)
    return sound(prompt=PROMPT, **changes)


def test_worker_and_website_killed_at_once_leave_all_accounted_for(town):
    """The browser, which had no answer, sends its form again: it is the same press."""
    town.slow(30)
    form = _form(town, seed="1..4")
    worker, website = town.worker(), Website(town)
    first = website.press(form)
    wait_until(lambda: len(town.till()) == 2)
    for killed in (worker, website.process):
        kill_all_of(killed)
    town.slow(0)
    town.worker()
    assert Website(town).press(form) == first
    town.settle()
    assert sorted(town.states()) == ["DONE", "DONE", "UNKNOWN", "UNKNOWN"]
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_a_provider_that_dies_and_comes_back_is_asked_for_nothing_twice(town):
    """Calls that ran are in doubt; one that finds nobody costs nothing and is made again."""
    town.slow(30)
    town.worker()
    town.submit(images=2, prompt=OTHER_PROMPT)
    wait_until(lambda: len(town.till()) == 2)
    sold = town.till()
    town.provider.kill()
    wait_until(lambda: town.states() == ["UNKNOWN"] * 2)
    town.submit()
    wait_until(lambda: [each["money"] for each in town.jobs()[2]["attempts"]] == ["not_charged"])
    town.start_provider()
    town.settle()
    assert town.states() == ["UNKNOWN", "UNKNOWN", "DONE"]
    assert [each["money"] for each in town.jobs()[2]["attempts"]] == ["not_charged", "charged"]
    check_books(town.jobs(), sold + town.till())


def test_a_worker_frozen_beyond_its_deadline_is_never_doubled(town):
    """An answer that came while it was frozen may be taken in; where none came, the call stays in doubt."""
    town.env["FLUX_TIMEOUT"] = str(TOTAL_SECONDS)
    town.script({"fault": "Hang", "seconds": 1.5}, {"fault": "Hang"})
    frozen = town.worker()
    town.submit(images=2)
    wait_until(lambda: len(town.till()) == 2)
    town.freeze(frozen)
    town.worker()
    over = max(post["time"] for post in town.till()) + TOTAL_SECONDS
    wait_until(lambda: time.time() > over and town.states() == ["UNKNOWN"] * 2)
    frozen.send_signal(signal.SIGCONT)
    wait_until(lambda: all(attempt["answered_at"] for job in town.jobs() for attempt in job["attempts"]))
    town.let_workers_look_again()
    town.settle()
    assert len(town.till()) == 2
    _check_endings(town)
    check_books(town.jobs(), town.till())


def _check_endings(town):
    status = {post["body"]["seed"]: post["status"] for post in town.till()}
    for job in town.jobs():
        assert job["state"] in ({"DONE", "UNKNOWN"} if status[job["seed"]] else {"UNKNOWN"})
        [attempt] = job["attempts"]
        assert attempt["money"] == {"DONE": "charged", "UNKNOWN": "uncertain"}[job["state"]]


def test_an_answer_waits_for_a_database_that_is_away(town):
    town.slow(1)
    town.worker()
    town.submit()
    wait_until(lambda: len(town.till()) == 1)
    with town.database_away():
        wait_until(lambda: [path for path in town.leftovers() if path.suffix == ".json"])
        wait_until(lambda: _has_noticed(town))
    town.settle()
    assert town.states() == ["DONE"]
    assert len(town.till()) == 1
    check_books(town.jobs(), town.till())
    check_pictures(town)
    wait_until(lambda: not town.leftovers())
    wait_until(lambda: _tells(town, "database or disk is back"))


def _has_noticed(town):
    return _tells(town, "database away, answer waits") and _tells(town, "database or disk away")


def _tells(town, event):
    """A server that is away is refused at once; at a locked file the worker waits without a word."""
    return not template_is_on_a_server() or any(event in line for line in town.said())

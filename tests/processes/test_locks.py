"""A foreign process that locks the database, and the kill of everything at once, in the middle of paid calls."""

import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.pages import Page
from tests.processes.books import check_books, check_pictures
from tests.processes.town import PROMPT, Town, free_port, wait_until
from tests.processes.website import Website
from tests.sending import sound

DEFAULTS = {"FLUXWEB_HEARTBEAT": "5", "FLUXWEB_DEAD_AFTER": "30", "FLUXWEB_SWEEP": "5"}
CALL_SECONDS = 2
IMAGES = 6


@pytest.fixture
def other_town(tmp_path, template, fork_server):
    """A second one beside the first: what takes long in both takes that long once."""
    (tmp_path / "other").mkdir()
    built = Town(tmp_path / "other", template=template, fork_server=fork_server)
    yield built
    built.close()
    built.check_logs()


def test_a_database_locked_by_somebody_else_makes_nobody_dead_and_no_call_doubtful(town, other_town):
    """28 s with the settings as they are, and 70 s where silence of 2 s is death: longer than any try of a write."""
    town.env |= DEFAULTS
    with ThreadPoolExecutor(2) as threads:
        told = threads.submit(_lock_in_the_middle_of_calls, town, seconds=28, press=True)
        _lock_in_the_middle_of_calls(other_town, seconds=70)
        told.result()


def _lock_in_the_middle_of_calls(town, *, seconds, press=False):
    town.slow(CALL_SECONDS)
    workers = [town.worker(), town.worker()]
    website = Website(town) if press else None
    wait_until(lambda: sum("worker started" in line for line in town.said()) == len(workers))
    town.submit(images=IMAGES)
    wait_until(lambda: len(town.till()) >= 2)
    form = sound(prompt=PROMPT, seed="91")
    with town.database_locked():
        until = time.monotonic() + seconds
        refused = website.press(form) if press else None
        wait_until(lambda: time.monotonic() > until, seconds=seconds + 1)
    if press:
        _check_refusal(refused)
        taken = website.press(form)
        assert (taken.status, website.press(form)) == (302, taken)
    town.settle()
    assert town.states() == ["DONE"] * (IMAGES + press)
    assert not [line for line in town.said() if "workers dead" in line or "call in doubt" in line]
    assert [worker.poll() for worker in workers] == [None, None]
    assert all(len(job["attempts"]) == 1 or _was_free(job["attempts"][:-1]) for job in town.jobs())
    check_books(town.jobs(), town.till())
    check_pictures(town)


def _was_free(attempts):
    """What was claimed and met the lock before anything was sent."""
    return all(attempt["sent_at"] is None and attempt["money"] == "not_charged" for attempt in attempts)


def _check_refusal(answer):
    assert answer.status == 503
    assert "Nothing was bought. Press again." in Page(answer.text).text
    assert PROMPT in answer.text


def test_the_kill_of_all_that_up_has_started_leaves_nothing_unaccounted_for(town):
    town.slow(30)
    first = _up(town)
    town.submit(images=4)
    wait_until(lambda: len(town.till()) == 2)
    _kill(_family_of(first.pid))
    town.slow(0)
    second = _up(town)
    town.settle()
    assert sorted(town.states()) == ["DONE", "DONE", "UNKNOWN", "UNKNOWN"]
    assert len(town.till()) == 4
    check_books(town.jobs(), town.till())
    check_pictures(town)
    _kill(_family_of(second.pid))


def _up(town):
    return town.start("manage.py", "up", "--bind", f"127.0.0.1:{free_port()}", wait_for="fluxweb runs at")


def _family_of(pid):
    """Return a process and all that descend from it, whatever sessions they are in."""
    parents = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = stat.read_text().rpartition(")")[2].split()
        except OSError:
            continue  # it has just ended
        parents[int(stat.parent.name)] = int(fields[1])
    family, before = {pid}, set()
    while family != before:
        before = family
        family = family | {child for child, parent in parents.items() if parent in family}
    return family


def _kill(family):
    """Stop all of them first, so that none sees another die."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        for pid in family:
            os.kill(pid, number)

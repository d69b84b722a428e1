"""A Redis that is away at the start, goes and comes back: work goes on, ends in order, and the log stays short."""

import json
import signal
import time

import pytest

from tests.processes.books import check_books, check_pictures
from tests.processes.broker import Broker
from tests.processes.town import OTHER_PROMPT, PROMPT, wait_until
from tests.processes.website import Website
from tests.sending import sound

PRESS_SECONDS = 10  # Redis is waited for two of them; the rest is for a slow machine
UP = {"command": ("manage.py", "up"), "wait_for": "fluxweb runs at"}
NO_SWEEP = "1000"  # seconds: whatever is done then is done by wake-ups
AWAY, STILL_AWAY, BACK, LOST = "Redis away", "Redis still away", "Redis is back", "wake-up lost"


@pytest.fixture
def redis(town, tmp_path):
    """Its server is not started yet."""
    broker = Broker(tmp_path)
    town.env["REDIS_URL"] = broker.url
    yield broker
    broker.kill()


def said(town, words):
    return [line for line in town.said() if words in line]


def press(website, **changes):
    """Press; the answer comes at once, however the broker is."""
    began = time.monotonic()
    answer = website.press(sound(**{"prompt": PROMPT, "seed": "1..3"} | changes))
    assert time.monotonic() - began < PRESS_SECONDS
    assert answer.status == 302


def check_log(town, *, since, processes):
    """No traceback; from each process at most one line a minute of each kind."""
    minutes = 1 + int(time.monotonic() - since) // 60
    assert not said(town, "Traceback")
    assert len(said(town, AWAY)) + len(said(town, STILL_AWAY)) <= processes * minutes
    assert len(said(town, LOST)) <= processes * minutes


def check_all_bought(town, images):
    assert town.states() == ["DONE"] * images
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_up_starts_works_and_ends_without_redis(town, redis):
    since = time.monotonic()
    up = Website(town, **UP)
    wait_until(lambda: said(town, AWAY))
    press(up)
    town.settle()
    check_all_bought(town, 3)
    assert said(town, LOST)
    up.process.send_signal(signal.SIGTERM)
    assert up.process.wait(30) == 0
    assert said(town, "worker stopped")
    check_log(town, since=since, processes=2)


def test_who_started_without_redis_goes_on_by_wake_ups_once_it_is_there(town, redis):
    town.worker(FLUXWEB_SWEEP=NO_SWEEP)
    website = Website(town)
    wait_until(lambda: said(town, AWAY))
    redis.start()
    wait_until(lambda: said(town, BACK))
    press(website)
    town.settle()
    check_all_bought(town, 3)
    assert not said(town, LOST)
    assert len(said(town, BACK)) == 1


WAYS = {
    "killed": ("kill", "start"),
    "silent": ("freeze", "thaw"),
    "refusing": ("refuse", "accept"),
    "full": ("fill", "empty"),
}


@pytest.mark.parametrize(("leave", "return_"), WAYS.values(), ids=WAYS)
def test_work_goes_on_while_redis_is_away_and_by_wake_ups_when_it_is_back(town, redis, leave, return_):
    redis.start()
    worker, website = town.worker(), Website(town)
    press(website)
    town.settle()
    since = time.monotonic()
    getattr(redis, leave)()
    press(website, prompt=OTHER_PROMPT)
    town.settle()
    check_all_bought(town, 6)
    assert said(town, AWAY)
    assert len(said(town, LOST)) == 1
    check_log(town, since=since, processes=2)
    getattr(redis, return_)()
    wait_until(lambda: said(town, BACK))
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    _check_wake_ups(town, website)


def _check_wake_ups(town, website):
    """Of another worker, that has come when Redis was back, and that never looks at the rows by itself."""
    town.worker(FLUXWEB_SWEEP=NO_SWEEP)
    wait_until(lambda: len(said(town, "worker started")) == 2)
    wait_until(lambda: json.loads(website.get("/readyz").text)["queue"])
    press(website, seed="11, 12")
    town.settle()
    check_all_bought(town, 8)
    assert len(said(town, LOST)) == 1


@pytest.mark.parametrize("leave", ["kill", "freeze"])
def test_a_worker_without_redis_lets_its_calls_end_at_sigterm(town, redis, leave):
    redis.start()
    worker = town.worker(FLUX_CONCURRENCY="1")
    town.slow(2)
    town.submit(images=3)
    wait_until(lambda: len(town.till()) == 1)
    getattr(redis, leave)()
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    assert sorted(town.states()) == ["DONE", "QUEUED", "QUEUED"]
    assert len(town.till()) == 1
    assert not said(town, "Traceback")

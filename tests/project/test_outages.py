"""What the log hears of trouble that goes on: once, then once a minute with a count, and when it is over."""

import itertools
import logging

import pytest
import structlog
from django.conf import settings
from django.db import OperationalError

from fluxweb import broker, outages
from fluxweb.logs import SeldomTracebacks
from fluxweb.outages import Outage, Seldom
from gallery import tasks
from gallery.worker import healing
from tests.processes.town import free_port


@pytest.fixture
def clock(monkeypatch):
    """A clock that goes when it is told to."""
    now = [1000.0]
    monkeypatch.setattr(outages.time, "monotonic", lambda: now[0])
    return now


class Lines(list):
    """A log that remembers."""

    def warning(self, event, **facts):
        self.append((event, facts))


@pytest.fixture
def lines():
    return Lines()


def test_the_first_is_said_and_then_one_a_minute_with_a_count(clock):
    seldom = Seldom()
    told = []
    for _ in range(180):
        told.append(seldom.left_out("a kind"))
        clock[0] += 1
    assert [each for each in told if each is not None] == [0, 59, 59]
    assert seldom.left_out("another kind") == 0


def test_kinds_without_end_take_no_memory_without_end(clock):
    seldom = Seldom()
    for kind in range(5 * outages.KINDS_MAX):
        seldom.left_out(kind)
        clock[0] += 1
    assert len(seldom.said) <= outages.KINDS_MAX


def test_an_outage_is_a_line_then_one_a_minute_and_one_at_the_end(lines, clock):
    outage = Outage(lines, "Redis")
    for _ in range(100):
        outage.met("refused")
        clock[0] += 1
    outage.over()
    outage.over()
    assert lines == [
        ("Redis away; tried again by itself", {"why": "refused"}),
        ("Redis still away", {"why": "refused", "left_out": 59}),
        ("Redis is back", {"seconds": 100, "left_out": 39}),
    ]


def test_what_comes_and_goes_all_the_time_is_one_outage(lines, clock):
    outage = Outage(lines, "Redis")
    for _ in range(59):
        outage.met("full")
        outage.over()
        clock[0] += 1
    assert len(lines) == 2


def test_a_new_outage_after_a_calm_is_said_at_once(lines, clock):
    outage = Outage(lines, "Redis")
    for _ in range(2):
        outage.met("refused")
        outage.over()
        clock[0] += outages.CALM_SECONDS
    assert len(lines) == 4


def fail_with(error):
    def act():
        raise error

    return act


@pytest.fixture
def told(monkeypatch):
    """What a healing round logs, fresh for each test."""
    monkeypatch.setattr(healing, "outage", Outage(structlog.get_logger("fluxweb.worker"), "database or disk"))
    with structlog.testing.capture_logs() as captured:
        yield captured


def away():
    error = OperationalError("no connection")
    error.__cause__ = Exception()
    error.__cause__.sqlstate = "08006"
    return error


def test_a_database_that_is_away_is_one_line_without_traceback_whoever_meets_it(told, clock):
    for _ in range(10):
        healing.heal(fail_with(away()))
        healing.log_failure(away(), "fetch failed unexpectedly", by="fetcher")
    healing.heal(lambda: None)  # this one asks no database
    [line] = told
    assert line["why"] == "The database cannot be reached."
    assert "exc_info" not in line


def test_a_fault_of_ours_keeps_its_traceback(told):
    fault = KeyError("x")
    healing.heal(fail_with(fault))
    [line] = told
    assert (line["event"], line["exc_info"]) == ("round failed", fault)


def record_of(error, msg, *args):
    return logging.LogRecord("huey", logging.ERROR, "a file", 1, msg, args, (type(error), error, error.__traceback__))


def raised(error, *, by):
    try:
        by(error)
    except type(error) as caught:
        return caught


def one_way(error):
    raise error


def other_way(error):
    one_way(error)


def test_the_same_traceback_is_written_once_a_minute(clock):
    passes = SeldomTracebacks().filter
    written = []
    for number in range(61):
        record = record_of(raised(KeyError(number), by=one_way), "Unhandled exception in task %s.", number)
        if passes(record):
            written.append(record.getMessage())
        clock[0] += 1
    assert written == [
        "Unhandled exception in task 0.",
        "Unhandled exception in task 60. (59 like this left out)",
    ]


def test_other_faults_are_written_at_once(clock):
    passes = SeldomTracebacks().filter
    for error, way in itertools.product((KeyError, ValueError), (one_way, other_way)):
        assert passes(record_of(raised(error(), by=way), "failed"))
        assert not passes(record_of(raised(error(), by=way), "failed"))


def test_ours_are_told_apart_by_what_they_say_and_not_by_request_or_time(clock):
    passes = SeldomTracebacks().filter
    error = raised(KeyError(), by=one_way)

    def ours(**facts):
        line = {"event": "failed", "exc_info": error, **facts}
        return passes(logging.LogRecord("fluxweb", logging.ERROR, "a file", 1, line, (), None)), line

    assert ours(attempt="a", timestamp="1")[0]
    assert not ours(attempt="a", timestamp="2")[0]
    assert ours(attempt="b", timestamp="3")[0]
    with structlog.contextvars.bound_contextvars(request_id="r"):
        assert not ours(attempt="b", request_id="r")[0]
    clock[0] += outages.SAY_SECONDS
    assert ours(attempt="b")[1]["left_out"] == 1


def test_lines_without_a_traceback_are_never_left_out(clock):
    passes = SeldomTracebacks().filter
    plain = logging.LogRecord("fluxweb", logging.WARNING, "a file", 1, {"event": "job changed"}, (), None)
    assert all(passes(plain) for _ in range(3))


def test_the_console_has_the_filter():
    assert settings.LOGGING["handlers"]["console"]["filters"] == ["tracebacks"]


@pytest.mark.parametrize("first", [lambda storage: storage.dequeue(), lambda storage: storage.read_schedule(0)])
def test_a_consumer_without_its_broker_keeps_its_own_wake_ups_whichever_thread_is_first(first):
    storage = broker.PatientStorage("nobody-listens", url=f"redis://127.0.0.1:{free_port()}/0")
    with pytest.raises(broker.BrokerAway):
        storage.enqueue(b"of a press")
    first(storage)
    storage.enqueue(b"of the consumer")
    assert storage.dequeue() == b"of the consumer"


def test_a_start_goes_on_without_the_broker_whose_old_wake_ups_it_would_forget(monkeypatch, caplog):
    storage = broker.PatientStorage("nobody-listens", url=f"redis://127.0.0.1:{free_port()}/0")
    with monkeypatch.context() as patched:
        patched.setattr(tasks.queue, "storage", storage)
        tasks.forget_wake_ups()
    assert "queue not emptied" in caplog.text

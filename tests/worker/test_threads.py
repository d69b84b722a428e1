"""Threads of one worker: requests served together, writers by priority, who yields to whom."""

import threading

import pytest

from gallery import tasks
from gallery.models import Image, Worker
from gallery.services.db.group_commit import GroupCommit
from gallery.services.db.transactions import Priority, PriorityLock
from gallery.services.media import thumbnails
from gallery.services.paid_calls import downloads
from gallery.worker import priority
from gallery.worker.background import BackgroundMaker
from gallery.worker.downloader import Downloader
from tests.factories import make_run, states
from tests.processes.town import wait_until
from tests.worker.races import at_once

SOON = 10  # seconds: far beyond what anything here takes


class Served:
    """Answers with the tenfold; holds the first batch until the test lets it go, and refuses what is bad."""

    def __init__(self, bad=()):
        self.batches, self.bad = [], set(bad)
        self.entered, self.go_on = threading.Event(), threading.Event()

    def __call__(self, requests):
        self.batches.append(list(requests))
        self.entered.set()
        assert self.go_on.wait(SOON)
        if self.bad & set(requests):
            raise ValueError("bad request")
        return [10 * request for request in requests]


def ask_all(group_commit, requests, served):
    """Ask in a thread each, all while the first is being served; return {request: answer or error}."""
    heard = {}

    def ask(request):
        try:
            heard[request] = group_commit.submit(request)
        except ValueError as error:
            heard[request] = error

    threads = [threading.Thread(target=ask, args=[request]) for request in requests]
    threads[0].start()
    assert served.entered.wait(SOON)
    for thread in threads[1:]:
        thread.start()
    wait_until(lambda: len(group_commit.waiting) == len(requests) - 1)
    served.go_on.set()
    for thread in threads:
        thread.join(SOON)
    return heard


def test_those_who_ask_meanwhile_are_served_together():
    served = Served()
    heard = ask_all(GroupCommit(served, most=3), [1, 2, 3, 4, 5], served)
    assert heard == {1: 10, 2: 20, 3: 30, 4: 40, 5: 50}
    assert [len(batch) for batch in served.batches] == [1, 3, 1]


def test_a_bad_request_harms_nobody_else():
    served = Served(bad=[3])
    heard = ask_all(GroupCommit(served, most=8), [1, 2, 3, 4], served)
    assert isinstance(heard.pop(3), ValueError)
    assert heard == {1: 10, 2: 20, 4: 40}


def test_writers_go_by_priority_and_may_enter_twice():
    lock, order, threads = PriorityLock(), [], []

    def write(priority):
        with lock.held(priority), lock.held(Priority.OTHER):
            order.append(priority)

    with lock.held(Priority.OTHER):
        for priority in (Priority.OTHER, Priority.RECORD, Priority.CLAIM, Priority.MARK):
            threads.append(threading.Thread(target=write, args=[priority]))
            threads[-1].start()
            wait_until(lambda: len(lock.waiting) == len(threads))
    for thread in threads:
        thread.join(SOON)
    assert order == [Priority.MARK, Priority.CLAIM, Priority.RECORD, Priority.OTHER]
    assert not lock.taken


def test_work_yields_until_all_is_quiet_but_not_for_ever():
    calls = priority.PriorityGate()
    with calls.working():
        assert not calls.is_quiet()
        calls.yield_to(until=0)  # long past: returns at once
        with calls.waiting():
            assert calls.busy == 0
        assert calls.busy == 1
        calls.more_waits = False
        calls.yield_to(until=float("inf"))  # nothing waits behind it: returns at once
    assert calls.busy == 0


@pytest.mark.django_db(transaction=True)
def test_what_is_fetched_gets_its_thumbnail_by_itself(owner, worker, provider_server):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    thumbnail_maker = BackgroundMaker()
    downloader = Downloader(worker.row, threads=2, ended=thumbnail_maker.wake)
    downloader.fetch(attempt.pk)
    wait_until(lambda: Image.objects.exclude(thumbnail="").exists())
    downloader.stop()
    thumbnail_maker.stop()
    assert states(run) == ["DONE"]


@pytest.mark.django_db(transaction=True)
def test_a_lease_that_came_with_the_address_is_used_once_and_no_one_else_fetches(
    owner, worker, other_worker, provider_server
):
    make_run(owner, seed="7")
    attempt = worker.call()
    attempt.refresh_from_db()
    assert downloads.due_fetches() == []
    assert downloads.fetch_image(attempt.pk, worker=other_worker.row) is None
    assert not Image.objects.exists()
    assert downloads.fetch_image(attempt.pk, worker=worker.row, leased=attempt) is None
    assert Image.objects.get().attempt == attempt


@pytest.mark.django_db(transaction=True)
def test_each_thumbnail_is_made_by_one_worker(owner, worker, provider_server):
    make_run(owner, seed="1..4")
    for _ in range(4):
        attempt = worker.call()
        downloads.fetch_image(attempt.pk, worker=worker.row)

    def make_all(_):
        while thumbnails.make_next_thumbnail():
            pass

    at_once(make_all, range(3))
    assert not Image.objects.filter(thumbnail="").exists()
    assert set(Image.objects.values_list("thumbnail_tries", flat=True)) == {1}


@pytest.mark.parametrize(("task", "maker"), [(tasks.draw, "sheet_renderer"), (tasks.read, "statement_reader")])
def test_a_wake_up_sets_a_thread_of_its_own_to_work(monkeypatch, task, maker):
    begun = threading.Event()
    thread = BackgroundMaker(begun.set, threads=1)
    monkeypatch.setattr(tasks.process, maker, thread, raising=False)
    task.call_local()  # in a process that is no worker
    assert not thread.wanted.is_set()
    monkeypatch.setattr(tasks.process, "worker", Worker())
    task.call_local()
    assert begun.wait(SOON)
    thread.stop()


class FailsOnce:
    """Raises at the first call; then tells that there is nothing (more) to do."""

    def __init__(self):
        self.calls = 0

    def __call__(self, *_, **__):
        self.calls += 1
        if self.calls == 1:
            raise ZeroDivisionError
        return False


def test_a_thread_outlives_what_it_did_not_expect():
    make_next = FailsOnce()
    maker = BackgroundMaker(make_next, name="sheets", threads=1)
    for calls in (1, 2):
        maker.wake()
        wait_until(lambda n=calls: make_next.calls == n)
    maker.stop()


@pytest.mark.django_db(transaction=True)
def test_a_fetch_that_fails_unexpectedly_is_left_to_the_sweep(owner, worker, provider_server, monkeypatch, caplog):
    make_run(owner, seed="7")
    attempt = worker.call()
    with monkeypatch.context() as patched:
        patched.setattr(downloads, "fetch_image", FailsOnce())
        downloader = Downloader(worker.row, threads=1, ended=int)
        downloader.fetch(attempt.pk)
        wait_until(lambda: "fetch failed unexpectedly" in caplog.text)
        downloader.stop()
    worker.fetch(attempt)
    assert Image.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_a_fetch_that_has_to_wait_comes_again(worker, monkeypatch):
    waits = iter([0.001, None])
    monkeypatch.setattr(downloads, "fetch_image", lambda *_, **__: next(waits))
    monkeypatch.setattr("gallery.worker.downloader.LATE_SECONDS", 0)
    ended = threading.Event()
    downloader = Downloader(worker.row, threads=1, ended=ended.set)
    downloader.fetch(7)
    assert ended.wait(SOON)
    downloader.stop()
    assert list(waits) == []

"""A budget for exactly three of ten pictures, eight worker processes, a slow provider."""

import signal

from tests.processes.books import check_books
from tests.processes.town import wait_until

WORKERS = 8


def test_eight_workers_send_what_the_budget_allows_and_nothing_more(town):
    town.env["FLUX_CONCURRENCY"] = str(WORKERS)
    town.slow(1)
    town.ask("budget")
    town.submit(images=10)
    for _ in range(WORKERS):
        town.start("manage.py", "worker", "--worker-threads", "1")
    wait_until(lambda: town.states().count("DONE") == 3)
    town.let_workers_look_again()
    assert len(town.till()) == 3
    assert town.states().count("QUEUED") == 7
    check_books(town.jobs(), town.till())
    assert town.ask("sums") == 0


def test_two_calls_whose_worker_was_killed_leave_room_for_one(town):
    town.slow(60)
    town.ask("budget")
    town.submit(images=10)
    worker = town.worker()
    wait_until(lambda: len(town.till()) == 2)
    worker.send_signal(signal.SIGKILL)
    town.slow(0)
    town.worker(FLUX_CONCURRENCY="8")
    wait_until(lambda: town.states().count("DONE") == 1)
    town.let_workers_look_again()
    assert len(town.till()) == 3
    assert sorted(set(town.states())) == ["DONE", "QUEUED", "UNKNOWN"]
    assert town.ask("sums") == 0

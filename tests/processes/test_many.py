"""Many jobs, many workers, many deaths; with more of them: KILLS=100 python -m pytest tests/processes/test_many.py."""

import os
import random
import signal

from tests.processes.books import check_books, check_pictures
from tests.processes.town import wait_until

KILLS = int(os.environ.get("KILLS", "10"))
JOBS = 6 * KILLS
CAP = 5


def test_random_kills_lose_nothing_and_buy_nothing_twice(town):
    chance = random.Random(20261122)
    town.slow(0.2)
    town.submit(images=min(JOBS, 400))
    worker = town.worker(FLUX_CONCURRENCY="4")
    for _ in range(KILLS):
        target = len(town.till()) + chance.randint(1, 4)
        wait_until(lambda target=target: len(town.till()) >= target)
        worker.kill()
        worker.wait()
        worker = town.worker(FLUX_CONCURRENCY="4")
    town.settle()
    states = town.states()
    assert set(states) <= {"DONE", "UNKNOWN", "BLOCKED"}
    assert states.count("UNKNOWN") <= 4 * KILLS
    assert states.count("BLOCKED") <= KILLS // 2  # held aside: two workers died, by chance, while they decoded it
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_four_workers_hold_the_cap_while_one_after_the_other_is_killed(town):
    town.env["FLUX_CONCURRENCY"] = str(CAP)
    town.slow(0.5)
    town.submit(images=60)
    workers = [four_threads(town) for _ in range(4)]
    running = []

    def waiting():
        states = town.states()
        running.append(states.count("CLAIMED") + states.count("SENDING"))
        return states.count("QUEUED")

    for left in (45, 30, 15):
        wait_until(lambda left=left: waiting() < left)
        workers.pop(0).send_signal(signal.SIGKILL)
        workers.append(four_threads(town))
    wait_until(lambda: not waiting())
    town.settle()
    assert max(running) == CAP
    assert len(running) > 10
    check_books(town.jobs(), town.till())
    check_pictures(town)


def four_threads(town):
    return town.start("manage.py", "worker", "--worker-threads", "4")

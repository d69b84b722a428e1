"""Threads that fetch results, apart from those that call: downloads never wait for a paid call to end."""

import contextlib
import heapq
import threading
import time
from collections.abc import Callable
from itertools import count

from django.db import Error as DatabaseTrouble

from gallery.models import Attempt, Worker
from gallery.services.db.transactions import release_connection
from gallery.services.paid_calls import downloads
from gallery.worker import healing, priority

GRACE_SECONDS = 30  # at a stop; what is not fetched by then stays for the next worker
YIELD_SECONDS = 1.5  # to calls, at most: an address lives ten minutes, but somebody is watching
LATE_SECONDS = 0.05  # a retry that comes early would find that it is not due yet


class Downloader:
    """Fetches results, and comes back to those whose fetch failed after 1, 2, 4, 8, 15, 15 ... seconds."""

    def __init__(self, worker: Worker, *, threads: int, ended: Callable[[], object]) -> None:
        """`ended` is called after each fetch that is over."""
        self.worker = worker
        self.ended = ended
        self.waiting: list[tuple[float, int, int]] = []  # heap of (monotonic time, tie breaker, attempt id)
        self.known: set[int] = set()  # attempts that wait or are being fetched: each has one chain of tries
        self.leased: dict[int, Attempt | None] = {}  # attempts by id whose first lease came with the address
        self.order = count()
        self.changed = threading.Condition()
        self.stopping = False
        # Daemons: a fetch that outlasts the grace must not hold the process back.
        self.threads = [threading.Thread(target=self._work, name=f"fetch-{n}", daemon=True) for n in range(threads)]
        for thread in self.threads:
            thread.start()

    def fetch(self, attempt_id: int, *, leased: Attempt | None = None) -> None:
        """Fetch one result in the background, unless that is under way. `leased`: as in `downloads.fetch_image`."""
        with self.changed:
            if attempt_id not in self.known:
                self.known.add(attempt_id)
                self.leased[attempt_id] = leased
                self._put(attempt_id, after_seconds=0)

    def stop(self) -> None:
        """Let what is due be fetched, within the grace; what waits for another try stays for the next worker."""
        with self.changed:
            self.stopping = True
            self.changed.notify_all()
        give_up = time.monotonic() + GRACE_SECONDS
        for thread in self.threads:
            thread.join(max(0, give_up - time.monotonic()))

    def _put(self, attempt_id: int, *, after_seconds: float) -> None:
        heapq.heappush(self.waiting, (time.monotonic() + after_seconds, next(self.order), attempt_id))
        self.changed.notify()

    def _work(self) -> None:
        while (due := self._next()) is not None:
            due_at, attempt_id = due
            priority.calls.yield_to(until=due_at + YIELD_SECONDS)
            with priority.fetches.working():
                wait = self._fetch_one(attempt_id)
            if wait is None:
                self.ended()
            with self.changed:
                if wait:
                    self._put(attempt_id, after_seconds=wait + LATE_SECONDS)
                else:
                    self.known.discard(attempt_id)

    def _next(self) -> tuple[float, int] | None:
        """Wait for the next attempt that is due; return when it was and its id. At a stop None once nothing is due."""
        with self.changed:
            while True:
                wait = self.waiting[0][0] - time.monotonic() if self.waiting else None
                if wait is not None and wait <= 0:
                    due_at, _, attempt_id = heapq.heappop(self.waiting)
                    return due_at, attempt_id
                if self.stopping:
                    return None
                self.changed.wait(wait)

    def _fetch_one(self, attempt_id: int) -> float | None:
        try:
            return downloads.fetch_image(attempt_id, worker=self.worker, leased=self.leased.pop(attempt_id, None))
        except Exception as error:  # the address is on the books: the sweep of any worker tries again
            healing.log_failure(error, "fetch failed unexpectedly", by="fetcher")
            with contextlib.suppress(DatabaseTrouble):
                downloads.forget_decode(attempt_id)
            return None
        finally:
            release_connection()

"""Short transactions of many threads: they queue in the process, and hold no connection while they wait for others."""

import heapq
import threading
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from enum import IntEnum
from itertools import count

from django.db import connection, transaction


class Priority(IntEnum):
    """Who goes first: what is nearest to sending.

    So calls leave one by one, as their answers came, and not all together after the last answer of a round is recorded.
    """

    MARK = 0
    CLAIM = 1
    RECORD = 2
    OTHER = 3


class PriorityLock:
    """One writer at a time, the others wait by priority. The same thread may enter again."""

    def __init__(self) -> None:
        self.guard = threading.Lock()
        self.waiting: list[tuple[Priority, int, threading.Lock]] = []  # heap of (priority, order, its turn)
        self.order = count()
        self.taken = False
        self.mine = threading.local()

    @contextmanager
    def held(self, priority: Priority) -> Iterator[None]:
        depth = getattr(self.mine, "depth", 0)
        if not depth:
            self._acquire(priority)
        self.mine.depth = depth + 1
        try:
            yield
        finally:
            self.mine.depth = depth
            if not depth:
                self._release()

    def _acquire(self, priority: Priority) -> None:
        with self.guard:
            if not self.taken:
                self.taken = True
                return
            turn = threading.Lock()
            turn.acquire()
            heapq.heappush(self.waiting, (priority, next(self.order), turn))
        turn.acquire()

    def _release(self) -> None:
        with self.guard:
            if self.waiting:
                heapq.heappop(self.waiting)[-1].release()
            else:
                self.taken = False


# Queueing at SQLite instead means its busy handler, which sleeps up to 100 ms between tries and knows no order.
write_lock = PriorityLock()


@contextmanager
def write_transaction(priority: Priority = Priority.OTHER) -> Iterator[None]:
    """Open a transaction, one at a time among the threads of this process where the database has one writer anyway."""
    with write_lock.held(priority) if _is_sqlite() else nullcontext(), transaction.atomic():
        yield


def release_connection() -> None:
    """Before waiting for the network: a server has few connections. Opening a file again costs a millisecond."""
    if not _is_sqlite():
        connection.close()


def _is_sqlite() -> bool:
    return connection.vendor == "sqlite"

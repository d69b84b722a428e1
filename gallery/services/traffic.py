"""Calls go before downloads: while a thread is between two paid calls, fetches of this process wait a moment.

Calls that began together end together. Without this their pictures are decoded (26 ms of CPU each, one interpreter
lock) while the next calls wait to be sent, and the provider stands idle: 25 rounds of 8 calls took 28 s instead of 26.
"""

import threading
from contextlib import contextmanager

GIVE_WAY_SECONDS = 3.0  # at most: an address lives ten minutes, but somebody is watching


class CallsFirst:
    """Counts the threads that are neither waiting for an answer nor idle."""

    def __init__(self):
        self.changed = threading.Condition()
        self.between_calls = 0

    def _count(self, step):
        with self.changed:
            self.between_calls += step
            self.changed.notify_all()

    @contextmanager
    def working(self):
        """Around a thread's whole work: claim, mark, send, record, and again."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def waiting_for_answer(self):
        """Around the call itself: the thread needs nothing from this process now."""
        self._count(-1)
        try:
            yield
        finally:
            self._count(1)

    def give_way(self):
        """Wait until every thread is on the wire or idle, but not for ever."""
        with self.changed:
            self.changed.wait_for(lambda: self.between_calls <= 0, timeout=GIVE_WAY_SECONDS)


calls_first = CallsFirst()

"""Who goes first when everybody wants the interpreter: calls before fetches before thumbnails.

Calls that began together end together. Without this their pictures are decoded while the next calls wait to be sent,
and the provider stands idle: 25 rounds of 8 calls took 28 s instead of 26.
"""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

QUIET_SECONDS = 0.1  # after the last one: the answers of a round come one close after the other
TICK_SECONDS = 0.02


class PriorityGate:
    """Counts the threads whose work others let go first."""

    def __init__(self) -> None:
        self.counting = threading.Lock()
        self.busy = 0
        self.changed_at = 0.0
        self.more_waits = True  # behind the work that is under way; if not, nobody needs to yield to it

    def _count(self, step: int) -> None:
        with self.counting:
            self.busy += step
            self.changed_at = time.monotonic()

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around work that goes first."""
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @contextmanager
    def waiting(self) -> Iterator[None]:
        """Inside it, around a wait for somebody else: the thread needs nothing from this process now."""
        self._count(-1)
        try:
            yield
        finally:
            self._count(1)

    def yield_to(self, *, until: float) -> None:
        """Wait until all has been quiet for a moment, at most until then (monotonic seconds)."""
        while self.more_waits and time.monotonic() < until and not self.is_quiet():
            time.sleep(TICK_SECONDS)

    def is_quiet(self) -> bool:
        return not self.busy and time.monotonic() - self.changed_at >= QUIET_SECONDS


calls = PriorityGate()  # threads between two paid calls: claim, mark, send, record
fetches = PriorityGate()

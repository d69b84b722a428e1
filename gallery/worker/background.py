"""The threads that make thumbnails and sheets, when neither calls nor fetches need the processor."""

import threading
import time
from collections.abc import Callable

from gallery.services.db.transactions import release_connection
from gallery.services.media import thumbnails
from gallery.worker import healing, priority

THREADS = 2  # one for each decode that may go on at once
PATIENCE_SECONDS = 5.0  # then thumbnails are made beside the rest; until then the page shows the original


class BackgroundMaker:
    """Makes what is missing whenever it is told that there may be something: thumbnails, if not told otherwise."""

    def __init__(
        self,
        make_next: Callable[[], bool] = thumbnails.make_next_thumbnail,
        *,
        name: str = "thumbnails",
        threads: int = THREADS,
    ) -> None:
        """`make_next` makes one and returns whether there was one to make."""
        self.make_next = make_next
        self.name = name
        self.wanted = threading.Event()
        self.stopping = False
        self.threads = [threading.Thread(target=self._work, name=name, daemon=True) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def wake(self) -> None:
        self.wanted.set()

    def stop(self) -> None:
        """End after the picture at hand: the others are made by the next worker."""
        self.stopping = True
        self.wanted.set()
        for thread in self.threads:
            thread.join()

    def _work(self) -> None:
        while self.wanted.wait() and not self.stopping:
            self.wanted.clear()
            try:
                self._make_all()
            except Exception as error:  # the row is as it was: the next sweep wakes us again
                healing.log_failure(error, "failed unexpectedly", by=self.name)
            finally:
                release_connection()

    def _make_all(self) -> None:
        patience_ends = time.monotonic() + PATIENCE_SECONDS
        more = True
        while more and not self.stopping:
            priority.calls.yield_to(until=patience_ends)
            priority.fetches.yield_to(until=patience_ends)
            more = self.make_next()

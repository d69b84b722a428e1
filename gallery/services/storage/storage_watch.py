"""Whether this process could store a result: while it could not it pays for none, and it looks again by itself.

A matter of each process, unlike the gates: the disk of one machine may be full and that of another not. Whoever cannot
store claims nothing, the others go on, and nobody lifts what a person or the provider has paused. The row of the worker
tells people.
"""

import threading
import time
from datetime import datetime, timedelta

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.models import Worker
from gallery.services.db.compiled import Gap
from gallery.services.storage import files

WAITS = (1, 2, 4, 8, 15)  # seconds between looks, the last one for ever
AGAIN_BYTES = 20 * 1024 * 1024  # more than what stopped it: a disk at the limit would open and shut with every file
TOLD_SECONDS = 24 * 3600  # how long admins read of an outage that is over

log = structlog.get_logger("fluxweb.storage")


class StorageWatch:
    """Shut from the first look that fails until one that does not."""

    def __init__(self) -> None:
        self.trouble: files.StorageTrouble | None = None
        self.looks, self.next_look = 0, 0.0
        self.began = 0.0
        self.told = True  # whether the row says what is so
        self.lock = threading.Lock()

    @property
    def is_shut(self) -> bool:
        return self.trouble is not None

    def shut(self, trouble: files.StorageTrouble, *, worker_id: int) -> None:
        """Note that nothing can be stored; said once, however many threads find it."""
        with self.lock:
            if self.trouble is not None:
                return
            self.trouble, self.looks, self.began, self.told = trouble, 0, time.monotonic(), False
            self.next_look = self.began + WAITS[0]
        log.warning("nothing is bought, it could not be stored; looked at again by itself", why=trouble.whole)
        self.tell(worker_id)

    def look(self, *, worker_id: int) -> bool:
        """Look again if that is due; return whether it has opened."""
        if not self.told:
            self.tell(worker_id)
        if not self.is_shut or time.monotonic() < self.next_look:
            return False
        try:
            files.check_storage(free_bytes=files.FREE_BYTES + AGAIN_BYTES)
        except files.StorageTrouble as trouble:
            self._still(trouble, worker_id)
            return False
        self._open(worker_id)
        return True

    def _still(self, trouble: files.StorageTrouble, worker_id: int) -> None:
        with self.lock:
            is_news = _kind(trouble) != _kind(self.trouble)
            self.looks += 1
            self.trouble = trouble
            self.next_look = time.monotonic() + WAITS[min(self.looks, len(WAITS) - 1)]
        if is_news:
            log.warning("still nothing can be stored", why=trouble.whole)
            self.tell(worker_id)

    def _open(self, worker_id: int) -> None:
        with self.lock:
            why, self.trouble, self.told = self.trouble, None, False
            assert why is not None  # it was shut, and only the thread that looks opens
            seconds = round(time.monotonic() - self.began)
        log.warning("stores again and goes on by itself", seconds=seconds, was=why.whole)
        self.tell(worker_id)

    def tell(self, worker_id: int) -> None:
        """Write it into the worker's row. A database that is away hears of it at the next look."""
        trouble, row = self.trouble, Worker.objects.filter(pk=worker_id)
        if trouble is None:
            row.exclude(storage_trouble="").update(storage_back_at=timezone.now())
        else:
            row.filter(Q(storage_trouble="") | ~Q(storage_back_at=None)).update(storage_since=timezone.now())
            row.update(storage_trouble=str(trouble)[:300], storage_back_at=None)
        self.told = True


def _kind(trouble: files.StorageTrouble | None) -> str:
    """Megabytes that change are no news."""
    return "".join(letter for letter in str(trouble) if not letter.isdigit())


def told_since(now: datetime) -> datetime:
    """Return since when a worker must be able to store again to be spoken of still."""
    return now - timedelta(seconds=TOLD_SECONDS)


def told_workers(since: datetime | Gap) -> QuerySet[Worker]:
    """Return the workers that cannot store now, or could not since then."""
    now_or_lately = Q(storage_back_at=None, stopped_at=None) | Q(storage_back_at__gte=since)
    return Worker.objects.filter(now_or_lately).exclude(storage_trouble="")


watch = StorageWatch()

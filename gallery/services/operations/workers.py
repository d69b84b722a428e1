"""Worker processes: their row, their heartbeat, and who of them is dead.

Nobody is judged by the time of day. A process on this machine is looked for; of any other, a detector that itself goes
on beating has to see the same beat for the whole of FLUXWEB_DEAD_AFTER, by a clock that only goes forwards.
"""

import hashlib
import os
import socket
import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone

from gallery.models import KeyHolder, Worker

HUNG_SECONDS = 600  # beyond a call's own deadline: a process that is there and has not beaten for so long calls nobody
TAG_CHARACTERS = 12
REMEMBERED = timedelta(days=1)  # what a worker left behind that ended before that, the nightly sweep takes by its age
STOPPED = frozenset("Tt")  # by a signal or a debugger: it is there, and does nothing

log = structlog.get_logger("fluxweb.worker")


def register_worker(*, threads: int) -> Worker:
    """Make the row of this process."""
    worker = Worker.objects.create(**describe_this_process(), demo=settings.DEMO, threads=threads)
    log.info("worker started", worker=worker.key, pid=worker.pid, threads=threads, demo=settings.DEMO)
    return worker


def describe_this_process() -> dict[str, Any]:
    """Return by what this process is found again: its machine, its number there, and since when it has that."""
    return {"host": describe_this_host(), "pid": os.getpid(), "pid_began": process_start_time(os.getpid())}


def file_tag(host: str, pid: int, pid_began: str) -> str:
    """Return what a process marks its temporary files with: short, and no other process has the same."""
    return hashlib.sha256(f"{host} {pid} {pid_began}".encode()).hexdigest()[:TAG_CHARACTERS]


def own_file_tag() -> str:
    pid = os.getpid()
    return file_tag(describe_this_host(), pid, process_start_time(pid))


def file_tags(*, gone: bool) -> set[str]:
    """Return the marks of the workers that are gone for certain, or of those that may live."""
    rows = Worker.objects.filter(Q(stopped_at=None) | Q(heartbeat_at__gt=timezone.now() - REMEMBERED))
    return {file_tag(each.host, each.pid, each.pid_began) for each in rows if is_gone(each) == gone}


def is_gone(worker: Worker) -> bool:
    """Whether a worker has ended or was found dead, and its process is not on this machine: frozen ones wake up."""
    return worker.stopped_at is not None and find_process(worker) in (GONE, ELSEWHERE)


def send_heartbeat(worker: Worker) -> None:
    """Say that this process lives. One that was frozen and declared dead comes back by this."""
    Worker.objects.filter(pk=worker.pk).update(heartbeat_at=database_now(), stopped_at=None)


def database_now() -> Now | datetime:
    """The clock that all beats go by: the server's, where workers of several machines meet."""
    return Now() if connection.vendor == "postgresql" else timezone.now()


def sign_off_worker(worker: Worker) -> None:
    """Say that this process has ended in order."""
    Worker.objects.filter(pk=worker.pk).update(stopped_at=timezone.now())
    log.info("worker stopped", worker=worker.key)


def some_worker_lives() -> bool:
    """Return whether any worker of this mode is there: seen on this machine, or lately heard of from another."""
    running = Worker.objects.filter(stopped_at=None, demo=settings.DEMO)
    if any(find_process(worker) == HERE for worker in running):
        return True
    lately = timedelta(seconds=settings.DEAD_AFTER_SECONDS)
    heard = running.filter(heartbeat_at__range=(database_now() - lately, database_now() + lately))
    return any(find_process(worker) == ELSEWHERE for worker in heard)


@dataclass
class FailureDetector:
    """One process that looks after the others, and what it has seen of them. It beats first, then it judges."""

    me: Worker | None = None
    looked_at: float | None = None
    # worker id -> (its beat, monotonic time at which we first saw that one)
    beats: dict[int, tuple[Any, float]] = field(default_factory=dict)
    lost: set[int] = field(default_factory=set)  # attempts of our own that no thread had in hand at the last look

    def expire_dead_workers(self) -> int:
        """Close the rows of workers that are gone; return how many."""
        if self.me:
            send_heartbeat(self.me)  # raises while the database is away or locked: then nobody is judged
        dead = self._dead()
        if not dead:
            return 0
        log.warning("workers dead", count=len(dead))
        with transaction.atomic():
            unchanged = [Worker.objects.filter(pk=each.pk, heartbeat_at=each.heartbeat_at) for each in dead]
            return sum(row.filter(stopped_at=None).update(stopped_at=timezone.now()) for row in unchanged)

    def _dead(self) -> list[Worker]:
        others = Worker.objects.filter(stopped_at=None).exclude(pk=self.me and self.me.pk)  # type: ignore[misc]  # None leaves nobody out
        silent = self.note_beats({worker: worker.heartbeat_at for worker in others}, now=time.monotonic())
        return [worker for worker, seconds in silent.items() if seconds >= patience_seconds(worker)]

    def note_beats(self, beats: dict[Worker, Any], *, now: float) -> dict[Worker, float]:
        """Note what is seen ({worker: beat}); return for how many seconds each has been silent under our eyes.

        After a gap all begins anew: while we could not look, the others may not have been able to beat.
        """
        gap = max(settings.DEAD_AFTER_SECONDS / 2, 2 * settings.SWEEP_SECONDS)
        known = self.beats if self.looked_at is not None and now - self.looked_at <= gap else {}
        seen = {worker.pk: (beat, now) for worker, beat in beats.items()}
        self.beats = {pk: known[pk] if known.get(pk, ("",))[0] == new[0] else new for pk, new in seen.items()}
        self.looked_at = now
        return {worker: now - self.beats[worker.pk][1] for worker in beats}

    def lost_twice(self, attempts: set[int]) -> set[int]:
        """Return those of our own attempts that nobody had in hand at the last look either."""
        twice, self.lost = self.lost & attempts, attempts
        return twice


HERE, GONE, FROZEN, ELSEWHERE = "here", "gone", "frozen", "elsewhere"


def patience_seconds(worker: Worker) -> float:
    """Return how many seconds of silence, seen by a detector, mean that a worker is dead."""
    seen = find_process(worker)
    if seen == HERE:
        return float(settings.FLUX_TIMEOUT + HUNG_SECONDS)
    return 0 if seen == GONE else float(settings.DEAD_AFTER_SECONDS)


def find_process(worker: Worker | KeyHolder) -> str:
    """Look for the process of a worker on this machine; a pid that is somebody else's by now is gone."""
    if worker.host != describe_this_host() or worker.pid_began == NO_PROC:
        return ELSEWHERE
    state, since = _process(worker.pid)
    if since not in (worker.pid_began, NO_PROC):
        return GONE
    return FROZEN if state in STOPPED else HERE


def describe_this_host() -> str:
    """Name and boot of this machine: after a reboot the same pid is another process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        space = str(Path("/proc/self/ns/pid").readlink())  # containers of one machine have pids of their own
    except OSError:
        boot = space = ""
    return f"{socket.gethostname()[:60]} {boot} {space}".strip()


NO_PROC = "no /proc"


def process_start_time(pid: int) -> str:
    """When a process started, in the kernel's ticks; empty if there is none (NO_PROC without /proc: then only silence
    tells)."""
    return _process(pid)[1]


def _process(pid: int) -> tuple[str, str]:
    """Return the state of a process and when it started. One that may not be looked at is there all the same."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "", NO_PROC if _answers(pid) or not Path("/proc/self/stat").exists() else ""
    fields = stat.rpartition(")")[2].split()
    return fields[0], "" if fields[0] in "ZX" else fields[19]  # a zombie has died, only nobody looked yet


def _answers(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # somebody else's
        return True
    return True

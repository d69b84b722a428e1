"""Worker processes: their row, their heartbeat, and who of them is dead."""

import os
import socket
from datetime import timedelta
from pathlib import Path

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.models import Worker

log = structlog.get_logger("fluxweb.worker")


def register(*, threads):
    """Make the row of this process."""
    pid = os.getpid()
    worker = Worker.objects.create(host=this_host(), pid=pid, pid_began=began(pid), demo=settings.DEMO, threads=threads)
    log.info("worker started", worker=worker.key, pid=pid, threads=threads, demo=settings.DEMO)
    return worker


def beat(worker):
    """Say that this process lives. A worker that was frozen and declared dead comes back by this."""
    Worker.objects.filter(pk=worker.pk).update(heartbeat_at=timezone.now(), stopped_at=None)


def sign_off(worker):
    """Say that this process has ended in order."""
    Worker.objects.filter(pk=worker.pk).update(stopped_at=timezone.now())
    log.info("worker stopped", worker=worker.key)


def some_worker_lives():
    """Return whether any worker of this mode gave a sign of life lately."""
    since = timezone.now() - timedelta(seconds=settings.DEAD_AFTER_SECONDS)
    return Worker.objects.alive(since=since).filter(demo=settings.DEMO).exists()


def bury_the_dead():
    """Close the rows of workers whose process is gone or whose heart stopped; return how many."""
    dead = [worker.pk for worker in Worker.objects.filter(stopped_at=None) if is_dead(worker)]
    if not dead:
        return 0
    log.warning("workers dead", count=len(dead))
    with transaction.atomic():
        return Worker.objects.filter(pk__in=dead, stopped_at=None).update(stopped_at=timezone.now())


def is_dead(worker):
    """A pid that is gone (or is somebody else now) is dead at once; on another host only silence tells."""
    if worker.host == this_host() and began(worker.pid) != worker.pid_began:
        return True
    return worker.heartbeat_at < timezone.now() - timedelta(seconds=settings.DEAD_AFTER_SECONDS)


def this_host():
    """Name and boot of this machine: after a reboot the same pid is another process."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text().strip()[:8]
        space = Path("/proc/self/ns/pid").readlink()  # containers of one machine have pids of their own
    except OSError:
        boot = space = ""
    return f"{socket.gethostname()[:60]} {boot} {space}".strip()


def began(pid):
    """When a process started, in the kernel's ticks; empty if there is none (or no /proc: then only silence tells)."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return "" if Path("/proc/self/stat").exists() else "no /proc"
    fields = stat.rpartition(")")[2].split()
    return "" if fields[0] == "Z" else fields[19]  # a zombie has died, only nobody looked yet

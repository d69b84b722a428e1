"""What a worker process is beside huey's threads: its heart, its sweep, its downloader, and how all of it stops."""

import contextlib
import ctypes
import gc
import signal
import sys
import threading
from collections.abc import Callable
from typing import Any

import structlog
from django.conf import settings
from django.db import connection
from django.utils import timezone
from PIL import Image as Pillow

from gallery.models import Job, KeyHolder, Worker
from gallery.services.budgets import deferral, repricing
from gallery.services.bulk import acts
from gallery.services.contact_sheets import sheets
from gallery.services.db.transactions import release_connection
from gallery.services.images import trash
from gallery.services.images.seen import measuring
from gallery.services.jobs import gates
from gallery.services.ledger import entries
from gallery.services.media import thumbnails
from gallery.services.media.seeing.word_reader import installed_reader
from gallery.services.operations import secret_keys, workers
from gallery.services.paid_calls import downloads, recording, recovery
from gallery.services.reconciliation import statements
from gallery.services.runs import repeats
from gallery.services.search import index
from gallery.services.storage import storage_watch
from gallery.worker import healing
from gallery.worker.background import BackgroundMaker
from gallery.worker.downloader import Downloader
from gallery.worker.healing import heal

POLL = {"initial_delay": 0.05, "max_delay": 0.2, "backoff": 1.15}  # huey's default lets a job wait up to 10 s
INDEX_SECONDS = 0.5  # how often it is asked whether a picture changed that is searched for
STORAGE_LOOK_SECONDS = 0.5  # how often it is asked whether a look is due
FETCH_THREADS_MAX = 8  # 64 calls of 5 s bring 13 pictures a second
# A thread that ends a database call waits this long for its turn. With Python's own 5 ms, five rounds of 64 calls of
# 5 s took up to 28 s instead of 26.6; below 2 ms nothing is gained.
SWITCH_SECONDS = 0.002
M_ARENA_MAX = -8  # malloc.h
STOP_SIGNALS = {signal.SIGTERM, signal.SIGINT}

log = structlog.get_logger("fluxweb.worker")


class Process:
    """What a worker process has beside huey's threads: its row, its heart, its sweep and its downloader."""

    worker: Worker | None = None  # its row, once it runs
    # Made by `run`.
    detector: workers.FailureDetector
    holder: KeyHolder
    downloader: Downloader
    thumbnail_maker: BackgroundMaker
    sheet_renderer: BackgroundMaker
    statement_reader: BackgroundMaker
    bulk_worker: BackgroundMaker
    word_reader: BackgroundMaker | None  # None where no reader is installed
    queue: Any  # huey comes without types
    wake: Callable[[int], None]

    def __init__(self) -> None:
        self.stopping = threading.Event()
        self.ended = threading.Event()

    def run(self, queue: Any, *, wake: Callable[[int], None], threads: int) -> None:
        """Work until SIGTERM or SIGINT; then no call begins, running ones end and are recorded.

        `wake(count)` puts wake-ups into this huey queue.
        """
        self.queue, self.wake = queue, wake
        _keep_memory_together()
        Pillow.init()  # 50 ms that the first picture need not wait
        gc.freeze()  # what is loaded stays: nobody needs to walk through it at every collection
        sys.setswitchinterval(SWITCH_SECONDS)
        consumer = queue.create_consumer(workers=threads, **POLL)
        self.holder = secret_keys.hold_key("worker")
        self.worker = workers.register_worker(threads=threads)
        self.detector = workers.FailureDetector(self.worker)
        gates.ensure_gates()
        self.thumbnail_maker = BackgroundMaker(make_next)
        self.sheet_renderer = BackgroundMaker(sheets.draw_next_part, name="sheets", threads=1)
        self.statement_reader = BackgroundMaker(self._read_next, name="statements", threads=1)
        self.bulk_worker = BackgroundMaker(acts.work_next, name="bulk acts", threads=1)
        reads = installed_reader() is not None
        self.word_reader = BackgroundMaker(measuring.read_next_words, name="words", threads=1) if reads else None
        fetch_threads = max(4, min(FETCH_THREADS_MAX, threads // 2))
        self.downloader = Downloader(self.worker, threads=fetch_threads, ended=self.thumbnail_maker.wake)
        release_connection()  # SQLite's stays open: the last one to close writes the whole log back, at every beat
        helpers = [
            self._every(settings.HEARTBEAT_SECONDS, self.beat),
            self._every(settings.SWEEP_SECONDS, self.sweep),
            self._every(secret_keys.BEAT_SECONDS, self.hold_key),
            self._every(STORAGE_LOOK_SECONDS, self.look_at_storage),
            self._every(INDEX_SECONDS, self.index_changes),
        ]
        _start_deaf(consumer)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: self.stopping.set())
        signal.pthread_sigmask(signal.SIG_UNBLOCK, STOP_SIGNALS)
        while not self.stopping.wait(10):
            consumer.check_worker_health()
        self._stop(consumer, helpers)

    def _stop(self, consumer: Any, helpers: list[threading.Thread]) -> None:
        assert self.worker is not None
        log.info("worker stops; running calls end first", worker=self.worker.key)
        consumer.stop(graceful=True)
        self.downloader.stop()
        self.thumbnail_maker.stop()
        self.sheet_renderer.stop()
        self.statement_reader.stop()
        self.bulk_worker.stop()
        if self.word_reader:
            self.word_reader.stop()
        self.ended.set()
        for helper in helpers:
            helper.join()
        workers.sign_off_worker(self.worker)
        secret_keys.end_hold(self.holder)
        connection.close()

    def _every(self, seconds: float, act: Callable[[], object]) -> threading.Thread:
        helper = threading.Thread(target=self._repeat, args=(seconds, act), name=act.__name__, daemon=True)
        helper.start()
        return helper

    def _repeat(self, seconds: float, act: Callable[[], object]) -> None:
        while True:
            heal(act)
            connection.close()
            if self.ended.wait(seconds):
                return

    def beat(self) -> None:
        """Give a sign of life, also while a graceful stop waits for running calls."""
        assert self.worker is not None
        workers.send_heartbeat(self.worker)
        healing.outage.over()

    def hold_key(self) -> None:
        """Let no process with another secret key start beside this one."""
        secret_keys.renew_hold(self.holder)

    def sweep(self) -> None:
        """Put right what was left behind, fetch what waits, replace lost wake-ups. One that fails stops no other."""
        heal(recording.replay_spool)
        heal(recording.replay_contents)
        heal(self.reap)
        heal(entries.apply_entries)
        if not self.stopping.is_set():
            heal(self.fetch_due)
            heal(deferral.release_affordable)
            heal(repricing.release_repriced)
            heal(self.replace_wake_ups)
            self.thumbnail_maker.wake()
            self.sheet_renderer.wake()
            self.statement_reader.wake()
            self.bulk_worker.wake()
            if self.word_reader:
                self.word_reader.wake()

    def index_changes(self) -> None:
        """Let pictures be found by what was changed of them."""
        index.index_changes(stopped=self.ended.is_set)

    def look_at_storage(self) -> None:
        """In a thread of its own: a storage that does not answer takes seconds to say so."""
        assert self.worker is not None
        if storage_watch.watch.look(worker_id=self.worker.pk) and not self.stopping.is_set():
            self.wake(settings.FLUX_CONCURRENCY)

    def _read_next(self) -> bool:
        return statements.read_next(stopped=self.stopping.is_set)

    def reap(self) -> None:
        recovery.reap(self.detector)

    def fetch_due(self) -> None:
        for attempt_id in downloads.due_fetches():
            self.downloader.fetch(attempt_id)

    def replace_wake_ups(self) -> None:
        waiting = Job.objects.claimable(now=timezone.now(), demo=settings.DEMO)[: settings.FLUX_CONCURRENCY].count()
        if waiting and not self.queue.pending_count():
            self.wake(waiting)


def make_next() -> bool:
    """Make the next thumbnail; while none is missing, the next of everything else: a long row of one holds up no other.

    Return whether there was something to do.
    """
    if thumbnails.make_next_thumbnail():
        return True
    work = (measuring.measure_next_look, repeats.measure_next_repeat, trash.delete_next)
    made = [make() for make in work]
    return any(made)


def _keep_memory_together() -> None:
    """glibc gives many threads many heaps, and each keeps what a decoded picture once took: 250 MiB instead of 160."""
    with contextlib.suppress(OSError, AttributeError):  # another C library does without
        ctypes.CDLL(None).mallopt(M_ARENA_MAX, 2)


def _start_deaf(consumer: Any) -> None:
    """Start huey with the stop signals held back: a SIGTERM between its start and our handlers would be lost."""
    signal.pthread_sigmask(signal.SIG_BLOCK, STOP_SIGNALS)
    consumer.start()


process = Process()

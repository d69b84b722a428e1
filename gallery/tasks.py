"""huey: wake-ups without payload. The rows say what is to be done; a message only says "there may be work"."""

from collections.abc import Callable

import structlog
from django.conf import settings
from django.db import connection
from huey import crontab

from fluxweb.outages import Seldom
from gallery.models import Attempt
from gallery.services.accounts import invites
from gallery.services.bulk import acts as bulk_acts
from gallery.services.collections import collections, tags
from gallery.services.contact_sheets import sheets
from gallery.services.db.transactions import release_connection
from gallery.services.jobs import crash_points, provider
from gallery.services.ledger import report_mail
from gallery.services.operations import daily_rounds, rate_limits
from gallery.services.paid_calls import claims, downloads, perform
from gallery.services.reconciliation import balance, statements
from gallery.services.search import upkeep
from gallery.services.storage import files, storage_watch
from gallery.worker import priority
from gallery.worker.healing import heal
from gallery.worker.process import process

queue = settings.HUEY
lost = Seldom()
log = structlog.get_logger("fluxweb.worker")


def wake_workers(count: int = 1) -> None:
    """Tell the workers that there may be work. A broker that is down costs two seconds at most, not the request."""
    crash_points.reached("submitted")
    _nudge(work, times=min(count, settings.FLUX_CONCURRENCY))


def wake_sheet_renderer() -> None:
    """Tell a worker that a sheet waits."""
    _nudge(draw)


def wake_statement_reader() -> None:
    """Tell a worker that a statement is not complete."""
    _nudge(read)


def wake_bulk_worker() -> None:
    """Tell a worker that many pictures wait for something to be done to them."""
    _nudge(act)


def _nudge(task: Callable[[], object], *, times: int = 1) -> None:
    try:
        for _ in range(times):
            task()
    except Exception as error:  # redis, sqlite and network errors alike
        _say_lost(error)


def _say_lost(error: Exception) -> None:
    left_out = lost.left_out(type(error))
    if left_out is not None:
        log.warning("wake-up lost, the next sweep finds what waits", why=str(error), left_out=left_out)


def forget_wake_ups() -> None:
    """Empty the queue of messages that were signed with another key; what waits is found by the rows."""
    try:
        queue.flush()
    except Exception as error:  # redis, sqlite and network errors alike
        log.warning("queue not emptied", error=type(error).__name__)


def queue_answers() -> bool:
    """Return whether the broker is there."""
    try:
        queue.pending_count()
    except Exception:  # redis, sqlite and network errors alike
        return False
    return True


@queue.task()
def work() -> None:
    """Claim and perform jobs until there is none that may be sent."""
    if process.worker is not None:
        heal(_work_on)
        release_connection()


def _work_on() -> None:
    with priority.calls.working():
        while not process.stopping.is_set() and (attempt := claim_for_process()):
            if answered := perform.perform_call(attempt, while_waiting=priority.calls.waiting):
                process.downloader.fetch(answered.pk, leased=answered)


def claim_for_process() -> Attempt | None:
    """Claim the next job for the worker of this process, unless its storage is full; None where nothing may be sent."""
    if storage_watch.watch.is_shut:
        priority.calls.more_waits = False
        return None
    assert process.worker is not None
    attempt = claims.claim_next(process.worker)
    priority.calls.more_waits = attempt is not None
    return attempt


@queue.task()
def draw() -> None:
    """Draw sheets, in a thread of its own: calls never wait for one."""
    if process.worker is not None:
        process.sheet_renderer.wake()


@queue.task()
def read() -> None:
    """Go on with a statement, in a thread of its own."""
    if process.worker is not None:
        process.statement_reader.wake()


@queue.task()
def act() -> None:
    """Go on with what is done to many pictures, in a thread of its own."""
    if process.worker is not None:
        process.bulk_worker.wake()


@queue.periodic_task(crontab(minute="*/5"))
def nightly() -> None:
    """Take away what nobody needs: expired sessions, old counters, files that killed processes left behind.

    At night in the team's own zone, or as soon as something runs again. One that fails stops no other.
    """
    heal(_clear_up)
    connection.close()


def _clear_up() -> None:
    if daily_rounds.take_round("nightly", daily_rounds.NIGHT):
        for sweep in (
            invites.sweep_sessions,
            files.sweep_incoming,
            downloads.sweep_held,
            sheets.delete_old_sheets,
            statements.sweep,
            rate_limits.delete_old_counters,
            tags.delete_old_tags,
            upkeep.sweep_index,
            collections.delete_old_collections,
            bulk_acts.delete_old_acts,
        ):
            heal(sweep)


@queue.periodic_task(crontab(minute="*/5"))
def send_reports() -> None:
    """Send the reports that are due, at hours of the team's own zone, and what could not be sent before."""
    heal(report_mail.send_at_hours)
    connection.close()


@queue.periodic_task(crontab(minute="*/15"))
def read_balance() -> None:
    """Ask what is left at the provider, before it runs out."""
    heal(balance.read_balance)
    connection.close()


@queue.on_startup()
def open_connection() -> None:
    """Each of huey's threads, before there is work: 64 of them would take 0.1 s from the first press."""
    heal(connection.ensure_connection)
    release_connection()


@queue.on_shutdown()
def close_thread() -> None:
    """Each of huey's threads closes its own HTTP client and connection."""
    provider.close_client()
    connection.close()

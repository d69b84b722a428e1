"""What every long-running command does first: check, and say in one sentence why it cannot start."""

import argparse
import difflib
import fcntl
import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import structlog
from django.conf import settings
from django.core import checks
from django.core.management.base import CommandError
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from fluxweb.env import NAMES
from gallery import tasks
from gallery.services.operations import secret_keys
from gallery.services.storage import files

THREADS_MAX = 1000
ONE_START = 0x666C7578  # the key of PostgreSQL's advisory lock: one start at a time prepares a database
OURS = re.compile(r"FLUX(WEB)?_[A-Z_]+")

log = structlog.get_logger("fluxweb.start")


def check_settings() -> None:
    """Raise CommandError with the first thing that a system check finds serious, without Django's list around it."""
    with said_in_words():
        found = [each for each in checks.run_checks(databases=["default"]) if each.is_serious()]
    if found:
        raise CommandError(f"fluxweb cannot start: {found[0].msg}")


def take_secret_key() -> str:
    """Take our FLUXWEB_SECRET_KEY as the installation's; return a sentence if it had another one, else nothing.

    Raises CommandError while a process that lives uses another one.
    """
    with said_in_words(), one_key():
        if not secret_keys.accept_key():
            return ""
    tasks.forget_wake_ups()
    return f"FLUXWEB_SECRET_KEY is another one than before. {secret_keys.MEANS}"


@contextmanager
def one_key() -> Iterator[None]:
    """Turn another key that is in use into a sentence."""
    try:
        yield
    except secret_keys.OtherKeyInUse as other:
        raise CommandError(f"fluxweb cannot start: {other}.") from None


def misspelt_settings() -> list[str]:
    """Return a sentence for each variable that looks like one of ours and is none."""
    return [_misspelt(name) for name in sorted(os.environ) if OURS.fullmatch(name) and name not in NAMES]


def _misspelt(name: str) -> str:
    near = difflib.get_close_matches(name, NAMES, n=1)
    return f"{name} is no setting of fluxweb" + (f"; {near[0]} is." if near else ".")


def check_migrated() -> None:
    """Raise CommandError where the database is older than this code."""
    with said_in_words():
        executor = MigrationExecutor(connection)
        missing = executor.migration_plan(executor.loader.graph.leaf_nodes())
    if missing:
        raise CommandError("fluxweb cannot start: the database is older than this code; run `manage.py migrate` first.")


def check_storage(say: Callable[[str], None]) -> None:
    """Raise CommandError where the storage refuses until somebody changes a setting; `say` what may pass by itself."""
    if s3 := settings.STORAGES["default"]["OPTIONS"].get("client_config"):
        log.info("checksums sent to the storage", when=s3.request_checksum_calculation or "botocore's default")
    try:
        files.check_storage()
    except files.StorageTrouble as trouble:
        if trouble.is_refusal:
            raise CommandError(f"fluxweb cannot start: {trouble.whole}") from None
        say(f"{trouble.whole} Nothing is bought until it can be stored; it is tried again by itself.")


@contextmanager
def said_in_words() -> Iterator[None]:
    """Turn a database that cannot be used into a sentence."""
    try:
        yield
    except DatabaseError as trouble:
        reason = str(trouble).strip().partition("\n")[0]
        raise CommandError(f"fluxweb cannot start: {_database()} cannot be used: {reason}.") from None


def _database() -> str:
    if connection.vendor == "sqlite":
        return f"the database {settings.DATABASES['default']['NAME']}"
    return "the database of DATABASE_URL"


@contextmanager
def alone(say_waiting: Callable[[], None]) -> Iterator[None]:
    """Let one start at a time prepare a data folder and a database; `say_waiting()` is called if another is at it."""
    with (settings.DATA / "start.lock").open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            say_waiting()
            fcntl.flock(file, fcntl.LOCK_EX)
        with _alone_on_the_server():
            yield


@contextmanager
def _alone_on_the_server() -> Iterator[None]:
    """Other machines have other data folders, but the same database."""
    if connection.vendor != "postgresql":
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_lock(%s)", [ONE_START])
    yield
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_unlock(%s)", [ONE_START])


def thread_count(text: str) -> int:
    """Read the value of --worker-threads."""
    if not re.fullmatch(r"[0-9]{1,4}", text) or not 1 <= int(text) <= THREADS_MAX:
        raise argparse.ArgumentTypeError(f"a whole number from 1 to {THREADS_MAX} is meant, not {text!r}")
    return int(text)

"""Which FLUXWEB_SECRET_KEY an installation signs with: by its digest, never the key itself.

Another key is taken where nobody uses the one before any more: it was changed on purpose. While somebody does, two
machines were set up differently, and sessions of the one would be none at the other: then the later one does not start.
"""

import contextlib
import threading
from datetime import timedelta

import structlog
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection, transaction
from django.utils import timezone
from django.utils.crypto import salted_hmac

from gallery.models import KeyHolder, SecretKey
from gallery.services.operations import workers

BEAT_SECONDS = 30
ALIVE_SECONDS = 120  # since a process of another machine was last heard of

MEANS = (
    "All sessions and links for a new password have ended. Addresses of shares that were sent out go on opening them, "
    "but can no longer be copied; each can be replaced on its page."
)

log = structlog.get_logger("fluxweb.secret_key")


class OtherKeyInUse(ImproperlyConfigured):
    """A process that lives uses another key on this database; the text says which, and what to do."""


def key_digest() -> str:
    """Return what is kept of the key: another one gives another, and nobody finds the key by it."""
    return salted_hmac("fluxweb.secret_key", "digest", algorithm="sha256").hexdigest()


@transaction.atomic
def accept_key() -> bool:
    """Take our key as the installation's; return whether it had another one. Raises OtherKeyInUse."""
    first = SecretKey.objects.select_for_update().order_by("pk").first()  # locked: one start at a time decides
    if first is None:
        SecretKey.objects.create(digest=key_digest(), noted_at=timezone.now())
    _refuse_if_another_lives()
    if SecretKey.objects.latest("pk").digest == key_digest():
        return False
    SecretKey.objects.create(digest=key_digest())
    log.warning("FLUXWEB_SECRET_KEY is another one than before", means=MEANS)
    return True


def _refuse_if_another_lives() -> None:
    for holder in KeyHolder.objects.all():
        if not _lives(holder):
            holder.delete()
        elif holder.digest != key_digest():
            raise OtherKeyInUse(
                f"FLUXWEB_SECRET_KEY is another one than that of the {holder.what} on {holder.host.split()[0]}, which "
                "uses the same database: give all machines the same key. If you mean to change it, stop all first; "
                f"what was killed on another machine counts for {ALIVE_SECONDS // 60} minutes"
            )


def _lives(holder: KeyHolder) -> bool:
    if (seen := workers.find_process(holder)) != workers.ELSEWHERE:
        return seen != workers.GONE
    lately = workers.database_now() - timedelta(seconds=ALIVE_SECONDS)
    return KeyHolder.objects.filter(pk=holder.pk, seen_at__gt=lately).exists()


@transaction.atomic
def hold_key(what: str) -> KeyHolder:
    """Say that this process, web or worker, uses the key from now on. Raises OtherKeyInUse."""
    accept_key()
    facts = {**workers.describe_this_process(), "seen_at": workers.database_now()}
    holder = KeyHolder.objects.create(digest=key_digest(), what=what, **facts)
    log.info("process holds the secret key", what=what, pid=holder.pid)
    return holder


def hold_key_or_wait(what: str) -> KeyHolder | None:
    """Do as `hold_key` does, or return None while the database cannot be used: pages are served in any case."""
    try:
        return hold_key(what)
    except DatabaseError as trouble:
        log.warning("the secret key is not compared yet", error=type(trouble).__name__)
        return None


def renew_hold(holder: KeyHolder) -> KeyHolder:
    """Say that this process still uses its key, also after a silence in which it was taken for gone."""
    holder.seen_at = workers.database_now()
    if not KeyHolder.objects.filter(pk=holder.pk).update(seen_at=holder.seen_at):
        holder.save(force_insert=True)
    return holder


def keep_holding(what: str, holder: KeyHolder | None, stop: threading.Event) -> None:
    """Beat until told to stop, then let go; for a thread of its own. What the database refuses is tried again."""
    while not stop.wait(BEAT_SECONDS):
        try:
            holder = renew_hold(holder) if holder else hold_key_or_wait(what)
        except (DatabaseError, OtherKeyInUse) as trouble:
            log.error("the secret key is not held", error=type(trouble).__name__)
        connection.close()
    with contextlib.suppress(DatabaseError):
        if holder:
            end_hold(holder)
    connection.close()


def end_hold(holder: KeyHolder) -> None:
    """Say that this process has ended: the key may be another one at the next start."""
    KeyHolder.objects.filter(pk=holder.pk).delete()


class Notice:
    quiet = False  # once there is nothing to read there is never anything again: a key changes at a start


def unread_change() -> SecretKey | None:
    """Return the last change of the key if no admin has said that they read of it."""
    if Notice.quiet:
        return None
    newest = SecretKey.objects.order_by("-pk").first()
    unread = newest if newest and newest.noted_at is None else None
    Notice.quiet = unread is None
    return unread


def note_change() -> None:
    """An admin has read what the change means."""
    SecretKey.objects.filter(noted_at=None).update(noted_at=timezone.now())

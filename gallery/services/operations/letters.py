"""Letters by mail: rows that wait until they have left. What fails is tried again, later each time, for days.

Whoever sends one holds a lease on it, so that of many workers one does. A process that is killed between the mail
server's yes and our note sends once more when the lease is over, under the same Message-ID: mail programs fold the two.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.models import Letter

LEASE = timedelta(minutes=10)
TIMEOUT_SECONDS = 60  # of the mail server, less than the lease
FIRST_PAUSE, LONGEST_PAUSE = timedelta(minutes=5), timedelta(hours=6)
MOST_TRIES = 20  # about four days
AT_ONCE = 100

log = structlog.get_logger("fluxweb.mailing")


def send_waiting_letters(write: Callable[[Letter], tuple[str, str] | None]) -> None:
    """Send what is due. `write`: returns subject and text of a letter, or None if its reader is not to have it now."""
    for letter in _due(timezone.now())[:AT_ONCE]:
        if _lease(letter):
            _send(letter, write(letter))


def _due(now: datetime) -> QuerySet[Letter]:
    free = Q(lease_until=None) | Q(lease_until__lte=now)
    waiting = Letter.objects.filter(free, ended_at=None, not_before__lte=now)
    return waiting.filter(user__is_active=True).exclude(user__email="").select_related("user").order_by("id")


def _lease(letter: Letter) -> bool:
    now = timezone.now()
    return _due(now).filter(pk=letter.pk).order_by().update(lease_until=now + LEASE) == 1


def _send(letter: Letter, written: tuple[str, str] | None) -> None:
    now = timezone.now()
    if written is None:
        return _note(letter, ended_at=now, lease_until=None)
    try:
        _message(letter, *written).send()
    except OSError as error:  # smtplib's are of this kind too
        log.error(f"{letter.kind} not sent", user=letter.user_id, error=type(error).__name__, tries=letter.tries + 1)
        return _put_off(letter, now)
    log.info(f"{letter.kind} sent", user=letter.user_id, start=str(letter.start))
    return _note(letter, ended_at=now, was_sent=True, lease_until=None)


def _message(letter: Letter, subject: str, text: str) -> EmailMessage:
    headers = {"Message-ID": f"<{letter.key}@{settings.PUBLIC_HOST}>"}
    patient: dict[str, Any] = (
        {"timeout": TIMEOUT_SECONDS} if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend") else {}
    )
    connection = get_connection(**patient)
    return EmailMessage(subject, text, None, [letter.user.email], headers=headers, connection=connection)


def _put_off(letter: Letter, now: datetime) -> None:
    tries = letter.tries + 1
    pause = min(LONGEST_PAUSE, FIRST_PAUSE * 2 ** (tries - 1))
    ended = {"ended_at": now} if tries >= MOST_TRIES else {}
    _note(letter, tries=tries, not_before=now + pause, lease_until=None, **ended)


def _note(letter: Letter, **fields: Any) -> None:
    Letter.objects.filter(pk=letter.pk).update(**fields)

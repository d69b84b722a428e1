"""Single mails to somebody who waits for them: a mail server that is down is one line in the log and no error page."""

import threading

import structlog
from django.conf import settings
from django.core.mail import EmailMessage, get_connection

AGAIN_AFTER_SECONDS = (15, 60, 240)

log = structlog.get_logger("fluxweb.mail")


def server_answers() -> bool:
    """Return whether the mail server takes us now, asked before it is looked up who is meant: it tells nothing."""
    server = get_connection()
    try:
        server.open()
        server.close()
    except OSError as error:  # smtplib's are of this kind too
        log.error("mail server does not answer", error=type(error).__name__)
        return False
    return True


def send_mail(message: EmailMessage) -> None:
    """Send a mail beside the request: how long the server takes would tell that somebody got one."""
    if not settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        _send(message)  # to the log: nobody is waited for
        return
    threading.Thread(target=send_patiently, args=(message,), name="mail", daemon=True).start()


def send_patiently(message: EmailMessage) -> None:
    """Send a mail now, or after a while as long as the server does not take it; at last leave it to the log."""
    for seconds in (0, *AGAIN_AFTER_SECONDS):
        threading.Event().wait(seconds)
        if _send(message):
            return


def _send(message: EmailMessage) -> bool:
    try:
        message.send()
    except OSError as error:
        log.error("mail not sent", error=type(error).__name__)
        return False
    return True

"""Rounds that are done again and again: one that fails stops nothing, and trouble that lasts does not fill the log."""

from collections.abc import Callable

import structlog

from fluxweb.outages import Outage
from gallery.services.db.trouble import trouble_of

log = structlog.get_logger("fluxweb.worker")
outage = Outage(log, "database or disk")  # the heart of the worker, which writes a row, knows when it is over


def heal(act: Callable[[], object]) -> None:
    """Do one round of something; whatever goes wrong, the next round may succeed."""
    try:
        act()
    except Exception as error:
        log_failure(error, "round failed", by=act.__name__.lstrip("_"))


def log_failure(error: Exception, event: str, *, by: str) -> None:
    """Log what stopped somebody who tries again: a traceback only if it is a fault of ours."""
    why = trouble_of(error)
    if why is None:
        log.error(event, by=by, exc_info=error)
    else:
        outage.met(why, by=by, met=event)

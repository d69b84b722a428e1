"""Logs: one line per event, never a key, a result address's signature or the token of a link.

A traceback that comes again and again is written once a minute: the disk it would fill is needed for answers.
"""

import logging
import sys
import traceback

import structlog

from fluxweb.masking import mask_records, masked_line
from fluxweb.outages import Seldom

# The plain formatter on purpose: the rich one prints local variables, and those can hold prompts and keys.
PLAIN_LINES = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)


def configure(*, as_json):
    """Set structlog up for this process and return Django's LOGGING that writes its lines."""
    mask_records()
    processors = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    _configure_structlog(processors)
    as_lines = [structlog.processors.format_exc_info, structlog.processors.JSONRenderer()] if as_json else [PLAIN_LINES]
    return _django(processors, as_lines)


def _configure_structlog(processors):
    structlog.configure(
        processors=[
            structlog.stdlib.filter_by_level,
            *processors,
            structlog.stdlib.PositionalArgumentsFormatter(),
            structlog.stdlib.ProcessorFormatter.wrap_for_formatter,
        ],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )


def _django(processors, as_lines):
    line = {
        "()": "structlog.stdlib.ProcessorFormatter",
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, *as_lines, masked_line],
        "foreign_pre_chain": processors,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "filters": {"tracebacks": {"()": SeldomTracebacks}},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["tracebacks"]}},
        "root": {"handlers": ["console"], "level": "INFO"},
        "loggers": {
            # httpx writes whole addresses at INFO, and a result's address carries its signature.
            "httpx": {"level": "WARNING"},
            "httpcore": {"level": "WARNING"},
            "botocore": {"level": "WARNING"},
            "django_structlog": {"level": "WARNING"},
            "huey": {"level": "WARNING"},
            "django.server": {"handlers": ["console"], "level": "INFO", "propagate": False},
        },
    }


class SeldomTracebacks(logging.Filter):
    """Lets a traceback through once a minute, with the number of those that were left out since."""

    def __init__(self):
        super().__init__()
        self.seldom = Seldom()

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the record is to be written."""
        error = _error_of(record)
        if error is None:
            return True
        left_out = self.seldom.left_out((record.name, *_event_of(record), type(error), _way_of(error)))
        if left_out:
            _say_left_out(record, left_out)
        return left_out is not None


def _error_of(record):
    """structlog's records are dicts with the error, or True, among the rest."""
    given = record.msg.get("exc_info") if isinstance(record.msg, dict) else record.exc_info
    if given is True:
        given = sys.exc_info()
    return given[1] if isinstance(given, tuple) else given or None


def _event_of(record):
    """What is said, without what differs each time: huey writes the number of the task, we the time and the request."""
    if not isinstance(record.msg, dict):
        return (str(record.msg),)
    passing = {"exc_info", "timestamp", *structlog.contextvars.get_contextvars()}
    return tuple(sorted((name, str(fact)) for name, fact in record.msg.items() if name not in passing))


def _way_of(error):
    """The lines that led to it: one exception at one place is met on several ways, and each is a fault of its own."""
    return tuple((frame.f_code.co_filename, line) for frame, line in traceback.walk_tb(error.__traceback__))


def _say_left_out(record, left_out):
    if isinstance(record.msg, dict):
        record.msg["left_out"] = left_out
    else:
        record.msg = f"{record.msg} ({left_out} like this left out)"

"""Logs: one line per event, never a key, a result address's signature or the token of a link."""

import structlog

from fluxweb.masking import mask_records, masked_line

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
        *([structlog.processors.format_exc_info] if as_json else []),
    ]
    _configure_structlog(processors)
    return _django(processors, structlog.processors.JSONRenderer() if as_json else PLAIN_LINES)


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


def _django(processors, renderer):
    line = {
        "()": "structlog.stdlib.ProcessorFormatter",
        "processors": [structlog.stdlib.ProcessorFormatter.remove_processors_meta, renderer, masked_line],
        "foreign_pre_chain": processors,
    }
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": line},
        "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "line"}},
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

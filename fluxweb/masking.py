"""The token of a link opens it, so no log has it: it is masked in every record that is made and every line written."""

import logging
import re

TOKEN = re.compile(r"(/s/|%2Fs%2F)[^/\s?\"'&<>%]+", re.IGNORECASE)


def mask(value):
    """Mask texts, also inside what loggers pass on; other values stay, and are masked when their line is written."""
    if isinstance(value, str):
        return TOKEN.sub(r"\1***", value)
    if type(value) is dict:
        return {name: mask(each) for name, each in value.items()}
    if type(value) is tuple:
        return tuple(map(mask, value))
    return value


def mask_records():
    """Mask every record of this process as it is made, whoever reads it."""
    logging.setLogRecordFactory(MaskedRecord)


class MaskedRecord(logging.LogRecord):
    def __init__(self, name, level, pathname, lineno, msg, args, *more, **options):
        super().__init__(name, level, pathname, lineno, mask(msg), mask(args), *more, **options)


def masked_line(_logger, _name, line):
    """Mask a rendered line, traceback and all: the last processor of structlog."""
    return mask(line)

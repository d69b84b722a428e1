"""Reads the words in pictures, if the extra that does it is installed: in a process of its own, with limits.

The models take 300 MB while they are loaded; with that process they are gone.
"""

import importlib.util
import json
import logging
import tempfile
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import IO, Protocol

from PIL import Image as Pillow

from gallery.services.media.processes import children

CHILD = Path(__file__).with_name("word_reader_child.py")
WAIT_SECONDS = 90  # for all, however little of a busy machine they got

log = logging.getLogger("fluxweb.images")  # the standard one: where the extra is tried alone, there is no other


class WordReader(Protocol):
    """Reads the lines of each of some RGB pictures, in reading order; returns None of one that it could not read."""

    def __call__(self, pictures: Sequence[Pillow.Image]) -> list[list[str] | None]: ...


@cache
def installed_reader() -> WordReader | None:
    """Return the reader of this installation. None: words are not read here."""
    return _read_apart if importlib.util.find_spec("rapidocr") else None


def _read_apart(pictures: Sequence[Pillow.Image]) -> list[list[str] | None]:
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        given.write(json.dumps([picture.size for picture in pictures]).encode() + b"\n")
        for picture in pictures:
            given.write(picture.tobytes())
        given.seek(0)
        try:
            children.run_child(CHILD, given=given, answer=answer, seconds=WAIT_SECONDS)
        except children.ChildFailed as failed:  # what it has answered until then counts
            log.warning("reader of words failed on %d pictures: %r", len(pictures), failed.__cause__)
        answer.seek(0)
        return [_line(answer) for _ in pictures]


def _line(answer: IO[bytes]) -> list[str] | None:
    """Believe nothing of it but a list of texts."""
    try:
        read = json.loads(answer.readline())
    except ValueError:
        return None
    return [str(text) for text in read] if isinstance(read, list) else None

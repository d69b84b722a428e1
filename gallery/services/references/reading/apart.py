"""Decodes in a process of its own what takes much memory, or a decoder that is not to be trusted with ours.

A WebP of 20 MP takes 310 MB for a moment; libheif has let attackers run code. Such a process has limits of memory and
time and an environment without secrets, and its memory is gone with it.
"""

import importlib.util
import json
import shutil
import tempfile
from pathlib import Path
from typing import IO

from PIL import Image as Pillow

from gallery.services.media.processes import children
from gallery.services.references import refusals, sizes
from gallery.services.references.refusals import Unfit

CHILD = Path(__file__).with_name("apart_child.py")
WAIT_SECONDS = 40  # for an answer, however little of a busy machine it got
HEAD_BYTES = 1000


def reads_heic() -> bool:
    """Return whether the extra that reads HEIC is installed."""
    return importlib.util.find_spec("pillow_heif") is not None


def draw_apart(file: IO[bytes], image_format: str) -> tuple[Pillow.Image, tuple[int, int]]:
    """Return an upright picture in the size of a reference, and (width, height) of the original. Raises Unfit."""
    with tempfile.TemporaryFile() as given, tempfile.TemporaryFile() as answer:
        file.seek(0)
        shutil.copyfileobj(file, given)
        given.seek(0)
        _run(image_format, given, answer)
        answer.seek(0)
        return _read(answer)


def _run(image_format: str, given: IO[bytes], answer: IO[bytes]) -> None:
    try:
        children.run_child(CHILD, image_format, given=given, answer=answer, seconds=WAIT_SECONDS)
    except children.ChildFailed:
        raise Unfit(refusals.TOO_LONG) from None


def _read(answer: IO[bytes]) -> tuple[Pillow.Image, tuple[int, int]]:
    """Believe nothing of it but pixels that fit."""
    try:
        facts = json.loads(answer.readline(HEAD_BYTES))
        if facts.get("trouble"):
            raise Unfit(refusals.TOO_LONG if facts["trouble"] == "memory" else refusals.DAMAGED)
        width, height = map(int, facts["lying"])
        refusals.check_size(width, height)
        size = sizes.fit_size(width, height)
        if facts["turned"]:
            size, (width, height) = size[::-1], (height, width)
        mode = {"RGB": "RGB", "RGBA": "RGBA"}[facts["mode"]]
        pixels = answer.read(size[0] * size[1] * len(mode))
        return Pillow.frombytes(mode, size, pixels), (width, height)
    except (ValueError, KeyError, TypeError, AttributeError, ArithmeticError, RecursionError):
        raise Unfit(refusals.DAMAGED) from None

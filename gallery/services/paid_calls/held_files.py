"""Files that were paid for and are not shown: what can be seen of them safely, and what they are called."""

import contextlib
import io
from typing import IO

from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from gallery.models import Attempt
from gallery.services.media import validation
from gallery.services.paid_calls import downloads
from gallery.services.storage import files

PREVIEWS = "looks"  # the folder of previews
PREVIEW_EDGE = 512  # pixels, the longer side
QUALITY = 80
TILE, GROUND, INK = (192, 192), (226, 226, 230), (84, 84, 92)
SUFFIXES = {"jpeg": "jpg", "": "bin"}


def open_preview(attempt: Attempt) -> IO[bytes]:
    """Return an open preview of a file as it came: never its own bytes, but drawn anew from its pixels, and kept.

    A file without pixels that we can read is a tile with its suffix on it.
    """
    name = preview_name(attempt)
    if default_storage.exists(name):
        return files.open_file(name)
    drawn = _encoded(_seen(attempt) or _tile(attempt))
    with contextlib.suppress(OSError):  # a full disk costs the next look the same work
        files.publish_bytes(drawn, name)
    return io.BytesIO(drawn)


def preview_name(attempt: Attempt) -> str:
    return files.file_name_of(attempt, PREVIEWS, ".webp")


def remove_held_file(attempt: Attempt, held_name: str) -> None:
    """Remove a file that nobody needs any more, and its preview."""
    files.remove_file(held_name)
    files.remove_file(preview_name(attempt))


def download_name(attempt: Attempt) -> str:
    """Name the file as it came for who downloads it."""
    job = attempt.job
    return f"{job.model}-{job.seed}-{attempt.key}.{file_suffix(attempt)}"


def file_suffix(attempt: Attempt) -> str:
    """Return the suffix of a file's name by its bytes."""
    with files.open_file(attempt.held_name) as file:
        found = validation.detect_format(file)
    return SUFFIXES.get(found, found)


def _seen(attempt: Attempt) -> Pillow.Image | None:
    if downloads.is_deadly(attempt):
        return None
    try:
        with files.open_file(attempt.held_name) as file, downloads.counted_decode(attempt):
            shown = validation.render_visible(file)
    except (validation.NotAnImage, validation.TruncatedImage):
        return None
    finally:
        downloads.forget_decode(attempt.pk)
    shown.thumbnail((PREVIEW_EDGE, PREVIEW_EDGE))
    return shown


def _tile(attempt: Attempt) -> Pillow.Image:
    tile = Pillow.new("RGB", TILE, GROUND)
    middle = (TILE[0] / 2, TILE[1] / 2)
    ImageDraw.Draw(tile).text(
        middle, file_suffix(attempt).upper(), fill=INK, anchor="mm", font=ImageFont.load_default(size=52)
    )
    return tile


def _encoded(picture: Pillow.Image) -> bytes:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=QUALITY)
    return out.getvalue()

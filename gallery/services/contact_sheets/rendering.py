"""Draws one part of a sheet: a light table, the pictures on it, labels, and what is missing as named empty boxes."""

import contextlib
from collections.abc import Callable
from typing import IO

from PIL import Image as Pillow
from PIL import ImageDraw

from gallery.models import Image, Job
from gallery.models.runs import NOT_REFUSED, State
from gallery.services.contact_sheets.sheet_layout import PLAIN, QUIET, STRONG, Box, Label, PlannedPart
from gallery.services.media import decoding, thumbnails, validation
from gallery.services.media.text_rendering import draw_text, line_height, measure_text, wrap_text
from gallery.services.storage import files

TABLE, EMPTY, EDGE = (250, 250, 250), (238, 238, 238), (200, 200, 200)
INKS = {PLAIN: (40, 40, 40), STRONG: (20, 20, 20), QUIET: (105, 105, 105)}
QUALITY = 90  # of JPEG
COMPRESSION = 4  # of PNG: 6 takes twice as long and saves three hundredths
NO_CELL, GONE, DAMAGED, FAILED = "not asked for", "its file is gone", "its file is damaged", "failed"
MISSING = {
    State.QUEUED: "waiting", State.CLAIMED: "being made", State.SENDING: "being made", State.HAVE_URL: "being made",
    State.FAILED: "refused", State.LOST: "paid and lost", State.BLOCKED: "held aside", State.UNKNOWN: "in doubt",
    State.NO_RESULT: "no picture came", State.CANCELLED: "cancelled", State.DONE: "deleted",
}  # fmt: skip


def draw_part(part: PlannedPart, *, keep_lease: Callable[[], None]) -> Pillow.Image:
    """Return the picture of a part. `keep_lease` is called before each picture that is decoded."""
    canvas = Pillow.new("RGB", (part.width, part.height), TABLE)
    for label in part.labels:
        _write(canvas, label)
    for box in part.boxes:
        keep_lease()
        _fill(canvas, box)
    return canvas


def save_image(canvas: Pillow.Image, file: IO[bytes], image_format: str) -> None:
    """Write the picture of a part into an open file."""
    if image_format == "png":
        canvas.save(file, "PNG", compress_level=COMPRESSION)
    else:
        canvas.save(file, "JPEG", quality=QUALITY)


def _write(canvas: Pillow.Image, label: Label) -> None:
    for n, line in enumerate(label.lines):
        corner = (label.x, label.y + n * line_height(label.size))
        draw_text(canvas, corner, line, label.size, ink=INKS[label.ink], bold=label.ink == STRONG)


def _fill(canvas: Pillow.Image, box: Box) -> None:
    image = box.cell and box.cell.image
    if image is None:
        _leave_empty(canvas, box, why_missing(box.cell.job) if box.cell else NO_CELL)
        return
    try:
        picture = _fitted(image, box)
    except FileNotFoundError:
        _leave_empty(canvas, box, GONE)
        return
    except validation.DAMAGE as trouble:
        if getattr(trouble, "errno", None):
            raise  # the storage's, and perhaps over in a moment; what is wrong with the picture itself has no number
        _leave_empty(canvas, box, DAMAGED)
        return
    left, top = (box.width - picture.width) // 2, (box.height - picture.height) // 2
    canvas.paste(picture, (box.x + left, box.y + top))


def why_missing(job: Job) -> str:
    """Say in a word or two why there is no picture of a job."""
    return FAILED if job.state == State.FAILED and job.reason in NOT_REFUSED else MISSING[State(job.state)]


def _fitted(image: Image, box: Box) -> Pillow.Image:
    """Return the picture as large as it fits. Decodes no more of it than that needs, and one at a time."""
    size = (box.width, box.height)
    with _open(image, longer=max(size)) as file, validation.DECODE_SLOTS, validation.open_image(file) as picture:
        return decoding.lay_on_ground(decoding.render_upright(picture, within=size), TABLE)


def _open(image: Image, *, longer: int) -> IO[bytes]:
    """Open the thumbnail where it is large enough to be made smaller without loss, else the original."""
    if image.thumbnail and longer <= thumbnails.EDGE // 2:
        with contextlib.suppress(FileNotFoundError):
            return files.open_file(image.thumbnail)
    return files.open_file(image.file)


def _leave_empty(canvas: Pillow.Image, box: Box, words: str) -> None:
    corner = (box.x + box.width - 1, box.y + box.height - 1)
    ImageDraw.Draw(canvas).rectangle(((box.x, box.y), corner), fill=EMPTY, outline=EDGE)
    size = max(11, min(box.width // 10, 40))
    lines = wrap_text(words, size, width=box.width - 8, lines=3)
    top = box.y + (box.height - len(lines) * line_height(size)) // 2
    for n, line in enumerate(lines):
        left = box.x + (box.width - measure_text(line, size)) // 2
        draw_text(canvas, (left, top + n * line_height(size)), line, size, ink=INKS[QUIET])

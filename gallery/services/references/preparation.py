"""From any file that a person has to the reference that is sent: checked, upright, in sRGB, without metadata, small.

Every reference comes through here once, when it is chosen: pressing costs nothing then.
"""

import hashlib
import io
import threading
from dataclasses import dataclass
from typing import IO

from PIL import Image as Pillow

from gallery.services.media import decoding, repair, validation
from gallery.services.references import encoding, refusals, sizes
from gallery.services.references.encoding import Encoded
from gallery.services.references.reading import apart, heads
from gallery.services.references.reading.heads import Head
from gallery.services.references.refusals import Unfit, UnusablePicture

__all__ = ["Prepared", "UnusablePicture", "prepare_picture"]

APART_PIXELS = 4 * sizes.MEGAPIXEL  # more is drawn in a process of its own, unless its decoder reads it smaller
GAPS = {"jpeg": 1.0}  # its decoder makes it smaller well, so that no more than needed is read
SLOTS = threading.BoundedSemaphore(2)  # each holds a file of 20 MB, perhaps twice, and what is drawn of it
KEPT_CLEAR = "Its transparency is kept."
LAID_ON_WHITE = "Its transparent parts are laid on white: with them it would be too large to send."


@dataclass(frozen=True)
class Prepared:
    """What is sent, and what it was made from; sizes in pixels, as they stand. notes: what people should know of it."""

    content: bytes
    format: str
    width: int
    height: int
    sha256: str
    notes: tuple[str, ...]
    original_format: str
    original_width: int
    original_height: int


@dataclass(frozen=True)
class Drawn:
    """An upright RGB picture, RGBA only if something of it is transparent, and the size of what it was drawn from."""

    picture: Pillow.Image
    original: tuple[int, int]


def prepare_picture(file: IO[bytes], *, name: str) -> Prepared:
    """Make a reference of an open file of at most 20 MB and 20 megapixels. Raises UnusablePicture, naming the file.

    PNG or JPEG of at most 1.5 MB, sides multiples of 16 from 64 to 2048, distorted by less than 1 %, never cropped.
    """
    try:
        with SLOTS:
            head = heads.read_head(file)
            return _encode(_draw(file, head), head)
    except Unfit as error:
        raise UnusablePicture(name, str(error)) from None


def _encode(drawn: Drawn, head: Head) -> Prepared:
    encoded = encoding.encode_reference(drawn.picture, lossless=head.lossless)
    digest = hashlib.sha256(encoded.content).hexdigest()
    notes = tuple(_notes(head, drawn, encoded))
    return Prepared(encoded.content, encoded.format, *encoded.size, digest, notes, head.format, *drawn.original)


def _draw(file: IO[bytes], head: Head) -> Drawn:
    if head.format == "heic" and not apart.reads_heic():
        raise Unfit(refusals.NO_HEIC)
    if _is_for_apart(head):
        picture, original = _draw_apart(file, head)
    else:
        with validation.DECODE_SLOTS:
            picture, original = _draw_here(file, head)
    if picture.mode == "RGBA" and picture.getchannel("A").getextrema()[0] == 255:
        picture = picture.convert("RGB")
    return Drawn(picture, original)


def _is_large(head: Head) -> bool:
    return head.size is None or head.size[0] * head.size[1] > APART_PIXELS


def _is_for_apart(head: Head) -> bool:
    return head.format == "heic" or (_is_large(head) and not head.shrinks)


def _check_end(file: IO[bytes], head: Head) -> None:
    """A decoder fills up what is missing at the end of these; looking whether anything is takes two decodes."""
    if head.format not in ("jpeg", "webp") or not repair.lacks_end(file):
        return
    try:
        if _is_large(head):
            raise validation.TruncatedImage
        validation.verify_image(file)
    except (validation.NotAnImage, validation.TruncatedImage):
        raise Unfit(refusals.DAMAGED) from None


def _draw_apart(file: IO[bytes], head: Head) -> tuple[Pillow.Image, tuple[int, int]]:
    _check_end(file, head)
    mended = repair.mend_image(file, head.format) if head.format in validation.SHOWN else None
    return apart.draw_apart(io.BytesIO(mended) if mended else file, head.format)


def _draw_here(file: IO[bytes], head: Head) -> tuple[Pillow.Image, tuple[int, int]]:
    _check_end(file, head)
    lying = head.size or (0, 0)
    try:
        with validation.open_to_look(file) as picture:
            shown = decoding.render_upright(picture, lying=sizes.fit_size(*lying), gap=GAPS.get(head.format, 2.0))
            turned = decoding.upright_size(picture) != picture.size
    except (validation.NotAnImage, *validation.DAMAGE):
        raise Unfit(refusals.DAMAGED) from None
    return shown, lying[::-1] if turned else lying


def _notes(head: Head, drawn: Drawn, encoded: Encoded) -> list[str]:
    notes = []
    if head.frames > 1:
        notes.append(f"It has {head.frames} pictures in it: the first one is used.")
    if encoded.size != drawn.original:
        (wide, high), (width, height) = drawn.original, encoded.size
        notes.append(f"Made {width} × {height} pixels from {wide} × {high}: nothing is cut off.")
    if drawn.picture.mode == "RGBA":
        notes.append(LAID_ON_WHITE if encoded.laid_on_white else KEPT_CLEAR)
    return notes

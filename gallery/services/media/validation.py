"""Is this file a whole picture? Bytes are believed, not headers; nothing is decoded before its size is known.

Decides what may be shown, not what is kept: see paid_calls/downloads.py.
"""

import contextlib
import io
import struct
import threading
from dataclasses import dataclass
from typing import IO

from PIL import Image as Pillow
from PIL import ImageFile, UnidentifiedImageError

from gallery.api.results.formats import HEAD_BYTES, sniff
from gallery.services.media import decoding, repair

MAX_PIXELS = 25_000_000
FORMATS = {"JPEG": "jpeg", "MPO": "jpeg", "PNG": "png", "WEBP": "webp"}  # MPO: a JPEG with another behind it
CUT_UNSEEN = ("JPEG", "MPO", "WEBP")  # decoders, or our repair of these, fill up what is missing
SHOWN = ("jpeg", "png", "webp")
ONLY_LOOKED_AT = ("gif", "avif", "bmp", "tiff")
OTHERS = {
    "gif": "A GIF", "avif": "An AVIF picture", "heic": "A HEIC picture", "bmp": "A BMP picture", "ico": "An icon",
    "svg": "An SVG drawing", "tiff": "A TIFF picture", "jxl": "A JPEG XL picture", "jp2": "A JPEG 2000 picture",
    "psd": "A Photoshop file", "mp4": "A video or other MP4", "webm": "A WebM video", "html": "A web page",
    "xml": "An XML text", "json": "A JSON text", "pdf": "A PDF", "zip": "A ZIP archive", "gzip": "A gzip archive",
}  # fmt: skip
# What decoders raise at damaged files: struct.error and KeyError are of Pillow's readers of metadata, RuntimeError and
# ArithmeticError of AVIF, AssertionError of a palette that is missing.
DAMAGE = (
    OSError, SyntaxError, ValueError, struct.error, KeyError, IndexError, TypeError, EOFError, UserWarning,
    RuntimeError, ArithmeticError, AssertionError,
)  # fmt: skip
STUFFING = b"\x5a\x3c\x96\xe1" * 64  # entropy-coded nonsense: changes whatever pixel still waits for its bits
# Eight decodes of 2048 x 2048 at once take a process to 390 MiB; two keep both cores busy.
DECODE_SLOTS = threading.BoundedSemaphore(2)


class TruncatedImage(ValueError):
    """Cut or damaged."""


class NotAnImage(ValueError):
    """Another format, or more pixels than any model makes."""


@dataclass(frozen=True)
class Verified:
    """What is known of a picture that was decoded to its end: its size is that of the picture as it stands."""

    format: str
    width: int
    height: int
    turned: bool
    transparent: bool


def verify_image(file: IO[bytes]) -> Verified:
    """Decode the whole of an open file. Raises TruncatedImage or NotAnImage. Call with DECODE_SLOTS held."""
    picture = open_image(file)
    try:
        decoding.load_pixels(picture)
        if picture.format in CUT_UNSEEN and repair.lacks_end(file):
            _check_last_pixels(file)
    except DAMAGE as error:
        raise TruncatedImage("The picture ends early or is damaged.") from error
    size, turned = decoding.upright_size(picture), decoding.is_turned(picture)
    return Verified(FORMATS[picture.format or ""], *size, turned, decoding.is_transparent(picture))


def open_image(file: IO[bytes]) -> ImageFile.ImageFile:
    """Open a JPEG, PNG or WebP for decoding, forgiving what browsers forgive. Everything that decodes one comes here.

    Raises NotAnImage for another format or too many pixels, TruncatedImage for a head that cannot be read.
    """
    image_format = _format_to_show(file)
    mended = repair.mend_image(file, image_format)
    try:
        picture = _opened(io.BytesIO(mended) if mended else file, image_format)
    except UnidentifiedImageError as error:
        raise TruncatedImage("The head of the picture is damaged.") from error
    return _small_enough(picture)


def render_visible(file: IO[bytes]) -> Pillow.Image:
    """Return an upright picture of what can be seen of any open file: of a cut one what came, else black or grey.

    Raises NotAnImage or TruncatedImage if there is nothing to be seen. Call with DECODE_SLOTS held.
    """
    with open_to_look(file) as picture:
        try:
            decoding.load_pixels(picture)
        except DAMAGE:
            picture.tile = []  # what was decoded until then stays
        try:
            return decoding.render_upright(picture)
        except DAMAGE as error:
            raise TruncatedImage("Nothing of the picture can be read.") from error


def open_to_look(file: IO[bytes]) -> ImageFile.ImageFile:
    """Open a GIF, AVIF, BMP or TIFF too. Raises as `open_image` does."""
    if detect_format(file) not in ONLY_LOOKED_AT:
        return open_image(file)
    try:
        picture = _open(file, detect_format(file))
    except UnidentifiedImageError as error:
        raise TruncatedImage("The head of the picture is damaged.") from error
    return _small_enough(picture)


def _small_enough(picture: ImageFile.ImageFile) -> ImageFile.ImageFile:
    if picture.width * picture.height > MAX_PIXELS:
        raise NotAnImage(f"{picture.width} x {picture.height} is more than any FLUX model makes.")
    return picture


def detect_format(file: IO[bytes]) -> str:
    """Return the short name of what an open file is, "" if nobody knows; it is read from its beginning afterwards."""
    file.seek(0)
    found = sniff(file.read(HEAD_BYTES))
    file.seek(0)
    return found


def _format_to_show(file: IO[bytes]) -> str:
    found = detect_format(file)
    if found not in SHOWN:
        raise NotAnImage(f"{OTHERS.get(found, 'A file of an unknown kind')}, not a JPEG, PNG or WebP.")
    return found


def _opened(file: IO[bytes], image_format: str) -> ImageFile.ImageFile:
    try:
        return _open(file, image_format)
    except UnidentifiedImageError:
        file.seek(0)
        for barer in repair.strip_segments(file.read(), image_format):
            with contextlib.suppress(UnidentifiedImageError):
                return _open(io.BytesIO(barer), image_format)
        raise


def _open(file: IO[bytes], image_format: str) -> ImageFile.ImageFile:
    """Open a file of this format. Raises UnidentifiedImageError, whatever the decoder says, or NotAnImage."""
    try:
        return Pillow.open(file, formats=(image_format.upper(),))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise NotAnImage("More pixels than any FLUX model makes.") from error
    except DAMAGE as error:
        raise UnidentifiedImageError from error


def _check_last_pixels(file: IO[bytes]) -> None:
    """Raise TruncatedImage unless a picture without its end has all pixels: then nonsense behind them changes none."""
    file.seek(0)
    content = file.read()
    plain, stuffed = (_pixels(repair.with_end(content, nonsense)) for nonsense in (b"", STUFFING))
    if plain != stuffed:
        raise TruncatedImage("The picture ends early.")


def _pixels(content: bytes) -> bytes:
    with Pillow.open(io.BytesIO(content), formats=("JPEG", "WEBP")) as picture:
        return picture.tobytes()

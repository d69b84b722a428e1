"""Is this file a whole picture? Bytes are believed, not headers; nothing is decoded before its size is known."""

import threading
from dataclasses import dataclass

from PIL import Image as Pillow
from PIL import UnidentifiedImageError

from gallery.services import decoding

MAX_PIXELS = 25_000_000
END_WITHIN = 64 * 1024  # bytes before the end of the file: some encoders append padding or metadata
FORMATS = {"JPEG": "jpeg", "PNG": "png", "WEBP": "webp"}
# Eight decodes of 2048 x 2048 at once take a process to 390 MiB; two keep both cores busy.
DECODES = threading.BoundedSemaphore(2)


class NotWhole(Exception):
    """Cut or damaged: fetching again may help."""


class NotAPicture(Exception):
    """Another format, or more pixels than any model makes: fetching again will not help."""


@dataclass(frozen=True)
class Verified:
    """What is known of a picture that was decoded to its end: its size is that of the picture as it stands."""

    format: str
    width: int
    height: int
    turned: bool
    transparent: bool


def verify(file):
    """Decode the whole of an open file. Raises NotWhole or NotAPicture. Call with DECODES held."""
    picture = _open(file)
    _check_end(file, picture.format)
    try:
        decoding.load(picture)
    except (OSError, SyntaxError, ValueError) as error:
        raise NotWhole("The picture ends early or is damaged.") from error
    size, turned = decoding.upright_size(picture), decoding.is_turned(picture)
    return Verified(FORMATS[picture.format], *size, turned, decoding.is_transparent(picture))


def _open(file):
    file.seek(0)
    try:
        picture = Pillow.open(file, formats=tuple(FORMATS))
    except (Pillow.DecompressionBombError, Pillow.DecompressionBombWarning) as error:
        raise NotAPicture("More pixels than any FLUX model makes.") from error
    except UnidentifiedImageError as error:
        raise NotAPicture("Neither JPEG nor PNG nor WebP.") from error
    except (OSError, SyntaxError, ValueError) as error:
        raise NotWhole("The head of the picture is damaged.") from error
    if picture.width * picture.height > MAX_PIXELS:
        raise NotAPicture(f"{picture.width} x {picture.height} is more than any FLUX model makes.")
    return picture


def _check_end(file, picture_format):
    """Decoders forgive a missing end; a download that was cut exactly there should not pass."""
    file.seek(0, 2)
    size = file.tell()
    file.seek(max(0, size - END_WITHIN))
    tail = file.read()
    if picture_format == "JPEG" and b"\xff\xd9" not in tail:
        raise NotWhole("The JPEG has no end.")
    if picture_format == "PNG" and b"IEND\xaeB`\x82" not in tail:
        raise NotWhole("The PNG has no end.")
    file.seek(0)

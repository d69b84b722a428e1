"""The bytes of a reference: a PNG while that is small enough, else a JPEG, of less quality and then smaller."""

import io
from dataclasses import dataclass

from PIL import Image as Pillow

from gallery.services.media import decoding
from gallery.services.references import sizes

BYTES_MOST = 1_500_000  # what the vendor advises
QUALITIES = (95, 90, 85, 80, 75)
COMPRESSION = 6  # of PNG
SMALLER = 0.7  # of the pixels, at each step
WHITE = (255, 255, 255)
SUBSAMPLING = {True: 0, False: 2}  # of JPEG: colours as sharp as edges for what was drawn, 4:2:0 for what was taken


@dataclass(frozen=True)
class Encoded:
    """laid_on_white: what was transparent no longer is."""

    content: bytes
    format: str
    size: tuple[int, int]
    laid_on_white: bool = False


def encode_reference(picture: Pillow.Image, *, lossless: bool) -> Encoded:
    """Encode an upright RGB or RGBA picture in at most BYTES_MOST. lossless: no JPEG has been near it yet.

    What is opaque and came as a JPEG stays one: a PNG of it keeps nothing but the fringes.
    """
    clear = picture.mode == "RGBA"
    if lossless or clear:
        content = _encode(picture, "PNG", compress_level=COMPRESSION)
        if len(content) <= BYTES_MOST:
            return Encoded(content, "png", picture.size)
    flat = decoding.lay_on_ground(picture, WHITE)
    content, size = _encode_jpeg(flat, subsampling=SUBSAMPLING[lossless])
    return Encoded(content, "jpeg", size, laid_on_white=clear)


def _encode_jpeg(picture: Pillow.Image, *, subsampling: int) -> tuple[bytes, tuple[int, int]]:
    for quality in QUALITIES:
        content = _encode(picture, "JPEG", quality=quality, subsampling=subsampling)
        if len(content) <= BYTES_MOST:
            return content, picture.size
    pixels_most = int(picture.width * picture.height * SMALLER)
    smaller = picture.resize(sizes.fit_size(*picture.size, pixels_most=pixels_most), Pillow.Resampling.LANCZOS)
    return _encode_jpeg(smaller, subsampling=subsampling)


def _encode(picture: Pillow.Image, image_format: str, **options: int) -> bytes:
    out = io.BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()

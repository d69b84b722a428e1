"""Two pictures beside each other as one, for models that take a single reference."""

import hashlib
import io

from PIL import Image as Pillow

from gallery.services.media import decoding, validation
from gallery.services.references import encoding, refusals, sizes
from gallery.services.references.preparation import KEPT_CLEAR, LAID_ON_WHITE, Prepared
from gallery.services.references.refusals import UnusablePicture

JOINED = "The joined picture"


def join_pictures(left: bytes, right: bytes) -> Prepared:
    """Return two prepared pictures as one: as high as the lower one, whole, in their shapes, with nothing between them.

    A PNG while that is small enough and either was one. Raises UnusablePicture if nothing that wide can be sent.
    """
    with validation.DECODE_SLOTS:
        pictures = [_open(left), _open(right)]
        height = min(picture.height for picture in pictures)
        widths = [picture.width * height / picture.height for picture in pictures]
        natural = round(sum(widths)), height
        joined = _lay_side_by_side(pictures, natural, seam=widths[0] / sum(widths))
    encoded = encoding.encode_reference(joined, lossless=any(each.startswith(b"\x89PNG") for each in (left, right)))
    digest = hashlib.sha256(encoded.content).hexdigest()
    clear = () if joined.mode == "RGB" else (LAID_ON_WHITE if encoded.laid_on_white else KEPT_CLEAR,)
    return Prepared(encoded.content, encoded.format, *encoded.size, digest, clear, encoded.format, *natural)


def _open(content: bytes) -> Pillow.Image:
    try:
        with validation.open_image(io.BytesIO(content)) as picture:
            return decoding.render_upright(picture)
    except (validation.NotAnImage, *validation.DAMAGE):
        raise UnusablePicture(JOINED, refusals.DAMAGED) from None


def _lay_side_by_side(pictures: list[Pillow.Image], natural: tuple[int, int], *, seam: float) -> Pillow.Image:
    """seam: where the right one begins, as a share of the width."""
    try:
        width, height = sizes.fit_size(*natural)
    except sizes.NoSizeFits:
        raise UnusablePicture(JOINED, refusals.say_too_long(*natural)) from None
    at = min(max(round(width * seam), 1), width - 1)
    mode = "RGBA" if any(picture.mode == "RGBA" for picture in pictures) else "RGB"
    joined = Pillow.new(mode, (width, height))
    for picture, (start, end) in zip(pictures, ((0, at), (at, width)), strict=True):
        joined.paste(_sized(picture.convert(mode), (end - start, height)), (start, 0))
    return joined


def _sized(picture: Pillow.Image, size: tuple[int, int]) -> Pillow.Image:
    return picture if picture.size == size else picture.resize(size, Pillow.Resampling.LANCZOS)

"""Thumbnails: 512 px WebP, made once, in the worker."""

import io

import structlog
from PIL import Image as Pillow

from gallery.models import Image
from gallery.services import files, verification

EDGE = 512  # pixels, the longer side: a 232 px row on a screen of two pixels per pixel
QUALITY = 80
METHOD = 2  # WebP effort: 0 fast .. 6 small

log = structlog.get_logger("fluxweb.images")


def thumbnail_name(attempt):
    return f"thumbnails/{attempt.key[:2]}/{attempt.key}.webp"


def make(pixels):
    """Return the WebP bytes of a decoded picture's thumbnail."""
    small = _fit(pixels if pixels.mode in ("RGB", "RGBA") else pixels.convert("RGB"))
    out = io.BytesIO()
    small.save(out, "WEBP", quality=QUALITY, method=METHOD)
    return out.getvalue()


def _fit(picture):
    scale = min(1, EDGE / max(picture.size))
    size = tuple(max(1, round(side * scale)) for side in picture.size)
    return picture.resize(size, Pillow.Resampling.LANCZOS, reducing_gap=1.0)


def make_missing(limit=20):
    """Make thumbnails that failed at first: the picture has been there all the time."""
    for image in Image.objects.without_thumbnail().select_related("attempt").order_by("-id")[:limit]:
        Image.objects.filter(pk=image.pk).update(thumbnail_tries=image.thumbnail_tries + 1)
        try:
            _make_one(image)
        except (OSError, ValueError, verification.NotWhole, verification.NotAPicture):
            log.exception("thumbnail failed again", image=image.key)


def _make_one(image):
    with files.open_file(image.file) as file, verification.DECODES:
        content = make(verification.verify(file).pixels)
    name = files.publish_bytes(content, thumbnail_name(image.attempt))
    Image.objects.filter(pk=image.pk).update(thumbnail=name)

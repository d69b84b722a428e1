"""Thumbnails: 512 px WebP, made once, in the worker, after the picture itself is safe."""

import io

import structlog
from django.db.models import F
from django.utils import timezone
from PIL import Image as Pillow

from gallery.models import FileLength, Image
from gallery.services.db.transactions import write_transaction
from gallery.services.media import decoding, validation
from gallery.services.media.metadata import lengths
from gallery.services.storage import files

EDGE = 512  # pixels, the longer side: a 232 px row on a screen of two pixels per pixel
QUALITY = 80
METHOD = 2  # WebP effort: 0 fast .. 6 small

log = structlog.get_logger("fluxweb.images")


def make_thumbnail(picture: Pillow.Image) -> bytes:
    """Return the WebP bytes of an opened picture's thumbnail; the picture itself is used up."""
    out = io.BytesIO()
    decoding.render_upright(picture, within=(EDGE, EDGE), gap=1.0).save(out, "WEBP", quality=QUALITY, method=METHOD)
    return out.getvalue()


def make_next_thumbnail() -> bool:
    """Make the newest thumbnail that is missing; return whether there was one to make."""
    due = Image.objects.due_for_thumbnail(timezone.now()).select_related("attempt", "job").order_by("-id")
    image = due.first()
    if image is None:
        return False
    mine = Image.objects.filter(pk=image.pk, thumbnail_tries=image.thumbnail_tries)
    if mine.update(thumbnail_tries=F("thumbnail_tries") + 1):  # else another worker makes it
        _make(image)
    return True


def _make(image: Image) -> None:
    """A picture without a thumbnail is still the picture that was paid for."""
    try:
        with files.open_file(image.file) as file:
            original = file.read()
        with validation.DECODE_SLOTS, validation.open_image(io.BytesIO(original)) as picture:
            content = make_thumbnail(picture)
        name = files.publish_bytes(content, files.file_name(image.file_key, "thumbnails", ".webp"))
    except (OSError, ValueError, SyntaxError):
        log.exception("thumbnail failed", image=image.key)
    else:
        _save(image, name, lengths.measure_lengths(image, original))


@write_transaction()
def _save(image: Image, name: str, measured: FileLength) -> None:
    """The original was at hand: how long its other forms are is known from now on."""
    if Image.objects.filter(pk=image.pk).update(thumbnail=name):
        lengths.save_lengths([measured])

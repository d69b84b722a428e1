"""Measure once what is seen in each picture, in the worker, after its thumbnail: also of pictures that are old."""

import structlog
from django.db.models import F
from PIL import Image as Pillow

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.prompts.asked_colours import FAIR_SHARE
from gallery.models import Image, ImageColour, ImageLook
from gallery.models.finding.looks import BANDS
from gallery.services.db.transactions import write_transaction
from gallery.services.media import decoding, validation
from gallery.services.media.seeing import palette, perceptual_hash
from gallery.services.storage import files

EDGE = 256  # pixels, the longer side of what is decoded: of a JPEG no more than a few of its frequencies
GROUND = "white"  # what is transparent is seen on
MEASURED = ("hash", *BANDS, "palette")

log = structlog.get_logger("fluxweb.images")


def measure_next_look() -> bool:
    """Measure the newest picture that nobody has looked at; return whether there was one."""
    image = Image.objects.due_for_look().order_by("-id").first()
    if image is None:
        return False
    mine = Image.objects.filter(pk=image.pk, look_tries=image.look_tries)
    if mine.update(look_tries=F("look_tries") + 1):  # else another worker looks at it
        _measure(image)
    return True


def _measure(image: Image) -> None:
    try:
        with files.open_file(image.file) as file, validation.DECODE_SLOTS, validation.open_image(file) as picture:
            shown = decoding.lay_on_ground(decoding.render_upright(picture, within=(EDGE, EDGE)), GROUND)
    except (OSError, ValueError, SyntaxError):
        log.exception("look failed", image=image.key)
    else:
        keep_look(image, look_at(shown))


def look_at(picture: Pillow.Image) -> ImageLook:
    """Measure an upright opaque picture; the row is not saved and has no picture yet."""
    number = perceptual_hash.hash_picture(picture)
    bands = {} if number is None else dict(zip(BANDS, perceptual_hash.bands(number), strict=True))
    return ImageLook(hash=number, palette=palette.find_palette(picture), **bands)


def keep_look(image: Image, look: ImageLook) -> None:
    """Save what was measured of a picture, unless it is gone meanwhile."""
    row, found_by = look_rows(image, look)
    with write_transaction():
        if Image.objects.filter(pk=image.pk).update(look_tries=None):
            row.save()
            ImageColour.objects.filter(image=image).delete()
            ImageColour.objects.bulk_create(found_by)


def look_rows(image: Image, look: ImageLook) -> tuple[ImageLook, list[ImageColour]]:
    """Return unsaved rows of what was measured: of each cell with a colour of a fair share the largest of it."""
    row = ImageLook(**{name: getattr(look, name) for name in MEASURED}, image=image, owner_id=image.owner_id)
    places = [colour_cells.place_of(colours.read_hex(name)) for name, share in look.palette if share >= FAIR_SHARE]
    largest = {colour_cells.cell_of(place): place for place in reversed(places)}
    found_by = [
        ImageColour(image=image, owner_id=image.owner_id, cell=cell, **place._asdict())
        for cell, place in largest.items()
    ]
    return row, found_by

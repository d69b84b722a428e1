"""Measure once what is seen in each picture, in the worker, after its thumbnail: also of pictures that are old."""

import structlog
from django.db.models import F
from PIL import Image as Pillow

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.prompts.asked_colours import FAIR_SHARE
from gallery.models import Image, ImageColour, ImageLook, ImageWords
from gallery.models.finding.looks import BANDS
from gallery.services.db.transactions import write_transaction
from gallery.services.media import decoding, validation
from gallery.services.media.seeing import palette, perceptual_hash, words
from gallery.services.storage import files

EDGE = 256  # pixels, the longer side of what is decoded: of a JPEG no more than a few of its frequencies
GROUND = "white"  # what is transparent is seen on
MEASURED = ("hash", *BANDS, "palette")

log = structlog.get_logger("fluxweb.images")


def measure_next_look() -> Image | None:
    """Measure the newest picture that nobody has looked at; return it if there was one."""
    image = Image.objects.due_for_look().select_related("job").order_by("-id").first()
    if image is not None:
        mine = Image.objects.filter(pk=image.pk, look_tries=image.look_tries)
        if mine.update(look_tries=F("look_tries") + 1):  # else another worker looks at it
            _measure(image)
    return image


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
            ImageWords.objects.bulk_create(words.rows_to_read(image), ignore_conflicts=True)


def look_rows(image: Image, look: ImageLook) -> tuple[ImageLook, list[ImageColour]]:
    """Return unsaved rows of what was measured: one for each cell that has a colour of a fair share."""
    row = ImageLook(**{name: getattr(look, name) for name in MEASURED}, image=image, owner_id=image.owner_id)
    fair = [colours.read_hex(name) for name, share in look.palette if share >= FAIR_SHARE]
    cells = dict.fromkeys(colour_cells.cell_of(colour_cells.place_of(colour)) for colour in fair)
    return row, [ImageColour(image=image, owner_id=image.owner_id, cell=cell) for cell in cells]

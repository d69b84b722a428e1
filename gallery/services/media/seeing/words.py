"""Look once for the words that a prompt puts in quotes, in the worker, where a reader is installed."""

from collections.abc import Sequence

import structlog
from django.db.models import F
from PIL import Image as Pillow

from gallery.catalogue.prompts.asked_words import Spelled, check_spelling, quoted_words, verdict_of
from gallery.models import Image, ImageWords
from gallery.services.media import decoding, validation
from gallery.services.media.seeing.word_reader import WordReader
from gallery.services.storage import files

EDGE = 1024  # pixels, the longer side of what is read
GROUND = "white"
MOST_AT_ONCE = 6  # pictures: to start a reader takes longer than to read one

log = structlog.get_logger("fluxweb.images")


def rows_to_read(image: Image) -> list[ImageWords]:
    """Return the unsaved row of a picture whose prompt quotes words."""
    return [ImageWords(image=image, owner_id=image.owner_id)] if quoted_words(image.prompt) else []


def read_next_words(reader: WordReader | None) -> list[Image]:
    """Read the newest pictures that are to be read; return those it was tried with."""
    if reader is None:
        return []
    mine = [row for row in _due_together() if _take(row)]
    pictures = {row: picture for row in mine if (picture := _open(row.image))}
    for row, lines in zip(pictures, reader(list(pictures.values())) if pictures else (), strict=True):
        if lines is not None:
            _keep(row, check_spelling(quoted_words(row.image.prompt), lines))
    return [row.image for row in mine]


def _due_together() -> list[ImageWords]:
    """Return the newest that are due; one that was tried before stands alone, or it could fail the others again."""
    due = list(ImageWords.objects.to_read().select_related("image__job").order_by("-image_id")[:MOST_AT_ONCE])
    return due[:1] if due and due[0].tries else [row for row in due if not row.tries]


def _take(row: ImageWords) -> bool:
    """Count the try, unless another worker has it."""
    mine = ImageWords.objects.filter(pk=row.pk, tries=row.tries, verdict="")
    return bool(mine.update(tries=F("tries") + 1))


def _open(image: Image) -> Pillow.Image | None:
    try:
        with files.open_file(image.file) as file, validation.DECODE_SLOTS, validation.open_image(file) as picture:
            return decoding.lay_on_ground(decoding.render_upright(picture, within=(EDGE, EDGE)), GROUND)
    except (OSError, ValueError, SyntaxError):
        log.exception("words not read", image=image.key)
        return None


def _keep(row: ImageWords, found: Sequence[Spelled]) -> None:
    ImageWords.objects.filter(pk=row.pk).update(verdict=verdict_of(found), found=[list(each) for each in found])

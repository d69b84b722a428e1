"""How long files will be that are made of a picture, without making them again: a ZIP says its length before it comes.

They are measured when the thumbnail is made, and when a ZIP has made them. What differs is forgotten and measured anew.
"""

import io
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from django.conf import settings
from PIL import Image as Pillow

from gallery.models import FileLength, Image
from gallery.services.media.metadata import embedding, facts, profiles, stripping

VERSION = 1  # to be raised when what is written into files changes its length
FORMS = RECIPE, CLEAN, GUEST = "with_recipe", "cleaned", "for_guests"
_TURNED, _ORIENTATION = 6, 0x0112


def measure_lengths(image: Image, content: bytes) -> FileLength:
    """Return how long each form of a picture's file is, unsaved."""
    forms = {name: _length(name, image, content) for name in FORMS}
    return FileLength(image=image, **forms, **_in_force())


def _length(form: str, image: Image, content: bytes) -> int | None:
    told = facts.recipe_facts(image) if form == RECIPE else {}
    read_profile = profiles.wordless_profile if form == GUEST else profiles.sound_profile
    try:
        strips = form != RECIPE
        bare = stripping.strip_metadata(content, image.format, read_profile=read_profile) if strips else content
        return len(embedding.embed_recipe(bare, image.format, told, marked=facts.is_marked(image)))
    except (stripping.CannotStrip, embedding.CannotEmbed):
        return None


def _in_force() -> dict[str, Any]:
    return {"is_marked": bool(settings.AI_MARK), "version": VERSION}


def known_lengths(images: Iterable[int], form: str) -> dict[int, int]:
    """Return {image id: bytes} of those whose length is known."""
    rows = FileLength.objects.filter(image__in=images, **_in_force(), **{f"{form}__isnull": False})
    return dict(rows.values_list("image", form))


def save_lengths(rows: Iterable[FileLength], forms: Iterable[str] = FORMS) -> None:
    """Write what was measured; what else is known of the same pictures stays."""
    fields = [*forms, *_in_force()]
    FileLength.objects.bulk_create(rows, update_conflicts=True, unique_fields=["image"], update_fields=fields)


def note_lengths(lengths: dict[int, int], form: str) -> None:
    """Write down how long files of one form were."""
    stale = FileLength.objects.filter(image__in=list(lengths)).exclude(**_in_force())
    stale.delete()
    rows = [FileLength(image_id=pk, **{form: length}, **_in_force()) for pk, length in lengths.items()]
    save_lengths(rows, [form])


def forget_lengths(image: Image) -> None:
    """Take back what was measured of a picture: a file of it was longer or shorter."""
    FileLength.objects.filter(image=image).delete()


def length_with(image: Image, told: dict[str, Any], *, clean: int) -> int | None:
    """Return the length of a clean file, of which the length is known, with facts in it; None where nobody can tell.

    What is put in depends on what a clean file has before its pixels, and that is little: a small one has the same.
    """
    marked = facts.is_marked(image)
    if image.format == "webp" and not marked:
        return None  # whether it has the long form already is not known
    bare = _small_file(image.format, turned=image.turned)
    one, other = (embedding.embed_recipe(bare, image.format, each, marked=marked) for each in (told, {}))
    return clean + len(one) - len(other)


@lru_cache(maxsize=6)
def _small_file(image_format: str, *, turned: bool) -> bytes:
    out, exif = io.BytesIO(), Pillow.Exif()
    if turned:
        exif[_ORIENTATION] = _TURNED
    Pillow.new("RGB", (1, 1)).save(out, image_format, exif=exif.tobytes())
    return stripping.strip_metadata(out.getvalue(), image_format)

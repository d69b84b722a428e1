"""A picture as a file, by what it keeps: as received, with its recipe, or clean. No pixel is touched."""

from enum import StrEnum

import structlog

from gallery.models import Image, User
from gallery.services.media.metadata import embedding, stripping
from gallery.services.media.metadata.facts import is_marked, recipe_facts
from gallery.services.storage import files

log = structlog.get_logger("fluxweb.downloads")


class Keep(StrEnum):
    """What a file keeps of what it knows."""

    ORIGINAL = "original"
    RECIPE = "recipe"
    CLEAN = "clean"


class CannotKeep(Exception):
    """This file cannot be had in this way; says why and what can be had instead."""


NO_RECIPE = "It was uploaded, not made here: there is no recipe to put in. Download the original or the clean file."
NOT_UNDERSTOOD = (
    "Its file is built in an unusual way ({}), and it is not drawn anew for this. Download the original, or any size "
    "and format under “Download as”."
)


def read_kept(image: Image, keep: Keep, *, marked: bool = True) -> bytes:
    """Return the bytes of a picture. `marked`: they say that a model made it, if one did and the install says so.

    Raises CannotKeep, or FileNotFoundError if its file is gone.
    """
    if keep == Keep.RECIPE and image.is_upload:
        raise CannotKeep(NO_RECIPE)
    with files.open_file(image.file) as file:
        content: bytes = file.read()
    if keep == Keep.ORIGINAL:
        return content
    try:
        bare = content if keep == Keep.RECIPE else stripping.strip_metadata(content, image.format)
        told = recipe_facts(image) if keep == Keep.RECIPE else {}
        return embedding.embed_recipe(bare, image.format, told, marked=marked and is_marked(image))
    except (stripping.CannotStrip, embedding.CannotEmbed) as reason:
        raise CannotKeep(NOT_UNDERSTOOD.format(reason)) from reason


def kept_name(image: Image, keep: Keep) -> str:
    """Name a file by what it keeps; of a clean one the name is no recipe either."""
    stem, _, suffix = image.download_name.rpartition(".")
    if keep == Keep.CLEAN and not image.is_upload:
        stem = f"picture-{image.key}"
    return f"{stem}-recipe.{suffix}" if keep == Keep.RECIPE else f"{stem}.{suffix}"


def note_unmarked(user: User, images: list[str]) -> None:
    """Write down who took files of made pictures without the mark that the law asks for."""
    log.warning("files without the mark of a model", user=user.pk, username=user.username, images=images)

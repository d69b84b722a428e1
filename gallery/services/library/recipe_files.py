"""The recipe in a file that somebody has: read by what programs write into pictures, and never by its pixels."""

from typing import IO

import structlog

from gallery.catalogue.recipes.reading import read_recipe
from gallery.catalogue.recipes.recipe import TEXT_BYTES, Recipe
from gallery.models import Image
from gallery.services.media import validation
from gallery.services.media.metadata.extraction import read_texts
from gallery.services.storage import files

log = structlog.get_logger("fluxweb.recipes")

NOT_A_PICTURE = "No JPEG, PNG or WebP: in other files no recipe is looked for."
TOO_LONG = f"The text in it is longer than {TEXT_BYTES // 1024} KB. So long a text is not read."
NONE = "No recipe in it: programs that pass pictures on often take it out."
UNKNOWN = "There is text in it, but no recipe as a program that is known here writes it."


class NoRecipe(Exception):
    """No recipe can be read from a file; says why."""


def read_file(file: IO[bytes]) -> Recipe:
    """Return the recipe in an open file. Raises NoRecipe."""
    if validation.detect_format(file) not in validation.SHOWN:
        raise NoRecipe(NOT_A_PICTURE)
    texts = read_texts(file)
    recipe = read_recipe(texts.found)
    if recipe is None:
        raise NoRecipe(TOO_LONG if texts.too_long else UNKNOWN if texts.found else NONE)
    log.info("recipe read", program=recipe.program)
    return recipe


def read_image(image: Image) -> Recipe:
    """Return the recipe in the stored file of an upload. Raises NoRecipe, FileNotFoundError."""
    with files.open_file(image.file) as file:
        return read_file(file)


def holds_recipe(file: IO[bytes]) -> bool:
    return bool(read_recipe(read_texts(file).found))


def can_be_recalled(image: Image) -> bool:
    """Say whether a picture of the gallery tells how it was made: by its job, or in its file."""
    if image.job_id:
        return True
    try:
        with files.open_file(image.file) as file:
            return holds_recipe(file)
    except FileNotFoundError:
        return False

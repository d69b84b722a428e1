"""What is written into a file of a picture: its recipe by API name, and whether it is called made by a model."""

from collections.abc import Container, Mapping
from typing import Any

from django.conf import settings

from gallery.catalogue.models.params import PARAMS
from gallery.models import Image

EVERYTHING = frozenset({"prompt", "model", "seed"})


def recipe_facts(image: Image, *, shown: Container[str] = EVERYTHING) -> dict[str, Any]:
    """Return what made a picture, as far as it is shown. Parameters tell models apart, so they go with the model.

    An upload was made elsewhere: of it only its size is known.
    """
    size = {"width": image.width, "height": image.height}
    if image.is_upload:
        return size
    told: Mapping[str, Any] = {"prompt": image.prompt, "model": image.model, "seed": image.seed}
    facts = {name: value for name, value in told.items() if name in shown}
    return facts | (_parameters(image) if "model" in shown else {}) | size


def _parameters(image: Image) -> dict[str, Any]:
    """In the order of the form: databases have orders of their own."""
    asked = image.parameters
    return {name: asked[name] for name in PARAMS if name in asked}


def is_marked(image: Image) -> bool:
    """Say whether files of a picture tell that a model made it: not of an upload, and not where the install says no."""
    return settings.AI_MARK and not image.is_upload

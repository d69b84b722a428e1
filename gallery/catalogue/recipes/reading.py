"""Which program wrote the texts of a file, and what they tell."""

from collections.abc import Callable, Mapping

from . import comfyui, infotext, own, programs
from .recipe import Recipe

OWN, PARAMETERS, COMMENT = "fluxweb", "parameters", "usercomment"
# The texts that are looked for, by the name they have in a file, in the order in which they are believed.
KEYWORDS = (OWN, "invokeai_metadata", PARAMETERS, COMMENT, "comment", "prompt", "workflow")


def read_recipe(texts: Mapping[str, str]) -> Recipe | None:
    """Return the recipe in the texts of a file, by their keywords in small letters; None if there is none.

    They may be anything, and are no longer than TEXT_BYTES together.
    """
    for keyword, read in READERS:
        if (text := texts.get(keyword)) and (recipe := read(text)):
            return recipe
    return comfyui.read_graph(texts.get("prompt"), texts.get("workflow"))


def _read_words(text: str) -> Recipe | None:
    return own.read_own(text) or programs.read_parameters(text) or infotext.read_infotext(text)


READERS: tuple[tuple[str, Callable[[str], Recipe | None]], ...] = (
    (OWN, own.read_own),
    ("invokeai_metadata", programs.read_invoke),
    (PARAMETERS, _read_words),
    (COMMENT, _read_words),
    ("comment", programs.read_novel),
)

"""The FLUX model that somebody means who does not write its id: `FLUX.2 [pro]`, `flux 2 pro`, `bfl/flux-pro-1.1`."""

import difflib
import re

from . import flux_models

_WORD = re.compile(r"[a-z]+|[0-9]+(?:\.[0-9]+)?")


def find(text: str) -> str:
    """Return the id of the one model whose name has the same words; nothing if there is none."""
    name = text.casefold().rpartition("/")[2]
    if name.strip() in flux_models.ids():
        return name.strip()
    words = sorted(_WORD.findall(name))
    same = [model_id for model_id in flux_models.ids() if sorted(_WORD.findall(model_id)) == words]
    return same[0] if len(same) == 1 else ""


def likely(text: str) -> str:
    """Return the id of the model whose name is the nearest; nothing if none is near."""
    words = "-".join(_WORD.findall(text.casefold()))
    near = difflib.get_close_matches(words, flux_models.ids(), n=1, cutoff=0.4)
    return near[0] if near else ""

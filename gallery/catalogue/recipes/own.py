"""Our own recipe: everything that made a picture, exactly, as JSON of the names that the API has."""

import json
from collections.abc import Mapping

from ..models.params import PARAMS
from .recipe import Recipe, number_of, read_json, size_of, text_of, whole_of

PROGRAM = "fluxweb"
KEY = "program"  # by which it is known
_APART = frozenset({"prompt", "seed", "width", "height", "steps", "guidance"})


def write_own(facts: Mapping[str, object]) -> str:
    """Write facts by API name; what they leave out is not told."""
    return json.dumps({KEY: PROGRAM, **facts}, ensure_ascii=False)


def read_own(text: str) -> Recipe | None:
    """Return the recipe that a text of ours tells, None if it is another's."""
    found = read_json(text)
    if found.get(KEY) != PROGRAM:
        return None
    told = {name: value for name, value in found.items() if name in PARAMS and name not in _APART}
    return Recipe(
        PROGRAM,
        prompt=text_of(found.get("prompt")),
        model=text_of(found.get("model")),
        seed=whole_of(found.get("seed")),
        size=size_of(found.get("width"), found.get("height")),
        steps=whole_of(found.get("steps")),
        guidance=number_of(found.get("guidance")),
        values={name: value if isinstance(value, bool) else text_of(value) for name, value in told.items()},
    )

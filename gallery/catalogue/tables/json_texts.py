"""JSON that people wrote: what its escapes can say and no text can hold, half of a character, is marked as broken.

JSON alone can bring it in: "\\ud83d" reads as a character that no page and no database takes.
"""

import json
import re

from .encodings import BROKEN

HALVES = re.compile("[\ud800-\udfff]")


def loads(text: str) -> object:
    """Read one value. Raises ValueError or RecursionError for what is none."""
    return whole(json.loads(text))


def whole(value: object) -> object:
    """Return a value as it was read, with U+FFFD for every half of a character in its texts and names."""
    if isinstance(value, str):
        return HALVES.sub(BROKEN, value)
    if isinstance(value, list):
        return [whole(each) for each in value]
    if isinstance(value, dict):
        return {HALVES.sub(BROKEN, name): whole(each) for name, each in value.items()}
    return value

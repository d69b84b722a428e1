"""A recipe as a file tells it: what made a picture, whichever program wrote it down. Nothing of it is believed yet."""

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

from ..text.typed_text import FORBIDDEN_CHARACTERS

TEXT_BYTES = 64 * 1024  # of one file, before anything of it is parsed: a longer text is hostile, or no recipe


@dataclass(frozen=True)
class Recipe:
    """`program`: who wrote it. `values`: by API name, of our own files only. `others`: (what, value) of the rest.

    Empty or None is what the file does not say.
    """

    program: str
    prompt: str = ""
    negative: str = ""
    model: str = ""
    seed: int | None = None
    size: tuple[int, int] | None = None
    steps: int | None = None
    guidance: float | None = None
    values: Mapping[str, object] = field(default_factory=dict)
    others: tuple[tuple[str, str], ...] = ()


def read_json(text: str | None) -> dict[str, object]:
    """Return the object that a text of at most TEXT_BYTES holds; nothing if it holds none."""
    if not text or text[:1].isspace() or len(text) > TEXT_BYTES:
        text = (text or "").strip()[: TEXT_BYTES + 1]
    if not text.startswith("{") or len(text) > TEXT_BYTES:
        return {}
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):  # also a number of thousands of digits
        return {}
    return found if isinstance(found, dict) else {}


def text_of(value: object) -> str:
    """Return a text without what no prompt can hold; of numbers their digits, of anything else nothing."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return FORBIDDEN_CHARACTERS.sub("", _digits(value) if not isinstance(value, str) else _whole_characters(value))


def _whole_characters(text: str) -> str:
    """JSON may write a character of two halves as two; a half alone goes."""
    return text.encode("utf-16", "surrogatepass").decode("utf-16", "ignore")


def _digits(number: float) -> str:
    try:
        return f"{number:.12g}" if isinstance(number, float) else str(number)
    except ValueError:  # an integer of thousands of digits
        return ""


def number_of(value: object) -> float | None:
    """Return a finite number, also one that is written as a text."""
    if isinstance(value, str) and len(value) <= 40 and value.isascii() and "_" not in value:
        try:
            value = float(value)
        except ValueError:
            return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    try:
        return float(value) if math.isfinite(value) else None
    except OverflowError:
        return None


def whole_of(value: object) -> int | None:
    """Return a whole number, exactly, also one of more digits than a float has."""
    if isinstance(value, str) and value.isascii() and value.strip().isdecimal() and len(value) <= 40:
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool):
        return value if abs(value) < 10**40 else None
    number = number_of(value)
    return int(number) if number is not None and number == int(number) else None


def size_of(width: object, height: object) -> tuple[int, int] | None:
    """Return two sides in pixels if both are there and sides of a picture."""
    sides = whole_of(width), whole_of(height)
    if sides[0] is None or sides[1] is None or not all(side and 0 < side < 100_000 for side in sides):
        return None
    return sides[0], sides[1]


def others_of(found: Mapping[str, object], known: frozenset[str]) -> tuple[tuple[str, str], ...]:
    """List (what, value) of what a flat object says beside what is known, in words."""
    left = ((text_of(name).replace("_", " ").strip(), text_of(found[name])) for name in found.keys() - known)
    return tuple(sorted((name, value) for name, value in left if name and value))

"""Rows of a batch that were pasted as JSON: an array, or one object after the other, of rows or of whole prompts."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice

from . import json_texts
from .columns import field_of, may_be_prompt

_BETWEEN = " \t\r\n,"
_MOST = 5_000  # values: a batch may have fewer, and more are not worth reading
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class JsonValue:
    """One value: the line it begins in, what it is, and how it was written."""

    line: int
    value: object
    written: str


def values_of(text: str) -> list[JsonValue] | None:
    """Return the values one after the other, or those of the one array; None if the text is anything else."""
    body = text.strip()
    if not body.startswith(("[", "{")):
        return None
    is_array = body.startswith("[")
    start = text.index(body[0]) + is_array
    end = len(text.rstrip()) - is_array
    if is_array and not body.endswith("]"):
        return None
    try:
        found = list(islice(_decoded(text, start, end), _MOST))
    except (ValueError, RecursionError):  # of numbers with thousands of digits too
        return None if is_array else _lines(text)
    plain = all(isinstance(each.value, dict | str if is_array else dict) for each in found)
    return found if found and plain else None


def _lines(text: str) -> list[JsonValue] | None:
    """Read JSON Lines of which some are broken, whose value is None; None if these are no rows."""
    lines = [(number, line.strip()) for number, line in enumerate(text.split("\n"), 1) if line.strip()]
    if not all(line.startswith("{") for _, line in lines):
        return None
    found = [JsonValue(number, _object(line), line) for number, line in lines]
    return found if names_of([each for each in found if each.value is not None]) else None


def _object(line: str) -> dict[str, object] | None:
    try:
        value = json_texts.loads(line)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _decoded(text: str, position: int, end: int) -> Iterator[JsonValue]:
    line, counted = 1, 0
    while True:
        while position < end and text[position] in _BETWEEN:
            position += 1
        if position >= end:
            return
        line, counted = line + text.count("\n", counted, position), position
        value, after = _DECODER.raw_decode(text, position)
        if after > end:
            raise ValueError("the value goes on after the end of the array")
        yield JsonValue(line, json_texts.whole(value), text[position:after])
        position = after


def names_of(values: Sequence[JsonValue]) -> list[str]:
    """Return the names of the columns, if these are rows; nothing if each value is a prompt of its own."""
    values = [each for each in values if each.value is not None]
    objects = [each.value for each in values if isinstance(each.value, dict)]
    names = list(dict.fromkeys(name for row in objects for name in row))
    known = {field_of(name) for name in names} - {""}
    is_row = "prompt" in known or (known and any(may_be_prompt(name) for name in names))
    return names if is_row and len(objects) == len(values) else []


def cell(value: object) -> str:
    """Write one value of a row as its cell: a list as several values, an object as JSON."""
    if value is None or (isinstance(value, float) and math.isnan(value)):  # which is pandas' empty cell
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list) and not any(isinstance(each, dict | list) for each in value):
        return ", ".join(map(cell, value))
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)

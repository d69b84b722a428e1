"""Rows of a batch that were pasted as JSON: an array, or one object after the other, of rows or of whole prompts."""

import json
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import islice
from typing import Any, TypeGuard

from . import json_texts
from .columns import field_of, may_be_prompt

_BETWEEN = " \t\r\n,"
_MOST = 5_000  # values: a batch may have fewer, and more are not worth reading
_DECODER = json.JSONDecoder()


@dataclass(frozen=True)
class JsonValue:
    """One value: the line it begins in, what it is, and how it was written.

    `is_sure`: whether it can only be meant as one row, and was not put together of lists that stand beside each other.
    """

    line: int
    value: object
    written: str
    is_sure: bool = True


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
    if len(found) == 1 and not is_array and isinstance(found[0].value, dict):
        return _rows_in(found[0], found[0].value) or found
    return found if found and plain else None


def _rows_in(whole: JsonValue, held: dict[str, object]) -> list[JsonValue]:
    """Return the rows that one object holds; none if it is a row or a prompt itself."""
    rows, is_sure = _held_rows(held) or _beside_each_other(held)
    found = [replace(whole, value=row, is_sure=is_sure) for row in rows]
    return found if names_of(found) else []


def _held_rows(held: dict[str, object]) -> tuple[list[dict[str, object]], bool] | None:
    """Read {"rows": [{...}, ...]}, and {"columns": [...], "data": [[...], ...]} as pandas writes it."""
    columns, data = held.get("columns"), held.get("data")
    if isinstance(columns, list) and isinstance(data, list) and all(isinstance(row, list) for row in data):
        return [dict(zip(map(str, columns), row, strict=False)) for row in data], True
    lists = [each for each in held.values() if _is_list_of(each, dict)]
    if len(lists) != 1:
        return None
    for_all = {name: value for name, value in held.items() if field_of(name) and not isinstance(value, dict | list)}
    return [{**for_all, **row} for row in lists[0]], True


def _is_list_of(value: object, kind: type) -> TypeGuard[list[Any]]:
    return isinstance(value, list) and bool(value) and all(isinstance(each, kind) for each in value)


def _beside_each_other(held: dict[str, object]) -> tuple[list[dict[str, object]], bool]:
    """Read {"prompts": ["a cat", "a dog"], "seeds": [1, 2]} and the same as objects by number, row by row."""
    listed = {name: list(each.values()) if isinstance(each, dict) else each for name, each in held.items()}
    prompts = [each for name, each in listed.items() if _may_be_prompts(name) and _is_list_of(each, str)]
    if len(prompts) != 1:
        return [], True
    count = len(prompts[0])
    beside = {name: each for name, each in listed.items() if isinstance(each, list) and len(each) == count}
    rows = [{**listed, **{name: each[n] for name, each in beside.items()}} for n in range(count)]
    return rows, len(beside) == 1


def _may_be_prompts(name: str) -> bool:
    return field_of(name) == "prompt" or may_be_prompt(name)


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

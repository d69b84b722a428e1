"""What somebody pasted or put into a file: lines, a table or JSON, with the names of its columns and its records.

Where that can be read in two ways it is guessed, and `is_sure` says so: then a person is asked.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from hashlib import blake2s
from itertools import islice
from typing import cast

from ..problems import InvalidValue
from ..prompts.json_regions import undivided_lines
from ..prompts.prompt_facts import json_prompt
from ..text import list_marks
from ..text.typed_text import one_line_break
from . import delimited, json_rows
from .columns import field_of, is_name, looks_typed, may_be_prompt
from .delimited import MARKDOWN, Record

LINES, LIST, COLUMN, JSON = "lines", "list", "column", "json"
KINDS = {
    LINES: "one prompt per line",
    LIST: "a list: numbers and dots in front are left out",
    COLUMN: "one column, quoted where it must be",
    "tab": "a table, its cells parted by tabs",
    "semicolon": "a table, its cells parted by semicolons",
    "comma": "a table, its cells parted by commas",
    "bar": "a table, its cells parted by bars",
    "markdown": "a table of Markdown",
    "wide semicolon": "a table, its cells parted by full-width semicolons",
    "wide comma": "a table, its cells parted by full-width commas",
    "listing comma": "a table, its cells parted by 、",
    "arabic comma": "a table, its cells parted by ،",
    "wide bar": "a table, its cells parted by full-width bars",
    JSON: "JSON",
}
_WIDE = ("wide semicolon", "wide comma", "listing comma", "arabic comma", "wide bar")
_DELIMITERS = {"tab": "\t", "semicolon": ";", "bar": "|", "comma": ",", "markdown": MARKDOWN, COLUMN: "\x1f"} | dict(
    zip(_WIDE, delimited.WIDE_DELIMITERS, strict=True)
)
_KIND_OF = {delimiter: kind for kind, delimiter in _DELIMITERS.items()}
_EVEN = 0.8  # share of the first records that have as many cells as the first one
_SHORT = 40  # characters of a cell that may be a name
_JUDGED = 2_000  # lines that tell a list
_MOST = 5_000  # records: a batch may have fewer, and more are not worth reading
_TITLES = 10  # lines that may stand above the names of the columns


@dataclass(frozen=True)
class Choice:
    """How somebody wants a text to be read. `key`: of the text that this was said about.

    `has_names`: whether the first line names the columns; `fields`: what each column is.
    """

    key: str
    kind: str
    has_names: bool
    fields: tuple[str, ...] = ()


@dataclass(frozen=True)
class Pasted:
    """A text, taken apart. `names`: of its columns, blank ones where it has none; those of mere prompts are empty.

    `above`: the line over a table, with all that stand between it and the names of the columns, that is left out.
    """

    key: str
    kind: str
    has_names: bool
    names: tuple[str, ...]
    records: Sequence[Record]
    is_sure: bool
    above: str = ""


def read(text: str, choice: Choice | None = None) -> Pasted:
    """Take a text apart, as somebody chose for this very text or as it looks. Raises InvalidValue for broken JSON."""
    opening = delimited.opened(text)
    key = key_of(opening.text)
    if choice is not None and choice.key == key and choice.kind in KINDS:
        return _chosen(opening, key, choice)
    values = json_rows.values_of(opening.text)
    if values is not None:
        return _json(values, key, opening.line)
    _refuse_broken_json(opening.text)
    if table := _below_titles(opening):
        kind, _ = _kind(table)
        found = _table(table, key, kind=kind, has_names=True, is_sure=False)
        return replace(found, above=opening.text.partition("\n")[0].strip())
    kind, is_sure = _kind(opening)
    if kind in (LINES, LIST):
        return Pasted(key, kind, False, (), _prompts(opening.text, kind, opening.line), is_sure)
    has_names, names_are_sure = _names_its_columns(opening.text, _DELIMITERS[kind])
    return _table(opening, key, kind=kind, has_names=has_names, is_sure=is_sure and names_are_sure)


def key_of(text: str) -> str:
    """Tell texts apart whose first lines differ: what was chosen for one says nothing about the other."""
    return blake2s(text.lstrip().partition("\n")[0].strip().encode("utf-8", "replace"), digest_size=8).hexdigest()


def _chosen(opening: delimited.Opening, key: str, choice: Choice) -> Pasted:
    if choice.kind == JSON:
        values = json_rows.values_of(opening.text)
        if values is not None:
            return _json(values, key, opening.line)
    if choice.kind in (LINES, LIST, JSON):
        records = _prompts(opening.text, choice.kind, opening.line)
        return Pasted(key, choice.kind, choice.has_names, (), records[choice.has_names :], True)
    table = _below_titles(opening) if choice.has_names else None
    return _table(table or opening, key, kind=choice.kind, has_names=choice.has_names, is_sure=True)


def _below_titles(opening: delimited.Opening) -> delimited.Opening | None:
    """Return a table from the line that names its columns on, if titles or remarks stand above it; else None."""
    if opening.delimiter or delimited.is_markdown(opening.text) or _names_known(opening.text):
        return None
    lines = opening.text.split("\n", _TITLES)
    for count in range(1, min(_TITLES, len(lines) - 1)):
        if _are_names(lines[count], lines[count + 1]):
            return delimited.after(opening, count)
    return None


def _names_known(line: str) -> int:
    return max(len(_known(line, delimiter)) for delimiter in (*delimited.DELIMITERS, *delimited.WIDE_DELIMITERS))


def _are_names(line: str, below: str) -> bool:
    return _names_known(line) > 1 or ("|" in line and delimited.is_markdown(f"{line}\n{below}"))


def _kind(opening: delimited.Opening) -> tuple[str, bool]:
    """Return how the text looks, and whether that is sure."""
    text = opening.text
    if opening.delimiter or delimited.is_markdown(text):
        return _KIND_OF[opening.delimiter or MARKDOWN], True
    known = {delimiter: _known(text, delimiter) for delimiter in (*delimited.DELIMITERS, *delimited.WIDE_DELIMITERS)}
    best = max(known, key=lambda delimiter: len(known[delimiter]))
    if "prompt" in known[best] or len(known[best]) > 1:
        return (_KIND_OF[best] if best in text.partition("\n")[0] else COLUMN), True
    if marks := list_marks.find_marks(_judged_lines(text)):
        return LIST, marks.is_sure
    for delimiter in delimited.DELIMITERS:
        if _is_table(text, delimiter):
            return _KIND_OF[delimiter], delimiter == "\t" or bool(known[delimiter])
    return (COLUMN, False) if may_be_prompt(text.partition("\n")[0]) else (LINES, True)


def _first_cells(text: str, delimiter: str) -> tuple[str, ...]:
    first = next(delimited.records(text.partition("\n")[0], delimiter), None)
    return (first and first.cells) or ()


def _known(text: str, delimiter: str) -> set[str]:
    return {field_of(name) for name in _first_cells(text, delimiter)} - {""}


def _judged_lines(text: str) -> list[str]:
    return [line for line in text.split("\n")[:_JUDGED] if line.strip()]


def _is_table(text: str, delimiter: str) -> bool:
    """Say whether the text looks like a table although no column is called prompt. Prose has a space after a comma."""
    first = text.partition("\n")[0]
    found = delimited.widths(text, delimiter) if delimiter in first else []
    if not found or found[0] < 2:
        return False
    even = sum(1 for width in found if width == found[0]) / len(found)
    names = _first_cells(text, delimiter)
    if any(map(is_name, names)):
        return even >= _EVEN or not _is_prose(first, delimiter)
    if delimiter == "\t":
        return even >= _EVEN
    return delimiter != "|" and even == 1 and len(found) > 1 and not _is_prose(text[:20_000], delimiter)


def _is_prose(text: str, delimiter: str) -> bool:
    return not re.search(rf"{re.escape(delimiter)}\S", text)


def _names_its_columns(text: str, delimiter: str) -> tuple[bool, bool]:
    """Return whether the first record names the columns, and whether that is sure."""
    records = [record.cells for record in delimited.first(text, delimiter) if record.cells]
    names, rest = (records[0], records[1:]) if records else ((), [])
    if delimiter == MARKDOWN or any(map(field_of, names)):
        return True, True
    if any(map(is_name, names)):
        return True, False
    columns = [[record[place] for record in rest if place < len(record)] for place in range(len(names))]
    typed = [(name, cells) for name, cells in zip(names, columns, strict=True) if looks_typed(cells)]
    if typed:
        return any(not looks_typed([name]) for name, _ in typed), False
    return all(0 < len(name.strip()) <= _SHORT for name in names) and _are_shorter(names, rest), False


def _are_shorter(names: tuple[str, ...], rest: list[tuple[str, ...]]) -> bool:
    return all(2 * sum(map(len, names)) < sum(map(len, record)) for record in rest)


def _table(opening: delimited.Opening, key: str, *, kind: str, has_names: bool, is_sure: bool) -> Pasted:
    records = delimited.records(opening.text, _DELIMITERS[kind], first_line=opening.line)
    written = list(islice((record for record in records if not record.is_blank), _MOST))
    if has_names:
        if not written:
            return Pasted(key, kind, True, (), [], is_sure)
        if written[0].cells is None:
            raise InvalidValue("The double quotes in the line with the names of the columns do not match.")
        return Pasted(key, kind, True, written[0].cells, written[1:], is_sure)
    width = max((len(record.cells) for record in written if record.cells), default=0)
    return Pasted(key, kind, False, ("",) * width, written, is_sure)


def _prompts(text: str, kind: str, first_line: int) -> list[Record]:
    """Return the lines that are not blank as records of one cell, those of a list without what stands in front."""
    marks = list_marks.find_marks(_judged_lines(text)) if kind == LIST else None
    found: list[Record] = []
    for written in undivided_lines(one_line_break(text)):
        item = list_marks.without_mark(written, marks) if kind == LIST else written
        if kind == LIST and found and item == written and list_marks.goes_on(written) and written.strip():
            found[-1] = Record(found[-1].line, (f"{(found[-1].cells or ('',))[0]}\n{written.strip()}",))
        elif written.strip():
            found.append(Record(first_line, (item,)))
        if len(found) == _MOST:
            break
        first_line += written.count("\n") + 1
    return found


def _json(values: list[json_rows.JsonValue], key: str, first_line: int) -> Pasted:
    names = json_rows.names_of(values)
    records = [Record(first_line + each.line - 1, _cells(each, names)) for each in values]
    return Pasted(key, JSON, bool(names), tuple(names), records, all(each.is_sure for each in values))


def _cells(each: json_rows.JsonValue, names: list[str]) -> tuple[str, ...] | None:
    if each.value is None:
        return None
    if names:
        return tuple(json_rows.cell(cast("dict[str, object]", each.value).get(name)) for name in names)
    return (each.value if isinstance(each.value, str) else each.written,)


def _refuse_broken_json(text: str) -> None:
    """Lines of a JSON text that is not whole are no prompts."""
    first = text.lstrip().partition("\n")[0]
    if first.startswith(("[", "{")) and first.count("{") + first.count("[") > first.count("}") + first.count("]"):
        checked = json_prompt(text)
        if checked and not checked.valid:
            raise InvalidValue(
                f"This begins like JSON, and is none: {checked.error}. Mend it, or take the bracket away."
            )

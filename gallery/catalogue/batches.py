"""A batch: pasted lines or a table (CSV, TSV), read as rows of values by column. Whether they are allowed, others say.

A table has the names of its columns in its first line; without them every line is a prompt.
"""

import csv
import difflib
import io
import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from . import encodings, flux_models, formulas, lists
from .params import PARAMS, PROMPT_CHARACTERS
from .problems import InvalidValue, shown

MAX_ROWS = 2_000
MAX_BYTES = 2_000_000
MODEL, SHAPE = "model", "shape"
_FIRST = ("prompt", MODEL, SHAPE, "seed")
COLUMNS = (*_FIRST, *(name for name in PARAMS if name not in _FIRST))
SHAPES = ("aspect_ratio", "size", "width", "height")  # what a shape is made of
DELIMITERS = ("\t", ";", ",")

_OTHER_NAMES = {
    "prompts": "prompt", "models": MODEL, "seeds": "seed", "shapes": SHAPE, "ratio": "aspect_ratio",
    "format": "output_format", "safety": "safety_tolerance", "upsampling": "prompt_upsampling",
}  # fmt: skip
_DIRECTIVE = re.compile(r"sep=(.)\n", re.IGNORECASE)  # Excel's own first line
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")  # the first bytes of .xlsx and .ods, of .xls

csv.field_size_limit(max(csv.field_size_limit(), PROMPT_CHARACTERS, MAX_BYTES))  # else a long prompt is an error


@dataclass(frozen=True)
class Row:
    """One row: the line it begins in, as an editor counts, and its cells that are not blank, by column."""

    line: int
    values: Mapping[str, str]


@dataclass(frozen=True)
class LineProblem:
    """What is wrong in one line and what would be right. `column` is empty where it is about the whole line."""

    line: int
    column: str
    message: str


@dataclass
class Listing:
    """The rows of a batch that could be read, and the lines that could not."""

    rows: list[Row] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)


def decode(content: bytes) -> str:
    """Return the text of an uploaded file, whatever encoding it was saved in, or raise InvalidValue."""
    if len(content) > MAX_BYTES:
        raise InvalidValue(f"This file is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    if content.startswith(_WORKBOOKS):
        raise InvalidValue("This is a workbook of a spreadsheet. Save it as CSV, and choose that file.")
    return encodings.decode(content).text


def read(text: str) -> Listing:
    """Read a batch, or raise InvalidValue for what concerns all of it: no rows, too many, columns nobody knows."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidValue(f"This list is longer than {MAX_BYTES // 1_000_000} MB. Split it.")
    text = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    delimiter, first_line, body = _opening(text)
    listing = _table(body, delimiter, first_line) if delimiter else _lines(text)
    if not listing.rows and not listing.problems:
        raise InvalidValue("Paste at least one row, or choose a file that has some.")
    return listing


def _lines(text: str) -> Listing:
    rows = [Row(line, {"prompt": prompt.strip()}) for line, prompt in enumerate(text.split("\n"), 1) if prompt.strip()]
    _refuse_too_many(len(rows))
    return Listing(rows)


def _refuse_too_many(count: int) -> None:
    if count > MAX_ROWS:
        raise InvalidValue(f"This list has more than {MAX_ROWS:,} rows. At most {MAX_ROWS:,} make one run: split it.")


def _opening(text: str) -> tuple[str, int, str]:
    """Return the delimiter, the number of the line with the names of the columns, and the text from it on.

    The delimiter is empty if there is no such line.
    """
    directive = _DIRECTIVE.match(text)
    rest = text[directive.end() :] if directive else text
    body = rest.lstrip("\n \t")
    line = text[: len(text) - len(body)].count("\n") + 1
    names = {each: _names(body, each) for each in ((directive[1],) if directive else DELIMITERS)}
    delimiter = max(names, key=lambda each: len(_known(names[each])))
    is_table = "prompt" in _known(names[delimiter]) or len(_known(names[delimiter])) > 1
    return (delimiter if is_table else ""), line, body


def _names(text: str, delimiter: str) -> list[str]:
    try:
        return [
            _name(cell)
            for cell in next(csv.reader([text.partition("\n")[0]], delimiter=delimiter, skipinitialspace=True), [])
        ]
    except (csv.Error, TypeError, ValueError):  # a delimiter that cannot be one
        return []


def _name(cell: str) -> str:
    words = "_".join(re.split(r"[\s_-]+", cell.strip().casefold()))
    return _OTHER_NAMES.get(words, words)


def _known(names: list[str]) -> set[str]:
    return {name for name in names if name in COLUMNS}


def _table(text: str, delimiter: str, first_line: int) -> Listing:
    names = _names(text, delimiter)
    records = []
    for record in _records(text, delimiter, first_line):
        records.append(record)
        _refuse_too_many(len(records))
    _refuse_columns(names)
    listing = Listing()
    for line, cells in records:
        _take(listing, line, cells, names)
    return listing


_QUOTES = (
    "From here on the double quotes do not match, so nothing more was read. A cell with the separator, a line break or "
    "a double quote in it stands in double quotes, and a double quote inside it is written twice."
)  # fmt: skip


def _records(text: str, delimiter: str, first_line: int) -> Iterator[tuple[int, list[str] | None]]:
    """Yield (its first line, its cells) of every record below the names not blank, or None: no more can be read."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, skipinitialspace=True, strict=True)
    while True:
        line = first_line + reader.line_num
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error:
            yield line, None
            return
        if line > first_line and any(cell.strip() for cell in cells):
            yield line, cells


def _refuse_columns(names: list[str]) -> None:
    unknown = [name for name in names if name and name not in COLUMNS]
    if unknown:
        known = lists.joined(COLUMNS)
        raise InvalidValue(f"No column is called {lists.joined(map(shown, unknown[:5]))}. There are {known}.")
    twice = {name for name in names if name and names.count(name) > 1}
    if twice:
        raise InvalidValue(f"Two columns are called {shown(min(twice))}. Keep one of them.")
    if "prompt" not in names:
        raise InvalidValue("There is no column for the prompt. Call it prompt.")


def _take(listing: Listing, line: int, cells: list[str] | None, names: list[str]) -> None:
    """Take one record as a row, or say what is wrong with the line."""
    if cells is None:
        listing.problems.append(LineProblem(line, "", _QUOTES))
        return
    placed = list(itertools.zip_longest(cells, names, fillvalue=""))
    beyond = [cell for cell, name in placed if cell.strip() and not name]
    if beyond:
        message = f"{shown(beyond[0])} stands in no column. A cell with the separator in it stands in double quotes."
        listing.problems.append(LineProblem(line, "", message))
    else:
        listing.rows.append(Row(line, {name: _as_text(cell.strip()) for cell, name in placed if cell.strip()}))


def _as_text(cell: str) -> str:
    return formulas.unguarded(cell).strip()


def place_of(column: str) -> int:
    """Return where a column stands among all; what is about the whole line stands first."""
    return COLUMNS.index(column) if column else -1


def read_models(text: str) -> list[str]:
    """Return the ids of the models of one cell, each once, or raise InvalidValue that names the likely one."""
    names = list(dict.fromkeys(word for word in re.split(r"[\s,;]+", text.casefold()) if word))
    for name in names:
        if name not in flux_models.ids():
            likely = difflib.get_close_matches(name, flux_models.ids(), n=1, cutoff=0.4)
            raise InvalidValue(f"{shown(name)} is no FLUX model. Use {likely[0] if likely else 'one like flux-2-pro'}.")
    return names


def read_shape(text: str) -> dict[str, str]:
    """Return what a shape says by API name: ratios such as 16:9 and sizes such as 1024x1024, or raise InvalidValue."""
    parts = lists.parted(text)
    wrong = [part for part in parts if ":" not in part and not re.search("[xX×]", part)]
    if wrong:
        raise InvalidValue(f"{shown(wrong[0])} is no shape. Write a ratio like 16:9 or a size like 1024x1024.")
    ratios = [part for part in parts if ":" in part]
    sizes = [part for part in parts if ":" not in part]
    named = {"aspect_ratio": ", ".join(ratios), "size": ", ".join(sizes)}
    return {name: value for name, value in named.items() if value}


def write(rows: list[Mapping[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
    """Write rows as CSV that spreadsheets open as it is: with its mark, and nothing in it is computed."""
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([formulas.guarded(row.get(name, "")) for name in columns] for row in rows)
    return "\ufeff" + out.getvalue()


TEMPLATE = (
    {"prompt": "a lighthouse in fog, first light", "model": "flux-2-pro", "shape": "16:9", "seed": "42"},
    {"prompt": "the same lighthouse, “storm” on its door", "shape": "1024x1536", "seed": "2 random"},
    {"prompt": "a poster: HARBOUR FESTIVAL, 12 to 14 June", "model": "flux-2-flex", "steps": "30", "guidance": "5"},
)
TEMPLATE_COLUMNS = (
    "prompt", MODEL, SHAPE, "seed", "output_format", "safety_tolerance", "prompt_upsampling", "steps", "guidance",
)  # fmt: skip

"""A batch: pasted lines or a table, read as rows of values by column. Whether they are allowed, others say."""

import csv
import io
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import lru_cache

from ..models import flux_models, model_names
from ..models.params import PARAMS
from ..parameters import shapes
from ..parameters.parsing import shows_decimal_comma
from ..problems import InvalidValue, shown
from ..text import value_lists
from . import columns, encodings, formulas, pasted
from .columns import COLUMNS, MODEL, SHAPE, Column
from .delimited import Record
from .encodings import Decoded
from .pasted import Choice

MAX_ROWS = 2_000
MAX_BYTES = 2_000_000
SHAPES = ("aspect_ratio", "size", "width", "height")  # what a shape is made of

_DECIMALS = {name for name, param in PARAMS.items() if param.kind == "number"}
_ONE_COMMA = re.compile(r"[0-9]+,[0-9]+")
_A_SIZE = re.compile(r"[x×*✕✖⨯х]|by", re.IGNORECASE)
# The first bytes of files that are no text: .xlsx and .ods, .xls, and what else people choose by mistake.
_NO_TEXT = {
    b"PK\x03\x04": "a workbook of a spreadsheet, or another archive",
    b"\xd0\xcf\x11\xe0": "a workbook of a spreadsheet, or another document of Office",
    b"%PDF-": "a PDF",
    b"{\\rtf": "a formatted document (RTF)",
    b"\x1f\x8b": "an archive",
    b"\x89PNG": "a picture",
    b"\xff\xd8\xff": "a picture",
    b"GIF8": "a picture",
    b"RIFF": "a picture",
}
# What spreadsheets and pandas write where a cell found nothing.
_NOTHING_FOUND = re.compile(
    r"#(?:N/A|NV|REF!|BEZUG!|NAME\?|VALUE!|WERT!|DIV/0!|NULL!|NUM!|ZAHL!|SPILL!|CALC!|¡REF!|¡VALOR!)|nan|<NA>|NaT",
    re.IGNORECASE,
)


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
    """The rows of a batch that could be read, the lines that could not, and how the text was read.

    `question`: what a person is to say before any of it is bought; empty if all is sure. `key` belongs to the text.
    """

    rows: list[Row] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)
    kind: str = pasted.LINES
    has_names: bool = False
    columns: list[Column] = field(default_factory=list)
    question: str = ""
    key: str = ""

    def without(self, lines: Collection[int]) -> "Listing":
        """Return the same without these lines."""
        rows = [row for row in self.rows if row.line not in lines]
        return replace(self, rows=rows, problems=[each for each in self.problems if each.line not in lines])

    def models_meant(self) -> dict[str, str]:
        """Return the names of models that are no ids, as they are written, and the ids that have the same words."""
        names = {name for row in self.rows for name in _model_names(row.values.get(MODEL, ""))}
        found = {name: model_names.find(name) for name in sorted(names) if not _are_ids(name)}
        return {name: model_id for name, model_id in found.items() if model_id}

    def with_models_meant(self) -> "Listing":
        """Return the same with the ids of the models in place of these names."""
        meant = self.models_meant()
        rows = []
        for row in self.rows:
            models = ", ".join(meant.get(name, name) for name in _model_names(row.values.get(MODEL, "")))
            rows.append(replace(row, values={**row.values, MODEL: models}) if models else row)
        return replace(self, rows=rows)


def decode(content: bytes) -> Decoded:
    """Return the text of an uploaded file, whatever encoding it was saved in, or raise InvalidValue."""
    if len(content) > MAX_BYTES:
        raise InvalidValue(f"This file is larger than {MAX_BYTES // 1_000_000} MB. Split it.")
    for start, what in _NO_TEXT.items():
        if content.startswith(start):
            raise InvalidValue(f"This is {what}. Save it as CSV or as plain text, and choose that file.")
    return encodings.decode(content, expected=columns.expected_words())


def read(text: str, choice: Choice | None = None) -> Listing:
    """Read a batch, as somebody chose or as it looks. Raises InvalidValue for what concerns all of it."""
    if len(text.encode("utf-8", "replace")) > MAX_BYTES:
        raise InvalidValue(f"This list is longer than {MAX_BYTES // 1_000_000} MB. Split it.")
    found = pasted.read(text, choice)
    records = found.records
    if len(records) > MAX_ROWS:
        raise InvalidValue(f"This list has more than {MAX_ROWS:,} rows. At most {MAX_ROWS:,} make one run: split it.")
    if not records:
        raise InvalidValue("Paste at least one row, or choose a file that has some.")
    listing = Listing(kind=found.kind, has_names=found.has_names, key=found.key)
    listing.columns = columns.guess(found.names, [each.cells or () for each in records], named=found.has_names)
    fields = _fields(listing, choice) if found.names else ["prompt"]
    listing.question = listing.question or _question(listing, found, choice)
    for record in records:
        _take(listing, record, fields)
    for name in _DECIMALS & set(fields):
        _read_commas(listing, name)
    return listing


def _read_commas(listing: Listing, name: str) -> None:
    """Let a column decide together: where 5,0 or 4,25 stands in it, and no point, 4,5 is one number and not two."""
    cells = {row.values[name] for row in listing.rows if name in row.values}
    if not any("." in cell for cell in cells) and any(shows_decimal_comma(PARAMS[name], cell) for cell in cells):
        pointed = {cell: cell.replace(",", ".") if _ONE_COMMA.fullmatch(cell) else cell for cell in cells}
        listing.rows = [
            replace(row, values={**row.values, name: pointed[row.values[name]]}) if name in row.values else row
            for row in listing.rows
        ]


def _fields(listing: Listing, choice: Choice | None) -> list[str]:
    """Return what each column is: as chosen for this text, or as it looks."""
    if choice is not None and choice.key == listing.key and len(choice.fields) == len(listing.columns):
        listing.columns = [
            replace(column, field=each, is_sure=True)
            for column, each in zip(listing.columns, choice.fields, strict=True)
        ]
        listing.question = columns.fault(choice.fields)
    return [column.field for column in listing.columns]


def _question(listing: Listing, found: pasted.Pasted, choice: Choice | None) -> str:
    asked = [] if found.is_sure else [f"This is read as {pasted.KINDS[found.kind]}."]
    if found.above:
        asked.append(f"What stands above the names of the columns is left out, from {shown(found.above)} on.")
    if found.kind == pasted.COLUMN and not found.is_sure:
        asked.append(f"Is the first line, {shown(found.names[0])}, the name of the column?")
    elif not listing.has_names and not all(column.is_sure for column in listing.columns):
        asked.append("No line names the columns. Say what they are.")
    elif listing.columns:
        asked.append(columns.question(listing.columns))
    return " ".join(filter(None, asked))


QUOTES = (
    "From here on the double quotes do not match, so nothing more was read. A cell with the separator, a line break or "
    "a double quote in it stands in double quotes, and a double quote inside it is written twice."
)  # fmt: skip


_BRACKETS = re.compile(r"[\s\[\]{},:`]*[\[\]{}`][\s\[\]{},:`]*")
_ONLY_BRACKETS = "Only brackets stand here, as in a line of JSON that is not whole."
_NO_OBJECT = "This line is no whole JSON object."


def _take(listing: Listing, record: Record, fields: Sequence[str]) -> None:
    """Take one record as a row, or say what is wrong with the line."""
    if record.cells is None:
        message = _NO_OBJECT if listing.kind == pasted.JSON else QUOTES
        listing.problems.append(LineProblem(record.line, "", message))
        return
    beyond = [cell for cell in record.cells[len(fields) :] if cell.strip()]
    if beyond:
        message = f"{shown(beyond[0])} stands in no column. A cell with the separator in it stands in double quotes."
        listing.problems.append(LineProblem(record.line, "", message))
        return
    if listing.kind == pasted.LINES and _BRACKETS.fullmatch(record.cells[0]):
        listing.problems.append(LineProblem(record.line, "", _ONLY_BRACKETS))
        return
    cells = {name: _as_text(cell.strip()) for name, cell in zip(fields, record.cells, strict=False) if name}
    if (prompt := cells.get("prompt")) and is_empty_cell(prompt):
        message = f"{shown(prompt)} is what programs write for a cell without anything in it."
        listing.problems.append(LineProblem(record.line, "prompt", message))
        return
    listing.rows.append(Row(record.line, {name: cell for name, cell in cells.items() if cell}))


def is_empty_cell(text: str) -> bool:
    """Return whether this is what programs write for a cell without anything in it: #N/A, nan."""
    return _NOTHING_FOUND.fullmatch(text) is not None


def _as_text(cell: str) -> str:
    return formulas.unguarded(cell).strip()


def place_of(column: str) -> int:
    """Return where a column stands among all; what is about the whole line stands first."""
    return COLUMNS.index(column) if column else -1


def read_models(text: str) -> list[str]:
    """Return the ids of the models of one cell, each once, or raise InvalidValue that names the likely one."""
    return list(_models_in(text))


@lru_cache(maxsize=1000)
def _models_in(text: str) -> tuple[str, ...]:
    """Kept, as the rows of a batch say the same again and again."""
    found: list[str] = []
    for part in _model_names(text):
        words = part.split()
        if unknown := [word for word in words if word.casefold() not in flux_models.ids()]:
            # “FLUX.2 [pro]” is one name; of “flux-2-pro flux2max” only the second word is none.
            wrong = part if len(unknown) == len(words) else unknown[0]
            likely = model_names.find(wrong) or model_names.likely(wrong) or "one like flux-2-pro"
            raise InvalidValue(f"{shown(wrong)} is no FLUX model. Use {likely}.")
        found += map(str.casefold, words)
    return tuple(dict.fromkeys(found))


def _model_names(text: str) -> list[str]:
    return [name.strip() for name in re.split(r"[,;\n]+", text) if name.strip()]


def _are_ids(name: str) -> bool:
    return all(word.casefold() in flux_models.ids() for word in name.split())


def read_shape(text: str) -> dict[str, str]:
    """Return what a shape says by API name: ratios such as 16:9 and sizes such as 1024x1024, or raise InvalidValue."""
    return dict(_shape_in(text))


@lru_cache(maxsize=1000)
def _shape_in(text: str) -> tuple[tuple[str, str], ...]:
    """Kept, as the rows of a batch say the same again and again."""
    parts = value_lists.parted(text)
    ratios = [part for part in parts if shapes.is_ratio(part)]
    sizes = [part for part in parts if part not in ratios]
    wrong = [part for part in sizes if not _A_SIZE.search(part)]
    if wrong:
        raise InvalidValue(f"{shown(wrong[0])} is no shape. Write a ratio like 16:9 or a size like 1024x1024.")
    named = {"aspect_ratio": ", ".join(ratios), "size": ", ".join(sizes)}
    return tuple((name, value) for name, value in named.items() if value)


def write(rows: Sequence[Mapping[str, str]], columns: tuple[str, ...] = COLUMNS) -> str:
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

"""The table of a batch of pairs: which pictures each row sends, by name or address, and with which words."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.tables import batches, columns, delimited, formulas
from gallery.catalogue.tables.batches import LineProblem
from gallery.catalogue.tables.delimited import Record

REFERENCES_MOST = 8
PAIR = ("left", "right")
NUMBERED = ("reference", *(f"reference_{n}" for n in range(2, REFERENCES_MOST + 1)))
NAMES = {columns.plain(name): name for name in (*PAIR, *NUMBERED, "prompt")}
NAMES[columns.plain("reference_1")] = NUMBERED[0]
COLUMNS = "The columns are left and right, or reference, reference_2 and so on, and prompt where the rows differ in it."
ONE_COLUMN = "\x1f"  # parts nothing: addresses have commas in them
ADDRESS = re.compile(r"https?://", re.IGNORECASE)


@dataclass(frozen=True)
class PairRow:
    """One row: the line it begins in, its pictures in their order, its own words ("" for those of all rows)."""

    line: int
    references: tuple[str, ...]
    prompt: str = ""


@dataclass
class Pairs:
    """What could be read; what could not, by line."""

    rows: list[PairRow] = field(default_factory=list)
    problems: list[LineProblem] = field(default_factory=list)


def read_pairs(content: bytes) -> Pairs:
    """Read a CSV or TSV file in any usual encoding. Raises InvalidValue for what concerns all of it."""
    opening = delimited.opened(batches.decode(content).text)
    delimiter = opening.delimiter or delimited.delimiter_of(opening.text) or ONE_COLUMN
    head, *records = _records(opening.text, delimiter, opening.line)
    fields = _fields(head)
    if len(records) > batches.MAX_ROWS:
        raise InvalidValue(f"This table has more than {batches.MAX_ROWS:,} rows. Split it.")
    if not records:
        raise InvalidValue("This table has no rows below its names.")
    pairs = Pairs()
    for record in records:
        _take(pairs, record, fields)
    return pairs


def is_address(reference: str) -> bool:
    """Return whether a picture is named by its address and not as a file."""
    return ADDRESS.match(reference) is not None


def _records(text: str, delimiter: str, first_line: int) -> list[Record]:
    found = [each for each in delimited.records(text, delimiter, first_line=first_line) if not each.is_blank]
    if not found or found[0].cells is None:
        raise InvalidValue(f"This file is no table that can be read. {COLUMNS}")
    return found


def _fields(head: Record) -> list[str]:
    """Return what each column is, or raise InvalidValue."""
    names = [name.strip() for name in head.cells or ()]
    while names and not names[-1]:
        names.pop()
    unknown = [name for name in names if columns.plain(name) not in NAMES]
    if unknown:
        raise InvalidValue(f"The column {shown(unknown[0])} is not known here. {COLUMNS}")
    fields = [NAMES[columns.plain(name)] for name in names]
    twice = [name for name in fields if fields.count(name) > 1]
    if twice:
        raise InvalidValue(f"The column {twice[0]} stands there twice.")
    wanted = _wanted(fields)
    missing = [name for name in wanted if name not in fields]
    if missing or set(fields) - {*wanted, "prompt"}:
        raise InvalidValue(f"The column {missing[0]} is missing. {COLUMNS}" if missing else COLUMNS)
    return fields


def _wanted(fields: Sequence[str]) -> tuple[str, ...]:
    """Return the columns of pictures that such a table has, without a gap."""
    if set(PAIR) & set(fields):
        return PAIR
    return NUMBERED[: max((NUMBERED.index(name) + 1 for name in fields if name in NUMBERED), default=1)]


def _take(pairs: Pairs, record: Record, fields: Sequence[str]) -> None:
    if record.cells is None:
        pairs.problems.append(LineProblem(record.line, "", batches.QUOTES))
        return
    cells = [formulas.unguarded(cell.strip()).strip() for cell in record.cells]
    values = dict(zip(fields, cells, strict=False))
    pictures = [(name, values.get(name, "")) for name in _wanted(fields)]
    problems = list(_problems(record.line, pictures, beyond=[cell for cell in cells[len(fields) :] if cell]))
    pairs.problems += problems
    if not problems:
        references = tuple(value for _, value in pictures if value)
        pairs.rows.append(PairRow(record.line, references, values.get("prompt", "")))


def _problems(line: int, pictures: Sequence[tuple[str, str]], *, beyond: Sequence[str]) -> Iterator[LineProblem]:
    if beyond:
        yield LineProblem(line, "", f"{shown(beyond[0])} stands in no column.")
    given = max((n for n, (_, value) in enumerate(pictures, 1) if value), default=0)
    needed = 2 if pictures[0][0] == PAIR[0] else max(1, given)
    for name, value in pictures[:needed]:
        if not value:
            yield LineProblem(line, name, "No picture is named here.")

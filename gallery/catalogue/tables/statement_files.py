"""A provider's file of charges, read as lines: whatever encoding, delimiter, dates, amounts and names it has."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import islice
from typing import cast

from ..numbers import amounts, moments
from ..numbers.amounts import InvalidAmount
from ..numbers.currencies import DOLLARS, FOREIGN, bare
from ..numbers.moments import InvalidMoment
from ..numbers.numerals import plain, readings
from ..problems import shown
from . import delimited, encodings
from .statement_columns import (
    ALL_NAMES,
    AMOUNT,
    CURRENCY,
    DATE,
    MODEL,
    MOMENT,
    QUOTA,
    REQUEST,
    TIME,
    TYPE,
    Columns,
    InvalidColumns,
    find_columns,
)

MOST_LINES = 100_000
MOST_PROBLEMS = 5
MOST_MICROS = 10**13  # of one line: the database adds up as many as a file may have
MICROS_PER_QUOTA = 2
REQUEST_CHARACTERS, MODEL_CHARACTERS = 200, 40
_HEAD_WITHIN = 20  # records: some exports begin with a title
# Of a column `type`. What stands in neither list is asked about: a charge that is left out unsaid is money.
_CONSUMED = frozenset((
    "", "2", "consume", "consumed", "consumption", "usage", "use", "charge", "charges", "debit", "expense",
    "api", "image", "images", "消费", "消費", "扣费", "使用", "사용", "verbrauch", "nutzung", "consumo", "uso",
    "consommation", "utilisation", "расход", "списание",
))  # fmt: skip
_REFUNDS = frozenset((
    "refund", "refunds", "refunded", "reversal", "退款", "返金", "환불", "erstattung", "rückerstattung", "reembolso",
    "rimborso", "remboursement", "возврат",
))  # fmt: skip
_OTHER_TYPES = frozenset((
    "0", "1", "3", "4", "5", "6", "topup", "top-up", "top up", "top_up", "recharge", "deposit", "payment",
    "credit", "bonus", "gift", "manage", "management", "system", "error", "login", "充值", "管理", "系统", "错误",
    "儲值", "チャージ", "충전", "aufladung", "einzahlung", "gutschrift", "zahlung", "recarga", "depósito", "ricarica",
    "pago", "rechargement", "paiement", "пополнение",
))  # fmt: skip
_TOTALS = (
    "total", "totals", "sum", "subtotal", "grand total", "summe", "zwischensumme", "gesamt", "gesamtsumme",
    "gesamtbetrag", "totale", "somme", "suma", "合计", "总计", "小计", "合計", "총계", "합계", "итого", "всего",
)  # fmt: skip
_NO_TABLES = (
    (b"PK\x03\x04", "a workbook"), (b"\xd0\xcf\x11\xe0", "a workbook"), (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a packed file"),
    (b"{\\rtf", "a document of a word processor"), (b"{", "JSON"), (b"[{", "JSON"), (b"<", "a web page"),
)  # fmt: skip
_QUOTA_DIGITS = 12
ONLY_BELOW_ZERO = (
    "Every amount is below zero: charges or refunds? Write charges without the minus, or add a column called type that "
    "says consume or refund."
)  # fmt: skip


class InvalidStatementFile(ValueError):
    """The file is no list of charges; the sentences say where."""

    def __init__(self, problems: Sequence[str]):
        super().__init__(" ".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Line:
    """One charge of a file. `at` has no zone if the file names none."""

    number: int
    at: datetime
    request_id: str
    model: str
    micros: int


@dataclass(frozen=True)
class _Row:
    """A row that is a charge: the line it begins in, and its cells by what they say."""

    line: int
    cells: dict[str, str]

    def said(self, kind: str) -> str:
        return self.cells.get(kind, "")

    @property
    def is_refund(self) -> bool:
        return self.said(TYPE).casefold() in _REFUNDS

    @property
    def when(self) -> str:
        if self.said(MOMENT):
            return self.said(MOMENT)
        day, clock = self.said(DATE), self.said(TIME)
        return f"{day} {clock}" if day and moments.is_clock(clock) and not moments.is_clock(day) else clock or day


def read_statement(content: bytes) -> list[Line]:
    """Read the charges of a file; raise InvalidStatementFile for whatever cannot be believed."""
    for beginning, kind in _NO_TABLES:
        if content.startswith(beginning):
            raise InvalidStatementFile([f"This is {kind}. Save it as CSV, and choose that file."])
    decoded = encodings.decode(content, expected=ALL_NAMES)
    columns, records = _opened(decoded.text.replace("\x00", ""))
    found = list(islice(_rows(columns, records), MOST_LINES + 1))
    _refuse([each for each in found if isinstance(each, str)])
    if len(found) > MOST_LINES:
        raise InvalidStatementFile([f"The file has more than {MOST_LINES:,} lines. Split it by month."])
    if not found:
        raise InvalidStatementFile(["There is no charge in the file."])
    lines = _lines([each for each in found if isinstance(each, _Row)])
    return [_in_utc(line) for line in lines] if columns.is_utc else lines


def _in_utc(line: Line) -> Line:
    return line if line.at.tzinfo else replace(line, at=line.at.replace(tzinfo=UTC))


def _refuse(problems: Sequence[str]) -> None:
    if problems:
        raise InvalidStatementFile(problems[:MOST_PROBLEMS])


def _opened(text: str) -> tuple[Columns, Iterator[delimited.Record]]:
    """Return what the columns say, and the records below their names, by the delimiter that makes sense of most."""
    opening = delimited.opened(text)
    tried = [opening.delimiter] if opening.delimiter else [*delimited.DELIMITERS]
    if delimited.is_markdown(opening.text):
        tried = [delimited.MARKDOWN]
    heads = [(_head(opening, delimiter), delimiter) for delimiter in tried]
    (columns, line), delimiter = max(heads, key=lambda each: (each[0][0].is_head, len(each[0][0].places)))
    try:
        columns.check()
    except InvalidColumns as invalid:
        raise InvalidStatementFile(invalid.problems) from None
    records = delimited.records(opening.text, delimiter, first_line=opening.line)
    return columns, (record for record in records if record.line > line)


def _head(opening: delimited.Opening, delimiter: str) -> tuple[Columns, int]:
    """Return the names of the columns and their line: the first record that can be them, else the very first one."""
    first = list(islice(delimited.records(opening.text, delimiter, first_line=opening.line), _HEAD_WITHIN))
    found = [(find_columns(record.cells), record.line) for record in first if record.cells]
    return next((each for each in found if each[0].is_head), found[0] if found else (find_columns([]), 0))


def _rows(columns: Columns, records: Iterator[delimited.Record]) -> Iterator[_Row | str]:
    """Yield every row that is a charge, or a sentence about what is wrong with its line."""
    for record in records:
        if record.cells is None:
            yield f"Line {record.line}: the double quotes do not match."
        elif any(cell.strip() for cell in record.cells[columns.width :]):
            yield f"Line {record.line}: it has more cells than the head. A cell with a comma in it stands in quotes."
        elif _is_charge(row := _row(columns, record.line, record.cells)) and not _is_total(row, record.cells):
            yield row


def _row(columns: Columns, line: int, cells: Sequence[str]) -> _Row:
    places = {kind: place for kind, place in columns.places.items() if place < len(cells)}
    return _Row(line, {kind: cells[place].strip() for kind, place in places.items()})


def _is_charge(row: _Row) -> bool:
    return any(row.cells.values()) and row.said(TYPE).casefold() not in _OTHER_TYPES


def _is_total(row: _Row, cells: Sequence[str]) -> bool:
    """Say whether a row adds the others up: it would be charged twice. With more words it has no day: Total for May."""
    first = next((cell.strip().rstrip(" :：").casefold() for cell in cells if cell.strip()), "")
    if first in _TOTALS:
        return True
    undated = row.when.strip().rstrip(" :：").casefold() in ("", first)
    return undated and first.startswith(tuple(f"{word}{end}" for word in _TOTALS for end in " :("))


def _lines(rows: Sequence[_Row]) -> list[Line]:
    """Read the moments and the amounts, each as a whole column, and then line by line."""
    when = moments.read_column([row.when for row in rows])
    in_dollars = iter(amounts.read_column([row.said(AMOUNT) for row in rows if not row.said(QUOTA)], most=MOST_MICROS))
    micros = [_quota(row.said(QUOTA)) if row.said(QUOTA) else next(in_dollars) for row in rows]
    read = list(zip(rows, when, micros, strict=True))
    _refuse(list(islice((wrong for each in read if (wrong := _wrong(*each))), MOST_PROBLEMS)))
    sound = cast("list[tuple[_Row, datetime, int]]", read)
    sign = _sign_of_charges(sound)
    return [_line(row, at, -abs(paid) if row.is_refund else sign * paid) for row, at, paid in sound]


def _line(row: _Row, at: datetime, micros: int) -> Line:
    request_id, model = row.said(REQUEST)[:REQUEST_CHARACTERS], row.said(MODEL)[:MODEL_CHARACTERS]
    return Line(row.line, at, request_id, model, micros)


def _sign_of_charges(read: Sequence[tuple[_Row, datetime, int]]) -> int:
    """Return -1 where a file writes what was consumed as an outgoing, below zero; a refund stands against charges.

    Raises InvalidStatementFile where nothing but minus signs says which of both it is.
    """
    paid = [(row, micros) for row, _, micros in read if micros and not row.is_refund]
    if not paid or any(micros > 0 for _, micros in paid):
        return 1
    if not all(row.said(TYPE) for row, _ in paid):
        raise InvalidStatementFile([ONLY_BELOW_ZERO])
    return -1


def _wrong(row: _Row, at: datetime | InvalidMoment, micros: int | InvalidAmount) -> str:
    """Say what is wrong with a line, or nothing."""
    found = (
        _strange_type(row)
        or _strange_currency(row)
        or next((each for each in (micros, at) if isinstance(each, ValueError)), "")
    )
    return f"Line {row.line}: {found}" if found else ""


def _strange_type(row: _Row) -> str:
    said = row.said(TYPE)
    if said.casefold() in _CONSUMED | _REFUNDS:
        return ""
    known = "write consume for a charge, refund for money that came back, or topup for neither"
    return f"{shown(said)} in the column for the type is not known: {known}."


def _strange_currency(row: _Row) -> str:
    """Say which other money a column of its own names, or nothing."""
    said = row.said(CURRENCY)
    currency = bare(plain(said)) if said and not row.said(QUOTA) else ""
    if not currency or currency in DOLLARS:
        return ""
    return f"it is in {FOREIGN.get(currency, shown(said))}, and the books are in US dollars."


def _quota(text: str) -> int | InvalidAmount:
    """Read a whole number, which spreadsheets may have grouped and pandas may have given a decimal zero."""
    line = plain(text)
    whole = sorted(int(each.value) for each in readings(line.lstrip("+-")) if each.value.denominator == 1)
    sign = -1 if line.startswith("-") else 1
    if not whole or whole[-1] >= 10**_QUOTA_DIGITS:
        return InvalidAmount(f"the quota is no whole number of at most twelve digits: {shown(text)}.")
    if len(whole) > 1:
        return InvalidAmount(f"the quota {shown(text)} can mean {' or '.join(map(str, whole))}. Write one of them.")
    return sign * whole[0] * MICROS_PER_QUOTA

"""CSV that does nothing in a spreadsheet: a text that would be taken for a formula is marked as text."""

import csv
from collections.abc import Iterable, Iterator

from gallery.catalogue.numbers.money import exact
from gallery.catalogue.tables.formulas import guarded

MARK = "\ufeff"  # without it Excel takes UTF-8 for the local code page


class _Line:
    """What csv writes to; it hands the line on."""

    def write(self, text: str) -> str:
        return text


def csv_lines(rows: Iterable[Iterable[object]]) -> Iterator[str]:
    """Yield the lines of a CSV file, the first of them with a byte order mark. Cells are texts, integers or None."""
    writer = csv.writer(_Line())
    for n, row in enumerate(rows):
        line = writer.writerow([_cell(each) for each in row])
        yield line if n else MARK + line


def csv_dollars(micros: int | None) -> str:
    """Write micro-dollars for a cell that may be empty."""
    return "" if micros is None else exact(micros)


def _cell(value: object) -> str:
    return guarded("" if value is None else str(value).replace("\x00", ""))

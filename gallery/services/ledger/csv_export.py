"""CSV that does nothing in a spreadsheet: a text that would be taken for a formula is marked as text."""

import csv
import zlib
from collections.abc import Iterable, Iterator

from gallery.catalogue.numbers.money import exact
from gallery.catalogue.tables.formulas import guarded

PIECE_BYTES = 64 * 1024
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


class CsvFile:
    """A table that is written row by row, packed in memory: its length is known before it is sent, and it needs little.

    Prompts of a run are alike, so that of a table of 2,000 rows a tenth is held.
    """

    def __init__(self, columns: Iterable[object]) -> None:
        self.size = 0
        self._packer = zlib.compressobj()
        self._packed: list[bytes] = []
        self._write(*csv_lines([columns]))

    def add(self, row: Iterable[object]) -> None:
        self._write(*(line.removeprefix(MARK) for line in csv_lines([row])))

    def _write(self, line: str) -> None:
        written = line.encode()
        self.size += len(written)
        if packed := self._packer.compress(written):
            self._packed.append(packed)

    def pieces(self) -> Iterator[bytes]:
        """Yield all that was written, once."""
        unpacker = zlib.decompressobj()
        for packed in [*self._packed, self._packer.flush()]:
            while packed:
                yield unpacker.decompress(packed, PIECE_BYTES)
                packed = unpacker.unconsumed_tail


def csv_dollars(micros: int | None) -> str:
    """Write micro-dollars for a cell that may be empty."""
    return "" if micros is None else exact(micros)


def _cell(value: object) -> str:
    return guarded("" if value is None else str(value).replace("\x00", ""))

"""A table as text: what parts its cells, and its records with the lines they begin in. What they mean, others say."""

import csv
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

MARKDOWN = "| |"  # cells between bars, with a line of dashes under the names
# Of two that part a table equally well, the one that stands in words less often.
DELIMITERS = ("\t", ";", "|", ",")
_SAMPLE = 50  # records: what a delimiter is judged by
_CELL_CHARACTERS = 2_000_000

_DIRECTIVE = re.compile(r"sep=([;,|\t])\n", re.IGNORECASE)  # Excel's own first line
_BAR = re.compile(r"(?<!\\)\|")

csv.field_size_limit(max(csv.field_size_limit(), _CELL_CHARACTERS))  # else a long prompt is an error


@dataclass(frozen=True)
class Record:
    """One record of a table and the line it begins in, as an editor counts. `cells`: None if it cannot be read."""

    line: int
    cells: tuple[str, ...] | None

    @property
    def is_blank(self) -> bool:
        return self.cells is not None and not any(cell.strip() for cell in self.cells)


@dataclass(frozen=True)
class Opening:
    """Where a table begins. `delimiter` is what Excel's line `sep=;` says, else empty."""

    text: str
    line: int
    delimiter: str = ""


def opened(text: str) -> Opening:
    """Return the text from its first line that is not blank on, with line ends of one kind."""
    text = with_line_feeds(text)
    directive = _DIRECTIVE.match(text)
    rest = text[directive.end() :] if directive else text
    body = rest.lstrip("\n \t") if not directive or directive[1] != "\t" else rest.lstrip("\n ")
    line = text[: len(text) - len(body)].count("\n") + 1
    return Opening(body, line, directive[1] if directive else "")


def with_line_feeds(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


def delimiter_of(text: str) -> str:
    """Return what parts the cells of a text that is a table, judged by its first records; empty for one column."""
    if is_markdown(text):
        return MARKDOWN
    evenness = {delimiter: _evenness(text, delimiter) for delimiter in DELIMITERS}
    best = max(DELIMITERS, key=lambda delimiter: evenness[delimiter])
    return best if evenness[best][0] else ""


def first(text: str, delimiter: str) -> list[Record]:
    """Return the first records that are not blank."""
    return [record for record in islice(records(text, delimiter), _SAMPLE) if not record.is_blank]


def widths(text: str, delimiter: str) -> list[int]:
    """Return how many cells each of the first records has, without blank ones at its end."""
    return [_width(record.cells) for record in first(text, delimiter) if record.cells]


def _evenness(text: str, delimiter: str) -> tuple[float, int]:
    """Return the share of records that are as wide as the first one, and how wide that is; (0, 0) for one column."""
    found = widths(text, delimiter)
    if not found or found[0] < 2:
        return 0, 0
    return round(sum(1 for width in found if width == found[0]) / len(found), 1), found[0]


def _width(cells: tuple[str, ...]) -> int:
    return max(place for place, cell in enumerate(cells, 1) if cell.strip())


def is_markdown(text: str) -> bool:
    """Say whether the first line holds names between bars, and the second one dashes."""
    first, _, rest = text.partition("\n")
    second = rest.partition("\n")[0].strip()
    return "|" in first and "---" in second and set(second) <= set("|:- \t")


def records(text: str, delimiter: str, *, first_line: int = 1) -> Iterator[Record]:
    """Yield every record. After one that cannot be read they go on in the next line, if it is sure to begin there."""
    if delimiter == MARKDOWN:
        yield from _markdown_records(text, first_line)
        return
    lines = list(io.StringIO(text, newline="\n"))
    source, done = iter(lines), 0
    while True:
        reader, begun = csv.reader(source, delimiter=delimiter, skipinitialspace=True, strict=True), done
        try:
            for cells in reader:
                yield Record(first_line + done, tuple(cells))
                done = begun + reader.line_num
            return
        except csv.Error:
            yield Record(first_line + done, None)
            # With an odd number of quotes a cell may go on: its next lines would be taken for records.
            if begun + reader.line_num != done + 1 or lines[done].count('"') % 2:
                return
            done += 1


def _markdown_records(text: str, first_line: int) -> Iterator[Record]:
    for line, written in enumerate(text.split("\n"), first_line):
        if line != first_line + 1 and written.strip():  # which holds the dashes
            cells = _BAR.split(written.strip().removeprefix("|"))
            if not cells[-1].strip():
                cells.pop()
            yield Record(line, tuple(cell.strip().replace("\\|", "|") for cell in cells))

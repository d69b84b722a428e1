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

# What keyboards of other scripts have instead, and no program writes: only names that are known tell such a table.
WIDE_DELIMITERS = ("；", "，", "、", "،", "｜")
_DIRECTIVE = re.compile(r'("?)sep=([;,|\t])\1[;,|\t]*\n', re.IGNORECASE)  # Excel's own first line
_FENCED = re.compile(r"\s*(```+|~~~+)[^`~\n]*\n(.*?)\n[ \t]*\1\s*", re.DOTALL)
# A table drawn with lines, as terminals and databases print it.
_BLANK_LINES = re.compile(r"\A(?:[ \t]*\n)+")
_BARS = str.maketrans(dict.fromkeys("│┃║", "|"))
_RULE = re.compile(r"[ \t]*[+|├┌└╔╠╚╒╞╘][-=+|─━═┼┬┴┤┐┘╪╬╦╩╣╗╝╤╧╡╕╛ \t]+")
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
    fenced = _FENCED.fullmatch(text)
    before = text[: fenced.start(2)].count("\n") if fenced else 0
    text = fenced[2] if fenced else text
    directive = _DIRECTIVE.match(text)
    rest = text[directive.end() :] if directive else text
    body = _BLANK_LINES.sub("", rest, count=1).lstrip(" ")  # a tab may stand behind an empty first cell
    line = before + text[: len(text) - len(body)].count("\n") + 1
    return _without_rules(Opening(body, line, directive[2] if directive else ""))


def _without_rules(opening: Opening) -> Opening:
    """Write a table that is drawn with lines as one of Markdown; the rule above it is left out."""
    above, _, rest = opening.text.partition("\n")
    lines = rest.split("\n")
    if not (len(lines) > 1 and _RULE.fullmatch(above) and _RULE.fullmatch(lines[1])):
        return opening
    dashes = "|---" * max(1, lines[0].translate(_BARS).count("|") - 1) + "|"
    drawn = [
        dashes if n == 1 else "" if _RULE.fullmatch(line) else line.translate(_BARS) for n, line in enumerate(lines)
    ]
    return Opening("\n".join(drawn), opening.line + 1)


def after(opening: Opening, lines: int) -> Opening:
    """Return the same from so many lines further on."""
    rest = opening.text.split("\n", lines)[lines]
    return Opening(rest, opening.line + lines)


def with_line_feeds(text: str) -> str:
    return text.lstrip("\ufeff").replace("\r\n", "\n").replace("\r", "\n")


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

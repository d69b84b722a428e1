"""Where everything stands on a sheet: a layout becomes parts with boxes for pictures and labels, all in pixels.

Places have the shapes that were asked for, not those that came: so a part is the same whenever it is drawn.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from math import ceil, sqrt
from typing import Any

from gallery.services.media.text_rendering import line_height, measure_text, wrap_text
from gallery.services.runs import matrix_layout
from gallery.services.runs.matrix_layout import Layout, Page, Row

MOST_PIXELS = 20_000_000  # of one part: 60 MB while it is drawn, and at most that as PNG
EDGES = {256: "small", 512: "medium", 1024: "large"}  # pixels: the longer side of a picture
LEAST_EDGE = 64  # even the widest matrix fits at this size
MOST_BESIDE = 8  # pictures side by side where nothing is compared across
TITLE_LINES, HEAD_LINES, CAPTION_LINES = 3, 4, 2
LEAST_WIDTH = 560  # of the content: the title needs room

PLAIN, STRONG, QUIET = "plain", "strong", "quiet"

Heads = list[tuple[Any, str]]


@dataclass(frozen=True)
class Label:
    """Lines of text below one another; x and y are their upper left corner."""

    x: int
    y: int
    lines: tuple[str, ...]
    size: int
    ink: str = PLAIN


@dataclass(frozen=True)
class Box:
    """The box of one picture. `cell` is None where the matrix has none."""

    x: int
    y: int
    width: int
    height: int
    cell: Any = None


@dataclass
class PlannedPart:
    """One picture of the sheet."""

    width: int
    height: int
    labels: list[Label] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def add_block(self, block: "Block", y: int) -> None:
        self.labels += [replace(label, y=label.y + y) for label in block.labels]
        self.boxes += [replace(box, y=box.y + y) for box in block.boxes]


@dataclass
class Block:
    """What is never torn: a head, or one row. Its y begin at 0."""

    height: int = 0
    labels: list[Label] = field(default_factory=list)
    boxes: list[Box] = field(default_factory=list)

    def write(self, x: int, text: str, size: int, *, width: int, lines: int, ink: str = PLAIN, y: int = 0) -> int:
        """Add a label below `y`; return how tall it is."""
        broken = wrap_text(text, size, width=width, lines=lines, bold=ink == STRONG)
        self.labels.append(Label(x, y, tuple(broken), size, ink))
        return len(broken) * line_height(size)


def plan_parts(
    layout: Layout, *, edge: int, title: str, facts: list[str], most_pixels: int = MOST_PIXELS
) -> list[PlannedPart]:
    """Return the parts of a sheet, in their order. A matrix too wide for pictures of this edge gets smaller ones.

    `title`, `facts`: what stands above each part, with its number behind it where there are several.
    """
    while True:
        sheet = _Sheet(layout, edge, title, facts)
        if edge <= LEAST_EDGE or sheet.width * sheet.least_height <= most_pixels:
            return sheet.parts(most_pixels // sheet.width)
        edge = max(LEAST_EDGE, edge * 3 // 4)


class _Sheet:
    """The measures of one sheet, and its blocks."""

    def __init__(self, layout: Layout, edge: int, title: str, facts: list[str]) -> None:
        self.layout, self.edge, self.title, self.facts = layout, edge, title, facts
        self.gap, self.margin = max(6, edge // 32), max(20, edge // 10)
        self.text = max(13, edge // 20)
        self.beside = self._heads_width()
        self.columns = self._columns()
        across = self.beside + sum(self.columns) + self.gap * (len(self.columns) - 1)
        self.content = max(across, LEAST_WIDTH)
        self.width = self.content + 2 * self.margin
        self.sections = [(self._head_of(page), list(self._rows_of(page))) for page in layout.pages]
        tallest = max(head.height + max(row.height for row in rows) for head, rows in self.sections)
        self.least_height = self._top("part 99 of 99").height + tallest + 2 * self.margin

    # -- measures

    def _heads_width(self) -> int:
        """As wide as the widest head of a row, within three fifths of a picture."""
        if not self.layout.across:
            return 0
        words = {str(each) for page in self.layout.pages for row in page.rows for head in row.heads for each in head}
        widest = max((measure_text(word, self.text, bold=True) for word in words), default=0)
        return min(ceil(widest), self.edge * 3 // 5) + 2 * self.gap

    def _columns(self) -> list[int]:
        """The widths of the columns: as wide as the widest picture in each."""
        rows = [row for page in self.layout.pages for row in page.rows]
        if self.layout.across:
            return [self._widest(row.cells[n] for row in rows) for n in range(len(self.layout.columns))]
        most = max(len(page.rows) for page in self.layout.pages)
        widest = self._widest(cell for row in rows for cell in row.cells)
        return [widest] * min(MOST_BESIDE, most, ceil(sqrt(most)) if most > 4 else most)

    def _widest(self, cells: Iterable[Any]) -> int:
        return max((self._fitted(cell)[0] for cell in cells if cell), default=self.edge // 2)

    def _fitted(self, cell: Any) -> tuple[int, int]:
        """The size of a picture within the edge."""
        width, height = cell.job.width, cell.job.height
        longer = max(width, height, 1)
        return max(1, width * self.edge // longer), max(1, height * self.edge // longer)

    def _x(self, n: int) -> int:
        return self.margin + self.beside + sum(self.columns[:n]) + self.gap * n

    # -- blocks

    def _top(self, which: str) -> Block:
        """What stands above every part."""
        block = Block()
        title = self.text * 8 // 5
        y = block.write(self.margin, self.title, title, width=self.content, lines=TITLE_LINES, ink=STRONG)
        facts = " · ".join(filter(None, [*self.facts, which]))
        y += block.write(self.margin, facts, self.text, width=self.content, lines=2, ink=QUIET, y=y + self.gap)
        block.height = y + 3 * self.gap
        return block

    def _head_of(self, page: Page) -> Block:
        """The head of a page, and of its columns: repeated where a part begins."""
        block, y = Block(), 2 * self.gap if page.heads else 0
        for value, name in page.heads:
            text = f"{name} {value}"
            y += block.write(self.margin, text, self.text * 6 // 5, width=self.content, lines=2, ink=STRONG, y=y)
            y += self.gap
        columns = self.layout.columns if self.layout.across else []
        tall = [self._head_of_column(block, n, str(value), y) for n, (value, *_) in enumerate(columns)]
        block.height = y + max(tall, default=0) + self.gap
        return block

    def _head_of_column(self, block: Block, n: int, text: str, y: int) -> int:
        return block.write(self._x(n), text, self.text, width=self.columns[n], lines=HEAD_LINES, ink=STRONG, y=y)

    def _rows_of(self, page: Page) -> Iterator[Block]:
        if self.layout.across:
            for row in page.rows:
                yield self._row(row)
            return
        beside = len(self.columns)
        flowing = [(cell, row.heads) for row in page.rows for cell in row.cells]
        for start in range(0, len(flowing), beside):
            yield self._flow(flowing[start : start + beside])

    def _row(self, row: Row) -> Block:
        block = Block()
        y = self._heads_of_row(block, row.heads)
        tall = max((self._fitted(cell)[1] for cell in row.cells if cell), default=self.edge)
        captions = [self._put(block, n, cell, tall, _own_facts(cell)) for n, cell in enumerate(row.cells)]
        block.height = max(y, tall + max(captions)) + self.gap
        return block

    def _heads_of_row(self, block: Block, heads: Heads) -> int:
        y, width = 0, self.beside - self.gap
        for value, name in heads:
            y += block.write(self.margin, str(value), self.text, width=width, lines=HEAD_LINES, ink=STRONG, y=y)
            y += block.write(self.margin, name, self.text, width=width, lines=1, ink=QUIET, y=y)
        return y

    def _flow(self, cells: list[tuple[Any, Heads]]) -> Block:
        block = Block()
        tall = max((self._fitted(cell)[1] for cell, _ in cells if cell), default=self.edge)
        captions = [self._put(block, n, cell, tall, _named(cell, heads)) for n, (cell, heads) in enumerate(cells)]
        block.height = tall + max(captions) + self.gap
        return block

    def _put(self, block: Block, n: int, cell: Any, tall: int, caption: str) -> int:
        """Put a picture in its column with its caption below; return how tall the caption is, with its gap."""
        width, height = self._fitted(cell) if cell else (self.columns[n], tall)
        block.boxes.append(Box(self._x(n), 0, width, height, cell))
        if not caption:
            return 0
        small, y = max(12, self.text * 4 // 5), height + self.gap // 2
        lines = block.write(self._x(n), caption, small, width=self.columns[n], lines=CAPTION_LINES, ink=QUIET, y=y)
        return lines + self.gap

    # -- parts

    def parts(self, most_height: int) -> list[PlannedPart]:
        packed = self._packed(most_height - self._top("part 99 of 99").height - 2 * self.margin)
        several = len(packed) > 1
        return [
            self._part(blocks, f"part {number} of {len(packed)}" if several else "")
            for number, blocks in enumerate(packed, 1)
        ]

    def _packed(self, room: int) -> list[list[Block]]:
        """Share the blocks out: as many into each part as it has room for, the head of a page at every beginning."""
        packed: list[list[Block]] = []
        left = 0
        for head, rows in self.sections:
            heads_due = True
            for row in rows:
                needed = row.height + (head.height if heads_due else 0)
                if not packed or needed > left:
                    packed.append([])
                    needed, left, heads_due = row.height + head.height, room, True
                packed[-1] += [head, row] if heads_due else [row]
                left, heads_due = left - needed, False
        return packed

    def _part(self, blocks: list[Block], which: str) -> PlannedPart:
        part, y = PlannedPart(self.width, 0), self.margin
        for block in (self._top(which), *blocks):
            part.add_block(block, y)
            y += block.height
        part.height = y - self.gap + self.margin
        return part


def _own_facts(cell: Any) -> str:
    """What no head of a matrix says: the seed of a picture that has one of its own."""
    own = cell and not {matrix_layout.PICTURE, matrix_layout.ROW}.isdisjoint(cell.job.axes)
    return f"seed {cell.job.seed}" if own else ""


def _named(cell: Any, heads: Heads) -> str:
    """The caption of a picture that stands by itself."""
    named = [str(value) if name == matrix_layout.ROW else f"{name} {value}" for value, name in heads]
    return " · ".join(filter(None, [*named, _own_facts(cell)]))

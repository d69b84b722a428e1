"""A run as a matrix: one of the axes that vary goes across, one may part it into pages, all others go down."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from gallery.catalogue.parameters import axes

MOST_COLUMNS = 24  # numbers.css has a rule for each
USUAL_COLUMNS = 11  # an axis with more goes across only if it is asked to, or if no other can
NO_PAGES = "none"
NOTHING = "–"  # stands where a job has no value on an axis
SEED, PICTURE, ROW = "seed", "picture", "row"
# In the order in which they are offered: (one value, several). Beside what is asked for, the places where each variant
# has seeds of its own, and the rows of a list, which have everything of their own.
AXES = {**axes.WORDS, PICTURE: ("picture", "pictures"), ROW: ("row", "rows")}
SEEDLIKE = (SEED, PICTURE, ROW)  # alone, these flow: nothing is compared across
PAGES_FIRST = (ROW, "prompt", "shape", *(name for name in AXES if name not in ("model", *SEEDLIKE)))
DOWN_FIRST = (ROW, "shape", SEED, *AXES)  # the outermost first: pictures of one shape stand together

LaidOut = Any  # anything with a `job`, which has `model`, `seed` and `axes`
Placed = tuple[dict[str, Any], LaidOut]  # where it stands, axis by axis
Values = dict[str, list[Any]]  # of each axis


@dataclass
class Row:
    """`heads`: (value, name of its axis), the outermost first; `cells`: one per column, None where none is made."""

    heads: list[tuple[Any, str]]
    cells: list[Any]


@dataclass
class Page:
    """A part of the matrix under its own heads (value, name of the axis); a matrix that is not parted has none."""

    heads: list[tuple[Any, str]]
    rows: list[Row]


@dataclass
class Layout:
    """`across` is empty where there are no columns: then pictures flow one after the other, one in each row."""

    across: str = ""
    page: str = ""
    across_choices: list[tuple[str, str]] = field(default_factory=list)  # (axis, what it is called) that may go across
    page_choices: list[tuple[str, str]] = field(default_factory=list)
    columns: list[tuple[Any, str, int | None]] = field(default_factory=list)  # (value, name of its axis, price or None)
    pages: list[Page] = field(default_factory=list)
    counts: list[str] = field(default_factory=list)  # "2 models", "3 seeds"

    @property
    def name(self) -> str:
        return AXES[self.across][0] if self.across else ""

    @property
    def page_asked(self) -> str:
        """What asks for these pages in an address."""
        return self.page or NO_PAGES


def lay_out(cells: Sequence[LaidOut], *, across: str = "", page: str = "") -> Layout:
    """Lay all cells of a run out. `across` and `page`: the axes asked for; what cannot be is decided here instead.

    A cell is anything with a `job`, which has `model`, `seed` and `axes`.
    """
    places = _places(cells)
    values = {name: list(dict.fromkeys(place[name] for place, _ in places)) for name in places[0][0]}
    varying = [name for name in values if len(values[name]) > 1]
    layout = Layout(counts=_counts(values))
    layout.across_choices = [(name, AXES[name][1]) for name in _may_go_across(values, varying)]
    if len(varying) > 1:
        layout.page_choices = [(NO_PAGES, "none"), *((name, AXES[name][1]) for name in varying)]
    across = across if across in dict(layout.across_choices) else ""
    layout.page = _page(varying, asked=page, taken=across)
    rest = [name for name in varying if name != layout.page]
    layout.across = across or _across(values, rest, parted=bool(layout.page))
    down = sorted((name for name in rest if name != layout.across), key=_depth)
    _fill(layout, places, values, down or [name for name in SEEDLIKE if name in values and name != layout.page])
    return layout


def _places(cells: Sequence[LaidOut]) -> list[Placed]:
    """Return (where it stands, axis by axis in our order; cell): a database keeps the names of a JSON in its own."""
    found = [({"model": cell.job.model, **cell.job.axes, SEED: cell.job.seed}, cell) for cell in cells]
    names = _names([place for place, _ in found])
    return [({name: place.get(name, NOTHING) for name in AXES if name in names}, cell) for place, cell in found]


def _names(places: list[dict[str, Any]]) -> set[str]:
    """Name the axes. Rows of a list and pictures with seeds of their own stand instead of what differs with them."""
    names = set().union(*places)
    if ROW in names:
        pairs = {(place.get(ROW), place["model"]) for place in places}
        several = len(pairs) > len({row for row, _ in pairs})
        return names & {ROW, PICTURE} | ({"model"} if several else set())
    return names - {SEED} if PICTURE in names else names


def _counts(values: Values) -> list[str]:
    return [f"{len(found)} {AXES[name][len(found) != 1]}" for name, found in values.items()]


def _may_go_across(values: Values, varying: list[str]) -> list[str]:
    return [name for name in varying if len(values[name]) <= MOST_COLUMNS]


def _page(varying: list[str], *, asked: str, taken: str) -> str:
    """Choose what parts it into pages: what is asked for, else something only where three axes or more vary."""
    free = [name for name in varying if name != taken]
    if len(varying) > 1 and asked in free:
        return asked
    if asked == NO_PAGES or len(varying) < 3:
        return ""
    return next((name for name in PAGES_FIRST if name in free), "")


def _across(values: Values, rest: list[str], *, parted: bool) -> str:
    """Choose what goes across when nothing sound was asked for; nothing where pictures had better flow."""
    if len(rest) == 1 and (len(values[rest[0]]) > USUAL_COLUMNS or (rest[0] in SEEDLIKE and not parted)):
        return ""
    return min(_may_go_across(values, rest), key=lambda name: len(values[name]) > USUAL_COLUMNS, default="")


def _depth(name: str) -> int:
    return DOWN_FIRST.index(name) if name != PICTURE else len(DOWN_FIRST)


def _fill(layout: Layout, places: list[Placed], values: Values, down: list[str]) -> None:
    prices = _prices(places) if layout.across == "model" else {}
    across: list[Any] = values[layout.across] if layout.across else [None]
    layout.columns = [(value, layout.name, prices.get(value)) for value in across]
    orders = [{value: n for n, value in enumerate(values[name])} for name in down]
    parts: dict[Any, list[Placed]] = {value: [] for value in (values[layout.page] if layout.page else [None])}
    for place, cell in places:
        parts[place.get(layout.page)].append((place, cell))
    for value, part in parts.items():
        heads = [(value, AXES[layout.page][0])] if layout.page else []
        layout.pages.append(Page(heads, list(_rows(part, layout.across, across, down=down, orders=orders))))


def _prices(places: list[Placed]) -> dict[str, int]:
    """The price of one picture by model; what was reused cost nothing and says nothing about it."""
    prices: dict[str, int] = {}
    for _, cell in places:
        prices[cell.job.model] = max(prices.get(cell.job.model, 0), cell.job.quoted_micros)
    return {model: micros for model, micros in prices.items() if micros}


def _rows(
    places: list[Placed], name: str, across: list[Any], *, down: list[str], orders: list[dict[Any, int]]
) -> Iterator[Row]:
    rows: dict[tuple[Any, ...], dict[Any, list[LaidOut]]] = {}
    for place, cell in places:
        row = rows.setdefault(tuple(place[axis] for axis in down), {})
        row.setdefault(place.get(name), []).append(cell)
    for key in sorted(rows, key=lambda key: [order[value] for order, value in zip(orders, key, strict=True)]):
        heads = [(value, AXES[axis][0]) for value, axis in zip(key, down, strict=True)]
        columns = [rows[key].get(value, []) for value in across]
        for n in range(max(map(len, columns))):  # one, unless something that is no axis of ours varies too
            yield Row(heads, [column[n] if n < len(column) else None for column in columns])

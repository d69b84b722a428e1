"""What a run would be, before it is bought: its axes, what leaving a value out would save, its price per model."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from gallery.catalogue.parameters import axes as catalogue
from gallery.catalogue.text.value_lists import counted
from gallery.services.prices.quotes import Quote
from gallery.services.runs import expansion
from gallery.services.runs.expansion import Cell

CELLS_SHOWN = 100

Counts = Counter[tuple[str, str]]  # by axis and label


@dataclass(frozen=True)
class Value:
    """One value of an axis. `images` and `saves_micros`: what would be gone without it."""

    axis: str
    label: str
    skipped: bool
    images: int
    saves_micros: int

    @property
    def key(self) -> str:
        return catalogue.value_of(self.axis, self.label)


@dataclass(frozen=True)
class Axis:
    name: str
    values: list[Value]

    @property
    def words(self) -> str:
        return catalogue.WORDS[self.name][1]

    @property
    def counted(self) -> str:
        """Say how many values are kept: 1 prompt, 3 seeds."""
        return counted(self.kept, *catalogue.WORDS[self.name])

    @property
    def kept(self) -> int:
        return sum(not value.skipped for value in self.values)


@dataclass(frozen=True)
class ModelPrice:
    """The images of one model: those that are paid for, those that are there already, the sum."""

    model: str
    bought: int
    owned: int
    each_micros: int
    micros: int


@dataclass(frozen=True)
class Preview:
    """Everything that a person needs to know before pressing."""

    axes: list[Axis]
    models: list[ModelPrice]
    quote: Quote
    cells: list[Cell]

    @property
    def owned(self) -> int:
        return sum(line.owned for line in self.models)

    @property
    def bought(self) -> int:
        return sum(line.bought for line in self.models)

    @property
    def shown(self) -> list[Cell]:
        return self.cells[:CELLS_SHOWN]

    @property
    def more(self) -> int:
        return max(0, len(self.cells) - CELLS_SHOWN)


def preview_cells(cells: list[Cell], *, axes: Mapping[str, list[str]], skipped: Collection[str]) -> Preview:
    """Preview these cells of a matrix; `axes` and `skipped` as the matrix had them."""
    images, saves = _gone_without(cells)
    found = [
        Axis(
            name,
            [Value(name, label, *_facts(name, label, skipped, images, saves)) for label in labels],
        )
        for name, labels in axes.items()
        if len(labels) > 1
    ]
    return Preview(found, _model_prices(cells), expansion.total_quote(cells), cells)


def _facts(name: str, label: str, skipped: Collection[str], images: Counts, saves: Counts) -> tuple[bool, int, int]:
    return catalogue.value_of(name, label) in skipped, images[name, label], saves[name, label]


def _gone_without(cells: list[Cell]) -> tuple[Counts, Counts]:
    """Count images and micros by value: those that no other value of its axis would bring as well."""
    images: Counts = Counter()
    saves: Counts = Counter()
    for cell in cells:
        for value in _needed(cell):
            images[value] += 1
            saves[value] += cell.quote.ours_micros
    return images, saves


def _needed(cell: Cell) -> Iterator[tuple[str, str]]:
    yield "model", cell.request.model_id
    yield "seed", str(cell.request.body["seed"])
    for axis in cell.members[0]:
        labels = {member[axis] for member in cell.members}
        if len(labels) == 1:
            yield axis, labels.pop()


def _model_prices(cells: list[Cell]) -> list[ModelPrice]:
    by_model: dict[str, list[Cell]] = {}
    for cell in cells:
        by_model.setdefault(cell.request.model_id, []).append(cell)
    return [_model_price(model, found) for model, found in by_model.items()]


def _model_price(model: str, cells: list[Cell]) -> ModelPrice:
    bought = [cell.quote.ours_micros for cell in cells if not cell.owned]
    return ModelPrice(model, len(bought), len(cells) - len(bought), max(bought, default=0), sum(bought))

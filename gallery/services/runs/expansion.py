"""From what a form says to the cells of a run: every combination cleaned and quoted before the first call."""

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from math import prod
from typing import Any, TypeVar, cast

from gallery.catalogue.models.flux_models import TAKEN_BY_SOME
from gallery.catalogue.models.params import MORE
from gallery.catalogue.parameters import axes, seeds, validation
from gallery.catalogue.parameters.axes import Axes
from gallery.catalogue.parameters.seeds import Draw
from gallery.catalogue.parameters.validation import CleanRequest
from gallery.catalogue.problems import InvalidMatrix, InvalidRequest, Problem
from gallery.catalogue.text import value_lists
from gallery.catalogue.text.value_lists import counted
from gallery.models import Image
from gallery.models.runs import recipe_of
from gallery.services.prices import price_book, quotes
from gallery.services.prices.price_book import PriceBook
from gallery.services.prices.quotes import Quote

MAX_CELLS = 2000
REFERENCE = "reference"
T = TypeVar("T")
Values = Mapping[str, Any]  # API field names to what was typed
Place = tuple[CleanRequest, Mapping[str, str]]  # a request and its labels
_Variant = tuple[CleanRequest, Mapping[str, str], tuple[Mapping[str, str], ...]]  # with its members


@dataclass(frozen=True)
class Cell:
    """One picture to be made. `labels`: where it stands on the axes that vary, beside seed and model.

    `members`: the labels of all combinations that come to this very request, the cell's own first. `owned`: the
    picture that its owner has already; then it costs nothing.
    """

    request: CleanRequest
    quote: Quote
    labels: Mapping[str, str]
    members: tuple[Mapping[str, str], ...]
    owned: Image | None = None

    @cached_property
    def recipe(self) -> str:
        return recipe_of(self.request.body)

    @property
    def seed(self) -> int:
        """The number that is sent; below zero it stands in for one that nobody has drawn yet."""
        return cast("int", self.request.body["seed"])

    def with_seed(self, number: int) -> "Cell":
        return replace(self, request=replace(self.request, body={**self.request.body, "seed": number}))


@dataclass(frozen=True)
class Matrix:
    """`axes`: name to the labels of all its values, also of those that are skipped; `cells` without these.

    `refused`: by model why it makes nothing of the pictures that go in, while others do.
    """

    axes: dict[str, list[str]]
    cells: list[Cell]
    refused: dict[str, str]


@dataclass(frozen=True)
class _Combinations:
    """What was typed, cleaned: the seeds, and every variant for every model, (request, labels, members)."""

    axes: dict[str, list[str]]
    seeds: Sequence[int]
    variants: list[_Variant]
    refused: dict[str, str]


def expand_matrix(
    values: Values, *, models: Sequence[str], seed: str, draw: Draw | None = None, book: PriceBook | None = None
) -> Matrix:
    """Return the matrix: seed by seed, variant by variant, model by model; what a model would make twice, once.

    `values`: API field names to what was typed, and what `axes.read_axes` reads beside them; `skip`: values of axes
    that are left out, as `axis=label`; `variant_seeds`: "own" draws random seeds anew for every variant. `models`:
    ids; `seed`: the text of the seed field; `draw`: what random seeds are, else stand-ins for them; `book`: the
    prices, if not of today. Raises InvalidMatrix with all problems at once.
    """
    draw = draw or seeds.stand_ins()
    found = _combine(values, models=models, seed=seed, draw=draw)
    drawn = None
    if values.get("variant_seeds") == "own" and seeds.draws_any(seed):
        skipped = _skipped(values)
        drawn = [_kept("seed", seeds.parse_seeds(seed, draw=draw), skipped, {}) for _ in found.variants]
    cells = _cells(found.variants, found.seeds, drawn, book or price_book.read_price_book())
    return Matrix(found.axes, cells, found.refused)


def check_values(values: Values, *, models: Sequence[str], seed: str) -> None:
    """Raise InvalidMatrix as `expand_matrix` would."""
    _combine(values, models=models, seed=seed, draw=seeds.stand_ins())


def _combine(values: Values, *, models: Sequence[str], seed: str, draw: Draw) -> _Combinations:
    skipped = _skipped(values)
    problems: dict[str, Problem] = {}
    options, kept = _options(values, skipped, problems)
    numbers: Sequence[int] = _numbers(seed, draw, problems)
    every = {"model": list(models), **_labels(options), "seed": _known(numbers)}
    models = _kept("model", models, skipped, problems)
    numbers = _kept("seed", numbers, skipped, problems)
    if not every["model"]:
        problems["model"] = Problem("Tick at least one model.")
    _refuse_too_many(len(numbers), len(models), prod(map(len, kept.values())), problems, every)
    refused: dict[str, str] = {}
    variants = [_merged(*each) for each in _requests(values, kept, models, problems, refused).values()]
    if refused and not (variants or problems):
        problems[REFERENCE] = Problem(" ".join(refused.values()))
    if problems:
        raise InvalidMatrix(problems, every)
    return _Combinations(every, numbers, variants, refused)


def _skipped(values: Values) -> frozenset[str]:
    return frozenset(values.get("skip", ()))


def _options(values: Values, skipped: frozenset[str], problems: dict[str, Problem]) -> tuple[Axes, Axes]:
    """Return all options of every axis, and those that are not skipped."""
    options: Axes = {}
    try:
        options = axes.read_axes(values)
        return options, axes.without(options, skipped)
    except InvalidRequest as invalid:
        problems.update(invalid.problems)
        return options, {}


def _labels(options: Axes) -> dict[str, list[str]]:
    return {name: [option.label for option in found] for name, found in options.items() if len(found) > 1}


def _numbers(text: str, draw: Draw, problems: dict[str, Problem]) -> tuple[int, ...]:
    try:
        return seeds.parse_seeds(text, draw=draw)
    except seeds.InvalidSeeds as error:
        problems["seed"] = error.problem
        return ()


def _known(numbers: Sequence[int]) -> list[str]:
    """Only seeds that somebody wrote can be left out. (Those of a price before the draw are below zero.)"""
    return [str(number) for number in numbers if number >= 0]


def _kept(axis: str, found: Iterable[T], skipped: frozenset[str], problems: dict[str, Problem]) -> list[T]:
    kept = [each for each in found if axes.value_of(axis, str(each)) not in skipped]
    if found and not kept:
        problems[axis] = axes.ALL_SKIPPED
    return kept


def _refuse_too_many(
    seed_count: int, model_count: int, variant_count: int, problems: dict[str, Problem], every: dict[str, list[str]]
) -> None:
    if seed_count * model_count * variant_count <= MAX_CELLS:
        return
    words = f"{counted(seed_count, 'seed')} × {counted(model_count, 'model')}"
    if variant_count > 1:
        words += f" × {counted(variant_count, 'variant')}"
    problems["seed"] = Problem(f"{words} are more than {MAX_CELLS:,} images.")
    raise InvalidMatrix(problems, every)


def _requests(
    values: Values, options: Axes, models: Sequence[str], problems: dict[str, Problem], refused: dict[str, str]
) -> dict[Hashable, list[Place]]:
    """Return for each body that differs the combinations that come to it: [(request, labels), ...]."""
    found: dict[Hashable, list[Place]] = {}
    for variant in axes.variants(values, options):
        for model in models:
            request = _clean(model, variant.values, options, problems, refused)
            if request is not None:
                found.setdefault(request.key, []).append((request, variant.labels))
    return found


def _clean(
    model: str, values: Values, options: Axes, problems: dict[str, Problem], refused: dict[str, str]
) -> CleanRequest | None:
    """Clean one request for the model: its other cells differ in the seed only."""
    try:
        return validation.clean_request(model, {**values, "seed": 0})
    except InvalidRequest as error:
        for name, problem in error.problems.items():
            if name == REFERENCE:  # what this model takes, others may
                refused.setdefault(model, problem.message)
                continue
            several = len(options.get(axes.axis_of(name), ())) > 1  # what is offered would replace the whole list
            problems.setdefault(name, Problem(problem.message) if several else problem)
        return None


def _merged(first: Place, *others: Place) -> _Variant:
    """Make one place of the combinations that come to the same request, and say so in a note."""
    request, labels = first
    members = (labels, *(each for _, each in others))
    differing = [axis for axis in labels if len({each[axis] for each in members}) > 1]
    return replace(request, notes=(*request.notes, *_why_once(request, differing, members))), labels, members


def _why_once(request: CleanRequest, differing: list[str], members: tuple[Mapping[str, str], ...]) -> list[str]:
    unused = [axis for axis in differing if axis in TAKEN_BY_SOME and axis not in request.body]
    notes = (
        [f"does not take {value_lists.joined(MORE[axis].label.lower() for axis in unused)}: made once"]
        if unused
        else []
    )
    for axis in differing:
        if axis not in unused:
            same = value_lists.joined(dict.fromkeys(each[axis] for each in members))
            notes.append(f"{same} come to the same request: made once")
    return notes


def _cells(
    variants: list[_Variant], numbers: Sequence[int], drawn: list[list[int]] | None, book: PriceBook
) -> list[Cell]:
    prices = [quotes.quote_request(request, book=book) for request, *_ in variants]
    if drawn is None:
        return [_cell(each, price, number) for number in numbers for each, price in zip(variants, prices, strict=True)]
    pictures = range(len(drawn[0]))
    return [
        _cell(each, price, own[place], picture=str(place + 1))
        for place in pictures
        for each, price, own in zip(variants, prices, drawn, strict=True)
    ]


def _cell(variant: _Variant, price: Quote, number: int, **label: str) -> Cell:
    request, labels, members = variant
    body = {**request.body, "seed": number}
    with_seed = CleanRequest(request.model_id, body, request.width, request.height, request.notes, request.inputs)
    return Cell(with_seed, price, {**labels, **label} if label else labels, members)


def total_quote(cells: Iterable[Cell]) -> Quote:
    return quotes.sum_quotes(cell.quote for cell in cells)

"""From what a form says to the cells of a run: every combination cleaned and quoted before the first call."""

import json
from dataclasses import dataclass, field, replace
from math import prod

from gallery.catalogue import axes, cleaning, seeds
from gallery.catalogue.cleaning import CleanRequest
from gallery.catalogue.problems import InvalidRequest, Problem
from gallery.services import quotes
from gallery.services.quotes import Quote

MAX_CELLS = 2000


class InvalidMatrix(Exception):
    """`problems`: one per form field, what is wrong and what would be right."""

    def __init__(self, problems):
        super().__init__("; ".join(f"{field}: {problem.message}" for field, problem in problems.items()))
        self.problems = problems


@dataclass(frozen=True)
class Cell:
    """One picture to be made. `labels`: where it stands on the axes that vary, beside seed and model."""

    request: CleanRequest
    quote: Quote
    labels: dict = field(default_factory=dict)


def expand(values, *, models, seed, draw=seeds.draw_seeds):
    """Return the cells: seed by seed, variant by variant, model by model; what a model would make twice, once.

    `values`: API field names to what was typed; `models`: ids; `seed`: the text of the seed field. Raises
    InvalidMatrix with all problems at once.
    """
    problems = {}
    if not models:
        problems["model"] = Problem("Tick at least one model.")
    numbers = _numbers(seed, draw, problems)
    options = _options(values, problems)
    counts = (len(numbers), len(models), prod(map(len, options.values())))
    if prod(counts) > MAX_CELLS:
        problems["seed"] = Problem(_too_many(*counts))
        raise InvalidMatrix(problems)
    column = [_place(*each) for each in _requests(values, options, models, problems)]
    if problems:
        raise InvalidMatrix(problems)
    return [_cell(request, labels, number) for number in numbers for request, labels in column]


def _too_many(seed_count, model_count, variant_count):
    words = f"{seed_count} seeds × {model_count} models"
    if variant_count > 1:
        words += f" × {variant_count} variants"
    return f"{words} are more than {MAX_CELLS:,} images."


def _numbers(text, draw, problems):
    try:
        return seeds.parse_seeds(text, draw=draw)
    except seeds.InvalidSeeds as error:
        problems["seed"] = Problem(str(error))
        return ()


def _options(values, problems):
    try:
        return axes.read_axes(values)
    except InvalidRequest as invalid:
        problems.update(invalid.problems)
        return {}


def _requests(values, options, models, problems):
    """Yield (request, labels, whether it stands for several) once for each body that differs."""
    found = {}
    for variant in axes.variants(values, options):
        for model in models:
            request = _clean(model, variant.values, options, problems)
            if request is not None:
                found.setdefault(json.dumps(request.body, sort_keys=True), []).append((request, variant.labels))
    for (request, labels), *others in found.values():
        yield request, labels, bool(others)


def _clean(model, values, options, problems):
    """Clean one request for the model: its other cells differ in the seed only."""
    try:
        return cleaning.clean(model, {**values, "seed": 0})
    except InvalidRequest as error:
        for name, problem in error.problems.items():
            several = len(options.get(name, ())) > 1  # what is offered would replace the whole list
            problems.setdefault(name, Problem(problem.message) if several else problem)
        return None


def _place(request, labels, stands_for_several):
    """Say in a note what a model does not take, so that its picture is made once."""
    if not stands_for_several:
        return request, labels
    unused = " and ".join(name for name in labels if name not in request.body)
    if not unused:
        return request, labels
    return replace(request, notes=(*request.notes, f"does not take {unused}: made once")), labels


def _cell(request, labels, number):
    with_seed = replace(request, body={**request.body, "seed": number})
    return Cell(with_seed, quotes.quote(with_seed), dict(labels))


def total(cells):
    return quotes.total(cell.quote for cell in cells)

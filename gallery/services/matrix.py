"""From what a form says to the cells of a run: every combination cleaned and quoted before the first call."""

from dataclasses import dataclass, replace

from gallery.catalogue import cleaning, seeds
from gallery.catalogue.cleaning import CleanRequest
from gallery.catalogue.problems import InvalidRequest, Problem
from gallery.services import quotes
from gallery.services.quotes import Quote

MAX_CELLS = 1000


class InvalidMatrix(Exception):
    """`problems`: one per form field, what is wrong and what would be right."""

    def __init__(self, problems):
        super().__init__("; ".join(f"{field}: {problem.message}" for field, problem in problems.items()))
        self.problems = problems


@dataclass(frozen=True)
class Cell:
    request: CleanRequest
    quote: Quote


def expand(values, *, models, seed, draw=seeds.draw_seeds):
    """Return the cells, seed by seed and model by model. Raises InvalidMatrix with all problems at once.

    `values`: API field names to what was typed; `models`: ids; `seed`: the text of the seed field.
    """
    problems = {}
    if not models:
        problems["model"] = Problem("Tick at least one model.")
    numbers = _numbers(seed, draw, problems)
    if len(numbers) * len(models) > MAX_CELLS:
        problems["seed"] = Problem(f"{len(numbers)} seeds × {len(models)} models are more than {MAX_CELLS} images.")
    by_model = {model: _first(model, values, problems) for model in models}
    if problems:
        raise InvalidMatrix(problems)
    return [_cell(by_model[model], number) for number in numbers for model in models]


def _numbers(text, draw, problems):
    try:
        return seeds.parse_seeds(text, draw=draw)
    except seeds.InvalidSeeds as error:
        problems["seed"] = Problem(str(error))
        return ()


def _first(model, values, problems):
    """Clean one request for the model: its other cells differ in the seed only."""
    try:
        return cleaning.clean(model, {**values, "seed": 0})
    except InvalidRequest as error:
        for field, problem in error.problems.items():
            problems.setdefault(field, problem)
        return None


def _cell(request, number):
    with_seed = replace(request, body={**request.body, "seed": number})
    return Cell(with_seed, quotes.quote(with_seed))


def total(cells):
    return quotes.total(cell.quote for cell in cells)

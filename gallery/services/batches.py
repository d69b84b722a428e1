"""From the rows of a batch to the cells of one run: every row cleaned, every problem said by its line."""

import itertools
from collections import Counter
from dataclasses import dataclass, replace

from gallery.catalogue import batches as catalogue
from gallery.catalogue import lists, seeds, words
from gallery.catalogue.batches import LineProblem
from gallery.catalogue.problems import InvalidValue
from gallery.services import layouts, matrix
from gallery.services.matrix import MAX_CELLS, InvalidMatrix

LINES_NAMED = 5  # of those that ask for what is made already
MISSING_MODEL = "Name a model here, or tick one for the rows that name none."
BROKEN = "A character here is broken: look for \ufffd and write it anew."
TOO_MANY = f"From this line on these are more than {MAX_CELLS:,} images. At most {MAX_CELLS:,} make one run."


class InvalidBatch(Exception):
    """`problems`: every LineProblem of the rows, in the order of their lines."""

    def __init__(self, problems):
        self.problems = sorted(problems, key=lambda problem: problem.line)
        super().__init__(f"{len(self.problems)} problems")


@dataclass(frozen=True)
class Defaults:
    """What a row gets where its cell is blank: values by API name, ids of models, the text of the seed field.

    `same_seeds`: rows without seeds of their own all get the same ones.
    """

    values: dict
    models: list
    seed: str
    same_seeds: bool = True


def lay(listing, defaults, *, draw=seeds.draw_seeds):
    """Return the cells of all rows in their order, or raise InvalidBatch with every problem of every line.

    What two rows would make alike is made once.
    """
    problems, laid = list(listing.problems), []
    shared = _drawn_once(draw) if defaults.same_seeds else draw
    size = 0
    for row in listing.rows:
        try:
            cells = _cells_of(row, defaults, draw=draw, shared=shared)
        except InvalidMatrix as invalid:
            problems += [LineProblem(row.line, name, problem.message) for name, problem in invalid.problems.items()]
            continue
        size += len(cells)
        if size > MAX_CELLS:
            raise InvalidBatch([*problems, LineProblem(row.line, "", TOO_MANY)])
        laid.append((row, cells))
    if problems:
        raise InvalidBatch(problems)
    return _labelled(_each_once(laid))


def unknown_seeds():
    """Return what stands in for a draw while only the price is wanted: numbers below zero, other ones each time."""
    numbers = itertools.count(-1, -1)
    return lambda count: list(itertools.islice(numbers, count))


def title_of(listing):
    """Return what stands above the run: the first prompt, and how many rows there are."""
    opening = words.shortened(_one_line(listing.rows[0].values["prompt"]))
    more = len(listing.rows) - 1
    return opening if not more else f"{opening} and {more:,} more row{'' if more == 1 else 's'}"


def _drawn_once(draw):
    drawn = {}
    return lambda count: drawn[count] if count in drawn else drawn.setdefault(count, list(draw(count)))


def _cells_of(row, defaults, *, draw, shared):
    """Return the cells of one row. Raises InvalidMatrix with its problems by column."""
    _refuse_broken(row)
    values = dict(row.values)
    models = _read("model", catalogue.read_models, values.pop("model")) if "model" in values else defaults.models
    if not models:
        raise InvalidMatrix({"model": InvalidValue(MISSING_MODEL).problem})
    own_seed = values.pop("seed", "")
    has_shape = not values.keys().isdisjoint((catalogue.SHAPE, *catalogue.SHAPES))
    given = {name: value for name, value in defaults.values.items() if not (has_shape and name in catalogue.SHAPES)}
    try:
        return matrix.expand(
            given | _with_shape(values), models=models, seed=own_seed or defaults.seed, draw=draw if own_seed else shared
        )  # fmt: skip
    except InvalidMatrix as invalid:
        raise InvalidMatrix({_column(name, row): problem for name, problem in invalid.problems.items()}) from None


def _refuse_broken(row):
    broken = {name: InvalidValue(BROKEN).problem for name, value in row.values.items() if catalogue.BROKEN in value}
    if broken or "prompt" not in row.values:
        raise InvalidMatrix(broken or {"prompt": InvalidValue("Write what the picture should show.").problem})


def _read(column, reader, text):
    try:
        return reader(text)
    except InvalidValue as wrong:
        raise InvalidMatrix({column: wrong.problem}) from None


def _with_shape(values):
    """Return the values with the shape by API name; a row has a ratio or a size, not both in columns of their own."""
    if catalogue.SHAPE in values:
        shape = _read(catalogue.SHAPE, catalogue.read_shape, values.pop(catalogue.SHAPE))
        if not values.keys().isdisjoint(catalogue.SHAPES):
            raise InvalidMatrix({catalogue.SHAPE: InvalidValue("The shape stands in two columns. Keep one.").problem})
        return values | shape
    if "aspect_ratio" in values and not values.keys().isdisjoint(("size", "width", "height")):
        raise InvalidMatrix({"aspect_ratio": InvalidValue("Give a ratio or a size, not both.").problem})
    return values


def _column(field, row):
    """Name the column of a row that a problem with this field is about."""
    return catalogue.SHAPE if field in catalogue.SHAPES and catalogue.SHAPE in row.values else field


def _each_once(laid):
    """Return the rows without the cells that an earlier row makes already, which says so in a note."""
    first, again = {}, {}
    for row, cells in laid:
        for cell in cells:
            if first.setdefault(cell.recipe, row) is not row:
                again.setdefault(cell.recipe, []).append(row.line)
    return [
        (number, row, [_noted(cell, again) for cell in cells if first[cell.recipe] is row])
        for number, (row, cells) in enumerate(laid, 1)
    ]


def _noted(cell, again):
    lines = list(dict.fromkeys(again.get(cell.recipe, ())))
    if not lines:
        return cell
    named = lists.joined([*map(str, lines[:LINES_NAMED]), *(["more"] if len(lines) > LINES_NAMED else [])])
    note = f"line {named} asks for the same: made once" if len(lines) == 1 else f"lines {named} ask for the same: made once"
    return replace(cell, request=replace(cell.request, notes=(*cell.request.notes, note)))


def _labelled(rows):
    """Label each cell with its row, and with its number where a model makes several pictures of a row."""
    several = any(max(Counter(cell.request.model_id for cell in cells).values(), default=0) > 1 for *_, cells in rows)
    return [cell for number, row, cells in rows for cell in _labelled_row(number, row, cells, several)]


def _labelled_row(number, row, cells, several):
    label, made = f"{number} · {words.shortened(_one_line(row.values['prompt']))}", Counter()
    for cell in cells:
        made[cell.request.model_id] += 1
        picture = {layouts.PICTURE: str(made[cell.request.model_id])} if several else {}
        yield replace(cell, labels={layouts.ROW: label, **cell.labels, **picture})


def _one_line(text):
    return " ".join(text.split())

"""From the rows of a batch to the cells of one run: every row cleaned, every problem said by its line."""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any

from gallery.catalogue.models import flux_models
from gallery.catalogue.parameters import seeds
from gallery.catalogue.parameters.seeds import Draw
from gallery.catalogue.problems import InvalidMatrix, InvalidValue, Problem
from gallery.catalogue.tables import batches as catalogue
from gallery.catalogue.tables import encodings
from gallery.catalogue.tables.batches import LineProblem, Listing, Row
from gallery.catalogue.tables.columns import SHAPE
from gallery.catalogue.text import labels, value_lists
from gallery.models import User
from gallery.services.prices import price_book
from gallery.services.prices.price_book import PriceBook
from gallery.services.prices.quotes import Quote
from gallery.services.runs import expansion, matrix_layout, reuse
from gallery.services.runs.expansion import MAX_CELLS, Cell
from gallery.services.runs.plan import RunPlan, with_cells

ANY_MODEL = [flux_models.ids()[0]]  # judges a row whose own model is a problem already
ANY_PROMPT = "a picture"  # judges what rows get, once: or every line would say the same
LINES_NAMED = 5  # of those that ask for what is made already
MISSING_MODEL = "Name a model here, or tick one for the rows that name none."
BROKEN = "A character here is broken: look for \ufffd, or in JSON for half of one like \\ud83d, and write it anew."
TOO_MANY = f"From this line on these are more than {MAX_CELLS:,} images. At most {MAX_CELLS:,} make one run."


NumberedRow = tuple[int, Row, list[Cell]]
SoundRows = list[tuple[Row, list[Cell]]]


class InvalidBatch(Exception):
    """`problems`: every LineProblem of the rows, in the order of their lines; `sound`: the other rows and their cells.

    Where the rows are too many, nobody knows which would be left: then there are none.
    """

    def __init__(self, problems: Iterable[LineProblem], sound: SoundRows | None = None) -> None:
        self.problems = sorted(problems, key=lambda problem: (problem.line, catalogue.place_of(problem.column)))
        self.sound = sound or []
        super().__init__(f"{len(self.problems)} problems")


@dataclass(frozen=True)
class BatchSpec:
    """What a row gets where its cell is blank: values by API name, ids of models, the text of the seed field.

    `same_seeds`: rows without seeds of their own all get the same ones. `left_out`: lines that are not bought if they
    are wrong.
    """

    values: dict[str, Any]
    models: list[str]
    seed: str
    same_seeds: bool = True
    project: str = ""
    buy_again: bool = False
    left_out: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Rest:
    """What stays if the lines that are wrong are left out."""

    lines: list[int]
    quote: Quote

    @property
    def sent(self) -> str:
        return ",".join(map(str, self.lines))


@dataclass
class BatchPlan(RunPlan):
    """`listing`: the rows of the cells. `wrong`: problems of lines, and `rest` what stays without them; `left_out`:
    problems of the lines that nobody wants to buy.
    """  # fmt: skip

    listing: Listing | None = None
    wrong: list[LineProblem] = field(default_factory=list)
    left_out: list[LineProblem] = field(default_factory=list)
    rest: Rest | None = None


def plan_batch(listing: Listing, spec: BatchSpec, *, owner: User | None = None) -> BatchPlan:
    """Return the plan of one run of all rows. What is wrong with `spec` is said by field, of rows by line."""
    plan = BatchPlan(owner, spec.project, listing=listing)
    try:
        values = {**spec.values, "prompt": ANY_PROMPT}
        expansion.check_values(values, models=spec.models or ANY_MODEL, seed=spec.seed)
        cells = expand_rows(listing, spec)
    except InvalidMatrix as invalid:
        plan.problems = invalid.problems
        return plan
    except InvalidBatch as invalid:
        cells = _without(plan, invalid, spec)
        if plan.problems:
            return plan
    assert plan.listing is not None, "it began with one"
    plan.title = batch_title(plan.listing)
    return with_cells(plan, cells, buy_again=spec.buy_again)


def _without(plan: BatchPlan, invalid: InvalidBatch, spec: BatchSpec) -> list[Cell]:
    """Return the cells of the sound rows, if the others are to be left out; else the plan says what is wrong."""
    assert plan.listing is not None, "it began with one"
    lines = {problem.line for problem in invalid.problems}
    sound = invalid.sound or _sound_without(plan.listing.without(lines), spec)
    if sound and lines <= spec.left_out:
        plan.listing, plan.left_out = plan.listing.without(lines), invalid.problems
        return _put_together(sound)
    plan.wrong = invalid.problems
    if sound:  # what they cost together is all that is shown of them: labels and notes would be work for nobody
        cells = list({cell.request.key: cell for _, found in sound for cell in found}.values())
        priced = cells if spec.buy_again or not plan.owner else reuse.find_owned(cells, owner=plan.owner)
        plan.rest = Rest(sorted(lines), expansion.total_quote(priced))
    need = value_lists.counted(len(lines), "line needs", "lines need")
    plan.problems = {"rows": Problem(f"{need} a change. Nothing was bought.")}
    return []


def _sound_without(rest: Listing, spec: BatchSpec) -> SoundRows:
    try:
        return _expand_each(rest, spec) if rest.rows else []
    except InvalidBatch:  # too many
        return []


def expand_rows(listing: Listing, spec: BatchSpec) -> list[Cell]:
    """Return the cells of all rows in their order, or raise InvalidBatch with every problem of every line.

    What two rows would make alike is made once.
    """
    return _put_together(_expand_each(listing, spec))


def _expand_each(listing: Listing, spec: BatchSpec) -> SoundRows:
    problems = list(listing.problems)
    found: SoundRows = []
    book, draw = price_book.read_price_book(), seeds.stand_ins()
    shared = seeds.drawn_once(draw) if spec.same_seeds else draw
    size = 0
    for row in listing.rows:
        try:
            cells = _cells_of(row, spec, draw=draw if "seed" in row.values else shared, book=book)
        except InvalidMatrix as invalid:
            problems += [LineProblem(row.line, name, _said(problem)) for name, problem in invalid.problems.items()]
            continue
        size += len(cells)
        if size > MAX_CELLS:
            raise InvalidBatch([*problems, LineProblem(row.line, "", TOO_MANY)])
        found.append((row, cells))
    if problems:
        wrong = {problem.line for problem in problems}
        raise InvalidBatch(problems, [(row, cells) for row, cells in found if row.line not in wrong])
    return found


def _put_together(rows: SoundRows) -> list[Cell]:
    return _labelled(_each_once(rows)) if rows else []


def batch_title(listing: Listing) -> str:
    """Return what stands above the run: the first prompt, and how many rows there are."""
    opening = labels.shortened(_one_line(listing.rows[0].values["prompt"]))
    more = len(listing.rows) - 1
    return opening if not more else f"{opening} and {value_lists.counted(more, 'more row')}"


def _cells_of(row: Row, spec: BatchSpec, *, draw: Draw, book: PriceBook) -> list[Cell]:
    """Return the cells of one row, or raise InvalidMatrix with all its problems by column."""
    problems = _broken(row)
    seed = row.values.get("seed", spec.seed)
    models = _models(row, spec, problems)
    values = _values(row, spec, problems)
    try:
        cells = expansion.expand_matrix(values, models=models, seed=seed, draw=draw, book=book).cells
    except InvalidMatrix as invalid:
        problems = {_column(name, row): problem for name, problem in invalid.problems.items()} | problems
    if problems:
        raise InvalidMatrix(problems)
    return cells


def _broken(row: Row) -> dict[str, Problem]:
    return {name: Problem(BROKEN) for name, value in row.values.items() if encodings.BROKEN in value}


def _models(row: Row, spec: BatchSpec, problems: dict[str, Problem]) -> list[str]:
    """Return the ids of the models of a row; where that is a problem, one that lets the rest be judged."""
    try:
        models = catalogue.read_models(row.values.get("model", ""))
    except InvalidValue as wrong:
        problems["model"] = wrong.problem
        return ANY_MODEL
    if not (models or spec.models):
        problems["model"] = Problem(MISSING_MODEL)
    return models or spec.models or ANY_MODEL


def _values(row: Row, spec: BatchSpec, problems: dict[str, Problem]) -> dict[str, Any]:
    """Return what a row says beside model and seed, by API name, with what all rows get behind it."""
    values = {name: value for name, value in row.values.items() if name not in ("model", "seed", SHAPE)}
    given = {"prompt": "", **spec.values}
    shapes = [name for name in (SHAPE, *catalogue.SHAPES) if name in row.values]
    if shapes:  # whatever its kind, it stands instead of the usual one
        given = {name: value for name, value in given.items() if name not in catalogue.SHAPES}
    if SHAPE in shapes:
        try:
            values |= catalogue.read_shape(row.values[SHAPE])
        except InvalidValue as wrong:
            problems[SHAPE] = wrong.problem
    if len(shapes) > 1 and not {*shapes} <= {"width", "height", "size"}:  # which cleaning compares
        problems[shapes[0]] = Problem(f"The shape stands in {value_lists.joined(shapes)}. Keep one of them.")
    return given | values


def _said(problem: Problem) -> str:
    """Say what is wrong and what would be right, where the sentence does not say that itself."""
    right = "x".join(problem.offer.values())
    return f"{problem.message} Use {right}." if right and ". " not in problem.message else problem.message


def _column(field: str, row: Row) -> str:
    """Name the column of a row that a problem with this field is about."""
    return SHAPE if field in catalogue.SHAPES and SHAPE in row.values else field


def _each_once(found: SoundRows) -> list[NumberedRow]:
    """Return the rows without the cells that an earlier row makes already, which says so in a note."""
    first: dict[str, Row] = {}
    again: dict[str, list[int]] = {}
    for row, cells in found:
        for cell in cells:
            if first.setdefault(cell.recipe, row) is not row:
                again.setdefault(cell.recipe, []).append(row.line)
    return [
        (number, row, [_noted(cell, again) for cell in cells if first[cell.recipe] is row])
        for number, (row, cells) in enumerate(found, 1)
    ]


def _noted(cell: Cell, again: dict[str, list[int]]) -> Cell:
    lines = list(dict.fromkeys(again.get(cell.recipe, ())))
    if not lines:
        return cell
    named = value_lists.joined([*map(str, lines[:LINES_NAMED]), *(["more"] if len(lines) > LINES_NAMED else [])])
    note = (
        f"line {named} asks for the same: made once"
        if len(lines) == 1
        else f"lines {named} ask for the same: made once"
    )
    return replace(cell, request=replace(cell.request, notes=(*cell.request.notes, note)))


def _labelled(rows: list[NumberedRow]) -> list[Cell]:
    """Label each cell with its row, and with its number where a model makes several pictures of a row."""
    counts = [Counter(cell.request.model_id for cell in cells) for *_, cells in rows]
    several = any(max(count.values(), default=0) > 1 for count in counts)
    # Where each row has one model, and not all the same, no column says which.
    named = len(set().union(*counts)) > 1 and all(len(count) < 2 for count in counts)
    own = _own_labels(row for _, row, _ in rows)
    return [cell for row in rows for cell in _labelled_row(*row, own, several=several, named=named)]


def _own_labels(rows: Iterable[Row]) -> dict[str, str]:
    """Return the label of each prompt: rows that begin alike are shown by where they differ."""
    prompts = list(dict.fromkeys(_one_line(row.values["prompt"]) for row in rows))
    return dict(zip(prompts, labels.told_apart(prompts), strict=True))


def _labelled_row(
    number: int, row: Row, cells: list[Cell], own: dict[str, str], *, several: bool, named: bool
) -> Iterator[Cell]:
    label = f"{number} · {own[_one_line(row.values['prompt'])]}"
    return label_row(cells, lambda cell: f"{label} · {cell.request.model_id}" if named else label, several=several)


def label_row(cells: Iterable[Cell], name: Callable[[Cell], str], *, several: bool) -> Iterator[Cell]:
    """Yield the cells of a row under its name, with their number by model if models make several pictures of a row."""
    made: Counter[str] = Counter()
    for cell in cells:
        model = cell.request.model_id
        made[model] += 1
        picture = {matrix_layout.PICTURE: str(made[model])} if several else {}
        yield replace(cell, labels={matrix_layout.ROW: name(cell), **cell.labels, **picture})


def _one_line(text: str) -> str:
    return " ".join(text.split())

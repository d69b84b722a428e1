"""A batch of pairs: the same request of every pair of pictures, as one run, each pair a row of its own."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from gallery.catalogue.parameters import seeds
from gallery.catalogue.problems import InvalidMatrix, Problem
from gallery.catalogue.text import labels
from gallery.models import Reference, User
from gallery.services.prices import price_book
from gallery.services.references import inputs, keeping
from gallery.services.references.preparation import UnusablePicture
from gallery.services.runs import expansion
from gallery.services.runs.batch import label_row
from gallery.services.runs.expansion import Cell
from gallery.services.runs.plan import RunPlan, RunSpec, with_cells

MOST = 200  # pairs of one run
LENGTHS = "The two lists have {left} and {right} pictures. Give as many right as left, or one on one side for all."


@dataclass(frozen=True)
class Pair:
    """The keys of its pictures, the left one first, and its own words; without, those of all pairs."""

    keys: tuple[str, ...]
    prompt: str = ""


def match_pairs(left: Sequence[Reference], right: Sequence[Reference]) -> list[Pair]:
    """Return the pairs of two lists: one by one, or one against many. Raises InvalidMatrix if they do not fit."""
    if not (left and right):
        raise InvalidMatrix({"left" if right else "right": Problem("Choose at least one picture on either side.")})
    if len(left) != len(right) and 1 not in (len(left), len(right)):
        raise InvalidMatrix({"right": Problem(LENGTHS.format(left=len(left), right=len(right)))})
    count = max(len(left), len(right))
    lefts, rights = (list(each) * count if len(each) == 1 else each for each in (left, right))
    return [Pair((one.key, other.key)) for one, other in zip(lefts, rights, strict=False)][:count]


def plan_pairs(pairs: Sequence[Pair], spec: RunSpec, *, owner: User) -> RunPlan:
    """Return the plan of one run of all pairs, in which every pair gets the same seeds.

    For models that take one picture two are joined. What is wrong is said by field, of a pair with its number.
    """
    plan = RunPlan(owner, spec.project, title=str(spec.values.get("prompt") or pairs[0].prompt).strip())
    if len(pairs) > MOST:
        plan.problems = {"pair": Problem(f"These are {len(pairs):,} pairs. At most {MOST} make one run.")}
        return plan
    try:
        cells = list(_label(_expand(plan, pairs, spec, owner)))
    except InvalidMatrix as invalid:
        plan.problems = invalid.problems
        return plan
    if len(cells) > expansion.MAX_CELLS:
        too_many = f"These are {len(cells):,} images. At most {expansion.MAX_CELLS:,} make one run."
        plan.problems = {"seed": Problem(too_many)}
        return plan
    return with_cells(plan, cells, buy_again=spec.buy_again)


def _expand(plan: RunPlan, pairs: Sequence[Pair], spec: RunSpec, owner: User) -> Iterator[tuple[int, list[Cell]]]:
    book = price_book.read_price_book()
    draw = seeds.drawn_once(seeds.stand_ins())
    kept = {each.key: each for each in inputs.find_references((key for pair in pairs for key in pair.keys), user=owner)}
    joined = keeping.list_joined(kept.values(), owner=owner)

    def join(left: Reference, right: Reference) -> Reference:
        return joined.get((left.pk, right.pk)) or keeping.join_references(left, right, owner=owner)

    for number, pair in enumerate(pairs, 1):
        values = {**spec.values, "join": True, **({"prompt": pair.prompt} if pair.prompt else {})}
        references = [kept[key] for key in dict.fromkeys(pair.keys) if key in kept]
        if len(references) < len(set(pair.keys)):
            raise InvalidMatrix({"pair": Problem(f"Pair {number}: {inputs.GONE}")})
        try:
            read = inputs.with_pictures(values, references, models=spec.models, join=join)
            found = expansion.expand_matrix(read, models=spec.models, seed=spec.seed, draw=draw, book=book)
        except UnusablePicture as wrong:
            raise InvalidMatrix({"pair": Problem(f"Pair {number}: {wrong}")}) from None
        plan.refused = {**plan.refused, **found.refused}
        yield number, found.cells


def _label(found: Iterator[tuple[int, list[Cell]]]) -> Iterator[Cell]:
    """Label each cell with its pair, and with its number where a model makes several pictures of one."""
    for number, cells in found:
        several = len({cell.request.model_id for cell in cells}) < len(cells)
        yield from label_row(cells, partial(_name, number), several=several)


def _name(number: int, cell: Cell) -> str:
    names = keeping.JOIN.join(each.name for each in cell.request.inputs)
    return f"{number} · {labels.shortened(names)}"

"""The plan of one press: its cells, what they cost, what is owned, what the budgets say. Made once for each press."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, TypeVar

from django.conf import settings

from gallery.catalogue.problems import InvalidMatrix, InvalidRequest, Problem
from gallery.models import User
from gallery.services.budgets import forecast
from gallery.services.budgets.forecast import BudgetForecast
from gallery.services.jobs import queue
from gallery.services.prices import price_book
from gallery.services.prices.quotes import Quote
from gallery.services.references import inputs
from gallery.services.runs import expansion, preview, reuse
from gallery.services.runs.expansion import Cell
from gallery.services.runs.preview import Preview

SEVERAL_PROMPTS = {"prompt", "word"}  # axes whose runs are named by what was typed, not by one of their prompts


Plan = TypeVar("Plan", bound="RunPlan")


@dataclass(frozen=True)
class RunSpec:
    """What a form asks for. `values`, `models` and `seed` as `expand_matrix` takes them; `project`: the name typed."""

    values: dict[str, Any]
    models: list[str]
    seed: str
    project: str = ""
    buy_again: bool = False  # also what the owner has already


@dataclass
class RunPlan:
    """What one press would make. Where something is wrong `problems` says it by field, and nothing can be submitted.

    `owner`: who would pay and whose pictures are reused, None for a plan that nobody buys. `title`: what stands above
    the run. `taken`: seeds that must not be drawn. `refused`: by model why it makes nothing of the pictures that go in.
    """

    owner: User | None = None
    project: str = ""
    title: str = ""
    cells: list[Cell] = field(default_factory=list)
    axes: Mapping[str, Any] = field(default_factory=dict)
    skipped: tuple[str, ...] = ()
    taken: frozenset[int] = frozenset()
    problems: Mapping[str, Problem] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @cached_property
    def prices(self) -> list[int]:
        """The price of every image that would be bought, in the order of the line."""
        return [cell.quote.ours_micros for cell in self.cells if cell.owned is None]

    @cached_property
    def quote(self) -> Quote | None:
        """The quote of the whole run, or None while it cannot be told."""
        return expansion.total_quote(self.cells) if self.cells else None

    @property
    def is_large(self) -> bool:
        """Whether so much would be bought that it is shown once more before."""
        least: int = settings.REVIEW_FROM
        return len(self.prices) >= least

    @cached_property
    def forecast(self) -> BudgetForecast | None:
        """What the budgets say to it, or None where none applies."""
        if not (self.owner and self.cells):
            return None
        return forecast.forecast_budgets(self.prices, owner=self.owner, project=self.project)

    @property
    def waits(self) -> int:
        """How many no budget has room for now."""
        return self.forecast.waits if self.forecast else 0

    @cached_property
    def preview(self) -> Preview:
        return preview.preview_cells(self.cells, axes=self.axes, skipped=self.skipped)

    @property
    def notes(self) -> list[tuple[str, str]]:
        """What will be converted, once per model, in words."""
        return list(dict.fromkeys((cell.request.model_id, note) for cell in self.cells for note in cell.request.notes))

    @property
    def sizes(self) -> list[tuple[int, int]]:
        """The sizes in pixels that the pictures will have, one for each kind of model."""
        return list(dict.fromkeys((cell.request.width, cell.request.height) for cell in self.cells))


def plan_run(spec: RunSpec, *, owner: User | None = None) -> RunPlan:
    """Return the plan of a run of its own: the matrix is expanded here, and nowhere else."""
    plan = RunPlan(owner, spec.project, skipped=tuple(spec.values.get("skip", ())))
    try:
        values = inputs.read_inputs(spec.values, models=spec.models, owner=owner)
        matrix = expansion.expand_matrix(values, models=spec.models, seed=spec.seed)
    except InvalidRequest as invalid:
        plan.problems = invalid.problems
        return plan
    except InvalidMatrix as invalid:
        plan.axes, plan.problems = invalid.axes, invalid.problems
        return plan
    plan.refused = matrix.refused
    plan.axes, plan.title = matrix.axes, _title(spec, matrix.cells)
    return with_cells(plan, matrix.cells, buy_again=spec.buy_again)


def cells_by_model(spec: RunSpec, *, owner: User) -> list[Cell]:
    """Return what each of the models would make of it; those that cannot are left out, what is owned is looked up."""
    cells, book = list[Cell](), price_book.read_price_book()
    for model in spec.models:
        with suppress(InvalidRequest, InvalidMatrix, price_book.NoPrice):
            values = inputs.read_inputs(spec.values, models=[model], owner=owner)
            cells += expansion.expand_matrix(values, models=[model], seed=spec.seed, book=book).cells
    return reuse.find_owned(cells, owner=owner)


def with_cells(plan: Plan, cells: list[Cell], *, buy_again: bool = False) -> Plan:
    """Give a plan its cells: what is owned is looked up here, and whether the line has room for the rest."""
    plan.cells = cells if buy_again or not plan.owner else reuse.find_owned(cells, owner=plan.owner)
    if plan.owner and cells:
        try:
            queue.require_queue_capacity(plan.owner, len(plan.prices))
        except InvalidMatrix as invalid:
            plan.problems = {**plan.problems, **invalid.problems}
    return plan


def _title(spec: RunSpec, cells: list[Cell]) -> str:
    several = cells[0].labels.keys() & SEVERAL_PROMPTS
    return spec.values["prompt"].strip() if several else str(cells[0].request.body["prompt"])

"""A run that grows: seeds or a model more, as cells that it does not have yet, behind those it has."""

from collections.abc import Iterable
from dataclasses import dataclass

import structlog
from django.conf import settings

from gallery.catalogue.models import flux_models
from gallery.catalogue.numbers.digits import without_brackets
from gallery.catalogue.parameters import seeds
from gallery.catalogue.problems import InvalidMatrix, InvalidRequest, Problem
from gallery.models import Run
from gallery.services.jobs.transitions import bump_run_version
from gallery.services.references import inputs
from gallery.services.runs import expansion
from gallery.services.runs.expansion import Cell
from gallery.services.runs.plan import RunPlan, with_cells

log = structlog.get_logger("fluxweb.runs")
NOT_VALUES = ("model", "seed", "project")  # of a run's form: the rest are values of the API's parameters
SKIPPED_SOURCES = ("model=", "seed=")  # what was left out of the run may be what is added now
OWN_SEEDS = ("picture", "row")  # axes of runs in which the seeds are not the same for all


class RunHasGrown(Exception):
    """The run is larger than what the person saw, or what was counted: nothing was added."""


def can_grow(run: Run) -> bool:
    """Whether seeds and models of the run can be combined with more: not in a list, nor where each has its own."""
    own = run.form.get("batch") or not run.form.get("prompt") or run.jobs.filter(axes__has_any_keys=OWN_SEEDS).exists()
    return run.demo == settings.DEMO and not own


def models_lacking(run: Run) -> list[str]:
    """Return the ids of the FLUX models that the run has no picture of."""
    has = set(run.jobs.order_by().values_list("model", flat=True).distinct())
    return [name for name in flux_models.ids() if name not in has]


@dataclass
class ExtensionPlan(RunPlan):
    """`run`: what it would be added to; `size`: how many pictures that had when this was planned."""

    run: Run | None = None
    size: int = 0


def plan_extension(run: Run, *, seed: str = "", model: str = "") -> ExtensionPlan:
    """Plan the cells that the run lacks: the whole matrix with these, without what both sides knew."""
    plan = ExtensionPlan(run.owner, run.project.name if run.project else "", run=run)
    has = list(run.jobs.order_by("position").values_list("model", "seed"))
    plan.size, plan.taken = len(has), frozenset(number for _, number in has)
    try:
        cells = _new_cells(run, has, seed=seed, model=model)
    except (InvalidMatrix, InvalidRequest) as invalid:
        plan.problems = invalid.problems
        return plan
    return with_cells(plan, cells, buy_again=run.form.get("buy_again"))


def _new_cells(run: Run, has: list[tuple[str, int]], *, seed: str, model: str) -> list[Cell]:
    if not (seed.strip() or model):
        raise InvalidMatrix({"seed": Problem("Write a seed or choose a model to add.")})
    if not can_grow(run):
        raise InvalidMatrix({"seed": Problem("This run cannot grow: its seeds are not the same for all its pictures.")})
    models, numbers = (dict.fromkeys(each) for each in zip(*has, strict=True))
    if model in models:
        raise InvalidMatrix({"model": Problem(f"The run has {model} already.")})
    values = {name: value for name, value in run.form.items() if name not in NOT_VALUES}
    values["skip"] = [each for each in values.get("skip", ()) if not each.startswith(SKIPPED_SOURCES)]
    text = ", ".join([*map(str, numbers), _read_alone(seed)])
    values = inputs.read_inputs(values, models=[*models, *([model] if model else [])], owner=run.owner)
    found = expansion.expand_matrix(values, models=[*models, *([model] if model else [])], seed=text)
    new = [cell for cell in found.cells if cell.request.model_id not in models or cell.seed not in numbers]
    if not new and model in found.refused:
        raise InvalidMatrix({"model": Problem(found.refused[model])})
    if not new:
        raise InvalidMatrix({"seed": Problem("The run has these seeds already.")})
    return new


def _read_alone(text: str) -> str:
    """Return what somebody typed for more seeds; “random 4” behind others would be one at random, and 4."""
    try:
        if text.strip():
            seeds.count_seeds(text)
    except seeds.InvalidSeeds as wrong:
        raise InvalidMatrix({"seed": wrong.problem}) from None
    return without_brackets(text)


class Extension:
    """A press that lets a run grow by these seeds with all its models, and by this model with all its seeds.

    `seen`: how large the run was when the person saw the price, so that a double press adds nothing twice.
    """

    def __init__(self, plan: ExtensionPlan, *, seed: str = "", model: str = "", seen: int | None = None) -> None:
        self.size, self.seed, self.model, self.seen = plan.size, without_brackets(seed.strip()), model, seen

    def find_run(self, plan: RunPlan) -> Run | None:
        """A run that has grown already is no answer to this press."""

    def take_run(self, plan: ExtensionPlan) -> tuple[Run, bool]:
        """Return the run, locked, and that it grows; raise RunHasGrown if it did meanwhile."""
        run = plan.run
        assert run is not None, "it began with one"
        bump_run_version(run.pk)  # takes the run's lock: two presses go one after the other
        run.refresh_from_db(fields=["size", "quoted_micros", "form", "version"])
        if run.size != self.size or self.seen not in (None, run.size):
            raise RunHasGrown
        return run, True

    def finish(self, run: Run, cells: list[Cell]) -> None:
        """Let the run say what it is now, also for "use these settings"."""
        typed = [each for each in (run.form["seed"], self.seed) if each]
        models = [*run.form["model"], *([self.model] if self.model else [])]
        run.form = {**run.form, "seed": ", ".join(typed), "model": models}
        run.size += len(cells)
        run.quoted_micros += expansion.total_quote(cells).ours_micros
        run.save(update_fields=["form", "size", "quoted_micros"])
        log.info("run extended", run=run.key, owner=run.owner_id, jobs=len(cells), quoted_micros=run.quoted_micros)

    def prompts_of(self, cells: list[Cell]) -> Iterable[str]:
        """They were used when the run was made."""
        return ()

"""A run that grows: seeds or a model more, as cells that it does not have yet, behind those it has."""

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.catalogue import flux_models, seeds
from gallery.catalogue.problems import InvalidMatrix, Problem
from gallery.services.db.raw_updates import PreparedRows
from gallery.services.jobs import gates, queue
from gallery.services.jobs.transitions import bump_run_version
from gallery.services.runs import expansion, reuse, submission

log = structlog.get_logger("fluxweb.runs")
NOT_VALUES = ("model", "seed", "project")  # of a run's form: the rest are values of the API's parameters
SKIPPED_SOURCES = ("model=", "seed=")  # what was left out of the run may be what is added now
OWN_SEEDS = ("picture", "row")  # axes of runs in which the seeds are not the same for all


class RunHasGrown(Exception):
    """The run is larger than what the person saw, or what was counted: nothing was added."""


def can_grow(run):
    """Whether seeds and models of the run can be combined with more: not in a list, nor where each has its own."""
    own = run.form.get("batch") or not run.form.get("prompt") or run.jobs.filter(axes__has_any_keys=OWN_SEEDS).exists()
    return run.demo == settings.DEMO and not own


def models_lacking(run):
    """Return the ids of the FLUX models that the run has no picture of."""
    has = set(run.jobs.order_by().values_list("model", flat=True).distinct())
    return [name for name in flux_models.ids() if name not in has]


def plan_extension(run, *, seed="", model=""):
    """Return the cells that would be added; raise InvalidMatrix with every problem by field."""
    cells = _new_cells(run, seed=seed, model=model, draw=seeds.unknown)[1]
    queue.require_queue_capacity(run.owner, sum(cell.owned is None for cell in cells))
    return cells


def extend_run(run, *, seed="", model="", size=None):
    """Add these seeds with all models of the run, and this model with all seeds; return how many jobs were added.

    `size`: how large the run was when the person saw the price, so that a double press adds nothing twice. Raises
    InvalidMatrix or RunHasGrown; then nothing is written.
    """
    seed = seed.strip()
    known, new = _new_cells(run, seed=seed, model=model, draw=seeds.draw_seeds)
    gates.ensure_gates()
    now = timezone.now()
    jobs = PreparedRows([submission.job_of_cell(run, known + n, cell, now) for n, cell in enumerate(new)])
    with transaction.atomic():
        bump_run_version(run.pk)  # takes the run's lock: two presses go one after the other
        run.refresh_from_db(fields=["size", "quoted_micros", "form", "version"])
        if run.size != known or size not in (None, run.size):
            raise RunHasGrown
        jobs.insert()
        _remember(run, new, seed=seed, model=model)
    log.info("run extended", run=run.key, owner=run.owner_id, jobs=len(new), quoted_micros=run.quoted_micros)
    return len(new)


def _new_cells(run, *, seed, model, draw):
    """Return how many cells the run has, and those it has not: the whole matrix without what both sides knew."""
    if not (seed.strip() or model):
        raise InvalidMatrix({"seed": Problem("Write a seed or choose a model to add.")})
    if not can_grow(run):
        raise InvalidMatrix({"seed": Problem("This run cannot grow: its seeds are not the same for all its pictures.")})
    has = list(run.jobs.order_by("position").values_list("model", "seed"))
    models, numbers = (list(dict.fromkeys(each)) for each in zip(*has, strict=True))
    if model in models:
        raise InvalidMatrix({"model": Problem(f"The run has {model} already.")})
    values = {name: value for name, value in run.form.items() if name not in NOT_VALUES}
    values["skip"] = [each for each in values.get("skip", ()) if not each.startswith(SKIPPED_SOURCES)]
    text = ", ".join([*map(str, numbers), seed])
    cells = expansion.expand(values, models=[*models, *([model] if model else [])], seed=text, draw=draw)
    new = [cell for cell in cells if cell.request.model_id not in models or cell.request.body["seed"] not in numbers]
    if not new:
        raise InvalidMatrix({"seed": Problem("The run has these seeds already.")})
    return len(has), new if run.form.get("buy_again") else reuse.reuse(new, owner=run.owner)


def _remember(run, cells, *, seed, model):
    """Let the run say what it is now, also for "use these settings"."""
    typed = [each for each in (run.form["seed"], seed) if each]
    models = [*run.form["model"], *([model] if model else [])]
    run.form = {**run.form, "seed": ", ".join(typed), "model": models}
    run.size += len(cells)
    run.quoted_micros += expansion.total(cells).ours_micros
    run.save(update_fields=["form", "size", "quoted_micros"])

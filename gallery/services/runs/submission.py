"""Runs: submit what one press asked for, cancel the rest, resume, retry what was refused."""

import hashlib
import json
from collections.abc import Iterable
from datetime import datetime
from typing import Any, Protocol

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.catalogue.parameters import seeds
from gallery.catalogue.problems import InvalidMatrix
from gallery.catalogue.text import texts
from gallery.models import Attempt, Job, Project, Run, User
from gallery.models.calls import Money
from gallery.models.runs import State
from gallery.services.db import side_notes
from gallery.services.db.raw_updates import PreparedRows
from gallery.services.jobs import gates, queue
from gallery.services.jobs.transitions import (
    bump_run_version,
    requeued_fields,
    retry_at_once,
    run_version_subquery,
    transition_job,
    transition_jobs,
)
from gallery.services.references import inputs
from gallery.services.runs import prompt_history
from gallery.services.runs.expansion import Cell
from gallery.services.runs.plan import RunPlan

log = structlog.get_logger("fluxweb.runs")


class Press(Protocol):
    """What turns a plan into jobs: a NewRun, or the Extension of a run that grows."""

    size: int  # jobs that are there already

    def find_run(self, plan: Any) -> Run | None: ...

    def take_run(self, plan: Any) -> tuple[Run, bool]: ...

    def finish(self, run: Run, cells: list[Cell]) -> None: ...

    def prompts_of(self, cells: list[Cell]) -> Iterable[str]: ...


def submit_run(plan: RunPlan, press: Press) -> Run:
    """Write the jobs of a plan in one transaction and return their run; the same press twice returns the same run.

    `press`: a NewRun, or the Extension of a run that grows. Raises InvalidMatrix with every problem of the plan by
    field, also if too many images of the owner wait meanwhile; then nothing is written.
    """
    if run := press.find_run(plan):  # first: what it bought may be what is wrong with buying it again
        return run
    if plan.problems:
        raise InvalidMatrix(plan.problems, plan.axes)
    assert plan.owner is not None, "whom it is submitted for"
    cells = _with_seeds_drawn(plan)
    gates.ensure_gates()
    jobs = PreparedRows(_jobs(plan.owner, cells, first=press.size))  # before the lock: others wait for what is inside
    with transaction.atomic():
        run, new = press.take_run(plan)
        if new:
            queue.require_queue_capacity(plan.owner, len(plan.prices))
            jobs.insert(run=run)
            inputs.record_inputs(run, {n: cell.request.inputs for n, cell in enumerate(cells, press.size)})
            press.finish(run, cells)
    if new:
        _remember(press.prompts_of(cells), run)
    return run


def _remember(prompts: Iterable[str], run: Run) -> None:
    """Add to the past prompts once all is bought: nobody waits for the lock of both, and no press fails of it."""
    with side_notes.write_if_possible():
        prompt_history.remember_prompts(prompts, owner=run.owner, at=run.created_at)


class NewRun:
    """A press that makes a run of its own. The same (owner, nonce, form) is the same press.

    `form`: what was typed, as it is kept with the run.
    """

    size = 0  # jobs that are there already

    def __init__(self, *, nonce: str, form: dict[str, Any]) -> None:
        self.nonce, self.form = nonce, form

    def find_run(self, plan: RunPlan) -> Run | None:
        return Run.objects.filter(**self._facts(plan)).first()

    def take_run(self, plan: RunPlan) -> tuple[Run, bool]:
        """Return the run of this press, and whether it was made just now. Call inside the transaction."""
        assert plan.quote is not None, "of cells"
        rest = {
            "prompt": plan.title,
            "form": self.form,
            "demo": settings.DEMO,
            "size": len(plan.cells),
            "quoted_micros": plan.quote.ours_micros,
            "project": _project(plan.project),
        }
        return Run.objects.get_or_create(**self._facts(plan), defaults=rest)

    def finish(self, run: Run, cells: list[Cell]) -> None:
        _log_submitted(run, cells)

    def prompts_of(self, cells: list[Cell]) -> Iterable[str]:
        """Return what its owner has used now, as it was typed."""
        return prompt_history.prompts_of(self.form, cells)

    def _facts(self, plan: RunPlan) -> dict[str, Any]:
        return {"owner": plan.owner, "nonce": self.nonce, "digest": _digest(self.form)}


def _with_seeds_drawn(plan: RunPlan) -> list[Cell]:
    """Return the cells with a seed of its own, drawn for good, in place of each stand-in."""
    known = plan.taken | {cell.seed for cell in plan.cells if cell.seed >= 0}
    stand_ins = list(dict.fromkeys(cell.seed for cell in plan.cells if cell.seed < 0))
    drawn = dict(zip(stand_ins, seeds.draw_seeds(len(stand_ins), taken=known), strict=True))
    return [cell.with_seed(drawn[cell.seed]) if cell.seed in drawn else cell for cell in plan.cells]


def _digest(form: dict[str, Any]) -> str:
    return hashlib.sha256(json.dumps(form, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


def find_run_of_press(owner: User, nonce: str) -> Run | None:
    """Return the run that a press of this owner has made, or None."""
    return Run.objects.filter(owner=owner, nonce=nonce).order_by("-id").first()


def _project(name: str) -> Project | None:
    name = texts.clean_name(name)[:80]
    if not name:
        return None
    return Project.objects.filter(name__iexact=name).first() or Project.objects.get_or_create(name=name)[0]


def _jobs(owner: User, cells: list[Cell], *, first: int) -> list[Job]:
    now = timezone.now()
    return [_job(owner.pk, position, cell, now) for position, cell in enumerate(cells, first)]


def _log_submitted(run: Run, cells: list[Cell]) -> None:
    reused = sum(cell.owned is not None for cell in cells)
    log.info(
        "run submitted", run=run.key, owner=run.owner_id, jobs=len(cells), reused=reused,
        quoted_micros=run.quoted_micros,
    )  # fmt: skip


def _job(owner_id: int, position: int, cell: Cell, now: datetime) -> Job:
    body = dict(cell.request.body)
    had: dict[str, Any] = {"state": State.DONE, "reused": cell.owned} if cell.owned else {}
    shown = cell.owned or cell.request
    return Job(
        owner_id=owner_id, position=position, demo=settings.DEMO, recipe=cell.recipe,
        created_at=now, changed_at=now, not_before=now,
        model=str(body.pop("model")), prompt=str(body.pop("prompt")), seed=body.pop("seed"), parameters=body,
        axes=cell.labels, notes=list(cell.request.notes), width=shown.width, height=shown.height,
        quoted_micros=cell.quote.ours_micros, official_micros=cell.quote.official_micros, **had,
    )  # fmt: skip


@transaction.atomic
def cancel_run(run: Run) -> int:
    """Cancel what has not been sent; for what is being sent it is only a wish. Return how many were cancelled."""
    bump_run_version(run.pk)
    unsent = Attempt.objects.filter(current_of__run=run, current_of__state=State.CLAIMED, money=Money.RESERVED)
    unsent_ids = list(unsent.values_list("pk", flat=True))
    cancelled = transition_jobs(run, if_state=[State.QUEUED, State.CLAIMED], state=State.CANCELLED, reason="cancelled")
    Attempt.objects.filter(pk__in=unsent_ids, money=Money.RESERVED).update(money=Money.NOT_CHARGED, error="cancelled")
    Job.objects.filter(run=run, state=State.SENDING).update(cancel_wanted=True, version=run_version_subquery())
    return cancelled


@transaction.atomic
def resume_run(run: Run) -> int:
    """Put what was cancelled back into the queue; return how many. What waits for its next try has it now."""
    retry_at_once(run.jobs.all())
    return _queue_again(run, State.CANCELLED)


@transaction.atomic
def cancel_job(job: Job) -> bool:
    """Cancel one job that has not been sent, and return whether it was. If it is being sent, that is only a wish."""
    attempt = Attempt.objects.filter(current_of=job, current_of__state=State.CLAIMED, money=Money.RESERVED).first()
    if transition_job(job, if_state=[State.QUEUED, State.CLAIMED], state=State.CANCELLED, reason="cancelled"):
        if attempt:
            Attempt.objects.filter(pk=attempt.pk, money=Money.RESERVED).update(
                money=Money.NOT_CHARGED, error="cancelled"
            )
        return True
    transition_job(job, if_state=[State.SENDING], cancel_wanted=True)
    return False


@transaction.atomic
def resume_job(job: Job) -> bool:
    """Put one job that was cancelled back into the queue; return whether it was."""
    return transition_job(job, if_state=[State.CANCELLED], **requeued_fields())


@transaction.atomic
def retry_run(run: Run) -> int:
    """Ask again for what was refused free of charge. What may have been paid is never among it."""
    return _queue_again(run, State.FAILED)


def _queue_again(run: Run, state: State) -> int:
    return transition_jobs(run, if_state=[state], **requeued_fields())

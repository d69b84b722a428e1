"""Runs: submit what one press asked for, cancel the rest, resume, retry what was refused."""

import hashlib
import json

import structlog
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from gallery.catalogue import texts
from gallery.models import Attempt, Job, Project, Run
from gallery.models.calls import Money
from gallery.models.runs import State
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
from gallery.services.runs import expansion, prompt_history, reuse

log = structlog.get_logger("fluxweb.runs")


def submit_run(*, owner, nonce, values, models, seed, project="", form=None, buy_again=False):
    """Make the run and its jobs in one transaction and return it; the same press twice returns the same run.

    Raises matrix.InvalidMatrix with every problem by field; then nothing is written. What the owner has already is
    not bought again unless `buy_again`.
    """
    form = form or {**values, "model": list(models), "seed": seed, "project": project}
    if run := _same_press(owner, nonce, _digest(form)):
        return run
    cells = expansion.expand(values, models=models, seed=seed)
    several = cells[0].labels.keys() & {"prompt", "word"}
    title = values["prompt"].strip() if several else cells[0].request.body["prompt"]
    return submit_cells(
        cells, owner=owner, nonce=nonce, form=form, title=title, project=project, buy_again=buy_again
    )  # fmt: skip


def submit_cells(cells, *, owner, nonce, form, title, project="", buy_again=False):
    """Make a run of these cells in one transaction. The same (owner, nonce, form) is the same press: one run.

    `form`: what was typed, as it is kept; `title`: what stands above the run, a prompt or what stands for many. Raises
    InvalidMatrix if too many images of the owner wait already; then nothing is written.
    """
    if not buy_again:
        cells = reuse.reuse(cells, owner=owner)
    gates.ensure_gates()
    press, facts = {"owner": owner, "nonce": nonce, "digest": _digest(form)}, _facts(cells, form=form, title=title)
    jobs = PreparedRows(_jobs(Run(**press, **facts), cells))  # before the lock: others wait for what is inside only
    with transaction.atomic():
        facts["project"] = _project(project)
        run, new = Run.objects.get_or_create(**press, defaults=facts)
        if new:
            queue.require_queue_capacity(owner, sum(cell.owned is None for cell in cells))
            jobs.insert(run=run)
            _log_submitted(run, cells)
            prompt_history.remember(prompt_history.sent_with(form, cells), owner=owner, at=run.created_at)
    return run


def _digest(form):
    return hashlib.sha256(json.dumps(form, sort_keys=True, default=str).encode("utf-8", "surrogatepass")).hexdigest()


def _same_press(owner, nonce, digest):
    return Run.objects.filter(owner=owner, nonce=nonce, digest=digest).first()


def of_press(owner, nonce):
    """Return the run that a press of this owner has made, or None."""
    return Run.objects.filter(owner=owner, nonce=nonce).order_by("-id").first()


def _facts(cells, *, form, title):
    return {
        "prompt": title,
        "form": form,
        "demo": settings.DEMO,
        "size": len(cells),
        "quoted_micros": expansion.total(cells).ours_micros,
    }


def _project(name):
    name = texts.clean_name(name)[:80]
    if not name:
        return None
    return Project.objects.filter(name__iexact=name).first() or Project.objects.get_or_create(name=name)[0]


def _jobs(run, cells):
    now = timezone.now()
    return [job_of_cell(run, position, cell, now) for position, cell in enumerate(cells)]


def _log_submitted(run, cells):
    reused = sum(cell.owned is not None for cell in cells)
    log.info(
        "run submitted", run=run.key, owner=run.owner_id, jobs=len(cells), reused=reused,
        quoted_micros=run.quoted_micros,
    )  # fmt: skip


def job_of_cell(run, position, cell, now):
    body = dict(cell.request.body)
    had = {"state": State.DONE, "reused": cell.owned} if cell.owned else {}
    shown = cell.owned or cell.request
    return Job(
        run=run, owner_id=run.owner_id, position=position, demo=run.demo, recipe=cell.recipe,
        created_at=now, changed_at=now, not_before=now,
        model=body.pop("model"), prompt=body.pop("prompt"), seed=body.pop("seed"), parameters=body,
        axes=cell.labels, notes=list(cell.request.notes), width=shown.width, height=shown.height,
        quoted_micros=cell.quote.ours_micros, official_micros=cell.quote.official_micros, **had,
    )  # fmt: skip


@transaction.atomic
def cancel_run(run):
    """Cancel what has not been sent; for what is being sent it is only a wish. Return how many were cancelled."""
    bump_run_version(run.pk)
    unsent = Attempt.objects.filter(current_of__run=run, current_of__state=State.CLAIMED, money=Money.RESERVED)
    unsent_ids = list(unsent.values_list("pk", flat=True))
    cancelled = transition_jobs(run, if_state=[State.QUEUED, State.CLAIMED], state=State.CANCELLED, reason="cancelled")
    Attempt.objects.filter(pk__in=unsent_ids, money=Money.RESERVED).update(money=Money.NOT_CHARGED, error="cancelled")
    Job.objects.filter(run=run, state=State.SENDING).update(cancel_wanted=True, version=run_version_subquery())
    return cancelled


@transaction.atomic
def resume_run(run):
    """Put what was cancelled back into the queue; return how many. What waits for its next try has it now."""
    retry_at_once(run.jobs.all())
    return _queue_again(run, State.CANCELLED)


@transaction.atomic
def cancel_job(job):
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
def resume_job(job):
    """Put one job that was cancelled back into the queue; return whether it was."""
    return transition_job(job, if_state=[State.CANCELLED], **requeued_fields())


@transaction.atomic
def retry_run(run):
    """Ask again for what was refused free of charge. What may have been paid is never among it."""
    return _queue_again(run, State.FAILED)


def _queue_again(run, state):
    return transition_jobs(run, if_state=[state], **requeued_fields())

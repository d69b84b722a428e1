"""The run's page: the matrix, live; and what can be done to the rest of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh, trigger_client_event

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.numbers.money import money
from gallery.catalogue.problems import InvalidMatrix
from gallery.catalogue.prompts.prompt_facts import hex_colours
from gallery.catalogue.text.value_lists import counted
from gallery.forms.runs.extension import ExtendForm
from gallery.models import Attempt, Run
from gallery.models.runs import (
    IN_FLIGHT,
    NOT_REFUSED,
    RUNNING,
    TRIED_AGAIN,
    UNCERTAIN_STATES,
    UNFINISHED,
    JobQuerySet,
    State,
)
from gallery.services.budgets import repricing
from gallery.services.contact_sheets.sheet_layout import EDGES
from gallery.services.images.seen import measuring
from gallery.services.runs import extension, submission
from gallery.services.runs.extension import Extension, ExtensionPlan, RunHasGrown
from gallery.views.runs import cells, inputs_shown, run_strips, sheets
from gallery.views.runs.matrix_controls import MatrixControls, controls_query, layout_query

PLACES_SHOWN = 40  # further back in the line a number would only be noise on the wire


@dataclass
class Progress:
    """How far a run is, in jobs and in money."""

    size: int
    states: Mapping[tuple[str, str], int]
    charged_micros: int
    uncertain_micros: int
    quoted_micros: int
    running_micros: int = 0  # of what is being sent: uncertain on the books, and not in doubt
    retry_micros: int = 0  # what asking again for the refused ones would cost

    def count(self, *states: str) -> int:
        return sum(n for (state, _), n in self.states.items() if state in states)

    def count_because(self, state: str, *why: str) -> int:
        return sum(self.states.get((state, reason), 0) for reason in why)

    done = property(lambda self: self.count(State.DONE))
    running = property(lambda self: self.count(*RUNNING))
    waiting = property(lambda self: self.count(State.QUEUED))
    tried_again = property(lambda self: self.count_because(State.QUEUED, *TRIED_AGAIN))  # of what waits
    given_up = property(lambda self: self.count_because(State.FAILED, *NOT_REFUSED))
    refused = property(lambda self: self.count(State.FAILED) - self.given_up)
    retryable = property(lambda self: self.count(State.FAILED))
    lost = property(lambda self: self.count(State.LOST, State.BLOCKED))
    uncertain = property(lambda self: self.count(*UNCERTAIN_STATES))
    cancelled = property(lambda self: self.count(State.CANCELLED))
    unfinished = property(lambda self: self.count(*UNFINISHED))
    stoppable = property(lambda self: self.count(State.QUEUED, *IN_FLIGHT))

    @property
    def segments(self) -> list[tuple[str, float, float]]:
        """The parts of the bar as (class, start, length), in hundredths of the whole."""
        parts, start = [], 0.0
        for name, n in (
            ("done", self.done),
            ("live", self.running),
            ("bad", self.retryable + self.lost),
            ("doubt", self.uncertain),
        ):
            length = 100 * n / self.size
            parts.append((name, round(start, 2), round(length, 2)))
            start += length
        return parts


@require_safe
def list_runs(request: MemberRequest) -> HttpResponse:
    before = request.GET.get("before", "")
    before_id = int(before) if before.isdecimal() and len(before) < 19 else None
    found = run_strips.newest_strips(request.user, before=before_id)
    template = "runs/_runs_page.html" if request.htmx and before else "runs/runs.html"
    return render(request, template, {"strips": found, "plain": True})  # nothing polls there


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    run = access.run_read(request, key)
    return _page(request, run, ExtendForm(run=run) if extension.can_grow(run) else None)


def _page(request: MemberRequest, run: Run, form: ExtendForm | None, plan: ExtensionPlan | None = None) -> HttpResponse:
    """Render the whole page; `form` adds to the run what `plan` holds, None where nothing can be added."""
    context = _context(run, _jobs(run))
    notes = dict.fromkeys((cell.job.model, note) for cell in context["cells"] for note in cell.job.notes)
    controls = MatrixControls(run, context["cells"], query=controls_query(request))
    shown = {"controls": controls, "layout": controls.layout, "notes": list(notes)}
    shown |= {"names_colours": bool(hex_colours(run.prompt)) or any(cell.got for cell in context["cells"])}
    shown |= {"inputs": inputs_shown.inputs_by_label(context["cells"])}
    shown |= {"form": form, "plan": plan, "sheets": sheets.listed(run), "sheet_edges": EDGES}
    return render(request, "runs/run.html", context | shown)


@require_safe
def changes(request: MemberRequest, key: str) -> HttpResponse:
    """Answer one poll: the cells that changed since version N, 204 if none did, and an end when the run is settled."""
    run = access.run_read(request, key)
    if request.GET.get("size", str(run.size)) != str(run.size):
        return HttpResponseClientRefresh()  # it has grown: there are cells that the page lacks
    said = request.GET.get("since", "")
    since = int(said) if said.isdecimal() and len(said) < 19 else 0
    if since == run.version:
        return HttpResponse(status=204)
    context = _context(run, _jobs(run).changed_since(since))
    context["waiting"] = _places(run, context["cells"])
    context["news"] = request.GET.get("done") != str(context["progress"].done)
    response = render(request, "runs/_changes.html", context)
    if not context["progress"].unfinished and "settled" not in request.GET:
        trigger_client_event(response, "fluxweb:finished", _announcement(context["progress"], run))
    return response


def _context(run: Run, jobs: JobQuerySet) -> dict[str, Any]:
    sums = Attempt.objects.filter(job__run=run).sums()
    counts = run.jobs.count_by_reason()
    progress = Progress(run.size, counts, sums["charged"], sums["uncertain"], run.quoted_micros, sums["running"])
    if progress.retryable:
        progress.retry_micros = run.jobs.filter(state=State.FAILED).quoted()
    asks = repricing.price_asks(run) if progress.waiting else []
    facts = {"asks": asks, "asks_micros": repricing.sum_asks(asks)}
    facts |= {"measuring": not progress.unfinished and measuring.is_waited_for(run)}
    return {"run": run, "cells": cells.build_cells(jobs, owner=run.owner), "progress": progress, **facts}


def _jobs(run: Run) -> JobQuerySet:
    return run.jobs.with_opening().select_related("attempt", "reused").prefetch_related("images").order_by("position")


def _places(run: Run, changed: list[cells.CellView]) -> list[cells.CellView]:
    """The front of the line moves with every picture: these cells get a new number."""
    already = {cell.job.id for cell in changed}
    front = cells.build_cells(_jobs(run).queued()[:PLACES_SHOWN], owner=run.owner)
    return [cell for cell in front if cell.job.id not in already]


def _announcement(progress: Progress, run: Run) -> dict[str, str]:
    troubles = progress.retryable + progress.lost + progress.uncertain
    said = f"{progress.done} of {progress.size} done" + (f", {troubles} need a look" if troubles else "")
    return {"title": said, "body": " ".join(run.prompt[:200].split())[:80], "address": reverse("run", args=[run.key])}


@require_POST
def cancel(request: MemberRequest, key: str) -> HttpResponse:
    run = access.run_write(request, key)
    n = submission.cancel_run(run)
    messages.info(request, f"{n} cancelled, free of charge. What is being generated ends and is kept.")
    return _back(request, run)


@require_POST
def resume(request: MemberRequest, key: str) -> HttpResponse:
    run = access.run_write(request, key)
    return _go_on(request, run, submission.resume_run(run))


@require_POST
def retry(request: MemberRequest, key: str) -> HttpResponse:
    run = access.run_write(request, key)
    return _go_on(request, run, submission.retry_run(run))


def _go_on(request: MemberRequest, run: Run, n: int) -> HttpResponse:
    tasks.wake_workers(n)
    waits = counted(n, "image waits", "images wait")
    messages.info(request, f"{waits} again." if n else "Nothing was left to ask again; nothing was changed.")
    return _back(request, run)


@require_POST
def price(request: MemberRequest, key: str) -> HttpResponse:
    """Say yes or no to a price that has risen before what waits was sent; the form says which sum was seen."""
    run = access.run_write(request, key)
    if request.POST.get("do") != "go_on":
        n = repricing.decline_price(run)
        messages.info(request, f"{n} cancelled, free of charge.")
        return _back(request, run)
    seen = request.POST.get("quoted_micros", "")
    try:
        n = repricing.agree_to_price(run, seen_micros=int(seen) if seen.isdecimal() and len(seen) < 16 else -1)
    except repricing.PriceMoved:
        messages.warning(request, "The price has changed once more. Nothing was sent; look at it again.")
        return _back(request, run)
    return _go_on(request, run, n)


def _back(request: MemberRequest, run: Run) -> HttpResponse:
    return redirect(reverse("run", args=[run.key]) + layout_query(request))


@require_POST
def extend(request: MemberRequest, key: str) -> HttpResponse:
    """Add seeds or a model; who has not seen the price yet sees it first."""
    run = access.run_write(request, key)
    form, plan = _extension(request, run)
    if form.is_valid() and form.price_was_seen(plan):
        press = Extension(plan, **form.addition(), seen=form.cleaned_data["size"])
        try:
            submission.submit_run(plan, press)
        except InvalidMatrix as invalid:
            form.add_problems(invalid.problems)
        except RunHasGrown:
            messages.info(request, "The run has grown meanwhile: nothing more was added.")
            return _back(request, run)
        else:
            assert plan.quote is not None  # it was seen
            n = len(plan.cells)
            tasks.wake_workers(n)
            messages.success(request, f"{counted(n, 'image')} added for {money(plan.quote.ours_micros)}.")
            return _back(request, run)
    return _page(request, run, form, plan)


def _extension(request: MemberRequest, run: Run) -> tuple[ExtendForm, ExtensionPlan]:
    """Return what to add, and its plan; every problem stands beside its field."""
    form = ExtendForm(request.POST, run=run)
    plan = ExtensionPlan()
    if not form.errors:
        plan = extension.plan_extension(run, **form.addition())
        form.add_problems(plan.problems)
    return form, plan


@require_POST
def check_extension(request: MemberRequest, key: str) -> HttpResponse:
    """Answer while somebody types what to add: its price, or what is wrong. Buys nothing."""
    form, plan = _extension(request, access.run_write(request, key))
    return render(request, "runs/extension/_extend_says.html", {"form": form, "plan": plan})

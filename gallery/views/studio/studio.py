"""The studio: compose a run, see what it costs, press once."""

from typing import Any, cast

from django.http import HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event

from gallery import tasks
from gallery.access import MemberRequest
from gallery.catalogue.problems import InvalidMatrix
from gallery.catalogue.prompts import prompt_facts, prompt_variants
from gallery.catalogue.templates.ready_templates import STARTERS
from gallery.forms.studio import prefill as prefill_form
from gallery.forms.studio.compose import REFERENCES, ComposeForm
from gallery.forms.studio.run_form import RunForm
from gallery.models import Run, User
from gallery.services.library import drafts
from gallery.services.runs import doubts, expansion, submission
from gallery.services.runs.plan import RunPlan, plan_run
from gallery.views.runs import run_strips
from gallery.views.studio import controls, prefill, references
from gallery.views.undoing import say_undoable

REPLACED = "This stands in the studio now, instead of what stood there."
STARTED = "start"  # sent by the review: whoever presses there has seen what a large run buys
# Nothing typed there can be wrong.
SILENT = (
    "nonce", "prompt_lines", "shapes_several", "variant_seeds", "skip", "buy_again", "let_wait", "as_written",
    *REFERENCES,
)  # fmt: skip
NOT_A_PRESS = {"edit", "reference_drop"}  # buttons that only change what is typed
NOT_SENT_AGAIN = ("reference", "skip", "buy_again", "let_wait", "as_written")  # by the review: it asks these itself


def compose(request: MemberRequest) -> HttpResponse:
    """Show the form, or take it: one press makes one run."""
    if request.method == "POST":
        return _submit(request)
    stands = prefill.standing(request.user)
    typed = prefill_form.read_typed(request.GET)
    # An address with values means the same for everybody; one that names a picture or a run adds to what stands.
    values = prefill.values(request, request.GET, onto=prefill.START if typed else stands)
    values = prefill_form.merge_values(typed, values)
    filled = prefill_form.draft_of(values) != stands
    if filled:
        say_replaced(request, stands)
    return _show_values(request, values, judged=bool(typed), filled=filled)


@require_POST
def fill(request: MemberRequest) -> HttpResponse:
    """Put a past prompt, a preset or parts of a picture into what is typed already. Buys nothing."""
    values = prefill.values(request, request.POST, onto=prefill_form.read_typed(request.POST) or prefill.START)
    if request.htmx:
        return show_filled(request, values)
    drafts.keep_draft(request.user, prefill_form.draft_of(values))
    return redirect("studio")


@require_POST
def start_anew(request: MemberRequest) -> HttpResponse:
    """Empty the studio. Undo brings back what stood there."""
    stood = prefill_form.read_typed(request.POST) or drafts.read_draft(request.user)
    drafts.empty_draft(request.user, nonce=request.POST.get("nonce", ""))
    if stood:
        say_replaced(request, stood, said="The studio is as it starts.")
    return HttpResponseClientRedirect(reverse("studio")) if request.htmx else redirect("studio")


def say_replaced(request: MemberRequest, stood: dict[str, Any], *, said: str = REPLACED) -> None:
    """Say it, with a button that brings back what stood in the studio; not where nothing did."""
    if stood is not prefill.START:
        say_undoable(request, said, address=reverse("studio-fill"), fields=prefill_form.as_sent(stood))


def show_filled(request: MemberRequest, values: dict[str, Any], **said: Any) -> HttpResponse:
    """Show the studio with these values, and say in the browser that they came from elsewhere."""
    drafts.keep_draft(request.user, prefill_form.draft_of(values))
    return trigger_client_event(_show_values(request, values, judged=True, **said), "fluxweb:filled", after="swap")


def _show_values(request: MemberRequest, values: dict[str, Any], *, judged: bool, **said: Any) -> HttpResponse:
    """Show the studio with these values; its price stands there also while what is wrong with them is not said."""
    form = prefill_form.prefilled_form(values)
    plan = plan_form(form, owner=request.user)
    return show_studio(request, form if judged else ComposeForm(initial=values), plan, **said)


def plan_form(form: ComposeForm, *, owner: User | None = None) -> RunPlan:
    """Plan the run that a form asks for; every problem of it stands beside its field."""
    plan = plan_run(form.spec(), owner=owner) if form.can_be_planned() else RunPlan()
    form.add_problems(plan.problems)
    return plan


def _submit(request: MemberRequest) -> HttpResponse:
    """Take the form, and keep what stands in it: after the press, which waits for nothing else."""
    taken = references.take_references(request)
    answer = _answer_press(request, taken)
    typed = prefill_form.read_typed(taken.data)
    drafts.keep_draft(request.user, typed, nonce=request.POST.get("nonce", ""), pressed=True)
    return answer


def _answer_press(request: MemberRequest, taken: references.Taken) -> HttpResponse:
    form = ComposeForm(taken.data)
    plan = plan_form(form, owner=request.user)
    if taken.problems:
        form.add_error("reference", " ".join(taken.problems))
    if not NOT_A_PRESS.isdisjoint(request.POST):
        return show_studio(request, form, plan, with_recipe=taken.with_recipe)
    if made := form.press().find_run(plan):
        return _go_to(request, made)
    if not form.is_valid():
        return show_studio(request, form, plan)
    if plan.is_large and STARTED not in request.POST:
        return _review_first(request, form, plan)
    if form.asks_first(plan, doubts_of(form)):
        return _show_review(request, form, plan) if plan.is_large else show_studio(request, form, plan)
    run = submit_form(form, plan)
    return _go_to(request, run) if run else show_studio(request, form, plan)


def submit_form(form: RunForm, plan: RunPlan) -> Run | None:
    """Buy what a form asks for, and return its run; None where that cannot be, and the form says why."""
    try:
        run = submission.submit_run(plan, form.press())
    except InvalidMatrix as invalid:
        form.add_problems(invalid.problems)
        return None
    tasks.wake_workers(run.size)
    return run


def doubts_of(form: ComposeForm) -> doubts.Doubts:
    prompt, lines = (form[name].value() for name in ("prompt", "prompt_lines"))
    return doubts.find_prompt_doubts(str(prompt or ""), lines=bool(lines))


def _review_first(request: MemberRequest, form: ComposeForm, plan: RunPlan) -> HttpResponse:
    """Show the run before it is bought, on a page of its own: the browser goes there with everything typed."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "fluxweb:review")
    return _show_review(request, form, plan)


def _show_review(request: MemberRequest, form: ComposeForm, plan: RunPlan) -> HttpResponse:
    names = [name for name in form.fields if name not in NOT_SENT_AGAIN]
    sent = cast("QueryDict", form.data)
    typed = [(name, value) for name in names for value in sent.getlist(name)]
    where = {"start": reverse("studio"), "count": reverse("studio-review"), "back": "Back to the studio"}
    return show_review(request, form, plan, doubts=doubts_of(form), typed=[*typed, (STARTED, "1")], **where)


def show_review(request: MemberRequest, form: RunForm, plan: RunPlan, **context: Any) -> HttpResponse:
    """Show what would be bought. `typed`: what its forms send again; `start` and `count`: where they are sent."""
    context |= {"form": form, "plan": plan, "preview": plan.preview, "forecast": plan.forecast}
    return render(request, "studio/review.html", context | {"limit": f"{expansion.MAX_CELLS:,}"})


@require_POST
def review(request: MemberRequest) -> HttpResponse:
    """List axes, images and prices of what was typed, and what leaving a value out would save. Buys nothing."""
    form = ComposeForm(request.POST)
    plan = plan_form(form, owner=request.user)
    return _show_review(request, form, plan) if form.is_valid() else show_studio(request, form, plan)


def show_studio(request: MemberRequest, form: ComposeForm, plan: RunPlan, **said: Any) -> HttpResponse:
    """Show the studio with this form in it: what is typed stays, and every problem stands beside its field.

    `said`: `trouble`, why a press came to nothing, above it all; `recipe`, what was read from a file; `with_recipe`,
    pictures among the references whose recipe can be read; `filled`, whether it was filled from elsewhere.
    """
    context = _form_context(form, plan, request.user) | said
    if request.htmx:
        return render(request, "studio/_compose.html", context)
    context |= {"strips": run_strips.newest_strips(request.user), "starters": STARTERS}
    return render(request, "studio/studio.html", context)


def _go_to(request: MemberRequest, run: Run) -> HttpResponse:
    address = reverse("run", args=[run.key])
    if request.htmx:
        return HttpResponseClientRedirect(address)
    return redirect(address)


@require_POST
def check(request: MemberRequest) -> HttpResponse:
    """Answer while somebody types: the price, what is wrong, the colours named. Keeps it, and buys nothing."""
    drafts.keep_draft(request.user, prefill_form.read_typed(request.POST), nonce=request.POST.get("nonce", ""))
    form = ComposeForm(request.POST, unfinished=True)
    plan = plan_form(form, owner=request.user)
    whys: list[tuple[str, Any, Any]] = [
        (name, form.errors.get(name, []), form.offers.get(name)) for name in form.fields if name not in SILENT
    ]
    return render(request, "studio/_check.html", _form_context(form, plan, request.user) | {"whys": whys})


@require_safe
def newest_runs(request: MemberRequest) -> HttpResponse:
    """Answer one poll: the runs that changed since the stamp, 204 while none did."""
    stamp = request.GET.get("stamp")
    if stamp == run_strips.newest_stamp(request.user):
        return HttpResponse(status=204)
    newest = run_strips.newest_strips(request.user)
    return render(request, "runs/strips/_strips_changes.html", {"strips": newest, **newest.since(stamp or "")})


def _form_context(form: ComposeForm, plan: RunPlan, user: User) -> dict[str, Any]:
    prompt = str(form["prompt"].value() or "")
    return {
        "form": form,
        **controls.of_fields(form),
        "shapes": controls.Shapes(form),
        "taken": controls.taken(form),
        "colours": prompt_facts.hex_colours(prompt),
        "json": prompt_facts.json_prompt(prompt),
        "doubts": doubts_of(form),
        **references.list_references(form, user),
        "refused": plan.refused,
        "hints": prompt_variants.hints(prompt, lines=bool(form["prompt_lines"].value())),
        **_price(plan),
        # Said once something was typed, not of the form as it opens.
        "sizes": plan.sizes if form.is_bound else [],
        "notes": plan.notes if form.is_bound else [],
    }


def _price(plan: RunPlan) -> dict[str, Any]:
    return {"quote": plan.quote, "preview": plan.preview, "large": plan.is_large, "forecast": plan.forecast}

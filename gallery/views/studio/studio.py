"""The studio: compose a run, see what it costs, press once."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from gallery import tasks
from gallery.catalogue import flux_models, params, prompts
from gallery.forms.studio import compose as forms
from gallery.forms.studio import prefill as recalls
from gallery.forms.studio.compose import ComposeForm
from gallery.services.prices import price_book
from gallery.services.runs import expansion, submission
from gallery.views.runs import strips
from gallery.views.studio import prefill

STARTED = "start"  # sent by the review: whoever presses there has seen what a large run buys


def compose(request):
    """Show the form, or take it: one press makes one run."""
    if request.method == "POST":
        return _submit(request)
    typed = recalls.typed(request.GET)
    values = recalls.over(typed, prefill.values(request, request.GET, onto=prefill.START))
    return show(request, recalls.form_of(values, owner=request.user, judged=bool(typed)))


@require_POST
def fill(request):
    """Put a past prompt, a preset or parts of a picture into what is typed already. Buys nothing."""
    values = prefill.values(request, request.POST, onto=recalls.typed(request.POST) or prefill.START)
    return filled(request, values)


def filled(request, values):
    """Show the studio with these values, and say in the browser that they came from elsewhere."""
    form = recalls.form_of(values, owner=request.user, judged=True)
    return trigger_client_event(show(request, form), "fluxweb:filled", after="swap")


def _submit(request):
    form = ComposeForm(request.POST, owner=request.user)
    if not form.is_valid() or "edit" in request.POST:
        return show(request, form)
    if form.is_large and STARTED not in request.POST:
        return _review_first(request, form)
    if form.asks_first():
        return _show_review(request, form) if form.is_large else show(request, form)
    nonce = form.cleaned_data["nonce"] or forms.random_key()
    try:
        run = submission.submit_run(
            owner=request.user, nonce=nonce, values=form.values(), models=form.model_ids(), seed=form.seed_text(),
            project=form.cleaned_data["project"], form=form.as_typed(), buy_again=form.buys_again,
        )  # fmt: skip
    except expansion.InvalidMatrix as invalid:
        form.say(invalid.problems)
        return show(request, form)
    tasks.wake_workers(run.size)
    return _go_to(request, reverse("run", args=[run.key]))


def _review_first(request, form):
    """Show the run before it is bought, on a page of its own: the browser goes there with everything typed."""
    if request.htmx:
        return trigger_client_event(HttpResponse(status=204), "fluxweb:review")
    return _show_review(request, form)


def _show_review(request, form):
    where = {"start": reverse("studio"), "count": reverse("studio-review"), "back": "Back to the studio"}
    return show_review(request, form, typed=[*_typed(request.POST), (STARTED, "1")], **where)


def show_review(request, form, *, typed, start, count, back):
    """Show what would be bought. `typed`: what its forms send again; `start` and `count`: where they are sent."""
    context = {"form": form, "review": form.review_of(), "limit": f"{expansion.MAX_CELLS:,}", "outlook": form.outlook}
    context |= {"typed": typed, "start": start, "count": count, "back": back}
    return render(request, "studio/review.html", context)


def _typed(sent):
    """List (name, value) of everything that the next press must send again; the page itself asks what to skip."""
    names = [name for name in ComposeForm.base_fields if name not in ("skip", "buy_again", "let_wait", "as_written")]
    return [(name, value) for name in names for value in sent.getlist(name)]


@require_POST
def review(request):
    """List axes, images and prices of what was typed, and what leaving a value out would save. Buys nothing."""
    form = ComposeForm(request.POST, owner=request.user)
    return _show_review(request, form) if form.is_valid() else show(request, form)


def show(request, form, *, trouble=""):
    """Show the studio with this form in it: what is typed stays, and every problem stands beside its field.

    `trouble`: why a press came to nothing, said above it all.
    """
    if request.htmx:
        return render(request, "studio/_compose.html", _form_context(form))
    return render(
        request,
        "studio/studio.html",
        _form_context(form) | {"strips": strips.newest(request.user), "trouble": trouble},
    )


def _go_to(request, address):
    if request.htmx:
        return HttpResponse(headers={"HX-Redirect": address})
    return redirect(address)


@require_POST
def check(request):
    """Answer while somebody types: the price, what is wrong, the colours named. Buys nothing."""
    form = ComposeForm(request.POST, owner=request.user, unfinished=True)
    form.is_valid()
    return render(request, "studio/_check.html", _form_context(form))


@require_safe
def newest_runs(request):
    """Answer one poll: the runs that changed since the stamp, 204 while none did."""
    stamp = request.GET.get("stamp")
    if stamp == strips.newest_stamp(request.user):
        return HttpResponse(status=204)
    newest = strips.newest(request.user)
    return render(request, "runs/strips/_strips_changes.html", {"strips": newest, **newest.since(stamp or "")})


def _form_context(form):
    prompt = str(form["prompt"].value() or "")
    return {
        "form": form,
        "families": families(form),
        **_shapes(form),
        "params": params.PARAMS,
        "safety_levels": forms.SAFETY_LEVELS,
        "formats": forms.FORMATS,
        "projects": forms.project_names(),
        "colours": prompts.hex_colours(prompt),
        "json": prompts.json_prompt(prompt),
        **_price(form),
        "taken": _taken(form),
    }


def _shapes(form):
    """The tiles, and which of them are chosen: one, or with the switch for it any number."""
    several = form.several_shapes()
    exact = any(form[name].value() for name in ("size", "width", "height"))
    return {
        "ratio_tiles": forms.RATIO_TILES,
        "size_tiles": forms.SIZE_TILES,
        "tile_type": "checkbox" if several else "radio",
        "ratios": form.ratios() if several or not exact else [],
        "sizes": form.sizes_asked(),
        "other_sizes": form.other_sizes() if several else [],
    }


def families(form):
    """The models as cards, by family: the first is open, and every one in which something is ticked."""
    book = price_book.open_book()
    found = {}
    for model in flux_models.FLUX_MODELS:
        found.setdefault(model.family, []).append(_card(model, form, book))
    first = flux_models.FLUX_2
    return [
        {"name": name, "cards": cards, "open": name == first or any(card["ticked"] for card in cards)}
        for name, cards in found.items()
    ]


def _card(model, form, book):
    ticked = model.id in (form["model"].value() or [])
    return {
        "model": model,
        "ours_micros": book.row(model.id).ours_micros,
        "ticked": ticked,
        "takes": " ".join(sorted(_takes(model))),
    }


def _taken(form):
    """Which of the special parameters any ticked model takes: the form shows only those."""
    ticked = [flux_models.get(name) for name in form["model"].value() or [] if name in flux_models.ids()]
    return set().union(*(_takes(model) for model in ticked))


def _takes(model):
    return {*model.takes, model.shape_by}


def _price(form):
    """Price the form, also as it opens: the button never stands without its price."""
    if not form.is_bound:
        form = recalls.form_of(form.initial, owner=form.owner, judged=True)
    return {"quote": form.quote(), "review": form.review_of(), "large": form.is_large, "outlook": form.outlook}

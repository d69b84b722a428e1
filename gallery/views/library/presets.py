"""Presets: everything that the studio holds, under a name; a saved matrix is one too."""

from collections.abc import Sequence
from typing import Any, cast

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.models.params import PARAMS
from gallery.forms.saved_items import NameForm, SaveForm
from gallery.forms.studio.compose import ComposeForm
from gallery.forms.studio.prefill import TYPED, preset_content
from gallery.forms.studio.run_form import FOLDED
from gallery.models import Preset
from gallery.services.library import saved_items
from gallery.services.library.saved_items import NameTaken
from gallery.views.library import saved_items as saved_item_views
from gallery.views.studio import studio

WORDS = {
    "prompt_lines": "Every line is a prompt", "replace": "A word and what else to try", "model": "Models",
    "seed": "Seeds", "variant_seeds": "Seeds of the variants", "aspect_ratio": "Ratio",
    "output_format": "Format", "prompt_upsampling": "Upsampling", "skip": "Left out", "project": "Project",
}  # fmt: skip
ORDER = (
    "prompt", "prompt_lines", "replace", "model", "seed", "variant_seeds", "aspect_ratio", "size",
    "output_format", "safety_tolerance", "prompt_upsampling", "steps", "guidance", "skip", "project",
)  # fmt: skip
SHORT = ("model", "seed", "aspect_ratio", "size", "steps", "guidance")  # in lists


@require_safe
def list_presets(request: MemberRequest) -> HttpResponse:
    of = request.GET.get("of", "")
    return _list(request, SaveForm(owner=request.user), of=of if of in ("team", "bin") else "mine")


def _list(request: MemberRequest, form: SaveForm, *, of: str = "mine", **also: object) -> HttpResponse:
    """Show the list; in the dialog over the studio with the form that adds to it."""
    page = saved_item_views.read_page(request, Preset, of=of)
    context = {
        "page": page,
        "rows": [(preset, _short(preset.form)) for preset in page.rows],
        "deleted": saved_item_views.just_deleted(request, Preset),
        "picker": in_picker(request),
        "form": form,
    }
    return render(
        request, "library/presets/_presets.html" if request.htmx else "library/presets/presets.html", context | also
    )


def _short(form: dict[str, Any]) -> list[str]:
    """List the values that tell one preset from another."""
    varied = {name: value for name, value in form.items() if value != FOLDED.get(name)}
    return [value for _, value in facts(varied, SHORT)]


def in_picker(request: MemberRequest) -> bool:
    return "picker" in request.GET or "picker" in request.POST


@require_POST
def save(request: MemberRequest) -> HttpResponse:
    """Keep what the studio holds under a name: asks for the name, or takes it."""
    typed = ComposeForm(request.POST, unfinished=True)
    plan = studio.plan_form(typed)
    form = SaveForm(request.POST if "name" in request.POST else None, owner=request.user)
    preset = _save(form, typed, plan) if typed.is_valid() and form.is_valid() else None
    if in_picker(request):
        return _list(request, SaveForm(owner=request.user) if preset else form, saved=preset, studio=typed)
    if preset is None:
        sent = [(name, value) for name in TYPED for value in request.POST.getlist(name)]
        return render(request, "library/presets/preset_save.html", {"form": form, "studio": typed, "typed": sent})
    messages.success(request, f"Saved as “{preset.name}”.")
    return redirect("preset", key=preset.key)


def _save(form: SaveForm, typed: ComposeForm, plan: Any) -> Preset | None:
    """Make the preset, or give the one of this name its new content; None if somebody took the name just now."""
    content = {"form": preset_content(typed), "images": len(plan.cells)}
    shared = form.cleaned_data["shared"]
    try:
        if form.row is None:
            return saved_items.add_item(
                Preset, owner=form.owner, name=form.cleaned_data["name"], shared=shared, **content
            )
        saved_items.change_item(form.row, shared=shared, **content)
    except NameTaken:
        form.say_taken()
        return None
    return cast("Preset", form.row)


def show(request: MemberRequest, key: str) -> HttpResponse:
    """Show everything that a preset holds; its owner gives it another name, shares it or not."""
    if request.method == "POST":
        return _change(request, access.saved_item_write(request, Preset, key))
    preset = access.saved_item_read(request, Preset, key)
    return _page(request, preset, NameForm(initial={"name": preset.name, "shared": preset.shared}, owner=request.user))


def _change(request: MemberRequest, preset: Preset) -> HttpResponse:
    form = NameForm(request.POST, owner=request.user, row=preset)
    if form.is_valid():
        try:
            saved_items.change_item(preset, **form.cleaned_data)
        except NameTaken:
            form.say_taken()
        else:
            messages.success(request, f"“{form.cleaned_data['name']}” is kept.")
            return redirect("preset", key=preset.key)
    return _page(request, preset, form)


def _page(request: MemberRequest, preset: Preset, form: NameForm) -> HttpResponse:
    context = {"preset": preset, "facts": facts(preset.form), "form": form, "mine": preset.owner == request.user}
    return render(request, "library/presets/preset.html", context)


def facts(form: dict[str, Any], names: Sequence[str] = ORDER) -> list[tuple[str, str]]:
    """List (label, value) of what a preset holds."""
    if form.get("width") or form.get("height"):
        form = form | {"size": ", ".join(filter(None, (form.get("size"), _sides(form))))}
    return [(WORDS.get(name) or PARAMS[name].label, _written(form[name])) for name in names if form.get(name)]


def _sides(form: dict[str, Any]) -> str:
    return f"{form.get('width', '')} × {form.get('height', '')}"


def _written(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value))
    return "yes" if value is True else str(value)

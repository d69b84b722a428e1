"""What the studio is filled with: its address, a run, a picture, a preset, a past prompt."""

from collections.abc import Iterable, Mapping
from typing import Any

from django.http import QueryDict

from gallery.catalogue.parameters import inputs
from gallery.catalogue.parameters.shapes import size_tile
from gallery.catalogue.prompts.prompt_syntax import escaped
from gallery.catalogue.templates.ready_templates import ReadyTemplate, fill_example
from gallery.catalogue.templates.template_variables import Filled
from gallery.forms.studio.compose import VALUES, ComposeForm
from gallery.models import Job, PastPrompt, Preset, PromptTemplate, Run, Share
from gallery.models.keys import random_key
from gallery.services.references.inputs import pictures_of

TYPED = (*VALUES, "model", "seed", "project")  # what an address may fill
SHAPE = ("aspect_ratio", "size", "width", "height", "shapes_several")
PARTS = {"prompt": ("prompt", "prompt_lines", "replace"), "seed": ("seed",), "shape": SHAPE}
NO_SHAPE = dict.fromkeys(SHAPE, "")
# What stands in a field that somebody left alone: a run or a preset means all fields, also those.
UNTOUCHED = {name: ComposeForm.base_fields[name].initial or "" for name in TYPED} | NO_SHAPE


def from_run(run: Run) -> dict[str, Any]:
    """Return initial values that compose the same run again."""
    project = run.project.name if run.project else ""
    return {**UNTOUCHED, **run.form, "project": project, "nonce": random_key()}


def from_job(job: Job, *, use: Iterable[str] = ()) -> dict[str, Any]:
    """Return initial values that make the same picture again; `use`: only these parts of them."""
    everything = {
        **UNTOUCHED,
        **_recipe_of(job),
        "prompt": escaped(job.prompt),
        "model": [job.model],
        "seed": str(job.seed),
        **_inputs_of(job),
    }
    everything["project"] = job.run.project.name if job.run.project else ""
    names = [name for part in use for name in PARTS.get(part, ())]
    return {name: everything[name] for name in names} or everything


def from_shared(job: Job, share: Share) -> dict[str, Any]:
    """Return initial values for a copy of what somebody shared: as much of its recipe as the link shows."""
    whole = {**from_job(job), "project": "", "reference_key": []}  # what went in is nobody else's
    names = whole.keys() if share.show_model else {"prompt", *SHAPE}  # parameters would give the model away
    return {name: whole[name] for name in names if name in whole and (name != "seed" or share.show_seed)}


def from_past(past: PastPrompt) -> dict[str, Any]:
    """Return a prompt as it was typed."""
    return {**dict.fromkeys(PARTS["prompt"], ""), "prompt": past.prompt}


def from_preset(preset: Preset) -> dict[str, Any]:
    """Return everything that a preset holds. One without a prompt leaves the prompt alone."""
    kept = {**UNTOUCHED, **preset.form}
    return kept if kept["prompt"] else {name: kept[name] for name in kept if name not in PARTS["prompt"]}


def from_starter(template: ReadyTemplate) -> dict[str, Any]:
    """Return a prompt that can be sent as it is, with the model and the shape that its template is best with."""
    return from_filled(fill_example(template)) | suiting(template)


def from_filled(filled: Filled) -> dict[str, Any]:
    """Return the prompt that a template became; nothing of the one before it stays."""
    return {**dict.fromkeys(PARTS["prompt"], ""), "prompt": filled.prompt, "prompt_lines": filled.lines}


def suiting(template: ReadyTemplate | PromptTemplate) -> dict[str, Any]:
    """Return the model and the shape that a template is best with, as far as it names them."""
    named = {"model": [template.model] if template.model else [], "aspect_ratio": template.aspect_ratio}
    return {name: value for name, value in named.items() if value}


def from_draft(draft: Mapping[str, Any]) -> dict[str, Any]:
    """Return what stood in the studio: what was not sent with it was not ticked."""
    return {**UNTOUCHED, **draft}


def from_recipe(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what the recipe of a file fills in."""
    return _with_sides(dict(values))


def read_typed(sent: QueryDict) -> dict[str, Any]:
    """Return what was sent for the fields of the studio, under the names of the API; others are left out."""
    fields = ComposeForm.base_fields
    return {name: fields[name].widget.value_from_datadict(sent, {}, name) for name in TYPED if name in sent}


def draft_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return what of these values a draft keeps: what can be typed."""
    return {name: values[name] for name in TYPED if name in values}


def as_sent(values: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return fields as a form sends them: a list is sent value by value, what is not ticked is not."""
    pairs = [(name, value) for name, values_ in values.items() for value in _listed(values_)]
    return [(name, "on" if value is True else str(value)) for name, value in pairs if value is not False]


def _listed(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def merge_values(values: dict[str, Any], others: dict[str, Any]) -> dict[str, Any]:
    """Lay values over others. A shape is one thing: whoever names a part of it means all of it."""
    if not values.keys().isdisjoint(SHAPE):
        others = {**others, **NO_SHAPE}
    return {**others, **values}


def prefilled_form(values: dict[str, Any]) -> ComposeForm:
    """Return the form with these values in it, as if it were sent and not finished yet."""
    return ComposeForm(_sent(ComposeForm(initial=values)), unfinished=True)


def form_of_job(job: Job, *, nonce: str = "", **asked: Any) -> ComposeForm:
    """Return the studio's form with the request of a picture in it, and what is asked for in place of its own."""
    form = prefilled_form({**from_job(job), **asked, "nonce": nonce})
    form.is_valid()
    return form


def _sent(form: ComposeForm) -> dict[str, Any]:
    """Return what a form that was not sent would send."""
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def preset_content(form: ComposeForm) -> dict[str, Any]:
    """Return what a valid form holds, as a preset keeps it: a prompt that is not written yet is none."""
    kept = form.as_typed()
    kept.pop("buy_again", None)
    if not (form.cleaned_data.get("prompt") or "").strip():
        kept.pop("prompt", None)
    return kept


def _inputs_of(job: Job) -> dict[str, Any]:
    """The pictures that go in, with the shape that an edit without one has."""
    keys = [picture.key for picture in pictures_of(job)] if inputs.has_inputs(job.parameters) else []
    if not keys:
        return {}
    asked = {} if "aspect_ratio" in job.parameters else {"aspect_ratio": inputs.MATCH}
    return {"reference_key": keys, "references_as": inputs.TOGETHER, **asked}


def _recipe_of(job: Job) -> dict[str, Any]:
    return _with_sides(inputs.without_inputs(job.parameters))


def _with_sides(recipe: dict[str, Any]) -> dict[str, Any]:
    """A size that no tile shows stands in the fields of its sides."""
    if size_tile(recipe.get("size")) is None and recipe.get("size"):
        recipe["width"], recipe["height"] = recipe.pop("size").split("x")
    return recipe

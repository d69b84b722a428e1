"""What the studio is filled with: its address, a run, a picture, a preset, a past prompt."""

from gallery.forms.compose import VALUES, ComposeForm, tile_of
from gallery.models.keys import random_key

TYPED = (*VALUES, "model", "seed", "project")  # what an address may fill
SHAPE = ("aspect_ratio", "size", "width", "height", "shapes_several")
PARTS = {"prompt": ("prompt", "prompt_lines", "replace"), "seed": ("seed",), "shape": SHAPE}
ONE_SHAPE = dict.fromkeys(SHAPE, "")


def from_run(run):
    """Return initial values that compose the same run again."""
    project = run.project.name if run.project else ""
    return {**ONE_SHAPE, **run.form, "project": project, "nonce": random_key()}


def from_job(job, *, use=()):
    """Return initial values that make the same picture again; `use`: only these parts of them."""
    everything = {**ONE_SHAPE, **_recipe_of(job), "prompt": job.prompt, "model": [job.model], "seed": str(job.seed)}
    everything["project"] = job.run.project.name if job.run.project else ""
    names = [name for part in use for name in PARTS.get(part, ())]
    return {name: everything.get(name, "") for name in names} or everything


def from_past(past):
    """Return a prompt as it was typed."""
    return {**dict.fromkeys(PARTS["prompt"], ""), "prompt": past.prompt}


def from_preset(preset):
    """Return everything that a preset holds. One without a prompt leaves the prompt alone."""
    return {**ONE_SHAPE, **preset.form}


def typed(sent):
    """Return what was sent for the fields of the studio, under the names of the API; others are left out."""
    fields = ComposeForm.base_fields
    return {name: fields[name].widget.value_from_datadict(sent, {}, name) for name in TYPED if name in sent}


def over(values, others):
    """Lay values over others. A shape is one thing: whoever names a part of it means all of it."""
    if not values.keys().isdisjoint(SHAPE):
        others = {**others, **ONE_SHAPE}
    return {**others, **values}


def form_of(values, *, owner, judged):
    """Return the form with these values in it; `judged`: what is wrong with them is said beside the fields."""
    form = ComposeForm(initial=values, owner=owner)
    if judged:
        form = ComposeForm(plain(form), owner=owner, unfinished=True)
        form.is_valid()
    return form


def plain(form):
    """Return what a form that was not sent would send."""
    return {name: form[name].value() for name in form.fields if form[name].value() is not None}


def _recipe_of(job):
    recipe = dict(job.parameters)
    if tile_of(recipe.get("size")) is None and recipe.get("size"):
        recipe["width"], recipe["height"] = recipe.pop("size").split("x")
    return recipe

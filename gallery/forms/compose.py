"""The form of the studio: fields named like the API's parameters, checked cell by cell by the catalogue."""

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gallery.catalogue import flux_models, params, shapes
from gallery.models import Project
from gallery.models.keys import random_key
from gallery.services import matrix

MODEL_CHOICES = [(model_id, model_id) for model_id in flux_models.ids()]
START_MODEL = "flux-2-klein-9b"  # four drafts for a few cents
VALUES = (
    "prompt", "size", "width", "height", "aspect_ratio", "output_format", "safety_tolerance", "prompt_upsampling",
    "steps", "guidance", "prompt_lines",
)  # fmt: skip
SILENT = ("nonce", "prompt_upsampling", "prompt_lines")  # nothing typed there can be wrong
FOLDED = {"output_format": "jpeg", "safety_tolerance": "2", "prompt_upsampling": "", "steps": "50", "guidance": "4.5"}
SAFETY_LEVELS = (
    ("0", "strictest"), ("1", "commercial"), ("2", "general (default)"), ("3", "general"),
    ("4", "artistic"), ("5", "artistic, lenient"), ("6", "most lenient, may be refused"),
)  # fmt: skip
UNWRITTEN = "a picture"  # stands in for the prompt while the price of an unfinished form is counted
RATIO_TILES = [shape for shape in shapes.SHAPES if shape.kind == "ratio"]
SIZE_TILES = [shape for shape in shapes.SHAPES if shape.kind == "size"]


def refuse_broken_text(value):
    """Half a character or other bytes that are no text arrive as U+FFFD: nobody wants to pay for a prompt with it."""
    if "\ufffd" in value:
        raise ValidationError("A character here is broken: look for \ufffd and remove it.")


def text(name, **options):
    """A field that takes what was typed as it is: the catalogue reads and judges it."""
    return forms.CharField(
        required=False, strip=False, label=params.PARAMS[name].label, help_text=params.PARAMS[name].hint,
        validators=[refuse_broken_text], **options,
    )  # fmt: skip


class LastTyped(forms.TextInput):
    """Several controls share the name: tiles and a text field. What was typed wins over a tile."""

    def value_from_datadict(self, data, files, name):
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
        return next((value for value in reversed(values) if value), "")


class ComposeForm(forms.Form):
    """One run. Problems stand beside their fields; `offers` says which values would be right."""

    prompt = text("prompt", widget=forms.Textarea(attrs={"rows": 5}))
    prompt_lines = forms.BooleanField(required=False, label="One prompt per line")
    model = forms.MultipleChoiceField(
        choices=MODEL_CHOICES,
        required=False,
        label="Models",
        error_messages={"invalid_choice": "“%(value)s” is no FLUX model."},
    )
    seed = text("seed", initial="4 random")
    aspect_ratio = text("aspect_ratio", initial="1:1", widget=LastTyped)
    size = text("size")
    width = text("width")
    height = text("height")
    output_format = text("output_format", initial="jpeg")
    safety_tolerance = text("safety_tolerance", initial="2")
    prompt_upsampling = forms.BooleanField(
        required=False,
        label=params.PARAMS["prompt_upsampling"].label,
        help_text=params.PARAMS["prompt_upsampling"].hint,
    )
    steps = text("steps", initial="50")
    guidance = text("guidance", initial="4.5")
    project = forms.CharField(
        required=False, max_length=80, label="Project", help_text="A client or a campaign, for reports.",
        validators=[refuse_broken_text],
    )  # fmt: skip
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=random_key)

    def __init__(self, *args, unfinished=False, **kwargs):
        """`unfinished`: the person is still typing, so an empty prompt is no mistake yet."""
        super().__init__(*args, **kwargs)
        self.unfinished = unfinished
        self.offers = {}
        self.cells = []
        self.fields["seed"].label = "Seeds"
        self.fields[
            "seed"
        ].help_text = "“4 random”, or a list such as 42, 43, 100..110. The same seeds go to every model."

    def clean(self):
        cleaned = super().clean()
        if "model" in self.errors:
            return cleaned
        try:
            self.cells = matrix.expand(self.values(), models=self.model_ids(), seed=self.seed_text(), draw=range)
        except matrix.InvalidMatrix as invalid:
            self.say(invalid.problems)
        return cleaned

    def say(self, problems):
        """Put each problem beside its field."""
        for field, problem in problems.items():
            name = field if field in self.fields else None
            if not self.has_error(name):
                self.add_error(name, problem.message)
            self.offers[field] = problem.offer

    def other_ratio(self):
        """Return a ratio that no tile shows, for the text field."""
        ratio = self["aspect_ratio"].value() or ""
        return "" if any(tile.value == ratio for tile in RATIO_TILES) else ratio

    def sides(self):
        """Return width and height as typed; a size that no tile shows stands in them too, so that it is not lost."""
        width, height, size = (self[name].value() or "" for name in ("width", "height", "size"))
        if not (width or height) and size and tile_of(size) is None:
            width, _, height = size.partition("x")
        return {"width": width, "height": height}

    def values(self):
        """Return what was typed by API name. The most exact shape wins: both sides, then a size, then a ratio."""
        typed = {name: self.cleaned_data.get(name) for name in VALUES}
        if typed["width"] or typed["height"] or typed["size"]:
            typed["aspect_ratio"] = None
        if self.unfinished and not (typed["prompt"] or "").strip():
            typed["prompt"] = UNWRITTEN
        if not typed["prompt_lines"]:
            del typed["prompt_lines"]
        return {name: value for name, value in typed.items() if value not in (None, "")}

    def model_ids(self):
        """Return the ticked models, each once: a form that sends one twice does not buy every picture twice."""
        return list(dict.fromkeys(self.cleaned_data.get("model") or []))

    def seed_text(self):
        return self.cleaned_data.get("seed") or ""

    def quote(self):
        """Return the quote of the whole run, or None while it cannot be told."""
        return matrix.total(self.cells) if self.cells else None

    def notes(self):
        """Return what will be converted, once per model, in words."""
        return list(dict.fromkeys((cell.request.model_id, note) for cell in self.cells for note in cell.request.notes))

    def sizes(self):
        """Return the sizes in pixels that the pictures will have, one for each kind of model."""
        return list(dict.fromkeys((cell.request.width, cell.request.height) for cell in self.cells))

    def whys(self):
        """Return (field, errors, what would be right) for every field, so that what is mended is cleared."""
        return [(name, self.errors.get(name, []), self.offers.get(name)) for name in self.fields if name not in SILENT]

    def more_is_used(self):
        """Whether a folded field is not as it started, or is wrong: then it must be seen."""
        return any(self[name].errors or str(self[name].value() or "") != FOLDED[name] for name in FOLDED)

    def as_typed(self):
        """Return what the run remembers, for "use these settings" and for telling a second press from a new run."""
        typed = {**self.values(), "model": self.model_ids(), "seed": self.seed_text()}
        return typed | {"project": self.cleaned_data.get("project", "")}


def today():
    return timezone.localdate()


def project_names():
    return Project.objects.order_by("name").values_list("name", flat=True)[:200]


def from_run(run):
    """Return initial values that compose the same run again."""
    return {"aspect_ratio": "", **run.form, "project": run.project.name if run.project else "", "nonce": random_key()}


def from_job(job):
    """Return initial values that make the same picture again."""
    recipe = {"aspect_ratio": "", "size": "", **job.parameters}
    if tile_of(recipe.get("size")) is None and recipe["size"]:
        recipe["width"], recipe["height"] = recipe.pop("size").split("x")
    project = job.run.project.name if job.run.project else ""
    return {**recipe, "prompt": job.prompt, "model": [job.model], "seed": str(job.seed), "project": project}


def tile_of(size):
    return next((shape for shape in SIZE_TILES if shape.value == size), None)

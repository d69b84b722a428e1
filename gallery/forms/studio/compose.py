"""The form of the studio: fields named like the API's parameters, checked cell by cell by the catalogue."""

import hashlib

from django import forms
from django.conf import settings
from django.utils.functional import cached_property

from gallery.catalogue import flux_models, lists, seeds, shapes, values, words
from gallery.forms.fields import Joined, LastTyped, Shapes, SkippedField, refuse_broken_text, text
from gallery.models import Project
from gallery.models.keys import random_key
from gallery.services.budgets import forecast
from gallery.services.jobs import queue
from gallery.services.runs import expansion, preview, reuse

MODEL_CHOICES = [(model_id, model_id) for model_id in flux_models.ids()]
START_MODEL = "flux-2-klein-9b"  # four drafts for a few cents
VALUES = (
    "prompt", "prompt_lines", "replace", "size", "width", "height", "aspect_ratio", "shapes_several", "output_format",
    "safety_tolerance", "prompt_upsampling", "steps", "guidance", "variant_seeds", "skip",
)  # fmt: skip
# Nothing typed there can be wrong.
SILENT = (
    "nonce", "prompt_lines", "shapes_several", "variant_seeds", "skip", "buy_again", "let_wait", "as_written",
)  # fmt: skip
FOLDED = {"output_format": "jpeg", "safety_tolerance": "2", "prompt_upsampling": "", "steps": "50", "guidance": "4.5"}
FORMATS = (("jpeg", "JPEG"), ("png", "PNG"), ("jpeg, png", "JPEG and PNG: two pictures"))
SAFETY_LEVELS = (
    ("0", "strictest"), ("1", "commercial"), ("2", "general (default)"), ("3", "general"),
    ("4", "artistic"), ("5", "artistic, lenient"), ("6", "most lenient, may be refused"),
)  # fmt: skip
UNWRITTEN = "a picture"  # stands in for the prompt while the price of an unfinished form is counted
RATIO_TILES = [shape for shape in shapes.SHAPES if shape.kind == "ratio"]
SIZE_TILES = [shape for shape in shapes.SHAPES if shape.kind == "size"]


class ComposeForm(forms.Form):
    """One run. Problems stand beside their fields; `offers` says which values would be right."""

    prompt = text("prompt", widget=forms.Textarea(attrs={"rows": 5}))
    prompt_lines = forms.BooleanField(required=False, label="One prompt per line")
    replace = forms.CharField(
        required=False, strip=False, max_length=4000, label="Replace a word", validators=[refuse_broken_text]
    )
    model = forms.MultipleChoiceField(
        choices=MODEL_CHOICES,
        required=False,
        label="Models",
        error_messages={"invalid_choice": "“%(value)s” is no FLUX model."},
    )
    seed = text("seed", initial="4 random")
    variant_seeds = forms.CharField(required=False, initial="same", label="Seeds of the variants")
    aspect_ratio = text("aspect_ratio", initial="1:1", widget=Shapes)
    size = text("size", widget=Shapes)
    width = text("width")
    height = text("height")
    shapes_several = forms.BooleanField(required=False, label="Several shapes")
    output_format = text("output_format", initial="jpeg")
    safety_tolerance = text("safety_tolerance", initial="2", widget=LastTyped)
    prompt_upsampling = text("prompt_upsampling", widget=Joined)
    steps = text("steps", initial="50")
    guidance = text("guidance", initial="4.5")
    project = forms.CharField(
        required=False, max_length=80, label="Project", help_text="A client or a campaign, for reports.",
        validators=[refuse_broken_text],
    )  # fmt: skip
    skip = SkippedField(required=False)
    buy_again = forms.BooleanField(required=False, label="Buy them again")
    let_wait = forms.BooleanField(required=False)  # what no budget has room for now
    as_written = forms.CharField(required=False, max_length=64)  # which doubts about the prompt somebody has agreed to
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=random_key)

    def __init__(self, *args, owner=None, unfinished=False, **kwargs):
        """`owner`: whose pictures are reused; `unfinished`: still typing, so an empty prompt is no mistake yet."""
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.unfinished = unfinished
        self.offers = {}
        self.axes = {}
        self.cells = []
        self.fields["seed"].label = "Seeds"

    def clean(self):
        cleaned = super().clean()
        if "model" not in self.errors:
            self.lay()
        if self.owner and self.cells:
            self._require_queue_capacity()
        return cleaned

    def _require_queue_capacity(self):
        try:
            queue.require_queue_capacity(self.owner, len(self.prices()))
        except expansion.InvalidMatrix as invalid:
            self.say(invalid.problems)

    def lay(self):
        """Make the cells of what was typed, or put each problem beside its field."""
        try:
            laid = expansion.lay(self.values(), models=self.model_ids(), seed=self.seed_text(), draw=seeds.unknown)
        except expansion.InvalidMatrix as invalid:
            self.axes = invalid.axes
            self.say(invalid.problems)
        else:
            self.axes = laid.axes
            self.cells = laid.cells if self.buys_again or not self.owner else reuse.reuse(laid.cells, owner=self.owner)

    @property
    def buys_again(self):
        return bool(self.cleaned_data.get("buy_again"))

    def prices(self):
        """Return the price of every image that would be bought, in the order of the line."""
        return [cell.quote.ours_micros for cell in self.cells if cell.owned is None]

    @property
    def is_large(self):
        """Whether so much would be bought that it is shown once more before."""
        return len(self.prices()) >= settings.REVIEW_FROM

    @cached_property
    def outlook(self):
        """What the budgets say to it, or None where none applies."""
        if not (self.owner and self.cells):
            return None
        return forecast.look_ahead(self.prices(), owner=self.owner, project=self.cleaned_data.get("project", ""))

    @cached_property
    def doubts(self):
        """What in the prompt looks like a choice and is none, or the other way round, in sentences."""
        return words.doubts(str(self["prompt"].value() or ""), lines=bool(self["prompt_lines"].value()))

    @property
    def doubts_key(self):
        """What agreeing to just these doubts sends: others are asked about anew."""
        return hashlib.sha256("\n".join(self.doubts).encode("utf-8", "replace")).hexdigest()[:16]

    def hints(self):
        """What is sent as it stands though it may not be meant so; nothing stands in the way."""
        return words.hints(str(self["prompt"].value() or ""), lines=bool(self["prompt_lines"].value()))

    @property
    def sends_as_written(self):
        return self["as_written"].value() == self.doubts_key

    def asks_first(self):
        """Whether something must be agreed to before anything is bought; then it says so beside it."""
        return any([self.waits_unasked(), self.doubts_unasked()])

    def doubts_unasked(self):
        if not self.doubts or self.sends_as_written:
            return False
        self.add_error("as_written", "Nothing was bought. Tick this if it is meant so, or change the prompt.")
        return True

    def waits_unasked(self):
        """Whether images would wait for a budget and nobody has agreed to it; then it says so."""
        if not (self.outlook and self.outlook.waits) or self.cleaned_data["let_wait"]:
            return False
        self.add_error("let_wait", "Nothing was bought. Tick this to buy what fits, or ask for less.")
        return True

    def review_of(self):
        return preview.review(self.cells, axes=self.axes, skipped=self.cleaned_data.get("skip") or ())

    def say(self, problems):
        """Put each problem beside its field."""
        for field, problem in problems.items():
            name = field if field in self.fields else None
            if not self.has_error(name):
                self.add_error(name, problem.message)
            self.offers[field] = problem.offer

    def ratios(self):
        return lists.parted(self["aspect_ratio"].value())

    def sizes_asked(self):
        return lists.parted(self["size"].value())

    def other_ratios(self):
        """Return the ratios that no tile shows, for the text field."""
        tiles = {tile.value for tile in RATIO_TILES}
        return ", ".join(ratio for ratio in self.ratios() if ratio not in tiles)

    def several_shapes(self):
        """Whether the tiles can be ticked: asked for, or several are listed already."""
        return bool(self["shapes_several"].value() or len(self.ratios()) > 1 or len(self.sizes_asked()) > 1)

    def other_sizes(self):
        """Return the sizes that no tile shows."""
        return [size for size in self.sizes_asked() if tile_of(size) is None]

    def sides(self):
        """Return width and height as typed; the one size that no tile shows stands in them, so that it is not lost."""
        width, height = (self[name].value() or "" for name in ("width", "height"))
        if not (width or height or self.several_shapes()) and (others := self.other_sizes()):
            width, _, height = others[0].partition("x")
        return {"width": width, "height": height}

    def upsampling(self):
        """Return which of the two switches of the upsampling are on: with it, and beside it without."""
        words = set(lists.parted(str(self["prompt_upsampling"].value() or "").lower()))
        with_it = bool(words & values.TRUE)
        return {"on": with_it, "off": with_it and bool(words & values.FALSE)}

    def safety_listed(self):
        """Return several safety levels for their text field, or nothing if the list has the one."""
        level = str(self["safety_tolerance"].value() or "")
        return "" if any(level == value for value, _ in SAFETY_LEVELS) else level

    def values(self):
        """Return what was typed by API name. Of one shape the most exact wins: both sides, a size, a ratio."""
        typed = {name: self.cleaned_data.get(name) for name in VALUES}
        if not typed["shapes_several"] and (typed["width"] or typed["height"] or typed["size"]):
            typed["aspect_ratio"] = None
        if self.unfinished and not (typed["prompt"] or "").strip():
            typed["prompt"] = UNWRITTEN
        if typed["variant_seeds"] != "own":
            typed["variant_seeds"] = None
        return {name: value for name, value in typed.items() if value not in (None, "", False, [])}

    def model_ids(self):
        """Return the ticked models, each once: a form that sends one twice does not buy every picture twice."""
        return list(dict.fromkeys(self.cleaned_data.get("model") or []))

    def seed_text(self):
        return self.cleaned_data.get("seed") or ""

    def quote(self):
        """Return the quote of the whole run, or None while it cannot be told."""
        return expansion.total(self.cells) if self.cells else None

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
        typed["project"] = self.cleaned_data.get("project", "")
        return typed | ({"buy_again": True} if self.buys_again else {})


def project_names():
    return Project.objects.order_by("name").values_list("name", flat=True)[:200]


def tile_of(size):
    return next((shape for shape in SIZE_TILES if shape.value == size), None)

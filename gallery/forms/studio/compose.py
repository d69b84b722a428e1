"""The form of the studio: fields named like the API's parameters, checked cell by cell by the catalogue."""

from typing import Any

from django import forms

from gallery.catalogue.models.params import MORE
from gallery.catalogue.parameters import inputs
from gallery.forms.fields import Shapes, SkippedField, refuse_broken_text, text
from gallery.forms.studio.references import ReferenceKeysField
from gallery.forms.studio.run_form import RunForm
from gallery.services.runs.plan import RunSpec

START_MODEL = "flux-2-klein-9b"  # four drafts for a few cents
REFERENCES = ("reference_key", "references_as", "join")
VALUES = (
    "prompt", "prompt_lines", "replace", "size", "width", "height", "aspect_ratio", "shapes_several",
    *MORE, "variant_seeds", "skip", *REFERENCES,
)  # fmt: skip
UNWRITTEN = "a picture"  # stands in for the prompt while the price of an unfinished form is counted


class ComposeForm(RunForm):
    """One run, of every combination of what its fields list."""

    prompt = text("prompt", widget=forms.Textarea(attrs={"rows": 5}))
    prompt_lines = forms.BooleanField(required=False, label="One prompt per line")
    replace = forms.CharField(
        required=False, strip=False, max_length=4000, label="Replace a word", validators=[refuse_broken_text]
    )
    seed = text("seed", initial="4 random")
    aspect_ratio = text("aspect_ratio", initial="1:1", widget=Shapes)
    size = text("size", widget=Shapes)
    width = text("width")
    height = text("height")
    shapes_several = forms.BooleanField(required=False, label="Several shapes")
    skip = SkippedField(required=False)
    reference = forms.FileField(required=False, label="Reference images")  # kept by the view; what is wrong stands here
    reference_key = ReferenceKeysField(required=False)
    references_as = forms.CharField(required=False, initial=inputs.TOGETHER, max_length=20)
    join = forms.BooleanField(required=False, label="Join the two into one")

    field_order = (
        "prompt", "prompt_lines", "replace", "model", "seed", "variant_seeds", "aspect_ratio", "size", "width",
        "height", "shapes_several", *MORE, "project", "skip", "reference", *REFERENCES,
    )  # fmt: skip

    def __init__(self, *args: Any, unfinished: bool = False, **kwargs: Any) -> None:
        """`unfinished`: still typing, so an empty prompt is no mistake yet."""
        super().__init__(*args, **kwargs)
        self.unfinished = unfinished

    def spec(self) -> RunSpec:
        return RunSpec(**self.spec_fields())

    def values(self) -> dict[str, Any]:
        """Return what was typed by API name. Of one shape the most exact wins: both sides, a size, a ratio."""
        typed = {name: self.cleaned_data.get(name) for name in VALUES}
        if not typed["shapes_several"] and (typed["width"] or typed["height"] or typed["size"]):
            typed["aspect_ratio"] = None
        if self.unfinished and not (typed["prompt"] or "").strip():
            typed["prompt"] = UNWRITTEN
        if typed["variant_seeds"] != "own":
            typed["variant_seeds"] = None
        if typed["references_as"] != inputs.ALONE or not typed["reference_key"]:
            typed["references_as"] = None
        if not typed["reference_key"]:
            typed["join"] = None
        return {name: value for name, value in typed.items() if value not in (None, "", False, [])}

"""What every form of a new run has: its fields beside the prompts, and where problems with them are said."""

from abc import abstractmethod
from collections.abc import Iterable, Mapping
from typing import Any

from django import forms

from gallery.catalogue.models import flux_models
from gallery.catalogue.models.params import MORE
from gallery.catalogue.problems import Problem
from gallery.forms.fields import Joined, LastTyped, NameField, refuse_broken_text, text
from gallery.models import Project
from gallery.models.keys import random_key
from gallery.services.runs.doubts import Doubts
from gallery.services.runs.plan import RunPlan
from gallery.services.runs.submission import NewRun

MODEL_CHOICES = [(model_id, model_id) for model_id in flux_models.ids()]
FOLDED = {name: param.default_text for name, param in MORE.items()}
FORMATS = (("jpeg", "JPEG"), ("png", "PNG"), ("jpeg, png", "JPEG and PNG: two pictures"))
SAFETY_LEVELS = (
    ("0", "strictest"), ("1", "commercial"), ("2", "general (default)"), ("3", "general"),
    ("4", "artistic"), ("5", "artistic, lenient"), ("6", "most lenient, may be refused"),
)  # fmt: skip


class RunForm(forms.Form):
    """What was typed, not judged yet: the plan of the run says what is wrong. `offers`: values that would be right."""

    model = forms.MultipleChoiceField(
        choices=MODEL_CHOICES,
        required=False,
        label="Models",
        error_messages={"invalid_choice": "“%(value)s” is no FLUX model."},
    )
    seed = text("seed")
    variant_seeds = forms.CharField(required=False, initial="same", label="Seeds of the variants")
    output_format = text("output_format")
    safety_tolerance = text("safety_tolerance", widget=LastTyped)
    prompt_upsampling = text("prompt_upsampling", widget=Joined)
    steps = text("steps")
    guidance = text("guidance")
    project = NameField(
        required=False, max_length=80, label="Project", help_text="A client or a campaign, for reports.",
        validators=[refuse_broken_text],
    )  # fmt: skip
    buy_again = forms.BooleanField(required=False, label="Buy them again")
    let_wait = forms.BooleanField(required=False)  # what no budget has room for now
    as_written = forms.CharField(required=False, max_length=64)  # which doubts about the prompt somebody has agreed to
    nonce = forms.CharField(required=False, max_length=64, widget=forms.HiddenInput, initial=random_key)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offers: dict[str, dict[str, str]] = {}
        self.fields["seed"].label = "Seeds"

    def can_be_planned(self) -> bool:
        """Whether a plan can say what else is wrong; it cannot while a model is none of ours."""
        return "model" not in self.errors

    def add_problems(self, problems: Mapping[str, Problem]) -> None:
        """Put each problem beside its field."""
        for field, problem in problems.items():
            name = field if field in self.fields else None
            if not self.has_error(name):
                self.add_error(name, problem.message)
            self.offers[field] = problem.offer

    def asks_first(self, plan: RunPlan, doubts: Doubts) -> bool:
        """Whether something must be agreed to before anything is bought; then it says so beside it."""
        waits = plan.waits > 0 and not self.cleaned_data["let_wait"]
        if waits:
            self.add_error("let_wait", "Nothing was bought. Tick this to buy what fits, or ask for less.")
        doubted = bool(doubts) and self["as_written"].value() != doubts.key
        if doubted:
            self.add_error("as_written", "Nothing was bought. Tick this if it is meant so, or change the prompt.")
        return waits or doubted

    @abstractmethod
    def values(self) -> dict[str, Any]:
        """Return what was typed, by API name: each form says how."""

    def spec_fields(self) -> dict[str, Any]:
        """Return what every spec of a run holds. A model that is sent twice does not buy every picture twice."""
        typed = self.cleaned_data
        return {
            "values": self.values(),
            "models": list(dict.fromkeys(typed.get("model") or [])),
            "seed": typed.get("seed") or "",
            "project": typed.get("project", ""),
            "buy_again": bool(typed.get("buy_again")),
        }

    def as_typed(self) -> dict[str, Any]:
        """Return what the run remembers, for "use these settings" and for telling a second press from a new run."""
        spec = self.spec_fields()
        typed = {**spec["values"], "model": spec["models"], "seed": spec["seed"], "project": spec["project"]}
        return typed | ({"buy_again": True} if spec["buy_again"] else {})

    def press(self) -> NewRun:
        """Return the press that sent this form."""
        return NewRun(nonce=self.cleaned_data.get("nonce") or random_key(), form=self.as_typed())


def project_names() -> Iterable[str]:
    return Project.objects.order_by("name").values_list("name", flat=True)[:200]

"""The form that lets a run grow: seeds, a model, and the price that was seen before it is pressed."""

from collections.abc import Mapping
from typing import Any, cast

from django import forms

from gallery.catalogue.problems import Problem
from gallery.models import Run
from gallery.services.runs import extension
from gallery.services.runs.plan import RunPlan


class ExtendForm(forms.Form):
    """What to add to a run; only who has seen just its price buys it."""

    seed = forms.CharField(required=False, label="Seeds")
    model = forms.ChoiceField(
        required=False, label="Model", error_messages={"invalid_choice": "That is no model that the run lacks."}
    )
    size = forms.IntegerField(required=False)
    quoted_micros = forms.IntegerField(required=False)
    waits = forms.IntegerField(required=False)

    def __init__(self, *args: Any, run: Run, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        lacking = extension.models_lacking(run)
        model = cast("forms.ChoiceField", self.fields["model"])
        model.choices = [("", "no other"), *((name, name) for name in lacking)]

    def addition(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in ("seed", "model")}

    def price_was_seen(self, plan: RunPlan) -> bool:
        """Whether the price of this plan was shown, and how many would wait for a budget."""
        seen = (self.cleaned_data["quoted_micros"], self.cleaned_data["waits"] or 0)
        assert plan.quote is not None  # there is something to add
        return seen == (plan.quote.ours_micros, plan.waits)

    def add_problems(self, problems: Mapping[str, Problem]) -> None:
        """Put each problem beside its field; those of other fields are about the run as it was typed."""
        for field, problem in problems.items():
            self.add_error(field if field in ("seed", "model") else None, problem.message)

"""The form that lets a run grow: seeds, a model, and the price that was seen before it is pressed."""

from django import forms

from gallery.catalogue.problems import InvalidMatrix
from gallery.services.budgets import forecast
from gallery.services.runs import expansion, extension


class ExtendForm(forms.Form):
    """What to add to a run. `quote` is the price of it; only who has seen just that price buys it."""

    seed = forms.CharField(required=False, label="Seeds")
    model = forms.ChoiceField(
        required=False, label="Model", error_messages={"invalid_choice": "That is no model that the run lacks."}
    )
    size = forms.IntegerField(required=False)
    quoted_micros = forms.IntegerField(required=False)
    waits = forms.IntegerField(required=False)

    def __init__(self, *args, run, **kwargs):
        super().__init__(*args, **kwargs)
        self.run = run
        self.quote = self.outlook = None
        self.fields["model"].choices = [("", "no other"), *((name, name) for name in extension.models_lacking(run))]

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            try:
                self._look_at(extension.plan_extension(self.run, **self.wish()))
            except InvalidMatrix as invalid:
                self.say(invalid.problems)
        return cleaned

    def _look_at(self, cells):
        self.quote = expansion.total(cells)
        bought = [cell.quote.ours_micros for cell in cells if cell.owned is None]
        project = self.run.project.name if self.run.project else ""
        self.outlook = forecast.look_ahead(bought, owner=self.run.owner, project=project)

    @property
    def would_wait(self):
        """How many no budget has room for now."""
        return self.outlook.waits if self.outlook else 0

    def wish(self):
        return {name: self.cleaned_data[name] for name in ("seed", "model")}

    def price_was_seen(self):
        """Whether this price was shown, and how many would wait for a budget."""
        seen = (self.cleaned_data["quoted_micros"], self.cleaned_data["waits"] or 0)
        return self.quote is not None and seen == (self.quote.ours_micros, self.would_wait)

    def say(self, problems):
        """Put each problem beside its field; those of other fields are about the run as it was typed."""
        for field, problem in problems.items():
            self.add_error(field if field in ("seed", "model") else None, problem.message)

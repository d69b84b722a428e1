"""The form that lets a run grow: seeds, a model, and the price that was seen before it is pressed."""

from django import forms

from gallery.services import extensions
from gallery.services.matrix import InvalidMatrix


class ExtendForm(forms.Form):
    """What to add to a run. `quote` is the price of it; only who has seen just that price buys it."""

    seed = forms.CharField(required=False, label="Seeds")
    model = forms.ChoiceField(
        required=False, label="Model", error_messages={"invalid_choice": "That is no model that the run lacks."}
    )
    size = forms.IntegerField(required=False)
    quoted_micros = forms.IntegerField(required=False)

    def __init__(self, *args, run, **kwargs):
        super().__init__(*args, **kwargs)
        self.run = run
        self.quote = None
        self.fields["model"].choices = [("", "no other"), *((name, name) for name in extensions.models_lacking(run))]

    def clean(self):
        cleaned = super().clean()
        if not self.errors:
            try:
                self.quote = extensions.quote_extension(self.run, **self.wish())
            except InvalidMatrix as invalid:
                self.say(invalid.problems)
        return cleaned

    def wish(self):
        return {name: self.cleaned_data[name] for name in ("seed", "model")}

    def price_was_seen(self):
        return self.quote is not None and self.cleaned_data["quoted_micros"] == self.quote.ours_micros

    def say(self, problems):
        """Put each problem beside its field; those of other fields are about the run as it was typed."""
        for field, problem in problems.items():
            self.add_error(field if field in ("seed", "model") else None, problem.message)

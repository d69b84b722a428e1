"""Forms of comparing: a name, a vote between two, the same request once more."""

from typing import Any

from django import forms

from gallery.forms.fields import NameField
from gallery.forms.studio.run_form import MODEL_CHOICES
from gallery.models import Image

MORE_SEEDS = 4  # of one press at a picture


class NameForm(forms.Form):
    """The name under which a comparison is kept."""

    name = NameField(max_length=120)


class RepeatForm(forms.Form):
    """The same picture once more: which press, at which price."""

    nonce = forms.CharField(max_length=64)
    quoted_micros = forms.IntegerField()


class MoreForm(RepeatForm):
    """More of a picture: seeds drawn at random, or its own on these models."""

    seeds = forms.IntegerField(min_value=1, max_value=MORE_SEEDS, required=False)
    model = forms.MultipleChoiceField(choices=MODEL_CHOICES, required=False)

    def clean(self) -> dict[str, Any]:
        """One of both: to ask for seeds on other models is a run that is composed."""
        if bool(self.cleaned_data.get("seeds")) == bool(self.cleaned_data.get("model")):
            raise forms.ValidationError("More seeds or other models.")
        return self.cleaned_data

    def asked(self) -> dict[str, Any]:
        """Return what is asked for in place of the picture's own."""
        seeds, models = self.cleaned_data["seeds"], self.cleaned_data["model"]
        return {"seed": f"{seeds} random"} if seeds else {"model": models}


class VoteForm(forms.Form):
    """Which of two pictures is better, or neither."""

    better = forms.CharField()
    worse = forms.CharField()
    tie = forms.BooleanField(required=False)

    def pair_of(self, found: dict[str, Image]) -> list[Image] | None:
        """Return the two pictures among those {key: image}, or None."""
        keys = self.cleaned_data["better"], self.cleaned_data["worse"]
        return [found[key] for key in keys] if keys[0] != keys[1] and found.keys() >= set(keys) else None

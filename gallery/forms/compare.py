"""Forms of comparing: a name, a vote between two, the same request once more."""

from django import forms

from gallery.forms.fields import NameField
from gallery.models import Image


class NameForm(forms.Form):
    """The name under which a comparison is kept."""

    name = NameField(max_length=120)


class RepeatForm(forms.Form):
    """The same picture once more: which press, at which price."""

    nonce = forms.CharField(max_length=64)
    quoted_micros = forms.IntegerField()


class VoteForm(forms.Form):
    """Which of two pictures is better, or neither."""

    better = forms.CharField()
    worse = forms.CharField()
    tie = forms.BooleanField(required=False)

    def pair_of(self, found: dict[str, Image]) -> list[Image] | None:
        """Return the two pictures among those {key: image}, or None."""
        keys = self.cleaned_data["better"], self.cleaned_data["worse"]
        return [found[key] for key in keys] if keys[0] != keys[1] and found.keys() >= set(keys) else None

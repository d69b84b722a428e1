"""The form of a batch of pairs: two lists of pictures, or a table that names them, under one prompt."""

from typing import Any

from django import forms

from gallery.catalogue.parameters.inputs import MATCH
from gallery.forms.fields import text
from gallery.forms.studio.compose import ComposeForm
from gallery.forms.studio.references import PairsField
from gallery.services.runs.pairs import Pair


class PairsForm(ComposeForm):
    """One run, of every pair with everything that its fields list. `pair`: those that are read already."""

    aspect_ratio = text("aspect_ratio", initial=MATCH)
    left = forms.FileField(required=False, label="Left")  # these three are read by the view
    right = forms.FileField(required=False, label="Right")
    table = forms.FileField(required=False, label="Table or ZIP")
    pair = PairsField(required=False)

    def pairs(self) -> list[Pair]:
        """Return the pairs, each with its own words or those of all."""
        return [Pair(tuple(keys.split()), words) for keys, words in self.cleaned_data.get("pair") or []]

    def values(self) -> dict[str, Any]:
        return {name: value for name, value in super().values().items() if name not in ("reference_key", "join")}

    def as_typed(self) -> dict[str, Any]:
        return {**super().as_typed(), "pairs": [[list(pair.keys), pair.prompt] for pair in self.pairs()]}

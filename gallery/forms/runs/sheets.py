"""What a sheet shall be like: which axes go where, how large its pictures are, in which format it is stored."""

from typing import Any

from django import forms

from gallery.models.contact_sheets import SheetFormat
from gallery.services.contact_sheets.sheet_layout import EDGES
from gallery.services.runs import matrix_layout

AXES = [(name, words[1]) for name, words in matrix_layout.AXES.items()]


class SheetForm(forms.Form):
    """All of it is chosen, nothing is typed."""

    across = forms.ChoiceField(required=False, choices=[("", "as usual"), *AXES])
    page = forms.ChoiceField(required=False, choices=[("", "as usual"), (matrix_layout.NO_PAGES, "none"), *AXES])
    edge = forms.TypedChoiceField(coerce=int, choices=[(edge, f"{name}, {edge} px") for edge, name in EDGES.items()])
    format = forms.ChoiceField(choices=SheetFormat)

    def wish(self) -> dict[str, Any]:
        """Return what the service wants to know."""
        chosen = self.cleaned_data
        return {name: chosen[name] for name in ("across", "page", "edge")} | {"image_format": chosen["format"]}

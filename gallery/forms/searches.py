"""A search of the gallery, and the name under which it is kept."""

from django import forms

from gallery.forms.fields import NameField, refuse_broken_text
from gallery.services.images.filters import Filters


class SearchForm(forms.Form):
    """`query`: the address of the gallery, behind its question mark."""

    name = NameField(max_length=80, label="Name", validators=[refuse_broken_text])
    query = forms.CharField(required=False, widget=forms.HiddenInput)

    def filters(self) -> Filters:
        return Filters.of(self.cleaned_data["query"])

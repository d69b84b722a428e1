"""The form that adds a price. Amounts are typed in dollars and kept in integer micro-dollars."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gallery.catalogue.models import flux_models
from gallery.catalogue.numbers.money import money
from gallery.forms.costs.amounts import DollarsField
from gallery.forms.fields import NameField, refuse_broken_text
from gallery.models import Price
from gallery.models.costs.prices import AMOUNTS
from gallery.services.prices.price_book import Leap

MODELS = [(model_id, model_id) for model_id in flux_models.ids()]


class PriceForm(forms.Form):
    """One row of the price book, from today on or from a later day."""

    model = forms.ChoiceField(choices=MODELS, label="Model")
    starts = forms.DateField(
        label="Counts from",
        help_text="Today or later. What was asked for before keeps the price it was quoted.",
        widget=forms.DateInput(attrs={"type": "date", "class": "input num"}, format="%Y-%m-%d"),
    )
    ours_micros = DollarsField(label="Ours, a call", help_text="Flat, whatever its size.")
    official_first_micros = DollarsField(label="Official, first megapixel")
    official_further_micros = DollarsField(label="Official, each further", help_text="0 if it is flat.")
    official_input_micros = DollarsField(label="Official, each of a reference", help_text="0 if it is flat.")
    source = NameField(
        max_length=200, label="Source", validators=[refuse_broken_text],
        help_text="Where it says so: a page, an invoice, an agreement.",
    )  # fmt: skip
    certain = forms.BooleanField(required=False, label="The official price is certain")
    # Ticked for exactly these amounts: whoever changes one of them after that is asked anew.
    sure = forms.Field(required=False, widget=forms.HiddenInput)

    def clean_starts(self) -> date:
        starts: date = self.cleaned_data["starts"]
        if starts < timezone.localdate():
            raise ValidationError("A price cannot start in the past: what was booked does not change. Start it today.")
        return starts

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        return {name: value for name, value in self.cleaned_data.items() if name != "sure"}

    @property
    def signature(self) -> str:
        """The amounts that somebody can be sure of, in one text."""
        return "-".join(str(self.cleaned_data[name]) for name in ("model", *AMOUNTS))

    @property
    def is_sure(self) -> bool:
        return bool(self.cleaned_data["sure"] == self.signature)

    def ask_about(self, leaps: Iterable[Leap]) -> None:
        """Ask once more: (what it is, the new amount, the last one)."""
        self.asked = [(self.fields[each.name].label, money(each.micros), money(each.last_micros)) for each in leaps]


def initial_of(price: Price) -> dict[str, Any]:
    """Return what the form begins with: the price that counts now, from today."""
    names = ("model", "ours_micros", "official_first_micros", "official_further_micros", "official_input_micros")
    facts = {name: getattr(price, name) for name in names}
    return {**facts, "starts": timezone.localdate(), "certain": price.certain}

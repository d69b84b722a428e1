"""The form for the terms on which credit is bought. Numbers are read by the one reader of amounts."""

import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone

from gallery.catalogue.numbers.amounts import InvalidAmount, read_amount
from gallery.catalogue.numbers.money import typed
from gallery.forms.costs.amounts import DollarsField
from gallery.forms.fields import NameField, refuse_broken_text
from gallery.models import Terms

MILLION = 1_000_000
MOST_PERCENT = 1000
SEED = {"bonus": 15 * MILLION, "bonus_from_micros": 100 * MILLION}  # the provider's offer


class NumberField(forms.Field):
    """A number with up to six decimals, in millionths: a percentage, a rate. A decimal comma is one here too."""

    def __init__(self, **options: Any) -> None:
        widget = forms.TextInput(attrs={"inputmode": "decimal", "autocomplete": "off", "class": "input num"})
        super().__init__(widget=widget, **options)

    def to_python(self, value: object) -> int | None:
        text = re.sub("[%％٪﹪]", "", str(value or "")).strip()
        try:
            return read_amount(text) if text else None
        except InvalidAmount as invalid:
            if invalid.choices:
                meant = " or ".join(typed(each) for each in invalid.choices)
                raise ValidationError(f"This can mean {meant}. Write one of them.") from None
            raise ValidationError("Write a number such as 15 or 7.12, with at most six decimals.") from None

    def prepare_value(self, value: Any) -> Any:
        return typed(value) if isinstance(value, int) else value


class TermsForm(forms.Form):
    """A bonus, an exchange rate, or both, from a day on."""

    starts = forms.DateField(
        label="Counts from",
        widget=forms.DateInput(attrs={"type": "date", "class": "input num"}, format="%Y-%m-%d"),
    )
    bonus = NumberField(label="Top-up bonus, percent", required=False, help_text="0 if there is none.")
    bonus_from_micros = DollarsField(label="For a top-up from", required=False)
    currency = forms.CharField(
        label="Paid in", max_length=3, required=False, help_text="Three letters, such as CNY; empty if in dollars.",
        widget=forms.TextInput(attrs={"class": "input", "autocomplete": "off"}),
    )  # fmt: skip
    rate = NumberField(label="For one US dollar", required=False, help_text="How much of it one dollar costs.")
    source = NameField(max_length=200, label="Source", validators=[refuse_broken_text])

    def clean_bonus(self) -> int:
        micros: int = self.cleaned_data["bonus"] or 0
        if micros > MOST_PERCENT * MILLION or micros % (MILLION // 10):
            raise ValidationError("Write a percentage up to 1000 with at most one decimal.")
        return micros

    def clean_currency(self) -> str:
        currency: str = self.cleaned_data["currency"].upper()
        if currency and not (len(currency) == 3 and currency.isascii() and currency.isalpha()):
            raise ValidationError("Write the three letters of a currency, such as CNY or EUR.")
        return "" if currency == "USD" else currency

    def clean(self) -> dict[str, Any]:
        said = self.cleaned_data
        if not self.errors and bool(said["currency"]) != bool(said["rate"]):
            self.add_error("rate", "A currency and its rate go together.")
        return said

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        said = self.cleaned_data
        return {
            "starts": said["starts"],
            "bonus_permille": said["bonus"] // (MILLION // 10),
            "bonus_from_micros": said["bonus_from_micros"] or 0,
            "currency": said["currency"],
            "rate_micros": said["rate"] or 0,
            "source": said["source"],
        }


def initial_of(terms: Terms | None) -> dict[str, Any]:
    """Return what the form begins with: the terms of today, or the provider's offer."""
    if terms is None:
        return {**SEED, "starts": timezone.localdate()}
    facts: dict[str, Any] = {
        "bonus": terms.bonus_permille * (MILLION // 10),
        "bonus_from_micros": terms.bonus_from_micros,
    }
    facts |= {"currency": terms.currency, "rate": terms.rate_micros} if terms.currency else {}
    return {**facts, "starts": timezone.localdate()}

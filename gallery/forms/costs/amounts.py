"""The field for an amount of money: typed in dollars, kept in integer micro-dollars, and said back while one types."""

from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.urls import reverse

from gallery.catalogue.numbers.amounts import InvalidAmount, read_amount
from gallery.catalogue.numbers.money import money, typed


class DollarsInput(forms.TextInput):
    """A text field; what was typed with two meanings is read as the one that was ticked beside it."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        text, ticked = data.get(name), data.get(f"{name}_means")
        return ticked if ticked and ticked in map(typed, _choices(text or "")) else text


class DollarsField(forms.Field):
    """Dollars with up to six decimals, as integer micro-dollars: never through a float."""

    def __init__(self, **options: Any) -> None:
        super().__init__(widget=DollarsInput(attrs={"inputmode": "decimal", "autocomplete": "off"}), **options)

    def get_bound_field(self, form: forms.BaseForm, field_name: str) -> "BoundDollars":
        return BoundDollars(form, self, field_name)

    def to_python(self, value: object) -> int | None:
        text = str(value or "").strip()
        try:
            return read_amount(text) if text else None
        except InvalidAmount as invalid:
            raise ValidationError(str(invalid)) from None

    def prepare_value(self, value: Any) -> Any:
        """Write micro-dollars as they would be typed; what was typed stays as it is."""
        return typed(value) if isinstance(value, int) else value


class BoundDollars(forms.BoundField):
    """The field on a page, with a line under it that says which amount was read."""

    takes_money = True

    def build_widget_attrs(self, attrs: dict[str, Any], widget: forms.Widget | None = None) -> dict[str, Any]:
        asks = {
            "hx-get": f"{reverse('amount')}?field={self.html_name}",
            "hx-trigger": "input changed delay:150ms",
            "hx-target": f"#{self.echo_id}",
            "hx-sync": "this:replace",
        }
        return super().build_widget_attrs(attrs, widget) | asks

    @property
    def aria_describedby(self) -> str:
        return " ".join(filter(None, [self.echo_id, super().aria_describedby]))

    @property
    def echo_id(self) -> str:
        return f"{self.auto_id}_read"

    @property
    def echo(self) -> str:
        return said_back(self.value() or "")

    @property
    def choices(self) -> list[tuple[str, str]]:
        """The amounts that what was sent can mean, to tick one: (words, what to send)."""
        found = _choices(self.value() or "") if self.errors else ()
        return [(money(each), typed(each)) for each in found]


def _choices(text: str) -> Sequence[int]:
    """Return the micro-dollars of each amount that a text can mean if they are several."""
    try:
        read_amount(text)
    except InvalidAmount as invalid:
        return invalid.choices
    return ()


def said_back(text: str) -> str:
    """Return in a few words which amount is read in a text while it is typed: nothing yet, $5.00, or two."""
    if not text.strip():
        return ""
    try:
        return f"= {money(read_amount(text))}"
    except InvalidAmount as invalid:
        return f"{' or '.join(map(money, invalid.choices))}?" if invalid.choices else "not an amount yet"

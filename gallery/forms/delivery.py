"""How a picture is handed out, chosen from the team's sizes or typed; and the form in which an admin writes a size."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gallery.catalogue.parameters import delivery
from gallery.catalogue.parameters.delivery import Delivery
from gallery.catalogue.problems import InvalidValue
from gallery.forms.fields import NameField, refuse_broken_text
from gallery.models import NamedSize
from gallery.services.library.downloads import Wish
from gallery.services.library.kept_files import Keep

AS_USUAL = [("", "Usual for the size")]
KEEPS = [
    (Keep.ORIGINAL, "Original", "byte for byte as received"),
    (Keep.RECIPE, "With recipe", "prompt, model, seed and settings inside, pixels untouched"),
    (Keep.CLEAN, "Clean", "no recipe and nothing else beside the picture"),
]
TABLES = [("", "With originals and recipes, not with clean files"), ("with", "Yes"), ("without", "No")]


class ReadField(forms.CharField):
    """A text that the catalogue reads and judges; nothing typed is None."""

    def __init__(self, read: Callable[[str], Any], **options: Any) -> None:
        super().__init__(**{"required": False} | options)
        self.read = read

    def clean(self, value: Any) -> Any:
        typed = super().clean(value)
        try:
            return self.read(typed) if typed else None
        except InvalidValue as invalid:
            raise ValidationError(invalid.problem.message) from invalid


class Pair(forms.TextInput):
    """Two number fields of one name, as a form without script sends them; or both in one, as an address is written."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> str:
        values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name) or ""]
        return ",".join(map(str, values))


class DeliveryForm(forms.Form):
    """One way to hand pictures out. `sizes`: those of the team, in their order."""

    named = forms.CharField(required=False)
    size = ReadField(delivery.read_delivered_size)
    format = forms.ChoiceField(required=False, choices=[*AS_USUAL, *delivery.FORMATS.items()])
    fit = forms.ChoiceField(required=False, choices=[*AS_USUAL, *delivery.FITS.items()])
    focus = ReadField(delivery.read_focus, widget=Pair)
    colour = ReadField(delivery.read_colour)
    quality = ReadField(delivery.read_quality)

    def __init__(self, *args: Any, sizes: Iterable[NamedSize], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.sizes = list(sizes)

    def clean_named(self) -> NamedSize | None:
        key = self.cleaned_data["named"]
        if not key:
            return None
        found = next((size for size in self.sizes if size.key == key), None)
        if found is None:
            raise ValidationError("This size is not on the list any more. Choose another one, or type it.")
        return found

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        assert cleaned is not None
        if not self.errors and not cleaned["size"] and not cleaned["named"]:
            self.add_error("size", "Choose a size, or type one like 1920x1080.")
        return cleaned

    def delivery(self) -> Delivery:
        """Return what a valid form asks for: what was typed wins over what the named size says."""
        chosen = self.cleaned_data
        usual = Delivery(*chosen["size"]) if chosen["size"] else _usual(chosen["named"])
        typed = {name: chosen[name] for name in ("format", "fit", "focus", "colour", "quality") if chosen[name]}
        return replace(usual, **typed)

    def focus_fields(self) -> list[tuple[str, str]]:
        """The two numbers as they stand in their fields, with what they count from."""
        across, _, down = str(self["focus"].value() or "50,50").partition(",")
        return [("left", across.strip()), ("top", down.strip())]


def _usual(size: NamedSize) -> Delivery:
    return Delivery(size.width, size.height, format=size.format, fit=size.fit)


class KeepForm(forms.Form):
    """What files keep of what they know, where they come at no exact size. Nothing chosen is the original."""

    keep = forms.ChoiceField(required=False, choices=[(value, name) for value, name, _ in KEEPS])
    mark = forms.ChoiceField(required=False, choices=[("off", "Without the mark")])
    table = forms.ChoiceField(required=False, choices=TABLES)

    rows = KEEPS

    def chosen(self) -> str:
        return str(self["keep"].value() or Keep.ORIGINAL)

    def wish(self, delivery: Delivery | None = None) -> Wish:
        """Return what a valid form asks for. What is handed on without recipes has no table of them either."""
        keep = Keep(self.cleaned_data["keep"] or Keep.ORIGINAL)
        usual = delivery is None and keep != Keep.CLEAN
        table = {"with": True, "without": False}.get(self.cleaned_data["table"], usual)
        return Wish(delivery, keep, marked=self.cleaned_data["mark"] != "off", table=table)


class SizeForm(forms.Form):
    """One size of the list."""

    name = NameField(max_length=60, label="Name", validators=[refuse_broken_text])
    size = ReadField(
        delivery.read_delivered_size, label="Size", required=True,
        help_text=f"Like 1920x1080, a side {delivery.SIDE_LOW} to {delivery.SIDE_HIGH}.",
    )  # fmt: skip
    format = forms.ChoiceField(label="Format", choices=list(delivery.FORMATS.items()))
    fit = forms.ChoiceField(label="If the shape differs", choices=list(delivery.FITS.items()))
    position = forms.IntegerField(
        label="Place in the list", required=False, min_value=1, max_value=1000, help_text="1 is the first."
    )

    def values(self) -> dict[str, Any]:
        """Return what the service takes."""
        width, height = self.cleaned_data["size"]
        names = ("name", "format", "fit", "position")
        return {name: self.cleaned_data[name] for name in names} | {"width": width, "height": height}


def size_form_of(row: NamedSize) -> SizeForm:
    """Return the form as it begins for a size; ids of its fields are the size's own, for there are many on the page."""
    stored = {name: getattr(row, name) for name in ("name", "format", "fit", "position")}
    return SizeForm(initial=stored | {"size": f"{row.width} × {row.height}"}, auto_id=f"id_{row.key}_%s")

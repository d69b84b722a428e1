"""Fields of several forms: those that take what was typed as it is, for the catalogue to judge."""

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError

from gallery.catalogue.models import params
from gallery.catalogue.text import texts

MOST_SKIPPED = 600  # values that can be left out: more than all axes can have within a run
SKIP_CHARACTERS = 200


def refuse_broken_text(value: str) -> None:
    """Half a character or other bytes that are no text arrive as U+FFFD: nobody wants to pay for a prompt with it."""
    if "\ufffd" in value:
        raise ValidationError("A character here is broken: look for \ufffd and remove it.")


class NameField(forms.CharField):
    """A name on one line, without what turns the page around it; one of which nothing is seen is empty."""

    def to_python(self, value: object) -> str:
        return texts.clean_name(super().to_python(value) or "")


class LinesField(forms.CharField):
    """A text of several lines, without what turns the page around it."""

    def to_python(self, value: object) -> str:
        return texts.clean_text(super().to_python(value) or "")


def text(name: str, **options: Any) -> forms.CharField:
    """Make a field for a parameter of the API."""
    param = params.PARAMS[name]
    if name in params.MORE:
        options["initial"] = param.default_text
    return forms.CharField(
        required=False, strip=False, label=param.label, help_text=param.hint, validators=[refuse_broken_text], **options
    )


def _sent(data: Mapping[str, Any], name: str) -> list[Any]:
    """List what was sent under a name and is not blank."""
    values = data.getlist(name) if hasattr(data, "getlist") else [data.get(name)]
    return [value for value in values if value]


class LastTyped(forms.TextInput):
    """Several controls share the name: tiles or a list, and a text field. What was typed wins."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return next(reversed(_sent(data, name)), "")


class Joined(forms.TextInput):
    """Several controls share the name, and all that was chosen counts."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        return ", ".join(dict.fromkeys(map(str, _sent(data, name))))


class Shapes(LastTyped):
    """Tiles and a text field: one shape, or with `shapes_several` all of them."""

    def value_from_datadict(self, data: Mapping[str, Any], files: Any, name: str) -> Any:
        widget = Joined() if data.get("shapes_several") else LastTyped()
        return widget.value_from_datadict(data, files, name)


class SkippedField(forms.Field):
    """The values of axes that are left out, as `axis=label`. What is no text is nothing that could be left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        sent = [each for each in value or [] if isinstance(each, str) and each and "\ufffd" not in each]
        return list(dict.fromkeys(each[:SKIP_CHARACTERS] for each in sent[:MOST_SKIPPED]))

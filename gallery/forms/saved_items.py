"""Forms of what is kept under a name: presets, prompt templates, and what is filled into one."""

from typing import Any

from django import forms

from gallery.catalogue.models import flux_models
from gallery.catalogue.problems import InvalidRequest
from gallery.catalogue.templates import template_files, template_variables
from gallery.catalogue.templates.ready_templates import ReadyTemplate
from gallery.catalogue.text.typed_text import tidy
from gallery.forms.fields import LinesField, NameField, refuse_broken_text
from gallery.forms.studio import prefill
from gallery.models import Preset, PromptTemplate, User

MODELS = [("", "any"), *((model_id, model_id) for model_id in flux_models.ids())]


class NameForm(forms.Form):
    """A name that its owner gives once, and whether the team sees what is under it. `row`: what has it now."""

    model_class: type[Preset | PromptTemplate] = Preset
    name = NameField(max_length=80, label="Name", validators=[refuse_broken_text])
    shared = forms.BooleanField(required=False, label="Shared with the team")

    def __init__(self, *args: Any, owner: User, row: Preset | PromptTemplate | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.owner = owner
        self.row = row

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        assert cleaned is not None
        if "name" not in self.errors and self.has_name(cleaned["name"]):
            self.say_taken()
        return cleaned

    def has_name(self, name: str) -> Any:
        """Return what else of the owner's has this name, or None."""
        others = self.model_class.objects.owned_by(self.owner).filter(name=name)
        return others.exclude(pk=self.row.pk if self.row else None).first()  # type: ignore[misc]  # None excludes nothing

    def say_taken(self) -> None:
        self.add_error("name", "You have one of this name already.")


class SaveForm(NameForm):
    """The name of a new preset. `overwrite`: the one that has it already, if any, gets the new content."""

    overwrite = forms.BooleanField(required=False, label="Replace what it holds")
    taken = False

    def has_name(self, name: str) -> Any:
        self.row = super().has_name(name)
        self.taken = self.row is not None
        return self.taken and not self.cleaned_data.get("overwrite")


class TemplateForm(NameForm):
    """A prompt template, checked as one that comes with a file."""

    model_class = PromptTemplate
    field_order = ("name", "prompt", "note", "model", "aspect_ratio", "shared")
    prompt = forms.CharField(
        label="Prompt", validators=[refuse_broken_text], widget=forms.Textarea(attrs={"rows": 8}),
        help_text="Write what changes in two braces: <code>{{product}}</code>. Behind an equals sign stands what it "
        "says unless somebody changes it: <code>{{light=soft daylight}}</code>. One brace still means a choice: "
        "<code>{red|blue}</code>.",
    )  # fmt: skip
    note = LinesField(required=False, label="What it is good for", validators=[refuse_broken_text])
    model = forms.ChoiceField(required=False, label="Best with the model", choices=MODELS)
    aspect_ratio = forms.CharField(required=False, label="Best with the ratio", help_text="Like 2:3, or nothing.")

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        cleaned |= self.content()
        for name, sentence in template_files.faults({**self.content(), "name": cleaned.get("name", "")}):
            if not self.has_error(name):
                self.add_error(name, sentence)
        return cleaned

    def content(self) -> dict[str, str]:
        return {name: tidy(self.cleaned_data[name]) for name in PromptTemplate.CONTENT if name in self.cleaned_data}


class VariablesForm(forms.Form):
    """The variables of a template, to be filled; `filled` is what goes into the studio, or None while it is wrong."""

    suit = forms.BooleanField(required=False, initial=True)

    def __init__(self, *args: Any, template: ReadyTemplate | PromptTemplate, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.template = template
        self.filled: template_variables.Filled | None = None
        self.names: dict[str, str] = {}
        for number, variable in enumerate(template_variables.places(template.prompt), 1):
            self.names[variable.name] = f"fill-{number}"
            self.fields[f"fill-{number}"] = _field(variable)

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        assert cleaned is not None
        if not self.errors:
            try:
                self.filled = template_variables.fill(self.template.prompt, self.values())
            except InvalidRequest as invalid:
                for name, problem in invalid.problems.items():
                    self.add_error(self.names[name], problem.message)
        return cleaned

    def values(self) -> dict[str, str]:
        """Return what stands in the variables by their names."""
        return {name: self[field].value() or "" for name, field in self.names.items()}

    def variables(self) -> list[forms.BoundField]:
        return [self[field] for field in self.names.values()]

    def parts(self) -> list[tuple[str, str]]:
        return template_variables.parts(self.template.prompt, self.values())

    def missing(self) -> list[str]:
        """Name the variables that must be filled still."""
        values = self.values()
        found = template_variables.places(self.template.prompt)
        return [variable.name for variable in found if variable.default is None and not values[variable.name].strip()]

    def for_studio(self) -> dict[str, Any]:
        """Return what the studio is filled with."""
        assert self.filled is not None  # asked of a valid form
        return prefill.from_filled(self.filled) | (self.suiting() if self.cleaned_data["suit"] else {})

    def suiting(self) -> dict[str, Any]:
        """Return the model and the shape that the template is best with."""
        return prefill.suiting(self.template)


def _field(variable: template_variables.Place) -> forms.CharField:
    return forms.CharField(
        required=False, strip=False, label=variable.name, initial=variable.default or "",
        validators=[refuse_broken_text], widget=forms.Textarea(attrs={"rows": 1}),
    )  # fmt: skip

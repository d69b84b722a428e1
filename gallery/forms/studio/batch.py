"""The form of a batch: rows pasted or in a file, and what a row gets where it says nothing."""

from collections.abc import Mapping
from typing import Any

from django import forms

from gallery.catalogue.models.params import MORE
from gallery.catalogue.problems import InvalidValue, Problem
from gallery.catalogue.tables import batches as catalogue
from gallery.catalogue.tables import columns
from gallery.forms.fields import refuse_broken_text, text
from gallery.forms.studio import batch_reading
from gallery.forms.studio.run_form import RunForm
from gallery.models import Run
from gallery.models.keys import random_key
from gallery.services.runs.batch import BatchSpec

# How the rows are read; what the form asks about them it sends with the rows that it asked about.
READ_AS = ("read_of", "read_as", "names", "column")
READ = ("read_in", "encoding", "file_name", *READ_AS)
ASKED_ENCODING = "Which of these does the file say? Its bytes could be read as several."


class ColumnsField(forms.Field):
    """What each column is, in their order; blank where it is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value: Any) -> list[str]:
        sent = [each if each in columns.COLUMNS else columns.LEFT_OUT for each in value or []]
        return sent[: batch_reading.MOST_COLUMNS]


class BatchForm(RunForm):
    """One run of many rows.

    `source` is what was read, from the file if there is one: its text stands in the form when it is shown again.
    `listing`: its rows, once they can be read. `questions` are answered before anything is priced.
    """

    rows = forms.CharField(required=False, strip=False, label="Rows")
    file = forms.FileField(required=False, allow_empty_file=True, label="File")
    read_in = forms.CharField(required=False)
    encoding = forms.CharField(required=False)
    file_name = forms.CharField(required=False)
    read_of = forms.CharField(required=False)
    read_as = forms.CharField(required=False)
    names = forms.CharField(required=False)
    column = ColumnsField(required=False)
    as_meant = forms.BooleanField(required=False)
    leave_out = forms.CharField(required=False)
    shape = forms.CharField(required=False, initial="1:1", label="Shape", validators=[refuse_broken_text])
    seed = text("seed", initial="1 random")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.source = batch_reading.Source("")
        self.listing: catalogue.Listing | None = None
        self.questions: list[str] = []
        self.shapes: dict[str, str] = {}

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean()
        assert cleaned is not None
        if "model" not in self.errors:
            self._read(cleaned)
        if not self.errors:
            self._read_shape(cleaned)
        if not self.errors and cleaned.get("as_meant"):
            assert self.listing is not None  # without errors it was read
            self.listing = self.listing.with_models_meant()
        return cleaned

    def _read(self, cleaned: dict[str, Any]) -> None:
        self.source = batch_reading.Source(cleaned.get("rows") or "")
        try:
            self.source = batch_reading.read_source(cleaned)
            self.listing = catalogue.read(self.source.text, batch_reading.read_choice(cleaned))
        except InvalidValue as wrong:
            self.add_error("rows", str(wrong))
            return
        asked = [] if self.source.is_sure else [ASKED_ENCODING]
        self.questions = [*asked, *filter(None, [self.listing.question])]
        if self.questions:
            self.add_error("rows", " ".join(self.questions))

    def _read_shape(self, cleaned: dict[str, Any]) -> None:
        try:
            self.shapes = catalogue.read_shape(cleaned.get("shape") or "")
        except InvalidValue as wrong:
            self.add_error("shape", str(wrong))

    def can_be_planned(self) -> bool:
        return not self.errors

    def add_problems(self, problems: Mapping[str, Problem]) -> None:
        super().add_problems({"shape" if name in catalogue.SHAPES else name: each for name, each in problems.items()})

    def spec(self) -> BatchSpec:
        same = self.cleaned_data.get("variant_seeds") != "own"
        left_out = batch_reading.read_line_numbers(self.cleaned_data.get("leave_out"))
        return BatchSpec(**self.spec_fields(), same_seeds=same, left_out=left_out)

    def values(self) -> dict[str, Any]:
        """Return what a row gets where it says nothing, by API name."""
        typed = {name: self.cleaned_data.get(name) for name in MORE}
        if self.cleaned_data.get("variant_seeds") == "own":
            typed["variant_seeds"] = "own"
        return {name: value for name, value in typed.items() if value} | self.shapes

    def as_typed(self) -> dict[str, Any]:
        typed = {name: self.cleaned_data.get(name) for name in ("shape", "variant_seeds")}
        read = {
            name: self.cleaned_data[name] for name in (*READ_AS, "as_meant", "leave_out") if self.cleaned_data.get(name)
        }
        return {**super().as_typed(), **typed, **read, "batch": self.source.text}

    def read_again(self) -> list[tuple[str, str]]:
        """List (name, value) of how the rows are read, to be sent with them."""
        sent = [(name, self[name].value()) for name in ("read_of", "read_as", "names") if self[name].value()]
        sent += [("column", each) for each in self["column"].value() or []]
        if self.source.encoding:
            of_file = (("read_in", self.source.encoding), ("encoding", self.source.encoding))
            sent += [*of_file, ("file_name", self.source.name)]
        return sent


def from_run(run: Run) -> dict[str, Any]:
    """Return initial values that make the same batch again."""
    project = run.project.name if run.project else ""
    return {**run.form, "rows": run.form["batch"], "project": project, "nonce": random_key()}

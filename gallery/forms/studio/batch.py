"""The form of a batch: rows pasted or in a file, and what a row gets where it says nothing."""

from dataclasses import dataclass

from django import forms
from django.utils.functional import cached_property

from gallery.catalogue import batches as catalogue
from gallery.catalogue import columns, pasted, seeds, words
from gallery.catalogue.lists import counted
from gallery.catalogue.problems import InvalidValue
from gallery.forms.fields import refuse_broken_text, text
from gallery.forms.studio import batch_reading
from gallery.forms.studio.compose import START_MODEL, UNWRITTEN, ComposeForm
from gallery.models.keys import random_key
from gallery.services.runs import batch, expansion, reuse
from gallery.services.runs.batch import Defaults, InvalidBatch

# How the rows are read; what the form asks about them it sends with the rows that it asked about.
READ_AS = ("read_of", "read_as", "names", "column")
READ = ("read_in", "encoding", "file_name", *READ_AS)
MOST_SHOWN = 3  # rows, of what was read
ASKED_ENCODING = "Which of these does the file say? Its bytes could be read as several."


class ColumnsField(forms.Field):
    """What each column is, in their order; blank where it is left out."""

    widget = forms.MultipleHiddenInput

    def to_python(self, value):
        sent = [each if each in catalogue.COLUMNS else columns.LEFT_OUT for each in value or []]
        return sent[: batch_reading.MOST_COLUMNS]


class BatchForm(ComposeForm):
    """One run of many rows. `problems` are those of its lines; those of the other fields stand beside them.

    `source` is what was read, from the file if there is one: its text stands in the form when it is shown again.
    `questions` are answered before anything is priced. `left_out`: problems of the lines that nobody wants to buy.
    """

    prompt = prompt_lines = replace = aspect_ratio = size = width = height = shapes_several = skip = None
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

    def __init__(self, *args, buying=False, **kwargs):
        """`buying`: random seeds are drawn for good."""
        super().__init__(*args, **kwargs)
        self.draw = seeds.draw_seeds if buying else batch.unknown_seeds()
        self.source = batch_reading.Source("")
        self.listing = None
        self.questions = []
        self.problems = []
        self.left_out = []
        self.rest = None

    def lay(self):
        self._read()
        if not self.errors:
            self._check_defaults()
        if self.errors:
            return
        if self.cleaned_data.get("as_meant"):
            self.listing = self.listing.with_models_meant()
        try:
            cells = self._cells_of(self.listing)
        except InvalidBatch as invalid:
            cells = self._without(invalid.problems)
        if cells is not None:
            self.cells = cells

    def _cells_of(self, listing):
        cells = batch.lay(listing, self._defaults(), draw=self.draw)
        return cells if self.buys_again or not self.owner else reuse.reuse(cells, owner=self.owner)

    def _without(self, problems):
        """Return the cells of the rows that are right, if the others are to be left out; else say what is wrong."""
        lines = {problem.line for problem in problems}
        rest = self.listing.without(lines)
        try:
            cells = self._cells_of(rest) if rest.rows else []
        except InvalidBatch:  # too many
            cells = []
        if cells and lines <= batch_reading.lines_of(self.cleaned_data.get("leave_out")):
            self.listing, self.left_out = rest, problems
            return cells
        self.problems, self.rest = problems, Rest(sorted(lines), cells) if cells else None
        self.add_error("rows", _count(len(lines)))
        return None

    def _read(self):
        self.source = batch_reading.Source(self.cleaned_data.get("rows") or "")
        try:
            self.source = batch_reading.source_of(self.cleaned_data)
            self.listing = catalogue.read(self.source.text, batch_reading.choice_of(self.cleaned_data))
        except InvalidValue as wrong:
            self.add_error("rows", str(wrong))
            return
        asked = [] if self.source.is_sure else [ASKED_ENCODING]
        self.questions = [*asked, *filter(None, [self.listing.question])]
        if self.questions:
            self.add_error("rows", " ".join(self.questions))

    def _check_defaults(self):
        """Once, with a prompt of ours: or every line would say the same."""
        try:
            values = {**self.values(), "prompt": UNWRITTEN}
            expansion.lay(values, models=self.model_ids() or [START_MODEL], seed=self.seed_text(), draw=seeds.unknown)
        except InvalidValue as wrong:
            self.add_error("shape", str(wrong))
        except expansion.InvalidMatrix as invalid:
            self.say({_field(name): problem for name, problem in invalid.problems.items()})

    def _defaults(self):
        same = self.cleaned_data.get("variant_seeds") != "own"
        return Defaults(self.values(), self.model_ids(), self.seed_text(), same)

    def values(self):
        """Return what a row gets where it says nothing, by API name. Raises InvalidValue for a shape that is none."""
        return super().values() | catalogue.read_shape(self.cleaned_data.get("shape") or "")

    def as_typed(self):
        typed = {name: self.cleaned_data.get(name) for name in ("shape", "variant_seeds")}
        read = {
            name: self.cleaned_data[name] for name in (*READ_AS, "as_meant", "leave_out") if self.cleaned_data.get(name)
        }
        return {**super().as_typed(), **typed, **read, "batch": self.source.text}

    @cached_property
    def doubts(self):
        """The same rule as in the studio, row by row."""
        rows = self.listing.rows if self.listing else ()
        found = [(row, doubt) for row in rows for doubt in words.doubts(row.values.get("prompt", ""))]
        if rows and self.listing.kind in (pasted.LINES, pasted.LIST):
            found += [(row, doubt) for row in rows[:-1] if (doubt := words.heading_doubt(row.values["prompt"]))]
        return [f"Line {row.line}: {doubt}" for row, doubt in sorted(found, key=lambda each: each[0].line)]

    def hints(self):
        return []

    def rows_shown(self):
        """Return what stands in the field for the rows: what was read, else what was typed."""
        return self.source.text or self["rows"].value() or ""

    @property
    def read_words(self):
        """Say in words what the rows were read as."""
        return pasted.KINDS[self.listing.kind]

    def used_columns(self):
        """List what the columns are that are bought, in their order."""
        fields = [column.field for column in self.listing.columns if column.field]
        return fields or ["prompt"]

    def unused_columns(self):
        """List the names of the columns that are left out, as far as they have one."""
        return [column.name for column in self.listing.columns if not column.field and column.name.strip()]

    def first_rows(self):
        """List (line, its cells) of the first rows."""
        rows = self.listing.rows[:MOST_SHOWN]
        return [(row.line, [row.values.get(name, "") for name in self.used_columns()]) for row in rows]

    def more_rows(self):
        return max(0, len(self.listing.rows) - MOST_SHOWN)

    def readings(self):
        """List what the file would say in each encoding that it could have."""
        return batch_reading.readings_of(self.source)

    def kinds(self):
        """List (value, words) of what the rows can be read as."""
        return [(kind, words) for kind, words in pasted.KINDS.items() if kind != pasted.JSON or self._is_json()]

    def models_meant(self):
        """List (name, id) of the models that are written otherwise than their ids, if a line is wrong for that."""
        return (
            list(self.listing.models_meant().items()) if any(each.column == "model" for each in self.problems) else []
        )

    def _is_json(self):
        return self.listing is not None and self.listing.kind == pasted.JSON

    def read_again(self):
        """List (name, value) of how the rows are read, to be sent with them."""
        sent = [(name, self[name].value()) for name in ("read_of", "read_as", "names") if self[name].value()]
        sent += [("column", each) for each in self["column"].value() or []]
        if self.source.encoding:
            of_file = (("read_in", self.source.encoding), ("encoding", self.source.encoding))
            sent += [*of_file, ("file_name", self.source.name)]
        return sent

    def title(self):
        return batch.title_of(self.listing)


@dataclass(frozen=True)
class Rest:
    """What stays if the lines that are wrong are left out."""

    lines: list
    cells: list

    @property
    def sent(self):
        return ",".join(map(str, self.lines))

    @property
    def quote(self):
        return expansion.total(self.cells)


def _field(name):
    return "shape" if name in catalogue.SHAPES else name


def _count(lines):
    return f"{counted(lines, 'line needs', 'lines need')} a change. Nothing was bought."


def from_run(run):
    """Return initial values that make the same batch again."""
    project = run.project.name if run.project else ""
    return {**run.form, "rows": run.form["batch"], "project": project, "nonce": random_key()}

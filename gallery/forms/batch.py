"""The form of a batch: rows pasted or in a file, and what a row gets where it says nothing."""

from django import forms

from gallery.catalogue import batches as catalogue
from gallery.catalogue import seeds
from gallery.catalogue.problems import InvalidValue
from gallery.forms.compose import START_MODEL, UNWRITTEN, ComposeForm
from gallery.forms.fields import refuse_broken_text, text
from gallery.models.keys import random_key
from gallery.services import batches, matrix, owned
from gallery.services.batches import Defaults, InvalidBatch


class BatchForm(ComposeForm):
    """One run of many rows. `problems` are those of its lines; those of the other fields stand beside them.

    `rows_text` is what was read, from the file if there is one: it stands in the form when it is shown again.
    """

    prompt = prompt_lines = replace = aspect_ratio = size = width = height = shapes_several = skip = None
    rows = forms.CharField(required=False, strip=False, label="Rows")
    file = forms.FileField(required=False, allow_empty_file=True, label="File")
    shape = forms.CharField(required=False, initial="1:1", label="Shape", validators=[refuse_broken_text])
    seed = text("seed", initial="1 random")

    def __init__(self, *args, buying=False, **kwargs):
        """`buying`: random seeds are drawn for good."""
        super().__init__(*args, **kwargs)
        self.draw = seeds.draw_seeds if buying else batches.unknown_seeds()
        self.rows_text = ""
        self.listing = None
        self.problems = []

    def lay(self):
        self._read()
        if not self.errors:
            self._check_defaults()
        if self.errors:
            return
        try:
            cells = batches.lay(self.listing, self._defaults(), draw=self.draw)
        except InvalidBatch as invalid:
            self.problems = invalid.problems
            self.add_error("rows", _count(len({problem.line for problem in self.problems})))
        else:
            self.cells = cells if self.buys_again or not self.owner else owned.reuse(cells, owner=self.owner)

    def _read(self):
        self.rows_text, file = self.cleaned_data.get("rows") or "", self.cleaned_data.get("file")
        try:
            if file:
                self.rows_text = catalogue.decode(file.read(catalogue.MAX_BYTES + 1))
            self.listing = catalogue.read(self.rows_text)
        except InvalidValue as wrong:
            self.add_error("rows", str(wrong))

    def _check_defaults(self):
        """Once, with a prompt of ours: or every line would say the same."""
        try:
            values = {**self.values(), "prompt": UNWRITTEN}
            matrix.lay(values, models=self.model_ids() or [START_MODEL], seed=self.seed_text(), draw=seeds.unknown)
        except InvalidValue as wrong:
            self.add_error("shape", str(wrong))
        except matrix.InvalidMatrix as invalid:
            self.say({_field(name): problem for name, problem in invalid.problems.items()})

    def _defaults(self):
        same = self.cleaned_data.get("variant_seeds") != "own"
        return Defaults(self.values(), self.model_ids(), self.seed_text(), same)

    def values(self):
        """Return what a row gets where it says nothing, by API name. Raises InvalidValue for a shape that is none."""
        return super().values() | catalogue.read_shape(self.cleaned_data.get("shape") or "")

    def as_typed(self):
        typed = {name: self.cleaned_data.get(name) for name in ("shape", "variant_seeds")}
        return {**super().as_typed(), **typed, "batch": self.rows_text}

    def rows_shown(self):
        """Return what stands in the field for the rows: what was read, else what was typed."""
        return self.rows_text or self["rows"].value() or ""

    def title(self):
        return batches.title_of(self.listing)


def _field(name):
    return "shape" if name in catalogue.SHAPES else name


def _count(lines):
    return f"{lines:,} line{' needs' if lines == 1 else 's need'} a change. Nothing was bought."


def from_run(run):
    """Return initial values that make the same batch again."""
    project = run.project.name if run.project else ""
    return {**run.form, "rows": run.form["batch"], "project": project, "nonce": random_key()}

"""How the rows of a batch were read, as the form asks about it and as the review shows it."""

from typing import Any

from gallery.catalogue.tables import pasted
from gallery.forms.studio import batch_reading
from gallery.forms.studio.batch import BatchForm
from gallery.forms.studio.batch_reading import Reading
from gallery.services.runs.batch import BatchPlan

MOST_SHOWN = 3  # rows, of what was read


class RowsRead:
    """`form`: from which they came; `plan`: of its rows, if there is one."""

    def __init__(self, form: BatchForm, plan: BatchPlan) -> None:
        self.form, self.source = form, form.source
        self.listing: Any = plan.listing or form.listing  # None while no rows can be read: then nothing asks for them
        self.wrong = plan.wrong

    @property
    def text(self) -> str:
        """What stands in the field for the rows: what was read, else what was typed."""
        return self.source.text or self.form["rows"].value() or ""

    @property
    def words(self) -> str:
        """Say in words what the rows were read as."""
        return pasted.KINDS[self.listing.kind]

    @property
    def used_columns(self) -> list[str]:
        """What the columns are that are bought, in their order."""
        fields = [column.field for column in self.listing.columns if column.field]
        return fields or ["prompt"]

    @property
    def unused_columns(self) -> list[str]:
        """The names of the columns that are left out, as far as they have one."""
        return [column.name for column in self.listing.columns if not column.field and column.name.strip()]

    @property
    def first_rows(self) -> list[tuple[int, list[str]]]:
        """(line, its cells) of the first rows."""
        rows = self.listing.rows[:MOST_SHOWN]
        return [(row.line, [row.values.get(name, "") for name in self.used_columns]) for row in rows]

    @property
    def more_rows(self) -> int:
        return max(0, len(self.listing.rows) - MOST_SHOWN)

    @property
    def readings(self) -> list[Reading]:
        """What the file would say in each encoding that it could have."""
        return batch_reading.list_readings(self.source)

    @property
    def kinds(self) -> list[tuple[str, str]]:
        """(value, words) of what the rows can be read as."""
        is_json = self.listing is not None and self.listing.kind == pasted.JSON
        return [(kind, words) for kind, words in pasted.KINDS.items() if kind != pasted.JSON or is_json]

    @property
    def models_meant(self) -> list[tuple[str, str]]:
        """(name, id) of the models that are written otherwise than their ids, if a line is wrong for that."""
        return list(self.listing.models_meant().items()) if any(each.column == "model" for each in self.wrong) else []

"""The pictures that went into a run, as its page shows them: at the heads that they tell apart, or once for all."""

from collections.abc import Sequence

from gallery.catalogue.parameters.inputs import has_inputs
from gallery.models import Reference
from gallery.services.references import lineage
from gallery.services.runs.matrix_layout import ROW
from gallery.views.runs.cells import CellView

AXES = ("reference", ROW)
ALL = ""  # the label of a run in which the same pictures go into every cell


def inputs_by_label(cells: Sequence[CellView]) -> dict[str, list[Reference]]:
    """Return the pictures by the label of their head, ALL where none tells them apart; runs of words cost no query."""
    first: dict[str, int] = {}
    for cell in cells:
        if has_inputs(cell.job.parameters):
            first.setdefault(next((cell.job.axes[axis] for axis in AXES if axis in cell.job.axes), ALL), cell.job.id)
    if not first:
        return {}
    found = lineage.inputs_by_job(first.values())
    return {label: found.get(job_id, []) for label, job_id in first.items()}

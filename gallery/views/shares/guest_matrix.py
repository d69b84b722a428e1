"""A run behind a link keeps its matrix: rows and columns as they were, their heads as far as the link shows them."""

from dataclasses import dataclass
from typing import Any

from gallery.models import Job, Share
from gallery.models.shares import Kind
from gallery.services.runs import matrix_layout
from gallery.services.shares import contents
from gallery.views.shares.shown import Shown

MOST = 240  # pictures on one page; those of a larger run flow, page by page

# Which switch shows the values of an axis. Parameters tell models apart, so they go with the model.
SWITCHES = {
    "prompt": "show_prompt", "word": "show_prompt", matrix_layout.ROW: "show_prompt",
    matrix_layout.SEED: "show_seed", matrix_layout.PICTURE: "show_seed", "shape": None,
    "reference": "show_inputs",
}  # fmt: skip


@dataclass(frozen=True)
class GuestCell:
    """A picture in its place in the run; `job` is the run's own, also where another run's picture was reused."""

    job: Job
    shown: Shown


def lay_out(share: Share, shown: list[Shown]) -> Any:
    """Return the pages of a run's matrix, or None where pictures flow: no run, too large, nothing goes across."""
    if share.kind != Kind.RUN or share.run_id is None or len(shown) > MOST:
        return None
    by_image = {each.image.id: each for each in shown}
    jobs = Job.objects.filter(run=share.run_id).prefetch_related("images").order_by("position").with_opening()
    cells = [GuestCell(job, by_image[image]) for job in jobs for image in contents.images_of(job) if image in by_image]
    layout = matrix_layout.lay_out(cells) if cells else None
    return _seen(layout, share) if layout and layout.across else None


def _seen(layout: Any, share: Share) -> Any:
    """Blank the heads that the link hides; the places stay, so that what belongs together stands together."""
    words = {name: axis for axis, (name, _) in matrix_layout.AXES.items()}

    def seen(heads: Any) -> Any:
        return [(value, name) for value, name in heads if _shows(share, words[name])]

    across = [head[:2] for head in layout.columns]
    layout.columns = across if seen(across) else [("", "")] * len(across)
    for page in layout.pages:
        page.heads = seen(page.heads)
        for row in page.rows:
            row.heads = seen(row.heads)
    return layout


def _shows(share: Share, axis: str) -> bool:
    switch = SWITCHES.get(axis, "show_model")
    return switch is None or getattr(share, switch)

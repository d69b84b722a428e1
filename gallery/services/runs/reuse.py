"""Pictures that a member has already: the same request again is answered with them, for nothing."""

from dataclasses import replace

from django.conf import settings

from gallery.models import Image, Job, User
from gallery.services.prices.quotes import FREE
from gallery.services.runs.expansion import Cell

CHUNK = 500  # recipes in one query


def find_owned(cells: list[Cell], *, owner: User) -> list[Cell]:
    """Return the cells; those whose very request made a picture of this owner carry it and cost nothing.

    A seed that nobody has drawn yet is nobody's picture.
    """
    images = _newest([cell.recipe for cell in cells if cell.seed >= 0], owner)
    return [
        replace(cell, owned=images[cell.recipe], quote=FREE) if cell.seed >= 0 and cell.recipe in images else cell
        for cell in cells
    ]


def _newest(recipes: list[str], owner: User) -> dict[str, Image]:
    """Return {recipe: the owner's newest picture of it}. A drawing of the demo is no picture of the provider's."""
    mine = Image.objects.of(owner).filter(job__demo=settings.DEMO).select_related("job").order_by("id")
    found: dict[str, Image] = {}
    for start in range(0, len(recipes), CHUNK):
        for image in mine.filter(job__recipe__in=recipes[start : start + CHUNK]):
            assert image.job is not None, "it was found by its job"
            found[image.job.recipe] = image
    return found


def image_ids_of_run(run_id: int, *, owner_id: int) -> list[int]:
    """Return the ids of the owner's pictures in a run, in its order: those made for a cell, or the one it reused."""
    mine = Image.objects.of(owner_id)
    made = mine.filter(job__run=run_id).values_list("job__position", "id")
    reused = Job.objects.filter(run=run_id, reused__in=mine).values_list("position", "reused_id")
    return list(dict.fromkeys(image for _, image in sorted([*made, *reused])))

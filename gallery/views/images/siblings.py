"""What belongs to a picture: other seeds of its recipe, the same on other models, and both to be had for a price."""

from dataclasses import dataclass

from gallery.catalogue.models import flux_models
from gallery.forms.compare import MORE_SEEDS
from gallery.forms.studio import prefill
from gallery.models import Image, Job, User
from gallery.models.images import ImageQuerySet
from gallery.services.images.filters import Filters
from gallery.services.runs.expansion import Cell
from gallery.services.runs.plan import cells_by_model
from gallery.views.images.gallery import address_of

BESIDE = 6  # seeds before and after the picture that are shown
Offer = tuple[str, list[tuple[str, str]], int]  # what is on the button, its fields, its price in micros


@dataclass(frozen=True)
class Siblings:
    """`seeds`: newest first, the picture among them; `models`: the same request as other models have made it."""

    seeds: list[Image]
    all_seeds: str  # the address of all of them
    models: list[Image]
    seed_offers: list[Offer]
    model_offers: list[Offer]


def siblings_of(image: Image, job: Job, *, user: User) -> Siblings:
    cells = cells_by_model(prefill.form_of_job(job, model=_others(job)).spec(), owner=user)
    made = [cell.owned for cell in cells if cell.owned]
    return Siblings(
        _seeds_around(image, Image.objects.of(user).for_tiles().seeds_of(image)),
        address_of(Filters().only("seeds", image.key)),
        made,
        _more_seeds(job, user),
        _more_models([cell for cell in cells if cell.owned is None]),
    )


def _others(job: Job) -> list[str]:
    return [model for model in flux_models.ids() if model != job.model]


def _seeds_around(image: Image, rows: ImageQuerySet) -> list[Image]:
    newer = rows.filter(id__gt=image.pk).order_by("id")[:BESIDE]
    older = rows.filter(id__lte=image.pk).order_by("-id")[: BESIDE + 1]
    return [*reversed(newer), *older]


def _more_seeds(job: Job, user: User) -> list[Offer]:
    cells = cells_by_model(prefill.form_of_job(job, seed=f"{MORE_SEEDS} random").spec(), owner=user)
    price = sum(cell.quote.ours_micros for cell in cells)
    return [(f"{MORE_SEEDS} more seeds", [("seeds", str(MORE_SEEDS))], price)] if cells else []


def _more_models(cells: list[Cell]) -> list[Offer]:
    each = [(cell.request.model_id, [("model", cell.request.model_id)], cell.quote.ours_micros) for cell in cells]
    if len(each) < 2:
        return each
    fields, prices = [field for _, (field,), _ in each], [price for _, _, price in each]
    return [*each, (f"all {len(each)}", fields, sum(prices))]

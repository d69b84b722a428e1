"""Seeds of one recipe as one tile: of those that a page may show, the newest stands for all (or the best rated).

Which it is depends on no page, so every recipe stands on exactly one, wherever a page begins.
"""

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, Subquery

from gallery.models import Image, Rating, User
from gallery.models.images import KEPT
from gallery.models.ratings import RatingQuerySet
from gallery.services.images.filters import Bound
from gallery.services.images.walks import Place


def stands_for_recipe(bound: Bound) -> Q:
    """Say of a picture that no other seed of its recipe stands before it. What has no recipe stands for itself."""
    others = Image.objects.filter(_seeds(bound), owner=OuterRef("owner"), fold=OuterRef("fold"))
    if bound.filters.sort == "best":
        return ~Q(Exists(others.filter(Exists(_better(bound.user)))))
    return ~Q(Exists(others.filter(id__gt=OuterRef("id"))))


def _seeds(bound: Bound) -> Q:
    """Say what a page shows, all seeds of it."""
    return KEPT & bound.condition()


def _better(user: User) -> RatingQuerySet:
    """Return the rating of a picture that puts it before the one that is asked about."""
    asked = Rating.objects.of(user).filter(image=OuterRef(OuterRef(OuterRef("pk")))).values("stars")
    best = Q(stars__gt=Subquery(asked)) | Q(stars=Subquery(asked), image__gt=OuterRef(OuterRef("pk")))
    return Rating.objects.of(user).filter(best, image=OuterRef("pk"))


def fold_found(bound: Bound, read: Callable[..., Iterable[Any]], *, after: Place | None, limit: int) -> list[Any]:
    """Return what words find behind a place, in order, at most so many, of each recipe only the first.

    `read(after=)`: the next pictures behind a place. What stands on pages before is not searched for again: of the
    seeds that can stand there the texts are read.
    """
    shown: list[Any] = []
    known: set[int | None] = set()
    place = after
    while len(shown) < limit and (found := list(read(after=place))):
        place = Place(found[-1].id, found[-1].created_at, found[-1].stars or 0)
        known |= _on_pages_before(bound, {image.fold for image in found} - known - {None}, after)
        for image in found:
            if image.fold is None or image.fold not in known:
                shown.append(image)
                known.add(image.fold)
    return shown[:limit]


def _on_pages_before(bound: Bound, folds: Iterable[int | None], after: Place | None) -> set[int | None]:
    """Return those of the recipes of which a seed that is found stands at a place or before it."""
    if after is None:
        return set()
    search = bound.search()
    rows: Any = search.rows.filter(fold__in=folds).order_by()
    seeds = rows.values_list("pk", "fold", "stars")
    fold_of = {pk: fold for pk, fold, stars in seeds if _is_reached(bound.filters.sort, pk, stars or 0, after)}
    return {fold_of[pk] for pk in search.among(list(fold_of))}


def _is_reached(sort: str, pk: int, stars: int, place: Place) -> bool:
    """Whether a picture stands at a place or before it."""
    if sort == "best":
        return (stars, pk) >= (place.stars, place.id)
    return pk <= place.id if sort == "oldest" else pk >= place.id


def count_seeds(bound: Bound, images: Sequence[Image]) -> dict[int, int]:
    """Return {fold: how many seeds of it the filters leave}, of the recipes of a page. The words are not asked."""
    folds = {image.fold for image in images} - {None}
    mine = Image.objects.filter(bound.condition_of_filters(), KEPT, owner=bound.owner, fold__in=folds)
    return dict(mine.order_by().values_list("fold").annotate(Count("id")))

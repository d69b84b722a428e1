"""Pages of the gallery, whatever it is filtered and sorted by: each begins after a picture, and none is counted."""

from typing import Any

from gallery.models import Image, User
from gallery.models.images import ImageQuerySet
from gallery.services.images.filters import Bound
from gallery.services.images.walks import Place, in_order, merge

PAGE = 60


def page_rows(bound: Bound, *, after: Place | None = None, limit: int = PAGE + 1) -> Any:
    """Return the pictures that follow a place, at most so many, as tiles show them to the member."""
    if bound.filters.words and not bound.filters.sort:
        return bound.search().before(after.id if after else None)[:limit]
    walks, rest = bound.split()
    oldest, best = bound.filters.sort == "oldest", bound.filters.sort == "best"
    if best and after:
        walks = [walk for walk in walks if walk.stars <= after.stars]
    if len(walks) == 1 and walks[0].table is Image:
        rows: ImageQuerySet = walks[0].rows(rest, after=after, oldest=oldest)
        return _as_tiles(rows, bound.user)[:limit]
    merged = _as_tiles(merge(walks, rest, after=after, oldest=oldest, limit=limit), bound.user)
    by_day = bool(walks) and walks[0].by_day
    order = ["-stars", "-id"] if best else in_order(oldest=oldest, by_day=by_day)
    return merged.order_by(*order)[:limit]


def _as_tiles(rows: ImageQuerySet, user: User) -> ImageQuerySet:
    return rows.for_tiles().with_rating_of(user)

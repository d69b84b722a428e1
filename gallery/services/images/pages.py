"""Pages of the gallery, whatever it is filtered and sorted by: each begins after a picture, and none is counted."""

from dataclasses import replace
from functools import partial
from typing import Any

from django.db.models import Q

from gallery.models import Image, Rating, User
from gallery.models.images import ImageQuerySet
from gallery.services.images import folding
from gallery.services.images.filters import Bound
from gallery.services.images.seen import by_colour, likeness
from gallery.services.images.seen.cell_walks import Found
from gallery.services.images.walks import Place, Walk, every_picture_of, in_order, merge
from gallery.services.search.finding import FoundImages

PAGE = 60
READ_AT_ONCE = 500  # texts
BEFORE = 24  # pictures that stand before the one around which a page is opened


def page_rows(bound: Bound, *, after: Place | None = None, limit: int = PAGE + 1, fold: bool = False) -> Any:
    """Return the pictures that follow a place, at most so many, as tiles show them to the member.

    `fold`: of the seeds of one recipe only the one that stands for them.
    """
    if bound.filters.sort == "near":
        return _nearest_rows(bound, after=after, limit=limit)
    if bound.filters.words:
        if fold:
            return folding.fold_found(bound, partial(_found_rows, bound, limit=2 * limit), after=after, limit=limit)
        return _found_rows(bound, after=after, limit=limit)
    walks, rest = bound.split()
    if fold:
        rest &= folding.stands_for_recipe(bound)
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


def _found_rows(bound: Bound, *, after: Place | None, limit: int) -> Any:
    search, place = bound.search(), after.id if after else None
    if bound.filters.sort == "best":
        return _best_found(bound, search, after=after, limit=limit)
    return (search.after(place) if bound.filters.sort == "oldest" else search.before(place))[:limit]


def _best_found(bound: Bound, search: FoundImages, *, after: Place | None, limit: int) -> list[Any]:
    """Of words that few pictures have, sort these; of others, read the texts of the best until enough have them."""
    ids = search.ids_if_few()
    if ids is None:
        ids = _first_of_best(bound, search, after=after, limit=limit)
    # Sorted here: asked for a star, the database would begin with all pictures that have one.
    rows: Any = search.rows.filter(id__in=ids)
    given = rows.order_by().values_list("stars", "id")
    places = [place for place in given if place[0] and (after is None or place < (after.stars, after.id))]
    best = [pk for _, pk in sorted(places, reverse=True)[:limit]]
    found = search.rows.in_bulk(best)
    return [found[pk] for pk in best if pk in found]


def _first_of_best(bound: Bound, search: FoundImages, *, after: Place | None, limit: int) -> list[int]:
    walks, rest = bound.split()
    found: list[int] = []
    for walk in sorted(walks, key=lambda walk: -walk.stars):
        place = after
        while ids := _ids_beyond(walk, rest, place):
            found += search.among(ids)
            if len(found) >= limit:
                return found
            place = Place(ids[-1], stars=walk.stars)
    return found


def _ids_beyond(walk: Walk, rest: Q, place: Place | None) -> list[int]:
    if place and walk.stars > place.stars:
        return []
    return list(walk.rows(rest, after=place, oldest=False).values_list(walk.id_column, flat=True)[:READ_AT_ONCE])


def _as_tiles(rows: ImageQuerySet, user: User) -> ImageQuerySet:
    return rows.for_tiles().with_rating_of(user)


def _nearest_rows(bound: Bound, *, after: Place | None, limit: int) -> list[Image]:
    """Return the pictures that follow a place, the nearest first; each has its `rank`."""
    nearest = _most_alike if bound.filters.wanted("like") else _nearest_in_colour
    ranks: dict[int, int] = dict(nearest(bound, after=after, limit=limit))
    images = list(_as_tiles(Image.objects.filter(pk__in=ranks), bound.user))
    for image in images:
        image.rank = ranks[image.pk]  # type: ignore[attr-defined]  # of this page
    return sorted(images, key=lambda image: (ranks[image.pk], -image.pk))


def _nearest_in_colour(bound: Bound, *, after: Place | None, limit: int) -> list[Found]:
    walk = by_colour.walk_of_colours(bound.filters.wanted("colour"), bound.user)
    others = Bound(bound.filters.without("colour"), bound.user)
    return walk.nearest(every_picture_of(bound.user).where & others.condition(), after=after, limit=limit)


def _most_alike(bound: Bound, *, after: Place | None, limit: int) -> list[Found]:
    """Return the few that there are in the order of their likeness, the picture itself before all."""
    asked = [image.pk for image in bound.named["like"].values()]
    alike = [each.image_id for pk in asked for each in likeness.images_like(pk, bound.user)]
    kept = set(Image.objects.filter(bound.condition(), pk__in=[*asked, *alike]).values_list("pk", flat=True))
    found = [Found(pk, rank) for rank, pk in enumerate([*asked, *alike]) if pk in kept]
    return [each for each in found if after is None or each.rank > after.rank][:limit]


def _place_before(bound: Bound, image: Image) -> Place | None:
    if bound.filters.wanted("like"):
        ranks: dict[int, int] = dict(_most_alike(bound, after=None, limit=likeness.MOST + 1))
        return Place(image.pk, rank=ranks[image.pk] - 1) if image.pk in ranks else None
    rank = by_colour.walk_of_colours(bound.filters.wanted("colour"), bound.user).rank_of(image.pk)
    return None if rank is None else Place(image.pk + 1, rank=rank)


def is_reversible(bound: Bound) -> bool:
    """Whether what stands before a picture can be walked as well: not what is sorted by stars or by nearness."""
    return bound.filters.sort not in ("best", "near")


def place_around(bound: Bound, image: Image, *, fold: bool = False) -> Place | None:
    """Return where a page begins that shows a picture, with some before it; None: with the first.

    Where there is no way back, it begins with the picture itself.
    """
    oldest = bound.filters.sort == "oldest"
    place = Place(image.pk, image.created_at)
    if bound.filters.sort == "near":
        return _place_before(bound, image)
    if not is_reversible(bound):
        stars = Rating.objects.of(bound.user).filter(image=image).values_list("stars", flat=True).first() or 0
        return Place(image.pk + 1, image.created_at, stars)
    back = replace(bound, filters=bound.filters.sorted_by("" if oldest else "oldest"))
    before = list(page_rows(back, after=place, limit=BEFORE + 1, fold=fold))
    return Place(before[-1].pk, before[-1].created_at) if len(before) > BEFORE else None

"""What a link shows: exactly its items, or whatever its source holds now. A deleted picture is in neither."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, cast
from urllib.parse import urlencode

from django.db.models import Q
from django.db.models.functions import Left

from gallery.catalogue.models import flux_models
from gallery.models import ComparisonImage, Image, Job, Project, Run, Share, ShareItem, User
from gallery.models.images import ImageQuerySet, Origin
from gallery.models.ratings import Verdict
from gallery.models.runs import OPENING
from gallery.models.shares import Kind
from gallery.paging import read_keyset_page
from gallery.services.collections import smart, walked
from gallery.services.images.filters import Filters
from gallery.services.runs import reuse
from gallery.services.shares import collected, image_keys

MOST_ITEMS = 2000  # as many as a run can have; a larger gallery is shared live
PAGE = 60
FILTERS = {"model": "model", "project": "job__run__project__name"}


def shared_images(share: Share) -> ImageQuerySet:
    """Return what a link shows, in no order: what is not among it does not exist for a guest."""
    mine = Image.objects.of(share.owner_id)
    if not share.live:
        return mine.filter(shared_as__share=share)
    if _has_lost_its_source(share):  # to the filters below no run or comparison is "pictures that are in none"
        return mine.none()
    if share.kind == Kind.RUN:
        return mine.filter(Q(job__run=share.run_id) | Q(reused_by__run=share.run_id)).distinct()
    if share.kind == Kind.COMPARISON:
        return mine.filter(comparisons=share.comparison_id)
    if _fills_itself(share):
        return _of_gallery(share)
    if share.kind == Kind.COLLECTION:
        return mine.filter(pk__in=collected.shared_items(share).order_by().values("image"))
    return _of_gallery(share)


def _has_lost_its_source(share: Share) -> bool:
    sources = {Kind.RUN: share.run_id, Kind.COMPARISON: share.comparison_id, Kind.COLLECTION: share.collection_id}
    return sources.get(Kind(share.kind), share.pk) is None


def _fills_itself(share: Share) -> bool:
    return share.collection is not None and share.collection.rules is not None


def find_image(share: Share, key: str) -> Image | None:
    """Return one of its pictures by the key it has within the link, or None."""
    own = image_keys.own_key(share, key)
    if own is None:
        return None
    return _for_tiles(shared_images(share)).defer(None).filter(key=own).first()


def find_images(share: Share, keys: Iterable[str]) -> list[Image] | None:
    """Return several of its pictures in the order of their keys, or None if one is not among them."""
    own = list(dict.fromkeys(image_keys.own_key(share, key) for key in keys))
    if None in own:
        return None
    found: dict[str | None, Image]
    found = {image.key: image for image in _for_tiles(shared_images(share).filter(key__in=own))}
    return [found[key] for key in own] if len(found) == len(own) else None


@dataclass(frozen=True)
class SharePage:
    """Some of the pictures of a link. Of one that has an end: the number of the first, and how many there are."""

    images: list[Image]
    more: bool
    start: int | None = None
    count: int | None = None


def read_page(share: Share, *, after: Image | None = None, limit: int = PAGE) -> SharePage:
    """Return the pictures that follow one of them (None: from the front)."""
    if share.live and share.kind == Kind.COLLECTION and not _fills_itself(share):
        found = collected.ids_behind(share, after, most=limit + 1)
        return SharePage(load_images(found[:limit]), len(found) > limit)
    if share.live and _is_walked(share):
        ids = _newest_of_gallery(share, before_id=after.id if after else None, most=limit + 1)
        tiles = Image.objects.kept().for_tiles().in_bulk(ids[:limit])
        return SharePage([tiles[each] for each in ids if each in tiles], len(ids) > limit)
    if share.is_endless:
        page = read_keyset_page(_for_tiles(shared_images(share)).before(after.id if after else None), size=limit)
        return SharePage(page.rows, page.last is not None)
    ids = list_ids(share)
    start = ids.index(after.id) + 1 if after else 0
    return SharePage(load_images(ids[start : start + limit]), len(ids) > start + limit, start + 1, len(ids))


def load_images(ids: list[int]) -> list[Image]:
    """Load pictures as tiles show them; one that went meanwhile is left out."""
    found = _for_tiles(Image.objects.kept()).in_bulk(ids)
    return [found[each] for each in ids if each in found]


def _for_tiles(images: ImageQuerySet) -> ImageQuerySet:
    """With the opening of the prompt as `opening`: the whole of one can have 160,000 characters."""
    return images.select_related("job", "attempt").defer("job__prompt").annotate(opening=Left("job__prompt", OPENING))


def list_ids(share: Share) -> list[int]:
    """Return the ids of all pictures of a link that has an end, in their order."""
    if not share.live:
        items = ShareItem.objects.filter(share=share, image__trashed_at=None)
        return list(items.order_by("position").values_list("image_id", flat=True))
    return ids_of_source(share)


def ids_of_source(share: Share) -> list[int]:
    """Return the ids of what a source holds now, one more than a snapshot can have at most."""
    if share.kind == Kind.RUN:
        return reuse.image_ids_of_run(cast("int", share.run_id), owner_id=share.owner_id)
    if share.kind == Kind.COMPARISON:
        owned = {"image__owner": share.owner_id, "image__trashed_at": None}
        items = ComparisonImage.objects.filter(comparison=share.comparison_id, **owned)
        return list(items.values_list("image_id", flat=True))
    if share.kind == Kind.COLLECTION and not _fills_itself(share):
        return collected.ids_behind(share, None, most=MOST_ITEMS + 1)
    return _newest_of_gallery(share, before_id=None, most=MOST_ITEMS + 1)


def ids_to_take(share: Share) -> list[int]:
    """Return the ids of what one ZIP of a link holds: of one without end the newest."""
    if not share.live:
        return list_ids(share)
    return ids_of_source(share)[:MOST_ITEMS]


def ids_shown(share: Share, keys: Iterable[str]) -> list[int]:
    """Return the ids of those of these pictures that a link shows, in this order; what it does not show is left out."""
    own = list(dict.fromkeys(one for key in keys if (one := image_keys.own_key(share, key))))
    found = dict(shared_images(share).filter(key__in=own).values_list("key", "pk"))
    return [found[one] for one in own if one in found]


def still_shown(share: Share, ids: Sequence[int]) -> list[int]:
    """Return those of these pictures that a link shows now, in their order."""
    shown = set(shared_images(share).filter(pk__in=ids).values_list("pk", flat=True))
    return [each for each in ids if each in shown]


def images_of(job: Job) -> Sequence[int | None]:
    """Return the ids of the pictures that a cell shows: those made for it, or the one it reused."""
    return [image.id for image in job.kept_images] or [job.reused_id]


def _is_walked(share: Share) -> bool:
    """Whether what it shows is a search of the gallery, or several."""
    return not _has_lost_its_source(share) and (share.kind == Kind.GALLERY or _fills_itself(share))


def _newest_of_gallery(share: Share, *, before_id: int | None, most: int) -> list[int]:
    """Return the ids of the newest of the same as `_of_gallery`, as quickly as its owner's own page finds them."""
    walked_too = {"verdict": Verdict.PICK.value} if share.filter.get("picked") else {}
    walked_too |= {name: value for name, value in share.filter.items() if name in FILTERS and value}
    parts: list[Any] = [urlencode(walked_too), share.filter.get("query") or ""]
    if share.collection is not None and share.collection.rules is not None:
        if share.collection.deleted_at is not None:
            return []
        parts.append(share.collection.rules)
    rules = {"join": smart.AND, "parts": parts}
    rest = _wanted(share) & (Q() if share.show_inputs else Q(origin=Origin.MADE))
    return walked.newest_ids(rules, walked.Stretch(share.owner, before_id, most), rest)


def _wanted(share: Share) -> Q:
    """Return the link's own filter, told of a picture, and what was taken off: an address that cannot be read would
    filter nothing."""
    wanted = {FILTERS[name]: value for name, value in share.filter.items() if name in FILTERS and value}
    without = share.filter.get("without")
    return Q(**wanted) & (~Q(pk__in=without) if without else Q())


def _of_gallery(share: Share) -> ImageQuerySet:
    """Return the owner's pictures through the link's filter; what is empty in it filters nothing."""
    mine = Image.objects.of(share.owner_id).filter(_wanted(share))
    if query := share.filter.get("query"):
        mine = Filters.of(query).narrow(mine, share.owner)
    if share.collection is not None and share.collection.rules is not None:
        mine = mine.filter(smart.condition(share.collection.rules, share.owner))
        mine = mine if share.collection.deleted_at is None else mine.none()
    if not share.show_inputs:
        mine = mine.filter(origin=Origin.MADE)
    if share.filter.get("picked"):
        mine = mine.filter(ratings__user=share.owner_id, ratings__verdict=Verdict.PICK)
    return mine


def find_neighbours(share: Share, image: Image) -> tuple[int | None, int | None, Image | None, Image | None]:
    """Return (number, of how many, before, after) of one of its pictures; no numbers where nobody counts."""
    if share.live and share.kind == Kind.COLLECTION and not _fills_itself(share):
        return None, None, *collected.images_around(share, image)
    if share.is_endless:
        rows = shared_images(share)
        newer, older = rows.filter(id__gt=image.id).order_by("id"), rows.filter(id__lt=image.id).order_by("-id")
        return None, None, newer.first(), older.first()
    ids = list_ids(share)
    at = ids.index(image.id)
    around = {each.id: each for each in load_images(ids[max(0, at - 1) : at] + ids[at + 1 : at + 2])}
    before = around.get(ids[at - 1]) if at else None
    return at + 1, len(ids), before, around.get(ids[at + 1]) if at + 1 < len(ids) else None


def models_of(owner: User) -> list[str]:
    """Name the models that somebody has used: what a gallery can be filtered by. Runs, of which there are fewer."""
    typed = Run.objects.of(owner).values_list("form__model", flat=True)
    return sorted({model for models in typed for model in models or []} & set(flux_models.ids()))


def projects_of(owner: User) -> list[str]:
    return list(Project.objects.filter(runs__owner=owner).distinct().order_by("name").values_list("name", flat=True))

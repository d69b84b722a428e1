"""Gates of pictures, alone and several, and of what finds and compares them."""

from collections.abc import Iterable

from django.contrib import messages
from django.http import Http404, QueryDict

from gallery.access.rights import MemberRequest, find_row
from gallery.models import (
    BulkAct,
    Comparison,
    Image,
    SavedSearch,
    Selection,
    User,
)  # fmt: skip
from gallery.models.images import ImageQuerySet
from gallery.services.collections import smart
from gallery.services.images import selection
from gallery.services.images.filters import Filters


def image_read(request: MemberRequest, key: str) -> Image:
    """Return a picture to be looked at: one's own, or one in a collection that is shared with the team."""
    rows = Image.objects.select_related("job__run__project", "attempt", "owner")
    found = rows.visible_to(request.user).filter(key=key).first() or smart.find_shown(rows, [key]).get(key)
    if found is None:
        raise Http404
    return found


def image_write(request: MemberRequest, key: str) -> Image:
    """Return one's own picture: only its owner changes it, spends on it or goes on from it."""
    return find_row(Image.objects.select_related("job__run__project", "attempt", "owner"), key, owner=request.user)


def images_read(request: MemberRequest, keys: Iterable[str], rows: ImageQuerySet | None = None) -> list[Image]:
    """Return these pictures in this order, to be looked at. One that may not be seen hides them all.

    What is in the trash is left out; if all of them are, there is nothing.
    """
    rows = Image.objects.all() if rows is None else rows
    keys = list(dict.fromkeys(keys))
    found = rows.visible_to(request.user).in_bulk(keys, field_name="key")
    if missing := [key for key in keys if key not in found]:
        found |= smart.find_shown(rows, missing)
    return _all_of(keys, found)


def images_write(request: MemberRequest, keys: Iterable[str]) -> list[Image]:
    """Return these pictures of one's own in this order, without the trash. One of somebody else hides them all."""
    keys = list(dict.fromkeys(keys))
    return _all_of(keys, Image.objects.of(request.user).in_bulk(keys, field_name="key"))


def chosen_keys(request: MemberRequest, sent: QueryDict) -> list[str]:
    """Return the keys of the pictures that are named, one by one or by a selection: of a longer one the newest."""
    chosen = selection_named(request, sent)
    if chosen is None:
        return sent.getlist("image")
    keys = selection.keys_of(chosen)
    if len(keys) > selection.MOST:
        most = f"{selection.MOST:,}"
        messages.warning(request, f"More than {most} pictures match: the newest {most} are meant.")
    return keys[: selection.MOST]


def selection_named(request: MemberRequest, sent: QueryDict) -> Selection | None:
    """Return the selection that is named; with `all`, all that a search finds but those of `without`, unsaved."""
    if "selection" in sent:
        return selection_read(request, sent.get("selection", ""))
    if "all" not in sent:
        return None
    without = Image.objects.of(request.user).filter(key__in=sent.getlist("without")).values_list("pk", flat=True)
    return Selection(owner=request.user, query=Filters.of(sent.get("all", "")).query, images=list(without))


def selection_read(request: MemberRequest, key: str) -> Selection:
    return find_row(Selection.objects, key, owner=request.user)


def bulk_act_write(request: MemberRequest, key: str) -> BulkAct:
    return find_row(BulkAct.objects, key, owner=request.user)


def _all_of(keys: list[str], found: dict[str, Image]) -> list[Image]:
    kept = [found[key] for key in keys if key in found and found[key].trashed_at is None]
    if len(found) < len(keys) or (keys and not kept):
        raise Http404
    return kept


def images_of_trash(request: MemberRequest, keys: Iterable[str]) -> ImageQuerySet:
    """Return those of these pictures that this member has deleted and can put back."""
    return Image.objects.in_trash_of(request.user).filter(key__in=list(keys))


def trash_cursor(request: MemberRequest, key: str) -> Image:
    """Return the picture that ends a page of the trash."""
    return find_row(Image.objects.in_trash_of(request.user), key)


def image_cursor(request: MemberRequest, key: str, *, owner: User | None) -> Image:
    """Return the picture that ends a page of a member's gallery, with what the next page needs of it."""
    return find_row(_of_gallery(request, owner), key)


def image_around(request: MemberRequest, key: str, *, owner: User | None) -> Image | None:
    """Return the picture around which a page of the gallery is opened, None if it is not there any more."""
    return _of_gallery(request, owner).filter(key=key).first() if key else None


def _of_gallery(request: MemberRequest, owner: User | None) -> ImageQuerySet:
    return Image.objects.only("id", "created_at").visible_to(request.user).filter(owner=owner)


def search_write(request: MemberRequest, key: str) -> SavedSearch:
    """Return a saved search of one's own, also one that was deleted and can be put back."""
    return find_row(SavedSearch.objects, key, owner=request.user)


def comparison_read(request: MemberRequest, key: str) -> Comparison:
    """Return a saved comparison, anybody's: whether its pictures may be seen is asked of each of them."""
    return find_row(Comparison.objects, key)


def comparison_write(request: MemberRequest, key: str) -> Comparison:
    return find_row(Comparison.objects, key, owner=request.user)

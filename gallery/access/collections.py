"""Gates of tags and collections."""

from django.shortcuts import get_object_or_404

from gallery.access.rights import MemberRequest, find_row
from gallery.models import (
    Collection,
    CollectionImage,
    Image,
    Tag,
)  # fmt: skip
from gallery.services.collections import items


def tag_write(request: MemberRequest, key: str) -> Tag:
    return find_row(Tag.objects.of(request.user).select_related("owner"), key)


def tag_restore(request: MemberRequest, key: str) -> Tag:
    """Return a tag that its owner has deleted or merged and can put back."""
    return find_row(Tag.objects.in_trash_of(request.user).select_related("owner"), key)


def collection_read(request: MemberRequest, key: str) -> Collection:
    """Return one's own collection, or one that is shared with the team."""
    return find_row(Collection.objects.visible_to(request.user).select_related("owner"), key)


def collection_add(request: MemberRequest, key: str) -> Collection:
    """Return a collection into which this member may put pictures."""
    return find_row(Collection.objects.open_to(request.user), key)


def collection_write(request: MemberRequest, key: str) -> Collection:
    return find_row(Collection.objects.owned_by(request.user), key)


def item_cursor(collection: Collection, key: str) -> CollectionImage:
    """Return the place of a picture in a collection that its reader may see."""
    return get_object_or_404(items.items_in_order(collection).select_related("image"), image__key=key)


def item_found(collection: Collection, key: str) -> Image:
    """Return a picture that ends a page of a collection which fills itself; it may have left it since."""
    return find_row(Image.objects.only("id"), key, owner=collection.owner)


def collection_restore(request: MemberRequest, key: str) -> Collection:
    """Return a collection that its owner has deleted and can put back."""
    return find_row(Collection.objects.in_trash_of(request.user), key)

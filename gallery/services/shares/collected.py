"""Links of a collection: the pictures in it that are its owner's own, in its order. What others put in is not theirs to
give away."""

from gallery.models import CollectionImage, Image, Share
from gallery.models.collections import CollectionImageQuerySet


def shared_items(share: Share) -> CollectionImageQuerySet:
    """Return the places of what a link of a collection shows; of one that was deleted nothing."""
    kept = {"collection__deleted_at": None, "image__trashed_at": None, "image__owner": share.owner_id}
    return CollectionImage.objects.filter(collection=share.collection_id, **kept).in_order()


def ids_behind(share: Share, image: Image | None, *, most: int) -> list[int]:
    """Return the ids of the pictures that follow one of them (None: from the front)."""
    items = shared_items(share)
    if image is not None:
        items = items.following(items.get(image=image))
    return list(items.values_list("image_id", flat=True)[:most])


def images_around(share: Share, image: Image) -> tuple[Image | None, Image | None]:
    """Return the pictures before and after one of them."""
    items = shared_items(share).select_related("image")
    item = items.get(image=image)
    before, after = items.preceding(item).first(), items.following(item).first()
    return (before.image if before else None), (after.image if after else None)

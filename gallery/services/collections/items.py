"""What is in a collection, and in which order: new pictures come to the front, the rest is as somebody put it.

Positions have gaps, so that a picture that is moved is one row; where a gap is used up all are spread anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.db.models import Min

from gallery.models import Collection, CollectionImage, Image, User
from gallery.models.collections import CollectionImageQuerySet
from gallery.services.collections import indexing
from gallery.services.db.slices import MOST, write_in_slices

GAP = 1 << 20
WAYS = FIRST, LAST, EARLIER, LATER = "first", "last", "earlier", "later"


@dataclass(frozen=True)
class Place:
    """Where a picture stood."""

    image_id: int
    position: int


def add_images(collection: Collection, images: Sequence[Image], *, by: User) -> list[Image]:
    """Put pictures to the front, in their order, in slices; return those that were not in it before."""
    there = set(collection.items.filter(image__in=images).values_list("image_id", flat=True))
    new = [image for image in images if image.pk not in there]
    front = _front(collection) - GAP * len(new)
    places = [Place(image.pk, front + GAP * n) for n, image in enumerate(new)]
    put_back(collection, places, by=by)
    return new


def _front(collection: Collection) -> int:
    return collection.items.aggregate(front=Min("position"))["front"] or 0


def put_back(collection: Collection, places: Sequence[Place], *, by: User) -> None:
    """Put pictures where they are said to stand; those that are in it stay where they are."""
    write_in_slices(places, lambda part: _write(collection, part, by))


def _write(collection: Collection, places: Sequence[Place], by: User) -> None:
    rows = [
        CollectionImage(collection=collection, image_id=each.image_id, position=each.position, added_by=by)
        for each in places
    ]
    CollectionImage.objects.bulk_create(rows, ignore_conflicts=True)
    indexing.note_images(each.image_id for each in places)


def remove_images(collection: Collection, images: Sequence[Image]) -> list[Place]:
    """Take pictures out, in slices; return where they stood."""
    places: list[Place] = []
    write_in_slices(images, lambda part: places.extend(_remove(collection, part)))
    return places


def _remove(collection: Collection, images: Sequence[Image]) -> list[Place]:
    items = CollectionImage.objects.filter(collection=collection, image__in=images)
    places = [Place(*row) for row in items.values_list("image_id", "position")]
    items.delete()
    indexing.note_images(each.image_id for each in places)
    return places


def items_in_order(collection: Collection) -> CollectionImageQuerySet:
    """Return what is shown of it to whoever may see it. While it is private others' pictures are not."""
    items = CollectionImage.objects.filter(collection=collection, image__trashed_at=None)
    if not collection.team:
        items = items.filter(image__owner=collection.owner_id)
    return items.in_order()


@transaction.atomic
def move_image(collection: Collection, image: Image, to: str, *, before: Image | None = None) -> None:
    """Move a picture to the front, the end, one place earlier or later, or before another one."""
    Collection.objects.select_for_update().get(pk=collection.pk)
    item = collection.items.get(image=image)
    rest = items_in_order(collection).exclude(pk=item.pk)
    left, right = _neighbours(rest, item, to, before)
    position = _between(left, right)
    if position is None:
        _spread(collection)
        left, right = (each and CollectionImage.objects.get(pk=each.pk) for each in (left, right))
        position = _between(left, right)
    CollectionImage.objects.filter(pk=item.pk).update(position=position)


_Item = CollectionImage | None


def _neighbours(
    rest: CollectionImageQuerySet, item: CollectionImage, to: str, before: Image | None
) -> tuple[_Item, _Item]:
    """Return between which two it shall stand."""
    if before is not None:
        right = rest.filter(image=before).first()
        return (rest.preceding(right).first(), right) if right else (rest.reverse().first(), None)
    if to == FIRST:
        return None, rest.first()
    if to == EARLIER:
        right = rest.preceding(item).first()
        return (rest.preceding(right).first(), right) if right else (None, rest.first())
    if to == LATER:
        left = rest.following(item).first()
        return (left, rest.following(left).first()) if left else (rest.reverse().first(), None)
    return rest.reverse().first(), None


def _between(left: _Item, right: _Item) -> int | None:
    """Return a position between two, or None where there is no room."""
    if left is None or right is None:
        return left.position + GAP if left else right.position - GAP if right else 0
    middle = (left.position + right.position) // 2
    return middle if left.position < middle < right.position else None


def _spread(collection: Collection) -> None:
    """Give everything positions with gaps, from the front on: at every moment the order is the same."""
    items = collection.items.in_order()
    front, ids = _front(collection), list(items.values_list("pk", flat=True))
    front -= GAP * (len(ids) + 1)
    for first in range(0, len(ids), MOST):
        rows = [
            CollectionImage(pk=pk, position=front + GAP * (first + n)) for n, pk in enumerate(ids[first : first + MOST])
        ]
        CollectionImage.objects.bulk_update(rows, ["position"])

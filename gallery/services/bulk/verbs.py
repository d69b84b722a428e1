"""What can be done to a slice of pictures, and how it is undone: each does returns what its undoing needs, as JSON."""

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

from gallery.models import BulkAct, Collection, Image, Rating
from gallery.models.operations.bulk import Verb
from gallery.services.collections import items, tags
from gallery.services.compare import ratings
from gallery.services.images import trash


class Doing(NamedTuple):
    do: Callable[[BulkAct, list[Image]], Any]
    undo: Callable[[BulkAct, Any], int | None]  # how many pictures were deleted for good meanwhile


def _rate(act: BulkAct, images: list[Image]) -> Any:
    before = ratings.rate_images(images, user=act.owner, **act.fields)
    return [[each.image_id, each.verdict, each.stars, each.favourite] for each in before]


def _rate_back(act: BulkAct, was: Any) -> None:
    there = Image.objects.in_bulk([pk for pk, *_ in was])
    rows = [(there[pk], said) for pk, *said in was if pk in there]
    before = [
        Rating(user=act.owner, image=image, verdict=verdict, stars=stars, favourite=favourite)
        for image, (verdict, stars, favourite) in rows
    ]
    ratings.take_back(before, user=act.owner, wrote=act.fields)


def _tag(act: BulkAct, images: list[Image]) -> Any:
    return tags.tag_images(images, act.fields["names"], user=act.owner).pairs


def _tag_back(act: BulkAct, was: Any) -> None:
    tags.take_off_pairs([(tag, image) for tag, image in was])


def _collect(act: BulkAct, images: list[Image]) -> Any:
    """Of a collection that is gone meanwhile, or closed to this member, nothing is left to do."""
    collection = Collection.objects.open_to(act.owner).filter(pk=act.fields["collection"]).first()
    if collection is None:
        return []
    return [image.pk for image in items.add_images(collection, images, by=act.owner)]


def _collect_back(act: BulkAct, was: Any) -> None:
    collection = Collection.objects.filter(pk=act.fields["collection"]).first()
    if collection is not None:
        items.remove_images(collection, list(Image.objects.filter(pk__in=was)))


def _trash(act: BulkAct, images: list[Image]) -> Any:
    ids = [image.pk for image in images]
    trash.trash_images(ids, owner=act.owner)
    return ids


def _trash_back(act: BulkAct, was: Any) -> int:
    trash.restore_images(Image.objects.filter(pk__in=was), owner=act.owner)
    return len(was) - Image.objects.of(act.owner).filter(pk__in=was).count()


VERBS: dict[str, Doing] = {
    Verb.RATE: Doing(_rate, _rate_back),
    Verb.TAG: Doing(_tag, _tag_back),
    Verb.COLLECT: Doing(_collect, _collect_back),
    Verb.TRASH: Doing(_trash, _trash_back),
}


def own_images(act: BulkAct, ids: Sequence[int]) -> list[Image]:
    """Return those of these pictures that are still the member's and not in the trash, the newest first."""
    return list(Image.objects.of(act.owner).filter(pk__in=ids).order_by("-id"))

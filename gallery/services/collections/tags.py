"""Tags on pictures: put on, taken off, renamed, merged, deleted; each can be undone."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial

from django.db import IntegrityError, transaction
from django.db.models import Count
from django.utils import timezone

from gallery.catalogue.text.tags import fold_tag
from gallery.models import Image, ImageTag, Tag, User
from gallery.models.saved_items import TRASH_DAYS
from gallery.services.collections import indexing
from gallery.services.db.slices import delete_in_slices, write_in_slices

MOST_ON_IMAGE = 50
Pair = tuple[int, int]  # ids of a tag and a picture


class TagTaken(Exception):
    """The member has another tag that reads the same."""

    def __init__(self, tag: Tag) -> None:
        self.tag = tag


@dataclass
class Tagged:
    """What a press did. `full`: how many pictures were left out because they have as many tags as one can have."""

    tags: list[Tag]
    pairs: list[Pair] = field(default_factory=list)  # what was not there before
    full: int = 0


def tag_images(images: Sequence[Image], names: Sequence[str], *, user: User) -> Tagged:
    """Put tags on pictures, in slices; those that the member does not have yet are made."""
    done = Tagged([find_or_make(name, user=user) for name in names])
    write_in_slices(images, lambda part: _tag_some(part, done))
    return done


def find_or_make(name: str, *, user: User) -> Tag:
    """Return the member's tag that reads like this name."""
    try:
        with transaction.atomic():
            return Tag.objects.of(user).get_or_create(folded=fold_tag(name), defaults={"owner": user, "name": name})[0]
    except IntegrityError:  # made in another window just now
        return Tag.objects.of(user).get(folded=fold_tag(name))


def _tag_some(images: Sequence[Image], done: Tagged) -> None:
    there = set(ImageTag.objects.filter(tag__in=done.tags, image__in=images).values_list("tag_id", "image_id"))
    counts = _count_tags(images)
    pairs: list[Pair] = []
    for image in images:
        new = [(tag.pk, image.pk) for tag in done.tags if (tag.pk, image.pk) not in there]
        if counts.get(image.pk, 0) + len(new) > MOST_ON_IMAGE:
            done.full += 1
        else:
            pairs += new
    _write(pairs)
    done.pairs += pairs


def _count_tags(images: Sequence[Image]) -> dict[int, int]:
    rows = ImageTag.objects.filter(image__in=images, tag__deleted_at=None).values("image")
    return dict(rows.annotate(n=Count("id")).order_by().values_list("image", "n"))


def put_pairs(pairs: Sequence[Pair]) -> None:
    """Put tags on pictures again that were taken off; those that are there stay."""
    write_in_slices(pairs, _write)


def _write(pairs: Sequence[Pair]) -> None:
    ImageTag.objects.bulk_create((ImageTag(tag_id=tag, image_id=image) for tag, image in pairs), ignore_conflicts=True)
    indexing.note_images(image for _, image in pairs)


def untag_images(images: Sequence[Image], tag: Tag) -> list[Pair]:
    """Take a tag off pictures; return where it was."""
    there = ImageTag.objects.filter(tag=tag, image__in=images).values_list("tag_id", "image_id")
    pairs = list(there)
    take_off_pairs(pairs)
    return pairs


def take_off_pairs(pairs: Sequence[Pair]) -> None:
    """Take tags off pictures, each off its own."""
    for tag in {tag for tag, _ in pairs}:
        write_in_slices([image for other, image in pairs if other == tag], partial(_take_off, tag))


def _take_off(tag: int, image_ids: Sequence[int]) -> None:
    ImageTag.objects.filter(tag=tag, image__in=image_ids).delete()
    indexing.note_images(image_ids)


def tags_of(image: Image, *, user: User) -> list[Tag]:
    """Return the member's tags on a picture, in the order of the alphabet."""
    return list(Tag.objects.of(user).filter(on_images__image=image).order_by("folded"))


def complete(typed: str, *, user: User, most: int = 12) -> list[Tag]:
    """Return tags that begin with what was typed, then those that hold it further in."""
    begun = fold_tag(typed)
    mine = Tag.objects.of(user).order_by("folded")
    found = list(mine.filter(folded__startswith=begun)[:most])
    within = mine.filter(folded__contains=begun).exclude(pk__in=[tag.pk for tag in found])
    return found + list(within[: most - len(found)])


def rename_tag(tag: Tag, name: str) -> None:
    """Give a tag another name: one row, whatever it is on. Raises TagTaken."""
    try:
        with transaction.atomic():
            Tag.objects.filter(pk=tag.pk).update(name=name, folded=fold_tag(name))
            indexing.note_tag(tag)
    except IntegrityError as taken:
        raise TagTaken(Tag.objects.of(tag.owner).get(folded=fold_tag(name))) from taken


def merge_tags(tag: Tag, *, into: Tag) -> None:
    """Put another tag on all its pictures in slices, then delete it; `restore_tag` undoes both."""
    for image_ids in _in_slices(tag):
        rows = (ImageTag(tag=into, image_id=image_id, merged_from=tag) for image_id in image_ids)
        with transaction.atomic():
            ImageTag.objects.bulk_create(rows, ignore_conflicts=True)
            indexing.note_images(image_ids)
    delete_tag(tag)


def _in_slices(tag: Tag) -> Iterator[Sequence[int]]:
    """Read the pictures of a tag, some at a time."""
    last, rows = 0, ImageTag.objects.filter(tag=tag).order_by("image_id")
    while part := list(rows.filter(image_id__gt=last).values_list("image_id", flat=True)[:500]):
        last = part[-1]
        yield part


@transaction.atomic
def delete_tag(tag: Tag) -> None:
    """Take a tag off all its pictures; it lies in the trash with them and can be put back."""
    Tag.objects.filter(pk=tag.pk).update(deleted_at=timezone.now())
    indexing.note_tag(tag)


def restore_tag(tag: Tag) -> None:
    """Undo a deletion or a merge. Raises TagTaken."""
    try:
        with transaction.atomic():
            Tag.objects.filter(pk=tag.pk).update(deleted_at=None)
    except IntegrityError as taken:
        raise TagTaken(Tag.objects.of(tag.owner).get(folded=tag.folded)) from taken
    delete_in_slices(ImageTag.objects.filter(merged_from=tag))
    indexing.note_tag(tag)


def delete_old_tags() -> None:
    """Forget what has lain in the trash for too long."""
    old = Tag.objects.filter(deleted_at__lte=timezone.now() - timedelta(days=TRASH_DAYS))
    delete_in_slices(ImageTag.objects.filter(tag__in=old))
    delete_in_slices(old)


def read_pairs(texts: Iterable[str], *, tags: dict[str, Tag], images: dict[str, Image]) -> list[Pair]:
    """Read pairs as they stand in a form, `tag:image` by their keys; what is neither is left out."""
    parted = (text.partition(":") for text in texts)
    return [(tags[tag].pk, images[image].pk) for tag, _, image in parted if tag in tags and image in images]

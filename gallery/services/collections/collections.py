"""Collections: made, changed, deleted and put back. What is in them: services/collections/items.py."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import BigIntegerField, OuterRef, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery.models import Collection, CollectionImage, Image, User
from gallery.models.collections import CollectionQuerySet
from gallery.models.saved_items import TRASH_DAYS
from gallery.services.collections import indexing
from gallery.services.db.slices import delete_in_slices


def make_collection(*, owner: User, **fields: Any) -> Collection:
    """Make an empty one. `fields`: name, note, team, rules."""
    return Collection.objects.create(owner=owner, **fields)


@transaction.atomic
def change_collection(collection: Collection, **fields: Any) -> None:
    """Change what is said about it, or who sees it: that holds from the next request on."""
    Collection.objects.filter(pk=collection.pk).update(**fields, changed_at=timezone.now())
    indexing.note_collection(collection)


@transaction.atomic
def delete_collection(collection: Collection) -> None:
    """Put it into the trash: its pictures stay with their owners, and nobody sees them through it any more."""
    Collection.objects.filter(pk=collection.pk).update(deleted_at=timezone.now())
    indexing.note_collection(collection)


@transaction.atomic
def restore_collection(collection: Collection) -> None:
    """Take it out of the trash, as it was."""
    Collection.objects.filter(pk=collection.pk).update(deleted_at=None)
    indexing.note_collection(collection)


def delete_old_collections() -> None:
    """Forget what has lain in the trash for too long."""
    old = Collection.objects.filter(deleted_at__lte=timezone.now() - timedelta(days=TRASH_DAYS))
    delete_in_slices(CollectionImage.objects.filter(collection__in=old))
    delete_in_slices(old)


def with_covers(rows: CollectionQuerySet) -> CollectionQuerySet:
    """Add `cover_shown`: the id of the picture that stands for each, chosen or the first."""
    items = CollectionImage.objects.filter(collection=OuterRef("pk"), image__trashed_at=None)
    mine = items.filter(image__owner=OuterRef("owner"))
    chosen = mine.filter(image=OuterRef("cover")).values("image")[:1]  # unless it was taken out since
    first = mine.order_by("position", "id").values("image")[:1]
    return rows.annotate(cover_shown=Coalesce(Subquery(chosen), Subquery(first), output_field=BigIntegerField()))


def covers_of(collections: Sequence[Collection]) -> dict[int, Image]:
    """Return {collection id: the picture that stands for it}, of those `with_covers`."""
    wanted = {each.pk: each.cover_shown for each in collections}  # type: ignore[attr-defined]  # annotated
    found = Image.objects.in_bulk({each for each in wanted.values() if each})
    return {pk: found[image_id] for pk, image_id in wanted.items() if image_id in found}

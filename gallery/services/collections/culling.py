"""What is gone through one by one: the pictures of a run, a collection or a search that a member has not judged yet."""

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q

from gallery.models import Collection, CollectionImage, Image, Rating, Run, User
from gallery.models.images import ImageQuerySet
from gallery.models.ratings import Verdict
from gallery.services.collections import items

PAGE = 24
MOST_COUNTED = 1000


@dataclass(frozen=True)
class Pile:
    """Where the pictures come from: a run in the order in which they arrive, a collection in its own, or `found`, the
    newest first."""

    user: User
    run: Run | None = None
    collection: Collection | None = None
    found: ImageQuerySet | None = None

    def next_images(self, after: Image | None) -> list[Image]:
        """Return the next pictures that are not judged, behind one that may be judged meanwhile."""
        if self.collection is not None:
            ids = self._ids_of_collection(self.collection, after)
            images = Image.objects.for_tiles().in_bulk(ids)
            return [images[pk] for pk in ids if pk in images]
        rows = self._images().exclude(self._is_judged("pk"))
        if after is not None:
            rows = rows.filter(id__gt=after.pk) if self.run else rows.filter(id__lt=after.pk)
        return list(rows.order_by("id" if self.run else "-id").for_tiles()[:PAGE])

    def count_left(self) -> int:
        """Count what is not judged, up to one more than is counted."""
        if self.collection is not None:
            return items.items_in_order(self.collection).exclude(self._is_judged("image"))[: MOST_COUNTED + 1].count()
        return self._images().exclude(self._is_judged("pk"))[: MOST_COUNTED + 1].count()

    def _ids_of_collection(self, collection: Collection, after: Image | None) -> list[int]:
        rows = items.items_in_order(collection)
        if after is not None and (last := CollectionImage.objects.filter(collection=collection, image=after).first()):
            rows = rows.following(last)
        return list(rows.exclude(self._is_judged("image")).values_list("image_id", flat=True)[:PAGE])

    def _images(self) -> ImageQuerySet:
        if self.run is not None:
            return Image.objects.of(self.run.owner_id).kept().filter(run=self.run)
        return Image.objects.of(self.user).kept() if self.found is None else self.found

    def _is_judged(self, image: str) -> Q:
        judged = Rating.objects.of(self.user).exclude(verdict=Verdict.NONE)
        return Q(Exists(judged.filter(image=OuterRef(image))))

"""What the search has to hear of: pictures whose tags or collections have changed, and names that have."""

from collections.abc import Iterable

from gallery.catalogue.search.documents import collection_facet, tag_facet
from gallery.models import Collection, Tag
from gallery.services.search import index


def note_images(image_ids: Iterable[int]) -> None:
    """Say that other tags or collections are on these pictures."""
    index.mark_changed(image_ids)


def note_collection(collection: Collection) -> None:
    """Say that a collection has another name, is gone or is back, or is seen by others than before."""
    index.mark_facet_changed(collection_facet(collection.pk))


def note_tag(tag: Tag) -> None:
    """Say that a tag has another name, is gone or is back, on all its pictures."""
    index.mark_facet_changed(tag_facet(tag.pk))

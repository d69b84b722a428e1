"""Searches of the gallery under a name: kept, deleted, put back."""

from django.utils import timezone

from gallery.models import SavedSearch, User
from gallery.services.images.filters import Filters


def save_search(filters: Filters, *, owner: User, name: str) -> SavedSearch:
    """Keep a search; one of the owner's that has this name is replaced by it."""
    SavedSearch.objects.of(owner).filter(name=name).update(deleted_at=timezone.now())
    return SavedSearch.objects.create(owner=owner, name=name, query=filters.query)


def delete_search(search: SavedSearch) -> None:
    SavedSearch.objects.filter(pk=search.pk).update(deleted_at=timezone.now())


def restore_search(search: SavedSearch) -> None:
    SavedSearch.objects.filter(pk=search.pk).update(deleted_at=None)

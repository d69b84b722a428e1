"""What a member has selected, kept here: a browser never holds a million keys, and no address carries hundreds."""

from collections.abc import Sequence

from gallery.models import Image, Selection, User
from gallery.models.images import ImageQuerySet
from gallery.services.images.filters import Filters

MOST = 2000  # pictures that one press acts on, as many as a run has; the trash takes any number
KEPT = 50  # selections of one member, the newest


def keep_selection(owner: User, *, images: Sequence[int] = (), query: str | None = None) -> Selection:
    """Keep what is selected: these pictures, or with a query all that it finds but them. Older ones are forgotten."""
    selection = Selection.objects.create(owner=owner, images=list(images), query=query)
    old = Selection.objects.of(owner).order_by("-id").values_list("pk", flat=True)[KEPT:]
    Selection.objects.filter(pk__in=list(old)).delete()
    return selection


def selected_images(selection: Selection) -> ImageQuerySet:
    """Return the pictures as they are now, without what went to the trash since; newest first."""
    mine = Image.objects.of(selection.owner_id)
    if selection.query is None:
        return mine.filter(pk__in=selection.images).order_by("-id")
    found = Filters.of(selection.query).narrow(mine, selection.owner)
    return found.exclude(pk__in=selection.images).order_by("-id")


def ids_of(selection: Selection, *, most: int | None = None) -> list[int]:
    """Return their ids, at most so many: those chosen one by one in their order, else the newest first."""
    found = list(selected_images(selection).values_list("pk", flat=True)[:most])
    if selection.query is not None:
        return found
    there = set(found)
    return [pk for pk in selection.images if pk in there]


def keys_of(selection: Selection) -> list[str]:
    """Return their keys, in the order in which they were chosen; at most one more than `MOST`."""
    found = dict(selected_images(selection).values_list("pk", "key")[: MOST + 1])
    if selection.query is None:
        return [found[pk] for pk in selection.images if pk in found]
    return list(found.values())

"""The trash: what a member deletes can be put back for FLUXWEB_TRASH_DAYS; then its rows and files go for good.

What was paid stays in the books, votes and ratings stay with the calls that made the pictures, and whoever made
something of a picture keeps its place and its name in the lineage.
"""

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime

import structlog
from django.db.models import Q, QuerySet
from django.utils import timezone

from gallery.models import Attempt, Image, Rating, Reference, User, Vote
from gallery.models.images import ImageQuerySet
from gallery.models.runs import UNFINISHED
from gallery.services.db.slices import write_in_slices
from gallery.services.db.transactions import write_transaction
from gallery.services.paid_calls import held_files
from gallery.services.search import index
from gallery.services.storage import files

AT_ONCE = 20  # pictures deleted in one go: removing a file takes longer than removing a row
EMPTIED = datetime(1970, 1, 1, tzinfo=UTC)  # since then in the trash: whatever the days are, they are over

log = structlog.get_logger("fluxweb.images")


def trash_images(image_ids: Sequence[int], *, owner: User) -> datetime:
    """Put pictures of a member into the trash; return since when they lie there, which names them for `restore_since`.

    In slices, for a selection can be a gallery.
    """
    since = timezone.now()
    write_in_slices(image_ids, lambda part: _move(Image.objects.of(owner), part, since=since))
    log.info("images trashed", owner=owner.pk, images=len(image_ids))
    return since


def restore_since(since: datetime, *, owner: User) -> int:
    """Put back what was put into the trash by one press; return how many pictures."""
    return restore_images(Image.objects.in_trash_of(owner).filter(trashed_at=since), owner=owner)


def restore_images(images: ImageQuerySet, *, owner: User) -> int:
    """Put back those of these pictures that lie in the member's trash; return how many."""
    counts: list[int] = []
    ids = list(images.values_list("pk", flat=True))
    write_in_slices(ids, lambda part: counts.append(_move(Image.objects.in_trash_of(owner), part, since=None)))
    return sum(counts)


def _move(images: ImageQuerySet, ids: Sequence[int], *, since: datetime | None) -> int:
    """Put these of the pictures into the trash or back, for the search too; return how many."""
    index.mark_changed(ids)
    return images.filter(pk__in=ids).update(trashed_at=since)


def empty_trash(images: ImageQuerySet, *, owner: User) -> int:
    """Give up those of these pictures that lie in the member's trash: nobody can put them back. Return how many."""
    ids = list(images.values_list("pk", flat=True))
    write_in_slices(ids, lambda part: _move(Image.objects.in_trash_of(owner), part, since=EMPTIED))
    log.info("trash emptied", owner=owner.pk, images=len(ids))
    return len(ids)


def delete_next() -> bool:
    """Delete for good some of what nobody can put back any more; return whether there was something.

    The files go first: of whoever is killed in between, the rows are left, and are found again.
    """
    now = timezone.now()
    ids = list(Image.objects.to_delete(now).order_by("trashed_at").values_list("pk", flat=True)[:AT_ONCE])
    with write_transaction():  # from here on nobody puts them back, however the days are counted
        Image.objects.to_delete(now).filter(pk__in=ids).update(trashed_at=EMPTIED)
    images = list(Image.objects.filter(pk__in=ids, trashed_at=EMPTIED).select_related("attempt"))
    references = list(_references_only_of(images))
    _remove_files(images, references)
    with write_transaction():
        _delete_rows(images, references)
    for image in images:
        log.info("image deleted", image=image.key, owner=image.owner_id)
    return bool(images)


def _references_only_of(images: Iterable[Image]) -> QuerySet[Reference]:
    """Return what was made ready of these pictures to go into others, also joined; what has a name of its own stays.

    What a job still waits to send stays as well.
    """
    made_of = Q(image__in=images) | Q(left__image__in=images) | Q(right__image__in=images)
    waited_for = Reference.objects.filter(uses__job__state__in=UNFINISHED)
    return Reference.objects.filter(made_of, title="").exclude(pk__in=waited_for.values("pk"))


def _remove_files(images: Iterable[Image], references: Iterable[Reference]) -> None:
    for image in images:
        if not files.is_sample(image.file):
            for name in (image.file, image.thumbnail, files.view_name(image)):
                files.remove_file(name) if name else None
        if image.attempt and image.attempt.held_name:
            held_files.remove_held_file(image.attempt, image.attempt.held_name)
    for reference in references:
        for name in (reference.file, reference.thumbnail, reference.original):
            files.remove_file(name) if name else None


def _delete_rows(images: Sequence[Image], references: Sequence[Reference]) -> None:
    """What was thought of an upload says nothing of any model: it goes along."""
    Rating.objects.filter(image__in=images, attempt=None).delete()
    of_uploads = Q(better_attempt=None) | Q(worse_attempt=None)
    Vote.objects.filter(of_uploads & (Q(better__in=images) | Q(worse__in=images))).delete()
    Attempt.objects.filter(image__in=images).exclude(held_name="").update(held_name="")
    Reference.objects.filter(pk__in=[each.pk for each in references]).delete()
    ids = [image.pk for image in images]
    index.mark_changed(ids)
    Image.objects.filter(pk__in=ids).delete()

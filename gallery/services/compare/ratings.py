"""What members think: ratings of pictures, votes between two. Every call is one decision of one person."""

from collections.abc import Sequence

from django.db import transaction
from django.utils import timezone

from gallery.models import Image, Rating, User, Vote
from gallery.services.db.slices import write_in_slices
from gallery.services.ledger import entries


def rate_images(images: Sequence[Image], *, user: User, **fields: object) -> None:
    """Write `stars` or `verdict` (or both) on each picture as this member's; what is not named stays.

    In slices, for a selection can be a whole run: after a kill in between the same press again does the rest.
    """
    write_in_slices(images, lambda part: _rate(part, user=user, **fields))


def _rate(images: Sequence[Image], *, user: User, **fields: object) -> None:
    now = timezone.now()
    rated = [Rating(user=user, image=image, changed_at=now, **fields) for image in images]
    Rating.objects.bulk_create(
        rated,
        update_conflicts=True,
        unique_fields=["user", "image"],
        update_fields=[*fields, "changed_at"],
    )
    if "verdict" in fields:
        entries.note_picks(images)


def ratings_of(user: User, images: Sequence[Image]) -> dict[int, Rating]:
    """Return {image id: rating} of what the member has rated among these pictures."""
    return {rating.image_id: rating for rating in Rating.objects.of(user).filter(image__in=images)}


@transaction.atomic
def save_vote(better: Image, worse: Image, *, user: User, tie: bool = False, blind: bool = False) -> Vote:
    """Keep the member's judgment of this pair; an earlier one of the same pair is replaced."""
    Vote.objects.of(user).between(better, worse).delete()
    return Vote.objects.create(user=user, better=better, worse=worse, tie=tie, blind=blind)


def votes_of(user: User, images: Sequence[Image]) -> list[Vote]:
    """Return the member's votes between these pictures, oldest first."""
    return list(Vote.objects.of(user).among(images).order_by("id"))

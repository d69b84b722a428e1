"""What members think: marks on pictures, votes between two. Every call is one decision of one person."""

from django.db import transaction
from django.utils import timezone

from gallery.models import Mark, Vote
from gallery.services.ledger import entries


@transaction.atomic
def mark_images(images, *, user, **thoughts):
    """Write `stars` or `verdict` (or both) on each picture as this member's; what is not named stays."""
    now = timezone.now()
    marks = [Mark(user=user, image=image, changed_at=now, **thoughts) for image in images]
    Mark.objects.bulk_create(
        marks,
        update_conflicts=True,
        unique_fields=["user", "image"],
        update_fields=[*thoughts, "changed_at"],
    )
    if "verdict" in thoughts:
        entries.note_kept(images)


def marks_of(user, images):
    """Return {image id: mark} of what the member has marked among these pictures."""
    return {mark.image_id: mark for mark in Mark.objects.of(user).filter(image__in=images)}


@transaction.atomic
def vote(better, worse, *, user, tie=False, blind=False):
    """Keep the member's judgment of this pair; an earlier one of the same pair is replaced."""
    Vote.objects.of(user).between(better, worse).delete()
    return Vote.objects.create(user=user, better=better, worse=worse, tie=tie, blind=blind)


def votes_among(images, *, user):
    """Return the member's votes between these pictures, oldest first."""
    return list(Vote.objects.of(user).among(images).order_by("id"))

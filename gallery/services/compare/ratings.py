"""What members think: ratings of pictures, votes between two. Every call is one decision of one person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django.db import transaction
from django.db.models import Avg, Count
from django.utils import timezone

from gallery.models import Image, Rating, User, Vote
from gallery.services.db.slices import write_in_slices
from gallery.services.ledger import entries

FIELDS = ("verdict", "stars", "favourite")


def rate_images(images: Sequence[Image], *, user: User, **fields: object) -> list[Rating]:
    """Write `stars`, `verdict`, `favourite` on each picture as this member's; what is not named stays.

    Return what stood there before, for `restore_ratings`. In slices, for a selection can be a whole run: after a kill
    in between the same press again does the rest.
    """
    before: list[Rating] = []
    write_in_slices(images, lambda part: before.extend(_rate(part, user=user, **fields)))
    return before


def _rate(images: Sequence[Image], *, user: User, **fields: object) -> list[Rating]:
    rated = ratings_of(user, images)
    _write([Rating(user=user, image=image, **fields) for image in images], tuple(fields))
    before = [rated.get(image.id) or Rating(user=user, favourite=False) for image in images]
    for rating, image in zip(before, images, strict=True):
        rating.image = image  # as it is loaded here already
    return before


def restore_ratings(ratings: Sequence[Rating]) -> None:
    """Write ratings whole: to undo a press they are what stood there before it."""
    write_in_slices(ratings, lambda part: _write(part, FIELDS))


def take_back(before: Sequence[Rating], *, user: User, wrote: Mapping[str, object]) -> None:
    """Undo `rate_images(..., **wrote)` long after: what the member has changed since stays."""
    write_in_slices(before, lambda part: _take_back(part, user=user, wrote=wrote))


def _take_back(before: Sequence[Rating], *, user: User, wrote: Mapping[str, object]) -> None:
    now = ratings_of(user, [each.image for each in before if each.image])
    for name, value in wrote.items():
        same = {pk for pk, rating in now.items() if getattr(rating, name) == value}
        _write([each for each in before if each.image_id in same], (name,))


def _write(ratings: Sequence[Rating], fields: Sequence[str]) -> None:
    now = timezone.now()
    copies = [
        Rating(user_id=each.user_id, image=each.image, attempt_id=_made_by(each), changed_at=now, **_said(each, fields))
        for each in ratings
    ]
    Rating.objects.bulk_create(
        copies,
        update_conflicts=True,
        unique_fields=["user", "image"],
        update_fields=[*fields, "changed_at"],
    )
    if "verdict" in fields:
        entries.note_picks([each.image_id for each in ratings if each.image_id])


def _made_by(rating: Rating) -> int | None:
    return rating.image.attempt_id if rating.image else None


def _said(rating: Rating, fields: Sequence[str]) -> dict[str, Any]:
    return {name: getattr(rating, name) for name in fields}


def ratings_of(user: User, images: Sequence[Image]) -> dict[int, Rating]:
    """Return {image id: rating} of what the member has rated among these pictures."""
    return {cast("int", rating.image_id): rating for rating in Rating.objects.of(user).filter(image__in=images)}


@dataclass(frozen=True)
class Average:
    """What several think of a picture. `people`: who gave stars."""

    stars: float
    people: int

    @property
    def words(self) -> str:
        return f"{self.stars:.1f} of {self.people} people"


def averages_of(images: Sequence[Image], *, seen_by: User) -> dict[int, Average]:
    """Return {image id: average} where this member has given stars, and others have: nobody is led by the others."""
    mine = Rating.objects.of(seen_by).filter(stars__gt=0, image__in=images).values("image")
    given = Rating.objects.filter(image__in=mine, stars__gt=0).values("image").order_by()
    rows = given.annotate(mean=Avg("stars"), people=Count("id")).filter(people__gt=1)
    return {pk: Average(mean, people) for pk, mean, people in rows.values_list("image", "mean", "people")}


@transaction.atomic
def save_vote(better: Image, worse: Image, *, user: User, tie: bool = False, blind: bool = False) -> Vote:
    """Keep the member's judgment of this pair; an earlier one of the same pair is replaced."""
    Vote.objects.of(user).between(better, worse).delete()
    made_by = {"better_attempt_id": better.attempt_id, "worse_attempt_id": worse.attempt_id}
    return Vote.objects.create(user=user, better=better, worse=worse, tie=tie, blind=blind, **made_by)


def votes_of(user: User, images: Sequence[Image]) -> list[Vote]:
    """Return the member's votes between these pictures, oldest first."""
    return list(Vote.objects.of(user).among(images).order_by("id"))

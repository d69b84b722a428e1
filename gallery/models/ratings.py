"""What people think of pictures: ratings of one, votes between two, and comparisons that were given a name."""

from collections.abc import Iterable
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Greatest, Least
from django.utils import timezone

from gallery.models.images import Image
from gallery.models.keys import KeyField
from gallery.models.people import User

MOST_STARS = 5


class Verdict(models.TextChoices):
    """`pick` is what reports call kept."""

    NONE = "", "not judged"
    PICK = "pick", "picked"
    MAYBE = "maybe", "perhaps"
    REJECT = "reject", "rejected"


class RatingQuerySet(models.QuerySet["Rating"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def picked(self) -> Self:
        return self.filter(verdict=Verdict.PICK)


class Rating(models.Model):
    """What one member thinks of one picture."""

    # Its index is rating_once, which begins with it.
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="ratings", db_index=False)
    # Of a picture that was deleted for good the call that made it is left: what was thought of its model still counts.
    image = models.ForeignKey("Image", models.SET_NULL, null=True, related_name="ratings")
    attempt = models.ForeignKey("Attempt", models.CASCADE, null=True, related_name="ratings")  # none made an upload
    stars = models.PositiveSmallIntegerField(default=0)  # 0: none given
    verdict = models.CharField(max_length=6, choices=Verdict, default=Verdict.NONE, blank=True)
    favourite = models.BooleanField(db_default=False)
    changed_at = models.DateTimeField(default=timezone.now)

    objects = RatingQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["user", "image"], name="rating_once"),
            models.CheckConstraint(condition=Q(verdict__in=Verdict.values), name="rating_verdict_known"),
            models.CheckConstraint(condition=Q(stars__lte=MOST_STARS), name="rating_stars_at_most_five"),
        ]
        # The gallery is filtered by each: they end in the order of its page.
        indexes = [
            models.Index(fields=["user", "verdict", "-image"], name="rating_by_verdict", condition=~Q(verdict="")),
            # Of all, those without a star too: to SQLite "three stars" does not say "more than none".
            models.Index(fields=["user", "stars", "-image"], name="rating_by_stars"),
            models.Index(fields=["user", "-image"], name="rating_favourite", condition=Q(favourite=True)),
        ]

    def __str__(self) -> str:
        return f"rating of {self.user_id} on image {self.image_id}"


class VoteQuerySet(models.QuerySet["Vote"]):
    def of(self, user: User) -> Self:
        return self.filter(user=user)

    def among(self, images: Iterable[Image]) -> Self:
        return self.filter(better__in=images, worse__in=images)

    def between(self, one: Image, other: Image) -> Self:
        return self.filter(Q(better=one, worse=other) | Q(better=other, worse=one))


class Vote(models.Model):
    """One member's judgment of one pair. Of a tie, `better` and `worse` mean nothing but the two pictures."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="votes", db_index=False)
    # As of a rating: what is left of a picture that was deleted is the call that made it.
    better = models.ForeignKey("Image", models.SET_NULL, null=True, related_name="votes_won")
    worse = models.ForeignKey("Image", models.SET_NULL, null=True, related_name="votes_lost")
    better_attempt = models.ForeignKey("Attempt", models.CASCADE, null=True, related_name="votes_won")
    worse_attempt = models.ForeignKey("Attempt", models.CASCADE, null=True, related_name="votes_lost")
    tie = models.BooleanField(default=False)
    blind = models.BooleanField()  # whether the names were hidden while it was judged
    created_at = models.DateTimeField(default=timezone.now)

    objects = VoteQuerySet.as_manager()

    class Meta:
        constraints = [
            # Who votes on a pair again has changed their mind; nobody counts twice.
            models.UniqueConstraint(
                "user",
                Least("better", "worse"),
                Greatest("better", "worse"),
                name="vote_once",
                condition=Q(better__isnull=False, worse__isnull=False),
            ),
            models.CheckConstraint(condition=~Q(better=F("worse")), name="vote_between_two"),
        ]

    def __str__(self) -> str:
        return f"vote of {self.user_id} on images {self.better_id} and {self.worse_id}"


class ComparisonQuerySet(models.QuerySet["Comparison"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def newest_first(self) -> Self:
        return self.order_by("-id")

    def for_list(self) -> Self:
        """With their pictures, in two queries more."""
        items = ComparisonImage.objects.filter(image__trashed_at=None).select_related("image")
        return self.prefetch_related(models.Prefetch("items", items))


class Comparison(models.Model):
    """Pictures side by side under a name. Whoever may see every one of them may open it."""

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="comparisons", db_index=False)
    name = models.CharField(max_length=120)
    images: "models.ManyToManyField[Image, ComparisonImage]" = models.ManyToManyField(
        "Image", through="ComparisonImage", related_name="comparisons"
    )
    created_at = models.DateTimeField(default=timezone.now)

    objects = ComparisonQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="comparison_of_owner")]

    def __str__(self) -> str:
        return self.name


class ComparisonImage(models.Model):
    """A picture's place in a comparison."""

    comparison = models.ForeignKey(Comparison, models.CASCADE, related_name="items")
    image = models.ForeignKey("Image", models.CASCADE, related_name="+")
    position = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["comparison", "image"], name="comparison_shows_once")]

    def __str__(self) -> str:
        return f"image {self.image_id} of {self.comparison_id}"

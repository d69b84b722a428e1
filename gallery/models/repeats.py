"""The same request once more: whether a model keeps to its seed, as a fact that was measured."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.images import Image


class Similarity(models.TextChoices):
    """How the second picture is to the first; services/media/similarity.py has the thresholds."""

    UNKNOWN = "", "not measured yet"
    IDENTICAL = "identical", "identical bytes"
    SAME = "same", "visually the same"
    DIFFERENT = "different", "different"


class RepeatQuerySet(models.QuerySet["Repeat"]):
    def due(self) -> Self:
        """Whose second picture is there and has not been measured."""
        both = {"image__isnull": False, "job__images__isnull": False}
        return self.filter(similarity=Similarity.UNKNOWN, tries__lt=3, **both)

    def measured(self) -> Self:
        return self.exclude(similarity=Similarity.UNKNOWN)


class Repeat(models.Model):
    """A picture and the job that asked for it once more, on purpose."""

    # What was measured says something of the model also when the picture is there no more.
    image = models.ForeignKey("Image", models.SET_NULL, null=True, related_name="repeats")
    job = models.OneToOneField("Job", models.CASCADE, related_name="repeat")
    similarity = models.CharField(max_length=9, choices=Similarity, default=Similarity.UNKNOWN, blank=True)
    mean_difference = models.FloatField(null=True, blank=True)  # levels of 255, over all pixels and channels
    differing_share = models.FloatField(null=True, blank=True)  # of the pixels, 0..1
    tries = models.PositiveSmallIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RepeatQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(similarity__in=Similarity.values), name="repeat_similarity_known")
        ]
        indexes = [models.Index(fields=["id"], name="repeat_unmeasured", condition=Q(similarity=""))]

    def __str__(self) -> str:
        return f"repeat by job {self.job_id}"

    @property
    def twin(self) -> Image | None:
        """The second picture, or None while there is none. (Reads the pictures that were loaded along.)"""
        twin: Image | None = self.job.shown_image
        return twin

    @property
    def differing_percent(self) -> float | None:
        return None if self.differing_share is None else 100 * self.differing_share

"""What was read of the words that prompts put in quotes."""

from typing import Self

from django.db import models

from gallery.models.images import Image
from gallery.models.people import User

MOST_TRIES = 3
TO_READ = models.Q(verdict="", tries__lt=MOST_TRIES)


class ImageWordsQuerySet(models.QuerySet["ImageWords"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def read(self) -> Self:
        return self.exclude(verdict="")

    def to_read(self) -> Self:
        """Not read yet, for want of time or of a reader; not those of which it failed."""
        return self.filter(TO_READ)


class ImageWords(models.Model):
    """The words of one picture whose prompt quotes any. `owner` is the picture's. `verdict` is empty until it was read.

    `found`: [[asked, read, verdict]], as catalogue/prompts/asked_words.py says them.
    """

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="words")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    verdict = models.CharField(max_length=6, blank=True)
    found = models.JSONField(default=list)
    tries = models.PositiveSmallIntegerField(default=0)

    objects = ImageWordsQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "verdict", "-image"], name="image_words_verdict"),
            models.Index(fields=["image"], name="image_words_to_read", condition=TO_READ),
        ]

    def __str__(self) -> str:
        return f"words of image {self.image_id}"

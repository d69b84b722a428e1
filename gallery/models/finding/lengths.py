"""How long the files are that are made of a picture when somebody downloads it: measured once, believed later."""

from django.db import models

from gallery.models.images import Image


class FileLength(models.Model):
    """Lengths in bytes by what a file keeps; None of what cannot be had so, or was not measured yet.

    `is_marked`: whether the install marks files as made by a model; `version`: of how they are written. Measured under
    others than are in force, a length says nothing.
    """

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="length")
    with_recipe = models.PositiveBigIntegerField(null=True)
    cleaned = models.PositiveBigIntegerField(null=True)
    for_guests = models.PositiveBigIntegerField(null=True)  # clean, and without the words of its colour profile
    is_marked = models.BooleanField()
    version = models.PositiveSmallIntegerField()

    def __str__(self) -> str:
        return f"lengths of image {self.image_id}"

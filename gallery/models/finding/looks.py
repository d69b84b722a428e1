"""What is seen in pictures: a hash by which near-duplicates are found, and their colours."""

from typing import Self

from django.db import models

from gallery.models.images import Image
from gallery.models.people import User

BANDS = ("band_0", "band_1", "band_2", "band_3")


class ImageLook(models.Model):
    """What was measured of one picture. `owner` is the picture's: each index begins with whose pictures are asked for.

    `hash`: 64 bits, signed; None of a picture with nothing in it to see. The bands are its four parts of 16 bits.
    """

    image = models.OneToOneField(Image, models.CASCADE, primary_key=True, related_name="look")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    hash = models.BigIntegerField(null=True)
    band_0 = models.SmallIntegerField(null=True)
    band_1 = models.SmallIntegerField(null=True)
    band_2 = models.SmallIntegerField(null=True)
    band_3 = models.SmallIntegerField(null=True)
    palette = models.JSONField()  # [[#RRGGBB, share of the area in thousandths]], largest first

    class Meta:
        indexes = [models.Index(fields=["owner", band, "hash", "image"], name=f"look_{band}") for band in BANDS]

    def __str__(self) -> str:
        return f"look of image {self.image_id}"


class ImageColourQuerySet(models.QuerySet["ImageColour"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)


class ImageColour(models.Model):
    """A colour that takes a fair share of a picture, to be found by: one row for each cell of the space of colours.

    catalogue/numbers/colour_cells.py says which cells lie around a colour.
    """

    image = models.ForeignKey(Image, models.CASCADE, related_name="colours")
    owner = models.ForeignKey(User, models.PROTECT, related_name="+", db_index=False)
    cell = models.SmallIntegerField()

    objects = ImageColourQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["image", "cell"], name="image_colour_once")]
        indexes = [models.Index(fields=["owner", "cell", "-image"], name="image_colour_cell")]

    def __str__(self) -> str:
        return f"a colour of image {self.image_id}"

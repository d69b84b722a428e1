"""Images: each exists if and only if its file is stored, verified and readable."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Left
from django.utils import timezone

from gallery.models.keys import KeyField
from gallery.models.people import User
from gallery.models.runs import OPENING

THUMBNAIL_SECONDS = 60  # by then a thumbnail has been made, or its maker died
CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


class ImageQuerySet(models.QuerySet["Image"]):
    def of(self, user: User | int) -> Self:
        return self.filter(owner=user)

    def before(self, image_id: int | None) -> Self:
        """Newest first, older than this row id: the next page, however deep."""
        return (self if image_id is None else self.filter(id__lt=image_id)).order_by("-id")

    def for_tiles(self) -> Self:
        """With the opening of the prompt as `opening`, and no more than a tile shows."""
        shown = ("id", "key", "model", "seed", "width", "height", "transparent", "created_at")
        return self.only(*shown).annotate(opening=Left("job__prompt", OPENING))

    def due_for_thumbnail(self, now: datetime) -> Self:
        """Without a thumbnail: new, or of a try that failed or died."""
        tried = models.Q(thumbnail_tries__lt=3, created_at__lte=now - timedelta(seconds=THUMBNAIL_SECONDS))
        return self.filter(models.Q(thumbnail_tries=0) | tried, thumbnail="")


class Image(models.Model):
    """One stored picture. Its file's name is made from the attempt that paid for it."""

    key = KeyField()
    # Its index is image_of_owner, which begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="images", db_index=False)
    job = models.ForeignKey("Job", models.PROTECT, related_name="images")
    attempt = models.OneToOneField("Attempt", models.PROTECT, related_name="image")
    model = models.CharField(max_length=40)
    seed = models.BigIntegerField()
    file = models.CharField(max_length=200)  # name in the storage, byte for byte as received
    thumbnail = models.CharField(max_length=200, blank=True)
    thumbnail_tries = models.PositiveSmallIntegerField(default=0)
    format = models.CharField(max_length=4)  # jpeg, png or webp, by its bytes
    width = models.PositiveIntegerField()  # of the picture as it stands, turned by its EXIF
    height = models.PositiveIntegerField()
    turned = models.BooleanField(default=False)  # its EXIF turns it, which not every browser does with WebP
    transparent = models.BooleanField(default=False)  # something of it is: pages show a checker behind it
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)

    objects = ImageQuerySet.as_manager()

    class Meta:
        indexes = [
            models.Index(fields=["owner", "-id"], name="image_of_owner"),
            models.Index(fields=["id"], name="image_no_thumbnail", condition=models.Q(thumbnail="")),
        ]

    def __str__(self) -> str:
        return f"image {self.key}"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.format]

    @property
    def download_name(self) -> str:
        return f"{self.model}-{self.seed}-{self.key}.{'jpg' if self.format == 'jpeg' else self.format}"

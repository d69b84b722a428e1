"""Images: each exists if and only if its file is stored, verified and readable."""

from datetime import datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models.functions import Coalesce, Left
from django.utils import timezone

from gallery.catalogue.parameters import delivery, shapes
from gallery.catalogue.parameters.inputs import has_inputs, without_inputs
from gallery.models.calls import Attempt
from gallery.models.collections import CollectionImage
from gallery.models.keys import KeyField
from gallery.models.people import User
from gallery.models.runs import OPENING, fold_of

MOST_LOOKS = 3  # tries to measure what is seen
THUMBNAIL_SECONDS = 60  # by then a thumbnail has been made, or its maker died
CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png", "webp": "image/webp"}


KEPT = models.Q(trashed_at=None)  # what does not lie in the trash


def emptied_before(now: datetime) -> datetime:
    """Return since when something must lie in the trash to be deleted for good."""
    return now - timedelta(days=settings.TRASH_DAYS)


def shown_to_team() -> models.Q:
    """Say of a picture that it is in a collection that is shared with the team."""
    return models.Q(models.Exists(CollectionImage.objects.shown_to_team().filter(image=models.OuterRef("pk"))))


class Origin(models.TextChoices):
    """Where a picture comes from. Only what was made here was paid for, and counts in reports."""

    MADE = "made", "made here"
    UPLOAD = "upload", "uploaded"


class ImageQuerySet(models.QuerySet["Image"]):
    def of(self, user: User | int) -> Self:
        """A member's pictures, without what lies in the trash."""
        return self.kept().filter(owner=user)

    def kept(self) -> Self:
        """Without what lies in the trash."""
        return self.filter(trashed_at=None)

    def in_trash_of(self, user: User | int) -> Self:
        """What a member has deleted and can put back."""
        return self.filter(owner=user, trashed_at__gt=emptied_before(timezone.now()))

    def to_delete(self, now: datetime) -> Self:
        """What nobody can put back any more."""
        return self.filter(trashed_at__lte=emptied_before(now))

    def visible_to(self, user: User) -> Self:
        """One's own, and those in a collection that is shared with the team, as long as both are."""
        return self.filter(models.Q(owner=user) | KEPT & shown_to_team())

    def before(self, image_id: int | None) -> Self:
        """Newest first, older than this row id: the next page, however deep."""
        return (self if image_id is None else self.filter(id__lt=image_id)).order_by("-id")

    def for_tiles(self) -> Self:
        """With the opening of the prompt as `opening`, and no more than a tile shows."""
        shown = ("id", "key", "origin", "name", "model", "seed", "width", "height", "transparent", "created_at", "fold")
        return self.only(*shown).with_opening()

    def with_opening(self) -> Self:
        """With the opening of what it shows as `opening`: of the prompt, of an upload its name."""
        return self.annotate(opening=Coalesce(Left("job__prompt", OPENING), "name"))

    def with_rating_of(self, user: User) -> Self:
        """With what a member thinks of each as `stars`, `verdict` and `favourite`; None where they have not rated."""
        mine = models.FilteredRelation("ratings", condition=models.Q(ratings__user=user))
        fields = {name: models.F(f"rating_of_member__{name}") for name in ("stars", "verdict", "favourite")}
        return self.alias(rating_of_member=mine).annotate(**fields)

    def seeds_of(self, image: "Image") -> Self:
        """Those of its recipe, itself among them; an upload has none."""
        return self.filter(owner=image.owner_id, fold=image.fold).exclude(fold=None)

    def due_for_thumbnail(self, now: datetime) -> Self:
        """Without a thumbnail: new, or of a try that failed or died."""
        tried = models.Q(thumbnail_tries__lt=3, created_at__lte=now - timedelta(seconds=THUMBNAIL_SECONDS))
        return self.filter(models.Q(thumbnail_tries=0) | tried, thumbnail="")

    def due_for_look(self) -> Self:
        """With a thumbnail, and not yet measured for what is seen in it; not those of which it failed."""
        return self.filter(look_tries__lt=MOST_LOOKS).exclude(thumbnail="")


UPLOADED = models.Q(origin=Origin.UPLOAD)


class Image(models.Model):
    """One stored picture: made here, with its file named by the attempt that paid for it, or uploaded.

    An upload has no job, no attempt and no seed; it has a name.
    """

    key = KeyField()
    origin = models.CharField(max_length=6, choices=Origin, default=Origin.MADE)
    name = models.CharField(max_length=120, blank=True)  # of the file that was uploaded
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="images")
    job = models.ForeignKey("Job", models.PROTECT, null=True, blank=True, related_name="images")
    attempt = models.OneToOneField("Attempt", models.PROTECT, null=True, blank=True, related_name="image")
    model = models.CharField(max_length=40, blank=True)
    seed = models.BigIntegerField(null=True, blank=True)
    file = models.CharField(max_length=200)  # name in the storage, byte for byte as received
    thumbnail = models.CharField(max_length=200, blank=True)
    thumbnail_tries = models.PositiveSmallIntegerField(default=0)
    look_tries = models.PositiveSmallIntegerField(null=True, db_default=0)  # None once its look is measured
    format = models.CharField(max_length=4)  # jpeg, png or webp, by its bytes
    width = models.PositiveIntegerField()  # of the picture as it stands, turned by its EXIF
    height = models.PositiveIntegerField()
    turned = models.BooleanField(default=False)  # its EXIF turns it, which not every browser does with WebP
    transparent = models.BooleanField(default=False)  # something of it is: pages show a checker behind it
    bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField(default=timezone.now)
    trashed_at = models.DateTimeField(null=True, blank=True)  # since when it lies in the trash
    # What the gallery is filtered by, copied from run and job: each has an index that ends in the order of the page.
    run = models.ForeignKey("Run", models.PROTECT, null=True, blank=True, related_name="images", db_index=False)
    project = models.ForeignKey(
        "Project", models.SET_NULL, null=True, blank=True, related_name="images", db_index=False
    )
    edited = models.BooleanField(db_default=False)  # pictures went into it
    shape = models.CharField(max_length=5, db_default="", blank=True)  # the nearest usual ratio
    fold = models.BigIntegerField(null=True, blank=True)  # the same for all seeds of one recipe; uploads have none

    objects = ImageQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=models.Q(origin=Origin.MADE, job__isnull=False, attempt__isnull=False, seed__isnull=False)
                | models.Q(origin=Origin.UPLOAD, job__isnull=True, attempt__isnull=True, seed__isnull=True),
                name="image_origin_is_true",
            )
        ]
        indexes = [
            models.Index(fields=["id"], name="image_no_thumbnail", condition=models.Q(thumbnail="")),
            models.Index(fields=["id"], name="image_no_look", condition=models.Q(look_tries__lt=MOST_LOOKS)),
            models.Index(fields=["owner", "-trashed_at", "-id"], name="image_in_trash", condition=~KEPT),
            models.Index(fields=["trashed_at"], name="image_to_delete", condition=~KEPT),
            models.Index(fields=["owner", "-id"], name="image_of_owner", condition=KEPT),
            models.Index(fields=["owner", "created_at"], name="image_by_day", condition=KEPT),
            models.Index(fields=["owner", "model", "-id"], name="image_by_model", condition=KEPT),
            models.Index(fields=["owner", "shape", "-id"], name="image_by_shape", condition=KEPT),
            models.Index(fields=["owner", "width", "height", "-id"], name="image_by_size", condition=KEPT),
            models.Index(fields=["owner", "seed", "-id"], name="image_by_seed", condition=KEPT),
            models.Index(fields=["owner", "project", "-id"], name="image_by_project", condition=KEPT),
            # With the owner, or SQLite takes the index of all that the owner has.
            models.Index(fields=["run", "owner", "-id"], name="image_by_run"),
            models.Index(fields=["owner", "fold", "-id"], name="image_by_fold", condition=KEPT),
            models.Index(fields=["owner", "-id"], name="image_edited", condition=KEPT & models.Q(edited=True)),
            models.Index(
                fields=["owner", "-id"], name="image_uploaded", condition=KEPT & models.Q(origin=Origin.UPLOAD)
            ),
        ]

    def __str__(self) -> str:
        return f"image {self.key}"

    @classmethod
    def of_attempt(cls, attempt: Attempt, **facts: Any) -> Self:
        """Return the picture that this attempt paid for, unsaved; `facts`: of its file, width and height among them."""
        job = attempt.job
        shape, edited = shapes.named_ratio(facts["width"], facts["height"]), has_inputs(job.parameters)
        return cls(
            owner_id=job.owner_id, job=job, attempt=attempt, model=job.model, seed=job.seed, shape=shape, edited=edited,
            run_id=job.run_id, project_id=attempt.project_id, fold=fold_of(job.body()), **facts,
        )  # fmt: skip

    @classmethod
    def of_upload(cls, *, width: int, height: int, **facts: Any) -> Self:
        """Return a picture that was uploaded, unsaved."""
        shape = shapes.named_ratio(width, height)
        return cls(origin=Origin.UPLOAD, width=width, height=height, shape=shape, **facts)

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.format]

    @property
    def is_upload(self) -> bool:
        return self.origin == Origin.UPLOAD

    @property
    def maker(self) -> str:
        """What made it, in a word."""
        return "Upload" if self.is_upload else self.model

    @property
    def detail(self) -> str:
        """What tells it from others of its maker."""
        return self.name if self.is_upload else f"seed {self.seed}"

    @property
    def caption(self) -> str:
        return f"{self.maker}, {self.detail}"

    @property
    def prompt(self) -> str:
        return self.job.prompt if self.job else ""

    @property
    def parameters(self) -> dict[str, Any]:
        """What was asked for beside model, prompt and seed, without the pictures that went in."""
        return without_inputs(self.job.parameters) if self.job else {}

    @property
    def booked_micros(self) -> int:
        """What it cost; an upload nothing."""
        return self.attempt.booked_micros if self.attempt else 0

    @property
    def seconds(self) -> float | None:
        """How long its answer took; nobody knows of an upload."""
        return self.attempt.seconds if self.attempt else None

    @property
    def file_key(self) -> str:
        """What names its files in the storage."""
        return self.attempt.key if self.attempt else self.key

    @property
    def download_name(self) -> str:
        suffix = "jpg" if self.format == "jpeg" else self.format
        if self.is_upload:
            return f"{self.name.rpartition('.')[0] or self.name or 'upload'}.{suffix}"
        return f"{self.model}-{self.seed}-{self.key}.{suffix}"


class NamedSizeQuerySet(models.QuerySet["NamedSize"]):
    def listed(self) -> Self:
        """Those that can be chosen, in the order that an admin gave them."""
        return self.filter(removed_at=None).order_by("position", "id")

    def removed(self) -> Self:
        return self.exclude(removed_at=None).order_by("-removed_at")


class NamedSize(models.Model):
    """A size in which pictures are handed out, under the name that people know it by; one list for the whole team."""

    key = KeyField()
    name = models.CharField(max_length=60)
    width = models.PositiveSmallIntegerField()
    height = models.PositiveSmallIntegerField()
    format = models.CharField(max_length=4, default="jpeg", choices=delivery.FORMATS)
    fit = models.CharField(max_length=4, default="crop", choices=delivery.FITS)
    position = models.PositiveSmallIntegerField(default=0)  # from 1; those removed keep theirs
    removed_at = models.DateTimeField(null=True, blank=True)

    objects = NamedSizeQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=models.Q(removed_at=None), name="named_size_once"),
            models.CheckConstraint(
                condition=models.Q(
                    width__range=(delivery.SIDE_LOW, delivery.SIDE_HIGH),
                    height__range=(delivery.SIDE_LOW, delivery.SIDE_HIGH),
                    format__in=list(delivery.FORMATS),
                    fit__in=list(delivery.FITS),
                ),
                name="named_size_can_be_made",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name}, {self.width} × {self.height}"

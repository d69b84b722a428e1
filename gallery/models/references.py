"""Pictures that go into others: as they are sent, and which job was sent which."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.images import CONTENT_TYPES
from gallery.models.keys import KeyField
from gallery.models.people import User

NAME_LENGTH = 120


class ReferenceQuerySet(models.QuerySet["Reference"]):
    def visible_to(self, user: User) -> Self:
        """One's own, and named ones that are shared with the team."""
        return self.filter(Q(owner=user) | Q(shared=True))

    def named(self) -> Self:
        return self.exclude(title="")


class Reference(models.Model):
    """A picture made ready to be sent, kept once by its content: digest of the very bytes, which lie in `file`.

    It was made from `image`, a picture of the gallery (also an upload is one), or by joining `left` and `right`.
    """

    key = KeyField()
    # Its index is that of reference_once, which begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="references", db_index=False)
    image = models.ForeignKey("Image", models.SET_NULL, null=True, blank=True, related_name="references")
    left = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    right = models.ForeignKey("self", models.SET_NULL, null=True, blank=True, related_name="+")
    name = models.CharField(max_length=NAME_LENGTH)  # of the file that was given
    title = models.CharField(max_length=80, blank=True)  # given by a person who wants to use it again
    shared = models.BooleanField(default=False)  # with the team
    digest = models.CharField(max_length=64)  # SHA-256, hex
    file = models.CharField(max_length=200)
    original = models.CharField(max_length=200, blank=True)  # as it was given, if the gallery cannot show that
    thumbnail = models.CharField(max_length=200)
    format = models.CharField(max_length=4)  # jpeg or png
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()
    notes = models.JSONField(default=list)  # what became of it on the way, in words
    created_at = models.DateTimeField(default=timezone.now)

    objects = ReferenceQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="reference_once")]
        indexes = [models.Index(fields=["digest"], name="reference_digest")]

    def __str__(self) -> str:
        return f"reference {self.key}"

    @property
    def content_type(self) -> str:
        return CONTENT_TYPES[self.format]


class JobReference(models.Model):
    """A picture that a job sends, by its place; what is left of it when the picture is deleted is its name."""

    # Its index is job_reference_place, which begins with it.
    job = models.ForeignKey("Job", models.CASCADE, related_name="inputs", db_index=False)
    position = models.PositiveSmallIntegerField()  # from 0: "image 1" is 0
    reference = models.ForeignKey(Reference, models.SET_NULL, null=True, related_name="uses")
    name = models.CharField(max_length=NAME_LENGTH)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["job", "position"], name="job_reference_place")]

    def __str__(self) -> str:
        return f"input {self.position + 1} of job {self.job_id}"

"""Sheets: the matrix of a run as labelled pictures, drawn in the background part by part."""

from datetime import datetime
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField
from gallery.models.runs import Run


class SheetState(models.TextChoices):
    WAITING = "WAITING", "waiting"
    DRAWING = "DRAWING", "drawing"
    DONE = "DONE", "done"
    FAILED = "FAILED", "failed"


class SheetFormat(models.TextChoices):
    JPEG = "jpeg", "JPEG"
    PNG = "png", "PNG"


class SheetQuerySet(models.QuerySet["Sheet"]):
    def unfinished(self) -> Self:
        return self.filter(state__in=[SheetState.WAITING, SheetState.DRAWING])

    def due(self, now: datetime) -> Self:
        """Those of which a part can be drawn now: nobody is at it, or who was has died."""
        free = Q(lease_until=None) | Q(lease_until__lte=now)
        return self.unfinished().filter(free, due_at__lte=now)

    def with_parts(self) -> Self:
        """Newest first, with what a list shows of them."""
        return self.select_related("run").prefetch_related("parts").order_by("-id")


class Sheet(models.Model):
    """What somebody asked to have drawn. The row is the work to do; the queue only says that there may be some.

    `cells` is how many jobs the run had then: one that grows meanwhile does not move the parts.
    """

    key = KeyField()
    run = models.ForeignKey(Run, models.CASCADE, related_name="sheets")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="sheets")
    across = models.CharField(max_length=20, blank=True)  # axes, as the address of the run's page names them
    page = models.CharField(max_length=20, blank=True)
    edge = models.PositiveIntegerField()  # pixels: the longer side of a picture on it
    format = models.CharField(max_length=4, choices=SheetFormat)
    cells = models.PositiveIntegerField()
    size = models.PositiveIntegerField()  # how many parts
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.WAITING)
    reason = models.CharField(max_length=200, blank=True)
    tries = models.PositiveSmallIntegerField(default=0)  # of the part that comes next
    due_at = models.DateTimeField(
        null=True, default=timezone.now
    )  # of its next part; none while nothing is to be drawn
    lease_until = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)

    objects = SheetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=SheetState.values), name="sheet_state_known"),
            models.CheckConstraint(condition=Q(format__in=SheetFormat.values), name="sheet_format_known"),
        ]
        indexes = [
            models.Index(fields=["due_at"], name="sheet_due"),
            models.Index(fields=["created_at"], name="sheet_by_age"),
        ]

    def __str__(self) -> str:
        return f"sheet {self.key}"


class SheetPart(models.Model):
    """One stored picture of a sheet. It exists if and only if its file is whole."""

    sheet = models.ForeignKey(Sheet, models.CASCADE, related_name="parts")
    number = models.PositiveIntegerField()  # from 1
    file = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    bytes = models.PositiveBigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["sheet", "number"], name="sheet_part_once")]
        ordering = ["number"]

    def __str__(self) -> str:
        return f"part {self.number} of sheet {self.sheet_id}"

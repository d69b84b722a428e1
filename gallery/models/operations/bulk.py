"""What is done to more pictures than one press waits for: frozen when pressed, done in slices, undone the same."""

from datetime import datetime, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone

from gallery.models.keys import KeyField
from gallery.models.people import User

KEPT_DAYS = 30  # so long it can be undone
FREEZING_MINUTES = 10  # no press takes longer to be written down


class Verb(models.TextChoices):
    RATE = "rate", "rating"
    TAG = "tag", "tagging"
    COLLECT = "collect", "collecting"
    TRASH = "trash", "moving to the trash"


class Stage(models.TextChoices):
    """How far it is. What goes back has been asked to be undone."""

    FREEZING = "freezing", "being written down"
    GOING = "going", "going on"
    DONE = "done", "done"
    BACK = "back", "being undone"
    UNDONE = "undone", "undone"
    FAILED = "failed", "failed"


MOVING = (Stage.GOING, Stage.BACK)


class BulkActQuerySet(models.QuerySet["BulkAct"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def due(self, now: datetime) -> Self:
        """Those of which slices are left, in turns: the one that waits longest first; not those of locked members."""
        return self.filter(stage__in=MOVING, next_at__lte=now, owner__is_active=True).order_by("next_at", "id")

    def old(self, now: datetime) -> Self:
        return self.filter(created_at__lte=now - timedelta(days=KEPT_DAYS)).exclude(stage__in=MOVING)


class BulkAct(models.Model):
    """One act. `fields`: what its verb needs; `said`: what was done, in words without the number of pictures."""

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="bulk_acts", db_index=False)
    verb = models.CharField(max_length=7, choices=Verb)
    fields = models.JSONField(default=dict)
    said = models.CharField(max_length=400)
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.FREEZING)
    total = models.PositiveIntegerField(default=0)  # pictures
    done = models.PositiveIntegerField(default=0)
    lost = models.PositiveIntegerField(default=0)  # pictures that could not be put back: deleted for good meanwhile
    tries = models.PositiveSmallIntegerField(default=0)  # that failed one after the other
    next_at = models.DateTimeField(default=timezone.now)  # not worked on before
    created_at = models.DateTimeField(default=timezone.now)

    objects = BulkActQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(verb__in=Verb.values), name="bulk_act_verb_known"),
            models.CheckConstraint(condition=Q(stage__in=Stage.values), name="bulk_act_stage_known"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="bulk_act_of_owner"),
            models.Index(fields=["next_at", "id"], name="bulk_act_due", condition=Q(stage__in=MOVING)),
        ]

    def __str__(self) -> str:
        return f"{self.verb} {self.key}"

    def get_absolute_url(self) -> str:
        return reverse("bulk-act", args=[self.key])

    @property
    def is_moving(self) -> bool:
        return self.stage in MOVING

    @property
    def can_be_undone(self) -> bool:
        """What goes on can be stopped at any time."""
        return self.stage == Stage.GOING or (self.stage in (Stage.DONE, Stage.FAILED) and not self._is_older(self.kept))

    @property
    def kept_days(self) -> int:
        """So long it can be undone: what went to the trash, only as long as it lies there."""
        return min(KEPT_DAYS, settings.TRASH_DAYS) if self.verb == Verb.TRASH else KEPT_DAYS

    @property
    def kept(self) -> timedelta:
        return timedelta(days=self.kept_days)

    @property
    def was_interrupted(self) -> bool:
        """Say whether a kill came before all of it was written down: no slice of it is ever done."""
        return self.stage == Stage.FREEZING and self._is_older(timedelta(minutes=FREEZING_MINUTES))

    def _is_older(self, age: timedelta) -> bool:
        return self.created_at <= timezone.now() - age

    @property
    def percent(self) -> int:
        return 100 * self.done // self.total if self.total else 100


class BulkSlice(models.Model):
    """Some of the pictures of an act, by their ids. `was`: what undoes it, once it is done."""

    # Its index is the constraint's, which begins with it.
    act = models.ForeignKey(BulkAct, models.CASCADE, related_name="slices", db_index=False)
    number = models.PositiveIntegerField()
    images = models.JSONField()
    was = models.JSONField(null=True, blank=True)
    is_done = models.BooleanField(default=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["act", "is_done", "number"], name="bulk_slice_once")]

    def __str__(self) -> str:
        return f"slice {self.number} of an act"

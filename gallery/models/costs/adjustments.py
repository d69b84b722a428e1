"""What was booked by hand so that the books are what the invoice says: dated rows that are only ever added."""

from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField

NO_MEMBER = 0  # in sums: of what belongs to no call of anybody


class AdjustmentQuerySet(models.QuerySet["Adjustment"]):
    def newest_first(self) -> Self:
        return self.order_by("-id")


class Adjustment(models.Model):
    """An amount more or less than the calls say, on a day. It is taken back by a counter entry, never changed.

    Where it counts is written down: what was booked outlives what it points at.
    """

    key = KeyField()
    demo = models.BooleanField()
    day = models.DateField()
    model = models.CharField(max_length=40, blank=True)
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    project = models.ForeignKey(
        "Project", models.DO_NOTHING, null=True, blank=True, related_name="+", db_constraint=False
    )
    attempt = models.ForeignKey("Attempt", models.PROTECT, null=True, blank=True, related_name="adjustments")
    difference = models.ForeignKey("Difference", models.PROTECT, null=True, blank=True, related_name="adjustments")
    micros = models.BigIntegerField()
    reason = models.CharField(max_length=200)
    made_by = models.CharField(max_length=150)  # a username, kept when they leave
    made_at = models.DateTimeField(default=timezone.now)
    takes_back = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="taken_back_by")

    objects = AdjustmentQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=~Q(micros=0), name="adjustment_of_something"),
            models.CheckConstraint(condition=~Q(reason=""), name="adjustment_has_a_reason"),
        ]
        indexes = [models.Index(fields=["day", "id"], name="adjustment_by_day")]

    def __str__(self) -> str:
        return f"adjustment {self.key}"

    @property
    def is_standing(self) -> bool:
        """Whether it can be taken back: it has not been, and it takes nothing back itself."""
        return self.takes_back_id is None and not hasattr(self, "taken_back_by")

"""Budgets: how much may be spent by whom, for what and in which time, and how much of it is."""

from datetime import date, timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery.models.keys import KeyField


class Period(models.TextChoices):
    """When a budget begins anew, at calendar edges in FLUXWEB_TIME_ZONE."""

    DAY = "day", "a day"
    WEEK = "week", "a week"
    MONTH = "month", "a month"
    ONCE = "once", "once"


def starts_of(day: date) -> dict[str, date]:
    """Return the first days of the periods that a day lies in, by period; what is given once has its own."""
    return {Period.DAY: day, Period.WEEK: day - timedelta(days=day.weekday()), Period.MONTH: day.replace(day=1)}


class BudgetQuerySet(models.QuerySet["Budget"]):
    def in_force(self) -> Self:
        return self.filter(ended_at=None)


class Budget(models.Model):
    """A limit for one member, for one project, or with neither for the whole team."""

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="budgets")
    project = models.ForeignKey("Project", models.PROTECT, null=True, blank=True, related_name="budgets")
    period = models.CharField(max_length=5, choices=Period)
    starts = models.DateField()  # what was spent before does not count
    limit_micros = models.BigIntegerField()
    # For a while more, up to and with the day `raised_until`.
    raised_micros = models.BigIntegerField(default=0)
    raised_until = models.DateField(null=True, blank=True)
    made_by = models.CharField(max_length=150)  # usernames, kept when they leave
    made_at = models.DateTimeField(default=timezone.now)
    ended_by = models.CharField(max_length=150, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    objects = BudgetQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(period__in=Period.values), name="budget_period_known"),
            models.CheckConstraint(condition=Q(owner=None) | Q(project=None), name="budget_of_one_thing"),
            models.CheckConstraint(condition=Q(limit_micros__gte=0, raised_micros__gte=0), name="budget_not_negative"),
            models.CheckConstraint(
                condition=Q(raised_micros=0) | Q(raised_until__isnull=False), name="budget_raise_ends"
            ),
            models.UniqueConstraint(
                Coalesce("owner", 0), Coalesce("project", 0), "period",
                condition=Q(ended_at=None), name="budget_once_a_period",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"budget {self.key}"

    def limit_on(self, day: date) -> int:
        raised = self.raised_micros if self.raised_until and day <= self.raised_until else 0
        return self.limit_micros + raised

    def start_of(self, day: date) -> date:
        """Return the first day of the period that a day lies in."""
        return starts_of(day).get(self.period, self.starts)

    def covers(self, owner_id: int | None, project_id: int | None) -> bool:
        return self.owner_id in (None, owner_id) and self.project_id in (None, project_id)


class BudgetCount(models.Model):
    """What counts against a budget in one of its periods: reserved, charged and uncertain. Written with the sums."""

    budget = models.ForeignKey(Budget, models.PROTECT, related_name="counts")
    start = models.DateField()  # of the period
    spent_micros = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["budget", "start"], name="budget_counts_a_period_once")]

    def __str__(self) -> str:
        return f"count of budget {self.budget_id} from {self.start}"

"""What was spent, kept beside the attempts: a journal of every change of their money, and its roll-up by day.

An attempt counts as the expressions below say. The triggers of the journal, the roll-up and its check read these same
expressions, and nothing else knows them.
"""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce

# What one attempt adds to each sum; `{row}` is NEW or OLD in a trigger, the table's name elsewhere.
AMOUNTS = {
    "reserved_micros": "CASE WHEN {row}.money = 'reserved' THEN {row}.micros ELSE 0 END",
    "charged_micros": "CASE WHEN {row}.money = 'charged' THEN {row}.micros ELSE 0 END",
    "uncertain_micros": "CASE WHEN {row}.money = 'uncertain' THEN {row}.micros ELSE 0 END",
    "charged_calls": "CASE WHEN {row}.money = 'charged' THEN 1 ELSE 0 END",
    "uncertain_calls": "CASE WHEN {row}.money = 'uncertain' THEN 1 ELSE 0 END",
    # A reservation that was given back before it was sent is no call.
    "free_calls": "CASE WHEN {row}.money = 'not_charged' AND {row}.sent_at IS NOT NULL THEN 1 ELSE 0 END",
    # Paid, or perhaps, and no picture can come any more: its address died, or a person gave it up.
    "lost_micros": (
        "CASE WHEN {row}.money IN ('charged', 'uncertain') AND {row}.fetch = 'dead' THEN {row}.micros ELSE 0 END"
    ),
    "lost_calls": "CASE WHEN {row}.money IN ('charged', 'uncertain') AND {row}.fetch = 'dead' THEN 1 ELSE 0 END",
    "official_micros": "CASE WHEN {row}.money = 'charged' THEN {row}.official_micros ELSE 0 END",
    "pictures": "CASE WHEN {row}.fetch = 'done' THEN 1 ELSE 0 END",
    "kept_pictures": "CASE WHEN {row}.picked THEN 1 ELSE 0 END",
    "shared_pictures": "CASE WHEN {row}.shared THEN 1 ELSE 0 END",
    "used_micros": (
        "CASE WHEN {row}.money = 'charged' AND ({row}.picked OR {row}.shared OR {row}.downloaded)"
        " THEN {row}.micros ELSE 0 END"
    ),
    "downloaded_pictures": "CASE WHEN {row}.downloaded THEN 1 ELSE 0 END",
    # Of no attempt: an adjustment leaves its own entry (services/reconciliation/adjustments.py).
    "adjusted_micros": "0",
}
DIMENSIONS = ("demo", "day", "owner_id", "model", "project_id")  # columns of an attempt that say where it counts
COLUMNS = (
    *DIMENSIONS,
    "money",
    "micros",
    "sent_at",
    "fetch",
    "official_micros",
    "picked",
    "shared",
    "downloaded",
)  # a change of one of these counts


class Spend(models.Model):
    """Sums of attempts. Without foreign keys in the database: what was spent outlives what it points at."""

    demo = models.BooleanField()
    day = models.DateField()
    owner = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.DO_NOTHING, related_name="+", db_constraint=False, db_index=False
    )
    model = models.CharField(max_length=40)
    project = models.ForeignKey(
        "gallery.Project",
        models.DO_NOTHING,
        null=True,
        blank=True,
        related_name="+",
        db_constraint=False,
        db_index=False,
    )
    reserved_micros = models.BigIntegerField(default=0)
    charged_micros = models.BigIntegerField(default=0)
    uncertain_micros = models.BigIntegerField(default=0)
    charged_calls = models.BigIntegerField(default=0)
    uncertain_calls = models.BigIntegerField(default=0)
    free_calls = models.BigIntegerField(default=0)
    lost_micros = models.BigIntegerField(default=0)
    lost_calls = models.BigIntegerField(default=0)
    official_micros = models.BigIntegerField(default=0)  # of what was charged
    pictures = models.BigIntegerField(default=0)
    kept_pictures = models.BigIntegerField(default=0)
    shared_pictures = models.BigIntegerField(default=0)
    used_micros = models.BigIntegerField(default=0)  # charged for what was kept, shared or downloaded
    downloaded_pictures = models.BigIntegerField(default=0)
    adjusted_micros = models.BigIntegerField(default=0)  # booked by hand, more or less than the calls say

    class Meta:
        abstract = True


class LedgerEntry(Spend):
    """How much one change of one attempt adds to the sums, often less than nothing. Written by the database only."""

    def __str__(self) -> str:
        return f"ledger entry {self.pk}"


class DailyModelSpend(Spend):
    """The sums of one day and FLUX model: what reports by day read."""

    owner = project = None  # type: ignore[assignment]  # how Django leaves the field of a base out

    class Meta:
        constraints = [models.UniqueConstraint(fields=["demo", "day", "model"], name="spend_once_a_day_and_model")]

    def __str__(self) -> str:
        return f"spend of {self.model} on {self.day}"


class MonthlySpend(Spend):
    """The sums of one month, member, FLUX model and project; `day` is the first of the month."""

    class Meta:
        constraints = [
            models.UniqueConstraint("demo", "day", "owner", "model", Coalesce("project", 0), name="spend_once_a_month"),
        ]

    def __str__(self) -> str:
        return f"spend of {self.day:%B %Y}"


class DailySpend(Spend):
    """The sums of one day, member, FLUX model and project; together with the waiting entries they are exact."""

    class Meta:
        constraints = [
            models.UniqueConstraint("demo", "day", "owner", "model", Coalesce("project", 0), name="spend_once_a_day"),
        ]
        indexes = [
            models.Index(fields=["owner", "day"], name="spend_of_owner"),
            models.Index(fields=["model", "day"], name="spend_of_model"),
            models.Index(fields=["project", "day"], name="spend_of_project", condition=Q(project__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"spend of {self.day}"


def terms(row: str) -> list[str]:
    """Write the expression of every amount for one row, in the order of AMOUNTS."""
    return [expression.format(row=row) for expression in AMOUNTS.values()]

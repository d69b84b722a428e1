"""Who gets reports by mail, and the letters that wait to be sent."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField


class Every(models.TextChoices):
    WEEK = "week", "every Monday, of the last week"
    MONTH = "month", "on the first, of the last month"


class ReportMail(models.Model):
    """Somebody's wish for reports: how often, and the last day that was reported."""

    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, related_name="report_mail")
    every = models.CharField(max_length=5, choices=Every)
    sent_until = models.DateField()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(every__in=Every.values), name="report_mail_every_known")]

    def __str__(self) -> str:
        return f"report every {self.every}"


class LetterKind(models.TextChoices):
    REPORT = "report", "report"
    OUTSIDE = "alarm", "alarm"  # charges for calls that nobody here made


class Letter(models.Model):
    """One mail to one person, from the moment that it is due until it has left or was given up."""

    key = KeyField()
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="letters")
    kind = models.CharField(max_length=6, choices=LetterKind)
    start = models.DateField()  # of the days that it is about
    end = models.DateField()
    missed_from = models.DateField(null=True, blank=True)  # days before them that no report was sent of
    statement = models.ForeignKey("Statement", models.PROTECT, null=True, blank=True, related_name="letters")
    created_at = models.DateTimeField(default=timezone.now)
    not_before = models.DateTimeField(default=timezone.now)
    tries = models.PositiveSmallIntegerField(default=0)  # that failed
    lease_until = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)  # sent, or given up
    was_sent = models.BooleanField(default=False)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(kind__in=LetterKind.values), name="letter_kind_known")]
        indexes = [models.Index(fields=["not_before"], name="letter_waiting", condition=Q(ended_at=None))]

    def __str__(self) -> str:
        return f"letter {self.key}"

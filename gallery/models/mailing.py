"""Who gets reports by mail."""

from django.conf import settings
from django.db import models
from django.db.models import Q


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

    def __str__(self):
        return f"report every {self.every}"

"""How often something was tried, for the limits of services/operations/rate_limits.py."""

from django.db import models


class RateCounter(models.Model):
    """How often something was tried within one stretch of time. In the database: processes come and go."""

    name = models.CharField(max_length=80)
    begins_at = models.DateTimeField(db_index=True)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["name", "begins_at"], name="rate_counter_once")]

    def __str__(self) -> str:
        return f"tries of {self.name}"

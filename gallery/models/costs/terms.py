"""How credit is bought: the bonus on a top-up and the exchange rate, rows with a start date. None is ever changed."""

from django.db import models
from django.db.models import Q
from django.utils import timezone


class Terms(models.Model):
    """What a dollar of credit costs from a day on. It enters the effective price, never what is booked."""

    starts = models.DateField()
    bonus_permille = models.PositiveIntegerField(default=0)  # of a top-up, on top of it
    bonus_from_micros = models.BigIntegerField(default=0)  # the smallest top-up that gets it
    currency = models.CharField(max_length=3, blank=True)  # in which the team pays, if not in dollars
    rate_micros = models.BigIntegerField(default=0)  # millionths of it for one US dollar
    source = models.CharField(max_length=200)
    added_by = models.CharField(max_length=150)  # a username, kept when they leave
    added_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(bonus_from_micros__gte=0, rate_micros__gte=0), name="terms_not_negative"
            ),
            models.CheckConstraint(
                condition=Q(currency="", rate_micros=0) | (~Q(currency="") & Q(rate_micros__gt=0)),
                name="terms_currency_has_a_rate",
            ),
        ]
        indexes = [models.Index(fields=["starts", "id"], name="terms_by_start")]

    def __str__(self) -> str:
        return f"terms from {self.starts}"

    def effective(self, micros: int) -> int:
        """Return what so much credit costs in dollars that were topped up: with 15 % on top, $1.15 cost $1.00."""
        whole = 1000 + self.bonus_permille
        return (2000 * abs(micros) + whole) // (2 * whole) * (-1 if micros < 0 else 1)

    def converted(self, micros: int) -> int:
        """Return millionths of the currency for micro-dollars."""
        return (2 * abs(micros) * self.rate_micros + 10**6) // (2 * 10**6) * (-1 if micros < 0 else 1)

"""The price book: rows with a start date. None is ever changed: a new price is a new row."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.catalogue.models.prices import PriceRow

AMOUNTS = ("ours_micros", "official_first_micros", "official_further_micros", "official_input_micros")


class PriceQuerySet(models.QuerySet["Price"]):
    def in_order(self) -> Self:
        """Oldest start first; of those that start on one day, the one added last counts."""
        return self.order_by("starts", "id")


class Price(models.Model):
    """What a call of one FLUX model costs from a day on, and what it would cost at the official price."""

    model = models.CharField(max_length=40)
    starts = models.DateField()
    ours_micros = models.BigIntegerField()  # flat, whatever size and references
    official_first_micros = models.BigIntegerField()  # the first megapixel of the result
    official_further_micros = models.BigIntegerField(default=0)  # each further one
    official_input_micros = models.BigIntegerField(default=0)  # each one of a reference
    source = models.CharField(max_length=200)
    certain = models.BooleanField(default=True)  # about the official price
    added_by = models.CharField(
        max_length=150, blank=True
    )  # a username, kept when they leave; empty: came with fluxweb
    added_at = models.DateTimeField(default=timezone.now)

    objects = PriceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(**{f"{name}__gte": 0 for name in AMOUNTS}), name="price_not_negative"),
        ]
        indexes = [models.Index(fields=["model", "starts", "id"], name="price_of_model")]

    def __str__(self) -> str:
        return f"price of {self.model} from {self.starts}"

    def as_row(self) -> PriceRow:
        amounts = {name: getattr(self, name) for name in AMOUNTS}
        return PriceRow(self.model, **amounts, starts=self.starts, source=self.source, certain=self.certain)

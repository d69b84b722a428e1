"""What it will cost before it is sent: ours beside the official price, from the price book of the day."""

from dataclasses import dataclass

from django.utils import timezone

from gallery.catalogue import prices


@dataclass(frozen=True)
class Quote:
    """Integer micro-dollars of one or many pictures."""

    count: int
    ours_micros: int
    official_micros: int

    @property
    def saved_micros(self):
        """Against the official price; negative where ours is dearer."""
        return self.official_micros - self.ours_micros

    @property
    def saved_percent(self):
        return round(100 * self.saved_micros / self.official_micros) if self.official_micros else 0

    def times(self, n):
        return Quote(self.count * n, self.ours_micros * n, self.official_micros * n)


FREE = Quote(1, 0, 0)  # one picture that nobody pays for


def quote(request, *, day=None):
    """Quote one clean request."""
    day = day or timezone.localdate()
    ours = prices.ours_micros(request.model_id, day)
    official = prices.official_micros(request.model_id, day, request.width, request.height)
    return Quote(1, ours, official)


def total(quotes):
    quotes = list(quotes)
    return Quote(
        sum(each.count for each in quotes),
        sum(each.ours_micros for each in quotes),
        sum(each.official_micros for each in quotes),
    )

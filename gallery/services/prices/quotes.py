"""What it will cost before it is sent: ours beside the official price, from the price book of the day."""

from collections.abc import Iterable
from dataclasses import dataclass

from gallery.catalogue.numbers.ratios import permille
from gallery.catalogue.parameters.validation import CleanRequest
from gallery.services.prices.price_book import PriceBook


@dataclass(frozen=True)
class Quote:
    """Integer micro-dollars of one or many pictures."""

    count: int
    ours_micros: int
    official_micros: int

    @property
    def saved_micros(self) -> int:
        """Against the official price; negative where ours is dearer."""
        return self.official_micros - self.ours_micros

    @property
    def saved_permille(self) -> int | None:
        return permille(self.saved_micros, self.official_micros)

    @property
    def dearer_permille(self) -> int | None:
        return permille(-self.saved_micros, self.official_micros)


FREE = Quote(1, 0, 0)  # one picture that nobody pays for


def quote_request(request: CleanRequest, *, book: PriceBook) -> Quote:
    """Quote one clean request from an open price book."""
    row = book.row(request.model_id)
    pixels = [picture.pixels for picture in request.inputs]
    return Quote(1, row.ours_micros, row.official_micros(request.width, request.height, pixels))


def sum_quotes(quotes: Iterable[Quote]) -> Quote:
    quotes = list(quotes)
    return Quote(
        sum(each.count for each in quotes),
        sum(each.ours_micros for each in quotes),
        sum(each.official_micros for each in quotes),
    )

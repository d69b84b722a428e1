"""The first price book, as data: what a call costs here, and what it would have cost at the official price."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .params import MEGAPIXEL

_FIRST_DAY = date(2026, 1, 1)
_SOURCE = "ours: APIYI price page, flat per call; official: BFL pricing"
_SOURCE_THIRD_PARTY = "ours: APIYI price page, flat per call; official: a third party's price, BFL sells no such call"


class NoPrice(LookupError):
    """No price of this model has started by this day."""


@dataclass(frozen=True)
class PriceRow:
    """Prices of one model from the day `starts`; amounts in micro-dollars (1 USD = 1,000,000), integers only.

    `official_first_micros` pays the first megapixel of the result, `official_further_micros` each further one and each
    one of a reference; 0 means that the official price is flat. `certain` is about the official price.
    """

    model_id: str
    ours_micros: int
    official_first_micros: int
    official_further_micros: int = 0
    starts: date = _FIRST_DAY
    source: str = _SOURCE
    certain: bool = True

    @property
    def flat(self) -> bool:
        return self.official_further_micros == 0

    def official_micros(self, width: int, height: int, input_pixels: Iterable[int] = ()) -> int:
        """Price one call officially: first + (output MP - 1) x further + input MP x further; sizes in pixels."""
        further_megapixels = megapixels(width * height) - 1 + sum(megapixels(pixels) for pixels in input_pixels)
        return self.official_first_micros + further_megapixels * self.official_further_micros


PRICES: tuple[PriceRow, ...] = (
    PriceRow("flux-2-max", 70_000, 70_000, 30_000),
    PriceRow("flux-2-pro", 30_000, 30_000, 15_000),
    PriceRow("flux-2-flex", 60_000, 50_000, 50_000),
    PriceRow("flux-2-klein-9b", 10_000, 15_000, 2_000),
    PriceRow("flux-2-klein-4b", 10_000, 14_000, 1_000),
    PriceRow("flux-pro-1.1-ultra", 50_000, 60_000),
    PriceRow("flux-pro-1.1", 35_000, 40_000),
    # The model may be gone upstream, and its official price with it.
    PriceRow("flux-pro", 40_000, 40_000, certain=False),
    PriceRow("flux-dev", 20_000, 25_000, source=_SOURCE_THIRD_PARTY, certain=False),
    PriceRow("flux-kontext-pro", 35_000, 40_000),
    PriceRow("flux-kontext-max", 70_000, 80_000),
)


def megapixels(pixels: int) -> int:
    """Count a picture's megapixels (1,048,576 pixels each), rounded up, at least one; the rounding is our reading."""
    return max(1, -(-pixels // MEGAPIXEL))


def price_on(model_id: str, day: date, *, rows: Iterable[PriceRow] = PRICES) -> PriceRow:
    """Find the latest row of the model that has started on the day, or raise NoPrice."""
    started = [row for row in rows if row.model_id == model_id and row.starts <= day]
    if not started:
        raise NoPrice(f"No price for {model_id} on {day}.")
    return max(started, key=lambda row: row.starts)


def ours_micros(model_id: str, day: date) -> int:
    """Price one call here, in micro-dollars: flat, whatever its size and references."""
    return price_on(model_id, day).ours_micros


def official_micros(model_id: str, day: date, width: int, height: int, input_pixels: Iterable[int] = ()) -> int:
    """Price one call at BFL, in micro-dollars; sizes in pixels, one number of pixels for each reference."""
    return price_on(model_id, day).official_micros(width, height, input_pixels)

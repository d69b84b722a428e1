"""The first price book, as data: what a call costs here, and what it would have cost at the official price.

The one that counts stands in the database and begins with these rows.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from .params import MEGAPIXEL

_FIRST_DAY = date(2026, 1, 1)
_SOURCE = "ours: APIYI price page, flat per call; official: BFL pricing"
_SOURCE_THIRD_PARTY = "ours: APIYI price page, flat per call; official: a third party's price, BFL sells no such call"


@dataclass(frozen=True)
class PriceRow:
    """Prices of one model from the day `starts`; amounts in micro-dollars (1 USD = 1,000,000), integers only.

    `official_first_micros` pays the first megapixel of the result, `official_further_micros` each further one and
    `official_input_micros` each one of a reference; both 0 means that the official price is flat. `certain` is about
    the official price.
    """

    model_id: str
    ours_micros: int
    official_first_micros: int
    official_further_micros: int = 0
    official_input_micros: int = 0
    starts: date = _FIRST_DAY
    source: str = _SOURCE
    certain: bool = True

    @property
    def flat(self) -> bool:
        return self.official_further_micros == self.official_input_micros == 0

    def official_micros(self, width: int, height: int, input_pixels: Iterable[int] = ()) -> int:
        """Price one call officially: first + (output MP - 1) x further + input MP x input; sizes in pixels."""
        further = (megapixels(width * height) - 1) * self.official_further_micros
        inputs = sum(megapixels(pixels) for pixels in input_pixels) * self.official_input_micros
        return self.official_first_micros + further + inputs


PRICES: tuple[PriceRow, ...] = (
    PriceRow("flux-2-max", 70_000, 70_000, 30_000, 30_000),
    PriceRow("flux-2-pro", 30_000, 30_000, 15_000, 15_000),
    PriceRow("flux-2-flex", 60_000, 50_000, 50_000, 50_000),
    PriceRow("flux-2-klein-9b", 10_000, 15_000, 2_000, 2_000),
    PriceRow("flux-2-klein-4b", 10_000, 14_000, 1_000, 1_000),
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

"""The price book: which price counts on a day, and new ones beside the old. What was booked never changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.utils import timezone

from gallery.catalogue.models import prices
from gallery.catalogue.models.flux_models import ids
from gallery.catalogue.models.prices import PriceRow
from gallery.models import Price, User
from gallery.models.costs.prices import AMOUNTS

FAR = 5  # times as much as the last price, or that part of it: more is asked about before it counts

log = structlog.get_logger("fluxweb.prices")


class NoPrice(LookupError):
    """No price of this model has started by this day."""


@dataclass(frozen=True)
class Leap:
    """An amount of a new price that is far from what it was in the last one; `name`: one of AMOUNTS."""

    name: str
    last_micros: int
    micros: int


class FarFromLast(Exception):
    """A new price is far from the last one, and nobody has said that it is meant; `leaps` says where."""

    def __init__(self, leaps: list[Leap]) -> None:
        super().__init__(f"{len(leaps)} amounts")
        self.leaps = leaps


@dataclass(frozen=True)
class PriceBook:
    """The prices of one day, read at once: a matrix of thousands asks the database one time."""

    day: date
    rows: dict[str, PriceRow]

    def row(self, model_id: str) -> PriceRow:
        """Return the price of a model; raise NoPrice, for a price is never zero by accident."""
        try:
            return self.rows[model_id]
        except KeyError:
            raise NoPrice(f"No price for {model_id} on {self.day}.") from None


def read_price_book(day: date | None = None) -> PriceBook:
    """Return the book of a day, today if none is named."""
    day = day or timezone.localdate()
    started = Price.objects.filter(starts__lte=day).in_order()
    return PriceBook(day, {price.model: price.as_row() for price in started})


def ensure_prices() -> None:
    """Write the first price of every FLUX model that has none; nothing that stands there is touched."""
    known = set(Price.objects.values_list("model", flat=True))
    Price.objects.bulk_create(_first(row) for row in prices.PRICES if row.model_id not in known)


def _first(row: PriceRow) -> Price:
    amounts = {name: getattr(row, name) for name in AMOUNTS}
    return Price(model=row.model_id, starts=row.starts, source=row.source, certain=row.certain, **amounts)


def add_price(*, by: User, sure: bool = False, **fields: Any) -> Price:
    """Add a price; it counts from its start on for what is asked for then, never for what is booked.

    Raises FarFromLast unless somebody is `sure` of one that is far from the last: the book is append-only, and a slip
    in it is money.
    """
    if not sure and (leaps := _leaps(fields)):
        raise FarFromLast(leaps)
    price = Price.objects.create(added_by=by.username, **fields)
    log.warning(
        "price added", model=price.model, starts=str(price.starts), ours_micros=price.ours_micros, by=by.username
    )
    return price


def _leaps(fields: dict[str, Any]) -> list[Leap]:
    """Compare with the price that would count on that day, or with the first one that comes later."""
    of_model = Price.objects.filter(model=fields["model"]).in_order()
    last = of_model.filter(starts__lte=fields["starts"]).last() or of_model.first()
    pairs = [(name, getattr(last, name), fields[name]) for name in AMOUNTS if last and name in fields]
    return [Leap(*pair) for pair in pairs if _is_far(*pair[1:])]


def _is_far(last: int, micros: int) -> bool:
    return micros > FAR * last or micros * FAR < last


@dataclass(frozen=True)
class ModelPrices:
    """A FLUX model in the book: the price of the day, those to come and those before it."""

    model: str
    now: Price | None
    coming: list[Price]
    before: list[Price]


def list_prices() -> list[ModelPrices]:
    """Return the prices of every FLUX model, in the order of the catalogue."""
    today = timezone.localdate()
    rows: dict[str, list[Price]] = {model_id: [] for model_id in ids()}
    for price in Price.objects.in_order():
        rows.setdefault(price.model, []).append(price)
    return [_entry(model, found, today) for model, found in rows.items()]


def _entry(model: str, found: list[Price], today: date) -> ModelPrices:
    started = [price for price in found if price.starts <= today]
    now, before = (started[-1], started[-2::-1]) if started else (None, [])
    return ModelPrices(model, now, [price for price in found if price.starts > today], before)

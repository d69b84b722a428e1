"""The effective price: what credit costs by the terms of the day. Shown beside what is booked, which never changes."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import structlog
from django.utils import timezone

from gallery.catalogue.numbers.money import MICROS
from gallery.catalogue.numbers.ratios import rounded
from gallery.models import Terms, User
from gallery.services.ledger import reports

log = structlog.get_logger("fluxweb.prices")
CENT, HUNDREDTH = 10_000, 100  # millionths; a hundredth of a cent


@dataclass(frozen=True)
class Effective:
    """What was spent, by the terms of each day. `paid`: in the currency of the team, or nothing."""

    micros: int
    bonus_permille: int | None  # None if several counted
    paid: str


def list_terms() -> list[Terms]:
    """Return all terms, the latest start first; of those that start on one day the one added last counts."""
    return list(Terms.objects.order_by("-starts", "-id"))


def terms_on(day: date | None = None, *, known: list[Terms] | None = None) -> Terms | None:
    """Return the terms of a day, today if none is named, or None before the first."""
    day = day or timezone.localdate()
    return next((each for each in (list_terms() if known is None else known) if each.starts <= day), None)


def add_terms(*, by: User, **fields: Any) -> Terms:
    """Add terms beside the old ones."""
    added = Terms.objects.create(added_by=by.username, **fields)
    facts = {"starts": str(added.starts), "bonus_permille": added.bonus_permille, "rate_micros": added.rate_micros}
    log.warning("terms added", **facts, currency=added.currency, by=by.username)
    return added


def effective_spend(chosen: reports.Slice) -> Effective | None:
    """Return what a slice of a report effectively cost, or None where no terms count on any of its days."""
    known = list_terms()
    if not any(each.starts <= chosen.end for each in known):
        return None
    by_terms: dict[Terms | None, int] = {}
    for day, sums in reports.sums_by(chosen, "day", amounts=("charged_micros", "adjusted_micros")).items():
        terms = terms_on(day, known=known)
        by_terms[terms] = by_terms.get(terms, 0) + sums.charged_micros + sums.adjusted_micros
    if not any(by_terms):
        return None
    micros = sum(terms.effective(sum_) if terms else sum_ for terms, sum_ in by_terms.items())
    bonuses = {terms.bonus_permille if terms else 0 for terms in by_terms}
    micros = HUNDREDTH * rounded(micros, HUNDREDTH)
    return Effective(micros, bonuses.pop() if len(bonuses) == 1 else None, _paid(by_terms))


def _paid(by_terms: dict[Terms | None, int]) -> str:
    """Add up in the currency of the team, if all of it was paid in one."""
    currencies = {terms.currency if terms else "" for terms in by_terms}
    if len(currencies) > 1 or not any(currencies):
        return ""
    amount = sum(each.converted(each.effective(sum_)) for each, sum_ in by_terms.items() if each)
    return amount_in(amount, currencies.pop())


def amount_in(amount: int, currency: str) -> str:
    """Write millionths of a currency to the hundredth of a cent: 0.2184 CNY."""
    amount = HUNDREDTH * rounded(amount, HUNDREDTH)
    sign, amount = ("−", -amount) if amount < 0 else ("", amount)
    whole, rest = divmod(amount, MICROS)
    digits = f"{rest:06d}"
    return f"{sign}{whole:,}.{digits[:2] if not rest % CENT else digits.rstrip('0')} {currency}"

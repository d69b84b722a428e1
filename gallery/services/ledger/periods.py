"""Stretches of days that reports ask for: a month, a quarter, a year, any range. Days are the team’s, in its zone."""

import re
from calendar import monthrange
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

YEARS = range(2000, 2100)
MOST_DAYS = 3_660  # ten years


class InvalidPeriod(ValueError):
    """What was asked for is no stretch of days; the sentence says why."""


@dataclass(frozen=True)
class Period:
    """From `start` to `end`, both included. `kind`: month, quarter, year or range."""

    kind: str
    start: date
    end: date

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    @property
    def title(self) -> str:
        match self.kind:
            case "month":
                return f"{self.start:%B %Y}"
            case "quarter":
                return f"{_ordinal(self.quarter)} quarter {self.start.year}"
            case "year":
                return str(self.start.year)
        return f"{_day(self.start)} to {_day(self.end)}" if self.days > 1 else _day(self.start)

    @property
    def quarter(self) -> int:
        return (self.start.month + 2) // 3

    @property
    def query(self) -> dict[str, str]:
        """Return what names this period in an address."""
        match self.kind:
            case "month":
                return {"month": f"{self.start:%Y-%m}"}
            case "quarter":
                return {"quarter": f"{self.start.year}-Q{self.quarter}"}
            case "year":
                return {"year": str(self.start.year)}
        return {"from": self.start.isoformat(), "to": self.end.isoformat()}

    @property
    def before(self) -> "Period":
        """The period of the same kind that ends where this one starts."""
        return self._beside(self.start - timedelta(days=1), self.start - timedelta(days=self.days))

    @property
    def after(self) -> "Period":
        return self._beside(self.end + timedelta(days=1), self.end + timedelta(days=1))

    def _beside(self, inside: date, start: date) -> "Period":
        if self.kind == "range":
            return Period("range", start, start + timedelta(days=self.days - 1))
        return period_around(self.kind, inside)

    def holds(self, day: date) -> bool:
        return self.start <= day <= self.end


def period_around(kind: str, day: date) -> Period:
    """Return the month, quarter or year that a day lies in."""
    first, count = {"month": (day.month, 1), "quarter": (day.month - (day.month - 1) % 3, 3), "year": (1, 12)}[kind]
    last = first + count - 1
    return Period(kind, date(day.year, first, 1), date(day.year, last, monthrange(day.year, last)[1]))


def last_week(day: date) -> Period:
    """Return the last week, Monday to Sunday, that was over on a day."""
    end = day - timedelta(days=day.weekday() + 1)
    return Period("range", end - timedelta(days=6), end)


def split_whole_months(start: date, end: date) -> tuple[date, date] | None:
    """Return the first and the last day of the whole months between two days, or None if there is none."""
    this = period_around("month", start)
    first = this.start if this.start == start else this.after.start
    that = period_around("month", end)
    last = that.end if that.end == end else that.before.end
    return (first, last) if first < last else None


def read_period(query: Mapping[str, str], *, today: date) -> Period:
    """Return the period that an address names, this month if it names none; raise InvalidPeriod."""
    if month := query.get("month"):
        year, n = _numbers(r"(\d{4})-(\d{2})", month, "A month is written like 2026-11.")
        return _checked("month", year, n, most=12)
    if quarter := query.get("quarter"):
        year, n = _numbers(r"(\d{4})-Q(\d)", quarter, "A quarter is written like 2026-Q4.")
        return _checked("quarter", year, 3 * n - 2, most=12)
    if only := query.get("year"):
        [year] = _numbers(r"(\d{4})", only, "A year is written like 2026.")
        return _checked("year", year, 1, most=1)
    if query.get("from") or query.get("to"):
        return _range(query.get("from") or query["to"], query.get("to") or today.isoformat())
    return period_around("month", today)


def _numbers(pattern: str, text: str, otherwise: str) -> list[int]:
    found = re.fullmatch(pattern, text, re.ASCII)
    if not found:
        raise InvalidPeriod(otherwise)
    return [int(each) for each in found.groups()]


def _checked(kind: str, year: int, month: int, *, most: int) -> Period:
    if year not in YEARS or not 1 <= month <= most:
        raise InvalidPeriod(f"There is no such {kind}.")
    return period_around(kind, date(year, month, 1))


def _range(first: str, last: str) -> Period:
    try:
        start, end = date.fromisoformat(first), date.fromisoformat(last)
    except ValueError:
        raise InvalidPeriod("A day is written like 2026-11-25.") from None
    if start > end:
        raise InvalidPeriod("The first day comes after the last. Exchange them.")
    if start.year not in YEARS or end.year not in YEARS or (end - start).days >= MOST_DAYS:
        raise InvalidPeriod("A report spans at most ten years.")
    return Period("range", start, end)


def _day(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


def _ordinal(n: int) -> str:
    return ("First", "Second", "Third", "Fourth")[n - 1]

"""Moments as people and programs write them, a column at once: it decides whether the day or the month is first."""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, date, datetime, time, timedelta, timezone

from ..problems import shown
from .numerals import MOST_CHARACTERS, plain

EXAMPLE = "such as 2026-11-25 14:03:00"
_YEARS = range(2000, 2100)
_EPOCH = re.compile(r"([0-9]{10})(?:[0-9]{3}|[0-9]{6}|[0-9]{9})?(?:\.[0-9]*)?")  # seconds to nanoseconds
_ISO = re.compile(r"([0-9]{4})[-/.年]\s?([0-9]{1,2})[-/.月]\s?([0-9]{1,2})[日.]?")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?![0-9])")
_DOTTED = re.compile(r"([0-9]{1,2})\.\s?([0-9]{1,2})\.\s?([0-9]{4}|[0-9]{2})(?![0-9])")  # the day is always first
_SLASHED = re.compile(r"([0-9]{1,2})([-/])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?![0-9])")
_DAY_NAMED = re.compile(r"([0-9]{1,2})(?:er|\.|º)?[-\s]?(?:de )?([^\W\d_]{3,12})\.?,?[-\s]?(?:de )?([0-9]{4})")
_MONTH_NAMED = re.compile(r"([^\W\d_]{3,12})\.?[-\s]([0-9]{1,2})(?:st|nd|rd|th)?,?\s([0-9]{4})")
_WEEKDAY = re.compile(r"^[^\W\d_]{2,10}\.?,\s*")
_CLOCK = re.compile(
    r"([0-9]{1,2})[:.h時时]([0-9]{2})分?(?:(?:[:.m]|(?<=分))([0-9]{2})(?:[.,]([0-9]{1,9}))?[s秒]?)?(?:\s?uhr)?(?:\s?([ap])\.?m\.?)?",
    re.IGNORECASE,
)
_COMPACT_CLOCK = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{2})(?![0-9])")  # behind a T: 20261125T140300Z
_ZONE = re.compile(r"(?:z|utc|gmt)?(?:([+-])([0-9]{2}):?([0-9]{2})?)?(?:\s?(?:utc|gmt))?", re.IGNORECASE)
_BETWEEN = re.compile(r"\s(?:at|um|à|às|alle)\s+|,?\s+|T|", re.IGNORECASE)
_MONTHS = (
    "jan ene gen янв", "feb fév fev фев", "mar mär maa mrz мар", "apr avr abr апр", "may mai mag mei maj май мая",
    "jun juin giu июн", "jul juil lug июл", "aug aoû aou ago авг", "sep set сен", "oct okt ott out окт",
    "nov ноя", "dec dez déc dic дек",
)  # fmt: skip


class InvalidMoment(ValueError):
    """The text says no moment, or can mean two."""


def read_column(texts: Sequence[str]) -> list[datetime | InvalidMoment]:
    """Read the moments of a column; one without a zone stays so, and an error stands in its place.

    05/06/2026 is 5 June where another line has a day above 12 in front, and 6 May where one has it behind.
    """
    parted = {text: _attempt(text) for text in dict.fromkeys(texts)}
    orders = {order for each in parted.values() if len(each) == 1 for order in each if order is not None}
    read = {text: _chosen(text, each, orders) for text, each in parted.items()}
    return [read[text] for text in texts]


def is_clock(text: str) -> bool:
    """Say whether a text is a time of day without its day."""
    return _CLOCK.fullmatch(plain(text)) is not None


def _chosen(text: str, found: dict[str | None, datetime], orders: set[str]) -> datetime | InvalidMoment:
    moments = set(found.values())
    if len(moments) == 2 and len(orders) == 1:
        return found[next(iter(orders))]
    if len(moments) == 1:
        return moments.pop()
    if not moments:
        return InvalidMoment(f"it does not say when, {EXAMPLE}.")
    days = " or ".join(f"{moment:%Y-%m-%d}" for moment in sorted(moments))
    return InvalidMoment(f"{shown(text)} can mean {days}. Write it like that.")


def _attempt(text: str) -> dict[str | None, datetime]:
    """Return the moments that a text can mean, by which part comes first: "day", "month", or None where it is clear."""
    line = _WEEKDAY.sub("", plain(text), count=1) if len(text) <= MOST_CHARACTERS else ""
    if found := _EPOCH.fullmatch(line):
        return {None: datetime.fromtimestamp(int(found[1]), UTC)} if _is_near(int(found[1])) else {}
    dates, rest = _dates(line)
    clock = _clock(rest)
    if clock is None:
        return {}
    return {order: datetime.combine(day, clock[0], clock[1]) for order, day in dates.items()}


def _is_near(seconds: int) -> bool:
    return datetime.fromtimestamp(seconds, UTC).year in _YEARS


def _dates(line: str) -> tuple[dict[str | None, date], str]:
    """Return the dates that a line can begin with, by order, and what follows them."""
    for pattern, read in _DATES:
        if found := pattern.match(line):
            dates = {order: day for order, parts in read(found) if (day := _date(*parts))}
            return dates, line[found.end() :]
    return {}, line


def _date(year: int, month: int, day: int) -> date | None:
    year += 2000 if year < 100 else 0
    try:
        return date(year, month, day) if year in _YEARS else None
    except ValueError:  # 30 February, or a month 13
        return None


_Parts = Iterator[tuple[str | None, tuple[int, int, int]]]


def _year_first(found: re.Match[str]) -> _Parts:
    yield None, (int(found[1]), int(found[2]), int(found[3]))


def _day_first(found: re.Match[str]) -> _Parts:
    yield None, (int(found[3]), int(found[2]), int(found[1]))


def _either_first(found: re.Match[str]) -> _Parts:
    first, second, year = int(found[1]), int(found[3]), int(found[4])
    yield "day", (year, second, first)
    yield "month", (year, first, second)


def _day_then_name(found: re.Match[str]) -> _Parts:
    yield None, (int(found[3]), _month(found[2]), int(found[1]))


def _name_then_day(found: re.Match[str]) -> _Parts:
    yield None, (int(found[3]), _month(found[1]), int(found[2]))


_DATES = (
    (_ISO, _year_first), (_COMPACT, _year_first), (_DOTTED, _day_first), (_SLASHED, _either_first),
    (_DAY_NAMED, _day_then_name), (_MONTH_NAMED, _name_then_day),
)  # fmt: skip


def _month(name: str) -> int:
    """Return the number of a month by its first letters, 0 if it is none."""
    name = name.casefold()
    return next((n for n, starts in enumerate(_MONTHS, 1) if name.startswith(tuple(starts.split()))), 0)


def _clock(text: str) -> tuple[time, timezone | None] | None:
    """Return the time of day and the zone that follow a date, midnight and None if nothing follows."""
    text = text.strip() if not text.strip() else _BETWEEN.sub("", text, count=1)
    if not text:
        return time(), None
    found = _COMPACT_CLOCK.match(text) or _CLOCK.match(text)
    zone = found and _ZONE.fullmatch(text[found.end() :].strip())
    clock = _time(*found.groups(), *(None,) * (5 - len(found.groups()))) if found and zone else None
    return (clock, _zone(zone)) if clock and zone else None


def _time(hours: str, minutes: str, seconds: str | None, fraction: str | None, half: str | None) -> time | None:
    hour = int(hours)
    if half:
        hour = hour % 12 + (12 if half in "pP" else 0) if 1 <= hour <= 12 else 24
    try:
        return time(hour, int(minutes), int(seconds or 0), int((fraction or "0").ljust(6, "0")[:6]))
    except ValueError:
        return None


def _zone(found: re.Match[str]) -> timezone | None:
    if not found[0]:
        return None
    minutes = int(found[2] or 0) * 60 + int(found[3] or 0)
    return timezone(timedelta(minutes=min(minutes, 24 * 60 - 1) * (-1 if found[1] == "-" else 1)))

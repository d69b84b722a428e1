"""What was spent, by day, member, FLUX model or project: read from the roll-ups, never from the attempts.

The waiting entries are added in the same statement, so that every answer is exact at one moment.
"""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from gallery.catalogue.numbers.ratios import permille, rounded
from gallery.models import Attempt, DailySpend, LedgerEntry, Project, Rating, User
from gallery.models.calls import AttemptQuerySet
from gallery.models.costs.adjustments import NO_MEMBER
from gallery.models.costs.ledger import AMOUNTS
from gallery.models.ratings import Verdict
from gallery.services.db.raw_updates import to_db_value
from gallery.services.ledger import periods
from gallery.services.ledger.rollups import DAY_MODELS, DAYS, MONTHS

NO_PROJECT, NOBODY = 0, -1
NO_PROJECT_TITLE, NO_MEMBER_TITLE = "No project", "No member: adjustments"
CENT = 10_000  # micros
PACE_DAYS = 28  # whose mean the forecast goes on with
GROUPS = {
    "day": "day",
    "month": "SUBSTR(CAST(day AS TEXT), 1, 7)",
    "member": "owner_id",
    "model": "model",
    "project": "project_id",
}
FIELDS: dict[str, Callable[[Attempt], Any]] = {
    "day": lambda attempt: attempt.day,
    "month": lambda attempt: f"{attempt.day:%Y-%m}",
    "member": lambda attempt: attempt.owner_id,
    "model": lambda attempt: attempt.model,
    "project": lambda attempt: attempt.project_id,
}
# What is being sent stands in the roll-ups as uncertain, as it counts for every limit. A report does not call it that.
ZERO: dict[str, int] = dict.fromkeys([*AMOUNTS, "running_calls"], 0)


@dataclass(frozen=True)
class Slice:
    """Which attempts are asked about. None asks for all; NO_PROJECT for those without one; NOBODY matches nothing."""

    start: date
    end: date
    owner_id: int | None = None
    model: str | None = None
    project_id: int | None = None

    def within(self, start: date, end: date) -> "Slice":
        return replace(self, start=start, end=end)

    def attempts(self) -> AttemptQuerySet:
        """Return the attempts themselves: every call of the slice, and what is reserved."""
        rows: AttemptQuerySet = self.of(Attempt.objects)
        return rows

    def of(self, rows: Any) -> Any:
        """Return those rows that are of the slice; they have a day, an owner, a model and a project."""
        rows = rows.filter(demo=settings.DEMO, day__gte=self.start, day__lte=self.end)
        if self.owner_id is not None:
            rows = rows.filter(owner=self.owner_id)
        if self.model is not None:
            rows = rows.filter(model=self.model)
        if self.project_id is not None:
            rows = rows.filter(project=self.project_id or None)
        return rows

    def condition(self) -> tuple[str, list[Any]]:
        """Return the SQL of the same choice, and its values."""
        days = [to_db_value(DailySpend, "day", day) for day in (self.start, self.end)]
        parts, values = ["demo = %s", "day BETWEEN %s AND %s"], [settings.DEMO, *days]
        for column, value in (("owner_id", self.owner_id), ("model", self.model), ("project_id", self.project_id)):
            if column == "project_id" and value == NO_PROJECT:
                parts.append("project_id IS NULL")
            elif value is not None:
                parts.append(f"{column} = %s")
                values.append(value)
        return " AND ".join(parts), values


@dataclass(frozen=True)
class Sums:
    """Integer sums by the names of AMOUNTS, and what follows from them. A ratio of nothing is None."""

    amounts: dict[str, int] = field(default_factory=ZERO.copy)

    def __getattr__(self, name: str) -> int:
        try:
            amount: int = self.__dict__["amounts"][name]
        except KeyError:
            raise AttributeError(name) from None
        return amount

    def __add__(self, other: "Sums") -> "Sums":
        return Sums({name: amount + other.amounts[name] for name, amount in self.amounts.items()})

    @property
    def calls(self) -> int:
        return self.charged_calls + self.uncertain_calls + self.free_calls + self.running_calls

    def with_running(self, calls: int, micros: int) -> "Sums":
        """Return them with what is being sent among what is reserved instead of what is in doubt."""
        moved = {
            "uncertain_micros": -micros,
            "reserved_micros": micros,
            "uncertain_calls": -calls,
            "running_calls": calls,
        }
        changed = {name: self.amounts[name] + more for name, more in moved.items()}
        return Sums(self.amounts | changed) if min(changed.values()) >= 0 else self

    @property
    def spent_micros(self) -> int:
        """What counts for every limit, without what is only reserved."""
        return self.charged_micros + self.uncertain_micros + self.adjusted_micros

    @property
    def saved_micros(self) -> int:
        """Against the official price of what was charged; negative where ours was dearer."""
        return self.official_micros - self.charged_micros

    @property
    def saved_permille(self) -> int | None:
        return permille(self.saved_micros, self.official_micros)

    @property
    def dearer_micros(self) -> int:
        """What ours cost more than the official price, if it did."""
        return max(0, -self.saved_micros)

    @property
    def dearer_permille(self) -> int | None:
        return permille(self.dearer_micros, self.official_micros)

    @property
    def each_micros(self) -> int | None:
        return _each(self.charged_micros, self.pictures)

    @property
    def per_kept_micros(self) -> int | None:
        return _each(self.charged_micros, self.kept_pictures)

    @property
    def per_shared_micros(self) -> int | None:
        return _each(self.charged_micros, self.shared_pictures)

    @property
    def kept_permille(self) -> int | None:
        return permille(self.kept_pictures, self.pictures)

    @property
    def waste_micros(self) -> int:
        """Spent on calls for what nobody kept, shared or downloaded, pictures and losses alike."""
        return self.charged_micros + self.uncertain_micros - self.used_micros

    @property
    def waste_permille(self) -> int | None:
        return permille(self.waste_micros, self.charged_micros + self.uncertain_micros)

    @property
    def is_used(self) -> bool:
        """Whether anything of it was kept, shared or downloaded."""
        return bool(self.kept_pictures or self.shared_pictures or self.downloaded_pictures)


def _each(micros: int, count: int) -> int | None:
    """Divide, to a hundredth of a cent: a mean of more digits says no more."""
    return 100 * rounded(micros, 100 * count) if count else None


def sums_by(chosen: Slice, *groups: str, amounts: Sequence[str] = tuple(AMOUNTS)) -> dict[Any, Sums]:
    """Return {what the groups say: Sums} of a slice. One group is a plain key, several are a tuple.

    `groups` are names of GROUPS; only the named `amounts` are added up, the others are 0.
    """
    columns = [f"{GROUPS[name]} AS {name}" for name in groups]
    sums = [f"CAST(SUM({name}) AS BIGINT) AS {name}" for name in amounts]
    by = f" GROUP BY {', '.join(map(str, range(1, len(groups) + 1)))}" if groups else ""
    parts = [(table, *part.condition()) for table, part in _sources(chosen, groups)]
    of_each = " UNION ALL ".join(
        f"SELECT {', '.join([*columns, *sums])} FROM {table} WHERE {where}{by}"  # noqa: S608
        for table, where, _ in parts
    )
    with connection.cursor() as cursor:
        values = [value for _, _, some in parts for value in some]
        cursor.execute(f"SELECT {', '.join([*groups, *sums])} FROM ({of_each}) AS spent{by}", values)  # noqa: S608
        rows = cursor.fetchall()
    found: dict[Any, Sums] = {}
    for row in rows:
        key = tuple(read_group_key(name, value) for name, value in zip(groups, row, strict=False))
        given = dict(zip(amounts, row[len(groups) :], strict=True))
        if any(given.values()):
            found[key[0] if len(groups) == 1 else key] = Sums(ZERO | {n: each or 0 for n, each in given.items()})
    return _with_running(found, chosen, groups) if "uncertain_micros" in amounts else found


def _with_running(found: dict[Any, Sums], chosen: Slice, groups: tuple[str, ...]) -> dict[Any, Sums]:
    """Take what is being sent out of what is in doubt. It is at most as much as may be sent at once."""
    if not any(sums.uncertain_micros for sums in found.values()):
        return found
    running: dict[tuple[Any, ...], tuple[int, int]] = {}
    for attempt in chosen.attempts().being_sent().only("day", "owner", "model", "project", "micros"):
        key = tuple(FIELDS[name](attempt) for name in groups)
        calls, micros = running.get(key, (0, 0))
        running[key] = calls + 1, micros + attempt.micros
    for key, (calls, micros) in running.items():
        key = key[0] if len(groups) == 1 else key
        if key in found:
            found[key] = found[key].with_running(calls, micros)
    return found


def _sources(chosen: Slice, groups: tuple[str, ...]) -> list[tuple[str, Slice]]:
    """Return (table, slice of it) of what has to be added up: as coarse a roll-up as the question allows."""
    apart = {"member", "project"} & set(groups) or chosen.owner_id is not None or chosen.project_id is not None
    fine = DAYS if apart else DAY_MODELS
    months = None if "day" in groups else periods.split_whole_months(chosen.start, chosen.end)
    if months is None:
        return [(LedgerEntry._meta.db_table, chosen), (fine.table, chosen)]
    first, last = months
    edges = [(chosen.start, first - timedelta(days=1)), (last + timedelta(days=1), chosen.end)]
    rest = [(fine.table, chosen.within(start, end)) for start, end in edges if start <= end]
    return [(LedgerEntry._meta.db_table, chosen), (MONTHS.table, chosen.within(first, last)), *rest]


def read_group_key(group: str, value: Any) -> Any:
    """Return what a row of a cursor belongs to; SQLite’s days are texts."""
    return date.fromisoformat(value) if group == "day" and isinstance(value, str) else value


def group_titles(by: str, keys: Collection[Any]) -> dict[Any, str]:
    """Return {key: words} of the rows of a report."""
    match by:
        case "member":
            return (
                dict.fromkeys(keys, "Somebody who is gone")
                | {NO_MEMBER: NO_MEMBER_TITLE}
                | _names(User, keys, "username")
            )
        case "project":
            return dict.fromkeys(keys, NO_PROJECT_TITLE) | _names(Project, keys, "name")
        case "day":
            return {day: f"{day.day} {day:%b %Y}" for day in keys}
        case "month":
            return {month: f"{date.fromisoformat(f'{month}-01'):%B %Y}" for month in keys}
    return {key: key for key in keys}


def _names(model: type[User] | type[Project], keys: Iterable[Any], name: str) -> dict[Any, str]:
    return dict(model.objects.filter(pk__in=[key for key in keys if key]).values_list("pk", name))


def total_spend(chosen: Slice) -> Sums:
    """Return the Sums of a whole slice."""
    return sum(sums_by(chosen).values(), Sums())


def has_ratings(chosen: Slice) -> bool:
    """Whether anybody has picked or rejected a picture of a slice: before that, nothing is used or unused."""
    rated = Rating.objects.exclude(verdict=Verdict.NONE).filter(attempt__in=chosen.attempts())
    return rated.exists()


@dataclass(frozen=True)
class MonthForecast:
    """`micros`: what the month will have cost. `pace_micros`: the mean of the days it goes on with."""

    micros: int
    pace_micros: int


def forecast_month(chosen: Slice, *, spent_micros: int) -> MonthForecast | None:
    """Say what this month will have cost if it goes on as in the last weeks; None where there is nothing to go by.

    `spent_micros`: of the month so far. The pace is the mean of the full days before today, since the first spend.
    """
    today = timezone.localdate()
    month = periods.period_around("month", today)
    weeks = chosen.within(today - timedelta(days=PACE_DAYS), today - timedelta(days=1))
    days = sums_by(weeks, "day", amounts=("charged_micros", "uncertain_micros"))
    if not days:
        return None
    paced, count = sum(each.spent_micros for each in days.values()), (today - min(days)).days
    rest = paced * (month.end - today).days
    return MonthForecast(_to_cents(spent_micros * count + rest, count), _to_cents(paced, count))


def _to_cents(micros: int, count: int) -> int:
    """Divide, to whole cents: more digits would promise what no forecast keeps."""
    return CENT * rounded(micros, CENT * count)

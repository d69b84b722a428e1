"""What was spent: figures, a chart, a table that sorts, and the same as CSV. Members see their own."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.catalogue.numbers.money import money
from gallery.forms.costs import report as forms
from gallery.models import ReportMail, User
from gallery.models.costs.report_mail import Every
from gallery.services.ledger import csv_export, periods, reports
from gallery.services.ledger.csv_export import csv_dollars
from gallery.services.ledger.reports import NO_PROJECT_TITLE, Sums
from gallery.services.prices import terms
from gallery.services.reconciliation import settlement
from gallery.templatetags.fluxweb import percent
from gallery.views.costs import charts

FINER = {"member": "model", "model": "day", "project": "model", "day": "model", "month": "day"}


@dataclass(frozen=True)
class Column:
    """One column of numbers. `kind`: which calls stand under its numbers (services/ledger/drilldown.py)."""

    name: str
    word: str
    amount: str
    kind: str
    write: Callable[[Any], str] = money

    def value(self, sums: Sums) -> Any:
        return getattr(sums, self.amount)

    def text(self, sums: Sums) -> str:
        value = self.value(sums)
        return self.write(value) if value else "–"


COLUMNS = (
    Column("calls", "Calls", "calls", "all", "{:,}".format),
    Column("pictures", "Pictures", "pictures", "pictures", "{:,}".format),
    Column("charged", "Charged", "charged_micros", "charged"),
    Column("doubt", "In doubt", "uncertain_micros", "doubt"),
    Column("lost", "Lost", "lost_micros", "lost"),
    Column("saved", "Saved", "saved_micros", "charged"),
    Column("each", "Each", "each_micros", "pictures"),
    Column("kept", "Kept", "kept_permille", "kept", percent),
)
ADJUSTED = Column("adjusted", "Adjusted", "adjusted_micros", "")  # shown where there is something of it


ALL_COLUMNS = (*COLUMNS, ADJUSTED)


@dataclass
class Row:
    """One line of the table. `query`: names the same calls in an address."""

    key: object
    title: str
    sums: Sums
    query: dict[str, Any]
    finer: str = ""  # the address of a report of this row alone
    columns: tuple[Column, ...] = COLUMNS

    @property
    def cells(self) -> list[tuple[str, str | None]]:
        """Return (text, address of the calls under it) for every column."""
        return [
            (column.text(self.sums), self._rows_under(column) if column.value(self.sums) else None)
            for column in self.columns
        ]

    def _rows_under(self, column: Column) -> str:
        if column is ADJUSTED:
            return href("costs-adjustments", self.query)
        return href("costs-calls", self.query, kind=column.kind)


@require_safe
def show_report(request: MemberRequest) -> HttpResponse:
    asked = forms.read(request.GET, user=request.user)
    rows = _rows(asked)
    total = Row("", "Total", sum((row.sums for row in rows), Sums()), asked.query)
    if any(row.sums.adjusted_micros for row in rows):
        for row in (*rows, total):
            row.columns = ALL_COLUMNS
    order = request.GET.get("sort", "")
    today = timezone.localdate()
    ahead = _forecast(asked, total.sums, today)
    context = {
        "asked": asked,
        "heads": _heads(asked, order, total.columns),
        "outside": _outside(request.user, asked.chosen),
        "judged": total.sums.is_used or reports.has_ratings(asked.chosen),
        "effective": terms.effective_spend(asked.chosen) if rows else None,
        "adjustments": href("costs-adjustments", asked.query),
        "adjusted_any": total.columns is ALL_COLUMNS,
        "rows": _sorted(rows, order, asked.by),
        "total": total,
        "everybody": request.user.sees_costs,
        "chart": charts.of_spend(asked.chosen, asked.period, forecast=ahead, today=today),
        "forecast": ahead,
        "today": today,
        "zone": settings.TIME_ZONE,
        "csv": href("costs-csv", asked.query, sort=order or None),
        "calls": {kind: href("costs-calls", asked.query, kind=kind) for kind in ("all", "charged", "doubt", "lost")},
        "runs": href("costs-runs", asked.query),
        "mail_choices": Every.choices,
        "mailed": ReportMail.objects.filter(user=request.user).values_list("every", flat=True).first(),
        **navigation("costs", asked, everybody=request.user.sees_costs),
    }
    return render(request, "costs/report.html", context)


def _outside(user: User, chosen: reports.Slice) -> dict[str, Any] | None:
    """Return what the provider charged for calls that nobody here made: of no member and no project."""
    if not user.sees_costs or chosen.owner_id is not None or chosen.project_id is not None:
        return None
    named = {} if chosen.model is None else {"model": chosen.model}
    return settlement.outside_in({"day__gte": chosen.start, "day__lte": chosen.end}, **named)


def _forecast(asked: forms.Asked, sums: Sums, today: date) -> reports.MonthForecast | None:
    if asked.period != periods.period_around("month", today):
        return None
    return reports.forecast_month(asked.chosen, spent_micros=sums.spent_micros)


@require_safe
def as_csv(request: MemberRequest) -> HttpResponseBase:
    """Send the table as it stands on the page, with every sum that there is, exactly."""
    asked = forms.read(request.GET, user=request.user)
    rows = _sorted(_rows(asked), request.GET.get("sort", ""), asked.by)
    word = dict(forms.choices_of(everybody=True))[asked.by]
    head = [
        word, "Calls", "Charged calls", "Calls in doubt", "Free calls", "Lost calls", "Pictures", "Kept", "Shared",
        "Charged USD", "In doubt USD", "Reserved USD", "Paid but lost USD", "Official USD", "Saved USD",
        "Adjusted USD", "Downloaded",
    ]  # fmt: skip
    name = f"costs-by-{asked.by}-{asked.period.start}"
    return csv_response([head, *map(_csv_row, rows)], name=name, answer=HttpResponse)


def _csv_row(row: Row) -> list[object]:
    sums = row.sums
    title = row.key if isinstance(row.key, date) else row.title
    calls = [sums.calls, sums.charged_calls, sums.uncertain_calls, sums.free_calls, sums.lost_calls]
    pictures = [sums.pictures, sums.kept_pictures, sums.shared_pictures]
    amounts = [sums.charged_micros, sums.uncertain_micros, sums.reserved_micros, sums.lost_micros]
    amounts += [sums.official_micros, sums.saved_micros, sums.adjusted_micros]
    return [title, *calls, *pictures, *map(csv_dollars, amounts), sums.downloaded_pictures]


def csv_response(
    rows: Iterable[Iterable[object]], *, name: str, answer: Callable[..., HttpResponseBase]
) -> HttpResponseBase:
    response = answer(csv_export.csv_lines(rows), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return response


def href(name: str, query: dict[str, Any], **changes: Any) -> str:
    """Write an address with a query; what changes to None is left out."""
    said = {key: value for key, value in (query | changes).items() if value is not None}
    return f"{reverse(name)}?{urlencode(said)}"


# -- the table --------------------------------------------------------------------------------------------------------


def _rows(asked: forms.Asked) -> list[Row]:
    found = reports.sums_by(asked.chosen, asked.by)
    titles = reports.group_titles(asked.by, found)
    rows = [Row(key, titles[key], sums, _narrowed(asked, key, titles[key])) for key, sums in found.items()]
    for row in rows:
        row.finer = href("costs", row.query, by=FINER[asked.by])
    return rows


def _narrowed(asked: forms.Asked, key: Any, title: str) -> dict[str, Any]:
    """Return what names only this row of a report."""
    if asked.by == "day":
        return asked.filters | {"from": key.isoformat(), "to": key.isoformat(), "by": asked.by}
    if asked.by == "month":
        month = periods.period_around("month", date.fromisoformat(f"{key}-01"))
        start, end = max(month.start, asked.period.start), min(month.end, asked.period.end)
        return asked.filters | {"from": start.isoformat(), "to": end.isoformat(), "by": asked.by}
    return asked.query | {asked.by: "" if asked.by == "project" and key is None else title}


def _heads(asked: forms.Asked, order: str, columns: Sequence[Column]) -> Iterator[tuple[str, str, str | None]]:
    """Return (word, address that sorts by it, how it is sorted now) for every column, the rows' own first."""
    words = dict(forms.choices_of(everybody=True))
    for name, word in ((asked.by, words[asked.by]), *((column.name, column.word) for column in columns)):
        now = {name: "ascending", f"-{name}": "descending"}.get(_order(order, asked.by))
        other = name if now == "descending" or (now is None and name == asked.by) else f"-{name}"
        yield word, href("costs", asked.query, sort=other), now


def _order(order: str, by: str) -> str:
    names = {by, *(column.name for column in ALL_COLUMNS)}
    if order.removeprefix("-") in names:
        return order
    return f"-{by}" if by in ("day", "month") else "-charged"


def _sorted(rows: list[Row], order: str, by: str) -> list[Row]:
    order = _order(order, by)
    column = next((each for each in ALL_COLUMNS if each.name == order.removeprefix("-")), None)
    rows = sorted(rows, key=lambda row: _by_title(row, by))
    if column is None:
        return rows[::-1] if order.startswith("-") else rows
    known = [row for row in rows if column.value(row.sums) is not None]
    unknown = [row for row in rows if column.value(row.sums) is None]
    return sorted(known, key=lambda row: column.value(row.sums), reverse=order.startswith("-")) + unknown


def _by_title(row: Row, by: str) -> Any:
    return row.key if by in ("day", "month") else row.title.casefold()


# -- where one can go from here ---------------------------------------------------------------------------------------


def navigation(name: str, asked: forms.Asked, *, everybody: bool, **kept: str) -> dict[str, Any]:
    """Return what stands above every report: periods, what it is by, and the filters that can be taken away.

    `kept`: what else of the address stays.
    """
    period, query = asked.period, asked.filters | {"by": asked.by} | kept
    day = min(period.end, timezone.localdate()) if period.start <= timezone.localdate() else period.start
    kinds = [(periods.period_around(kind, day), kind) for kind in ("month", "quarter", "year")]
    return {
        "kinds": [(kind.title(), href(name, query | each.query), kind == period.kind) for each, kind in kinds],
        "before": (period.before.title, href(name, query | period.before.query)),
        "after": (period.after.title, href(name, query | period.after.query)),
        "choices": [
            (word, href(name, asked.query, by=by), by == asked.by) for by, word in forms.choices_of(everybody=everybody)
        ],
        "chips": [
            (filter_, value or NO_PROJECT_TITLE, href(name, asked.query | kept, **{filter_: None}))
            for filter_, value in asked.filters.items()
        ],
    }

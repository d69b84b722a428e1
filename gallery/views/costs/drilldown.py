"""The rows under a sum of the cost report: its runs, its single calls, and the calls as CSV."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.costs import report as forms
from gallery.models import Attempt, User
from gallery.paging import read_keyset_page
from gallery.services.ledger import drilldown, reports
from gallery.services.ledger.csv_export import csv_dollars
from gallery.views.costs.report import csv_response, href, navigation

PAGE = 50
HEAD = [
    "Day", "Sent at", "Member", "Project", "Model", "Run", "Prompt", "Money", "USD", "Official USD", "Status", "Error",
    "Request", "Settled by", "Attempt",
]  # fmt: skip


@require_safe
def list_calls(request: MemberRequest) -> HttpResponse:
    """List the calls under one number; nobody reads a prompt of somebody else."""
    asked, kind = _read(request)
    page = read_keyset_page(drilldown.list_calls(asked.chosen, kind, after=_cursor(request, asked)), size=PAGE)
    query = asked.query | {"kind": kind.name}
    context = {
        "asked": asked,
        "kind": kind,
        "kinds_of_calls": [
            (each.title, href("costs-calls", asked.query, kind=each.name), each == kind) for each in drilldown.KINDS
        ],
        "calls": page.rows,
        "older": page.older,
        "csv": href("costs-calls-csv", query),
        **_around(request, "costs-calls", asked, kind=kind.name),
    }
    return render(request, "costs/calls.html", context)


@require_safe
def runs(request: MemberRequest) -> HttpResponse:
    """List the runs of a report by day, each with what it cost on that day."""
    asked, _ = _read(request)
    page = read_keyset_page(
        drilldown.list_run_days(asked.chosen, after=_cursor(request, asked), most=PAGE + 1), size=PAGE
    )
    context = {
        "asked": asked,
        "runs": page.rows,
        "older": page.last and page.last.cursor,
        **_around(request, "costs-runs", asked),
    }
    return render(request, "costs/runs.html", context)


@require_safe
def as_csv(request: MemberRequest) -> HttpResponseBase:
    """Send every call under one number, however many; a prompt only to whom it belongs."""
    asked, kind = _read(request)
    rows = (_csv_row(call, request.user) for call in drilldown.iterate_calls(asked.chosen, kind))
    name = f"calls-{kind.name}-{asked.period.start}"
    return csv_response(_with_head(rows), name=name, answer=StreamingHttpResponse)


def _with_head(rows: Iterable[Sequence[object]]) -> Iterator[Sequence[object]]:
    yield HEAD
    yield from rows


def _csv_row(call: Any, reader: User) -> list[object]:
    prompt = call.opening if call.owner_id == reader.pk else None
    project = call.project.name if call.project else None
    sent_at = timezone.localtime(call.sent_at).isoformat(sep=" ", timespec="seconds")
    facts = [call.day, sent_at, call.owner.username, project, call.model, call.run.key, prompt]
    answer = [call.status, call.error, call.request_id, call.settled_by, call.key]
    return [
        *facts,
        call.money_words,
        csv_dollars(call.booked_micros),
        csv_dollars(call.official_booked_micros),
        *answer,
    ]


def _read(request: MemberRequest) -> tuple[forms.Asked, drilldown.CallKind]:
    return forms.read(request.GET, user=request.user), drilldown.call_kind(request.GET.get("kind", ""))


def _around(request: MemberRequest, name: str, asked: forms.Asked, **kept: str) -> dict[str, Any]:
    """Return the sums of the same slice, and the ways back and to other periods."""
    everybody = request.user.sees_costs
    around = navigation(name, asked, everybody=everybody, **kept)
    return {
        "total": reports.total_spend(asked.chosen),
        "everybody": everybody,
        "back": href("costs", asked.query),
        **around,
    }


def _cursor(request: MemberRequest, asked: forms.Asked) -> Attempt | None:
    """Return the call that ended the page before, or None on the first page."""
    cursor = request.GET.get("before", "")
    return access.cursor_row(asked.chosen.attempts(), cursor) if cursor else None

"""Adjustments: what was booked beyond the calls, by whom and why, on the page and as CSV; admins take them back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.costs import report as forms
from gallery.forms.costs.statements import TakeBackForm
from gallery.models import Adjustment
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.ledger import reports
from gallery.services.ledger.csv_export import csv_dollars
from gallery.services.reconciliation import adjustments
from gallery.views.costs.report import csv_response, href, navigation

PAGE = 50
HEAD = ["Day", "USD", "Reason", "Model", "Attempt", "Booked by", "Booked at", "Takes back", "Adjustment"]


@require_safe
def list_adjustments(request: MemberRequest) -> HttpResponse:
    """List the adjustments of a report; members see those of their own calls."""
    asked = forms.read(request.GET, user=request.user)
    rows = adjustments.adjustments_in(asked.chosen)
    page = read_keyset_page(rows_after_cursor(request, rows, lambda key: access.cursor_row(rows, key)), size=PAGE)
    context = {
        "asked": asked,
        "adjustments": page.rows,
        "older": page.older,
        "csv": href("costs-adjustments-csv", asked.query),
        "total": reports.total_spend(asked.chosen),
        "back": href("costs", asked.query),
        **navigation("costs-adjustments", asked, everybody=request.user.sees_costs),
    }
    return render(request, "costs/adjustments.html", context)


@require_safe
def as_csv(request: MemberRequest) -> HttpResponseBase:
    asked = forms.read(request.GET, user=request.user)
    rows: list[list[Any]] = [HEAD, *map(_csv_row, adjustments.adjustments_in(asked.chosen).iterator(chunk_size=500))]
    return csv_response(rows, name=f"adjustments-{asked.period.start}", answer=StreamingHttpResponse)


def _csv_row(row: Adjustment) -> list[Any]:
    call, back = row.attempt, row.takes_back
    facts = [row.day, csv_dollars(row.micros), row.reason, row.model, call.key if call else None, row.made_by]
    return [*facts, row.made_at.isoformat(sep=" ", timespec="seconds"), back.key if back else None, row.key]


@require_POST
def take_back(request: MemberRequest, key: str) -> HttpResponse:
    adjustment = access.adjustment_write(request, key)
    form = TakeBackForm(request.POST)
    if not form.is_valid():
        messages.error(request, "Say why it is taken back: the counter entry has a reason too.")
    elif adjustments.take_back_adjustment(adjustment, reason=form.cleaned_data["reason"], by=request.user):
        messages.success(request, "Taken back by a counter entry on the same day.")
    else:
        messages.info(request, "It has been taken back already.")
    return redirect(href("costs-adjustments", {"from": adjustment.day.isoformat(), "to": adjustment.day.isoformat()}))

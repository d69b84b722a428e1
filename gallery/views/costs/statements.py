"""The provider's charges against the books: taken in, compared, and settled by a person."""

import re
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.tables.statement_files import InvalidStatementFile
from gallery.catalogue.text.value_lists import counted
from gallery.forms.costs.statements import DecisionForm, FileForm, LogForm, SettleForm
from gallery.models import Difference, Statement, User
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.jobs import provider
from gallery.services.reconciliation import balance, overlaps, remainders, settlement, statements, withdrawals

PAGE = 50


@require_safe
@access.holders_only("sees_costs")
def list_statements(request: MemberRequest) -> HttpResponse:
    return _page(request)


def _page(request: MemberRequest, **forms: object) -> HttpResponse:
    newest = Statement.objects.order_by("-id")
    newest = rows_after_cursor(request, newest, lambda key: access.statement_read(request, key))
    page = read_keyset_page(newest, size=PAGE)
    month = f"{timezone.localdate():%Y-%m}"
    context = {
        "statements": page.rows,
        "older": page.older,
        "balance": balance.latest_balance(),
        "file_form": FileForm(),
        "log_form": LogForm(initial={"month": month}) if provider.has_account() else None,
    }
    return render(request, "costs/statements/statements.html", context | forms)


@require_POST
@access.admin_only
def add(request: MemberRequest) -> HttpResponse:
    """Take a file in; one that cannot be believed leaves nothing behind."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            statement = statements.import_csv(file.read(), name=file.name, by=request.user)
        except InvalidStatementFile as bad:
            form.add_error("file", bad.problems)
        except overlaps.AlreadyTakenIn as known:
            return _page(request, file_form=form, known=known.statement)
        else:
            return _go_to(statement)
    return _page(request, file_form=form)


@require_POST
@access.admin_only
def begin(request: MemberRequest) -> HttpResponse:
    """Begin to read a month of the provider's log."""
    if not provider.has_account():
        raise Http404
    form = LogForm(request.POST)
    if not form.is_valid():
        return _page(request, log_form=form)
    statement = statements.begin_reading(form.cleaned_data["month"], by=request.user)
    return _read_on(statement)


@require_POST
@access.admin_only
def read_on(request: MemberRequest, key: str) -> HttpResponse:
    return _read_on(access.statement_read(request, key))


def _read_on(statement: Statement) -> HttpResponse:
    statements.retry_statement(statement)
    statements.read_on(statement)
    return _go_to(statement)


def _go_to(statement: Statement) -> HttpResponse:
    """Show a statement. What was not done within the press a worker goes on with."""
    if not statement.is_complete:
        tasks.wake_statement_reader()
    return redirect("costs-statement", statement.key)


@require_safe
@access.holders_only("sees_costs")
def show(request: MemberRequest, key: str) -> HttpResponse:
    statement = access.statement_read(request, key)
    if not statement.is_complete and not statement.withdrawn_at:
        return _show_progress(request, statement)
    if request.htmx:  # its poll, which has come to an end
        return HttpResponseClientRefresh()
    decided = settlement.decided_differences(statement)
    decided = rows_after_cursor(request, decided, lambda key: access.difference_cursor(statement, key))
    page = read_keyset_page(decided, size=PAGE)
    still_open = read_keyset_page(settlement.open_differences(statement), size=PAGE)
    held, held_count = overlaps.held_of(statement)
    context = {
        "statement": statement,
        "held": held,
        "held_count": held_count,
        "known": statement.charges.filter(repeats__isnull=False).count(),
        "sums": settlement.sum_differences(statement),
        "charges": statement.charges.count(),
        "matched": statement.charges.exclude(attempt=None).count(),
        "open": still_open.rows,
        "more_open": still_open.last is not None,
        "decided": page.rows,
        "older": page.older,
    }
    return render(request, "costs/statements/statement.html", context)


def _show_progress(request: MemberRequest, statement: Statement) -> HttpResponse:
    """Say how far it has come; what it says of the books is shown when all of it is there."""
    percent = statements.reading_progress(statement)
    context = {"statement": statement, "charges": statement.charges.count(), "percent": percent}
    page = "costs/statements/_statement_progress.html" if request.htmx else "costs/statements/statement_progress.html"
    return render(request, page, context)


@require_POST
@access.admin_only
def decide(request: MemberRequest, key: str) -> HttpResponse:
    """Decide about the ticked differences, each on its own."""
    statement = access.statement_read(request, key)
    form = DecisionForm(request.POST)
    ticked = request.POST.getlist("difference")[:PAGE]
    rows = list(settlement.open_differences(statement).filter(key__in=ticked)) if statement.counts else []
    if form.is_valid():
        done = sum(_decided(each, form.cleaned_data, by=request.user) for each in rows)
        _say(request, done, len(ticked))
    for problem in form.errors.get("note", ()):
        messages.error(request, str(problem))
    return redirect("costs-statement", key)


def _decided(difference: Difference, said: dict[str, Any], *, by: User) -> bool:
    if said["do"] == "adjust":
        return settlement.adjust_difference(difference, by=by, reason=said["note"], day=said["day"])
    return settlement.decide_difference(difference, apply=said["do"] == "apply", by=by, note=said["note"])


@require_http_methods(["GET", "HEAD", "POST"])
@access.holders_only("sees_costs")
def remainder(request: MemberRequest, key: str, difference: str) -> HttpResponse:
    """The charges and the calls of a day that no rule explains; an admin settles some of them at a time."""
    found = access.remainder_read(access.statement_read(request, key), difference)
    if request.method == "POST":
        access.require(request, "is_admin")
        _settle(request, found)
        return redirect("costs-statement-remainder", key, difference)
    context = {"statement": found.statement, "difference": found, "left": remainders.find_remainder(found)}
    return render(request, "costs/statements/remainder.html", context)


def _settle(request: MemberRequest, difference: Difference) -> None:
    form = SettleForm(request.POST)
    if not form.is_valid():
        return messages.warning(request, "Tick what you decide about, and say what it is.")
    said, call_keys = form.cleaned_data, request.POST.getlist("call")
    numbers = [int(each) for each in request.POST.getlist("charge") if re.fullmatch(r"-?\d{1,18}", each, re.ASCII)]
    if said["do"] == "outside":
        done, asked = remainders.settle_charges(difference, numbers=numbers, by=request.user), len(numbers)
    else:
        facts = {"keys": call_keys, "charged": said["do"] == "charged", "by": request.user, "note": said["note"]}
        done, asked = remainders.settle_calls(difference, **facts), len(call_keys)
    return _say(request, done, asked)


@require_POST
@access.admin_only
def withdraw(request: MemberRequest, key: str) -> HttpResponse:
    """Take a statement back, with what it settled."""
    statement = access.statement_read(request, key)
    note = request.POST.get("note", "")[:200]
    undone = withdrawals.withdraw_statement(statement, by=request.user, note=note)
    if undone is None:
        messages.info(request, "It has been withdrawn already.")
    else:
        messages.success(request, f"Withdrawn. {undone.words}")
        if undone.later:
            tasks.wake_statement_reader()
    return redirect("costs-statement", key)


@require_POST
@access.admin_only
def dates(request: MemberRequest, key: str) -> HttpResponse:
    """Count the charges whose days were asked about."""
    statement = access.statement_read(request, key)
    if statement.counts and (n := overlaps.count_held(statement)):
        messages.success(request, f"{counted(n, 'charge')} counted.")
        statements.compare_anew(statement)
        statement.refresh_from_db()
        statements.read_on(statement)
    return _go_to(statement)


def _others(number: int) -> str:
    return "The other proposes nothing or was" if number == 1 else "The others propose nothing or were"


def _say(request: MemberRequest, done: int, asked: int) -> None:
    if not asked:
        messages.warning(request, "Tick what you decide about.")
    elif done < asked:
        messages.warning(request, f"{done} of {asked} decided. {_others(asked - done)} settled meanwhile.")
    else:
        messages.success(request, f"{done} decided.")

"""The provider's charges against the books: taken in, compared, and settled by a person."""

from django.contrib import messages
from django.http import Http404
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gallery import access, tasks
from gallery.catalogue.statement_files import InvalidStatementFile
from gallery.forms.statements import DecisionForm, FileForm, LogForm
from gallery.models import Statement
from gallery.services import balance, provider, reconciling, statements

PAGE = 50


@require_safe
@access.holders_only("sees_costs")
def index(request):
    return _page(request)


def _page(request, **forms):
    newest = Statement.objects.order_by("-id")
    if cursor := request.GET.get("before", ""):
        newest = newest.filter(id__lt=access.statement_read(request, cursor).id)
    found = list(newest[: PAGE + 1])
    month = f"{timezone.localdate():%Y-%m}"
    context = {
        "statements": found[:PAGE],
        "older": found[PAGE - 1].key if len(found) > PAGE else None,
        "balance": balance.latest(),
        "file_form": FileForm(),
        "log_form": LogForm(initial={"month": month}) if provider.has_account() else None,
    }
    return render(request, "gallery/statements.html", context | forms)


@require_POST
@access.admin_only
def add(request):
    """Take a file in; one that cannot be believed leaves nothing behind."""
    form = FileForm(request.POST, request.FILES)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            statement = statements.import_csv(file.read(), name=file.name, by=request.user)
        except InvalidStatementFile as bad:
            form.add_error("file", bad.problems)
        else:
            return _go_to(statement)
    return _page(request, file_form=form)


@require_POST
@access.admin_only
def begin(request):
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
def read_on(request, key):
    return _read_on(access.statement_read(request, key))


def _read_on(statement):
    statements.try_again(statement)
    statements.read_on(statement)
    return _go_to(statement)


def _go_to(statement):
    """Show a statement. What was not done within the press a worker goes on with."""
    if not statement.is_complete:
        tasks.wake_reader()
    return redirect("costs-statement", statement.key)


@require_safe
@access.holders_only("sees_costs")
def show(request, key):
    statement = access.statement_read(request, key)
    if not statement.is_complete:
        return _show_progress(request, statement)
    if request.htmx:  # its poll, which has come to an end
        return HttpResponseClientRefresh()
    decided = reconciling.decided_of(statement)
    if cursor := request.GET.get("before", ""):
        decided = decided.filter(id__lt=access.difference_place(statement, cursor).id)
    found = list(decided[: PAGE + 1])
    still_open = list(reconciling.open_of(statement)[: PAGE + 1])
    context = {
        "statement": statement,
        "sums": reconciling.sums(statement),
        "charges": statement.charges.count(),
        "matched": statement.charges.exclude(attempt=None).count(),
        "open": still_open[:PAGE],
        "more_open": len(still_open) > PAGE,
        "decided": found[:PAGE],
        "older": found[PAGE - 1].key if len(found) > PAGE else None,
    }
    return render(request, "gallery/statement.html", context)


def _show_progress(request, statement):
    """Say how far it has come; what it says of the books is shown when all of it is there."""
    context = {"statement": statement, "charges": statement.charges.count(), "percent": statements.progress(statement)}
    page = "gallery/_statement_progress.html" if request.htmx else "gallery/statement_progress.html"
    return render(request, page, context)


@require_POST
@access.admin_only
def decide(request, key):
    """Decide about the ticked differences, each on its own."""
    statement = access.statement_read(request, key)
    form = DecisionForm(request.POST)
    ticked = [each for each in request.POST.getlist("difference") if "\x00" not in each][:PAGE]
    if form.is_valid():
        facts = {"apply": form.cleaned_data["do"] == "apply", "by": request.user, "note": form.cleaned_data["note"]}
        rows = list(reconciling.open_of(statement).filter(key__in=ticked)) if statement.is_complete else []
        done = sum(reconciling.decide(each, **facts) for each in rows)
        _say(request, done, len(ticked))
    return redirect("costs-statement", key)


def _others(number):
    return "The other proposes nothing or was" if number == 1 else "The others propose nothing or were"


def _say(request, done, asked):
    if not asked:
        messages.warning(request, "Tick the differences that you decide about.")
    elif done < asked:
        messages.warning(request, f"{done} of {asked} decided. {_others(asked - done)} settled meanwhile.")
    else:
        messages.success(request, f"{done} decided.")

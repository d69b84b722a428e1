"""The batch: many rows checked, priced and started as one run."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.models import params
from gallery.catalogue.tables import batches, columns
from gallery.forms.studio.batch import READ, BatchForm, from_run
from gallery.forms.studio.batch_reading import MOST_READINGS
from gallery.forms.studio.compose import START_MODEL
from gallery.services.runs import doubts
from gallery.services.runs.batch import BatchPlan, plan_batch
from gallery.views.studio import controls, studio
from gallery.views.studio.rows_shown import RowsRead

# By the review: it has the rows as read, and asks the rest.
NOT_SENT_AGAIN = ("rows", "file", "buy_again", "let_wait", "as_written", *READ)


def batch(request: MemberRequest) -> HttpResponse:
    """Show the form, or take it: rows are checked and priced, and started when their price has been seen."""
    if request.method == "POST":
        return _take(request)
    return _show(request, BatchForm(initial=_initial(request)), BatchPlan())


def _initial(request: MemberRequest) -> dict[str, Any]:
    if key := request.GET.get("run"):
        run = access.run_read(request, key)
        if "batch" in run.form:
            return from_run(run)
    return {"model": [START_MODEL]}


def _take(request: MemberRequest) -> HttpResponse:
    form = BatchForm(request.POST, request.FILES)
    plan = BatchPlan()
    if form.can_be_planned():
        assert form.listing is not None  # without errors it was read
        plan = plan_batch(form.listing, form.spec(), owner=request.user)
        form.add_problems(plan.problems)
    if "edit" in request.POST:
        return _show(request, form, plan)
    if made := form.press().find_run(plan):
        return redirect("run", made.key)
    if not form.is_valid():
        return _show(request, form, plan)
    assert plan.listing is not None  # it was planned
    found = doubts.find_row_doubts(plan.listing)
    if "start" in request.POST and not form.asks_first(plan, found):
        run = studio.submit_form(form, plan)
        return redirect("run", run.key) if run else _show(request, form, plan)
    return _review(request, form, plan, found)


def _review(request: MemberRequest, form: BatchForm, plan: BatchPlan, found: doubts.Doubts) -> HttpResponse:
    names = [name for name in form.fields if name not in NOT_SENT_AGAIN]
    typed = [("rows", form.source.text), *form.read_again()]
    typed += [(name, value) for name in names for value in request.POST.getlist(name)]
    here = reverse("batch")
    where = {"start": here, "count": here, "back": "Back to the rows"}
    return studio.show_review(request, form, plan, doubts=found, typed=typed, rows=RowsRead(form, plan), **where)


def _show(request: MemberRequest, form: BatchForm, plan: BatchPlan) -> HttpResponse:
    context = {
        "form": form,
        "plan": plan,
        "rows": RowsRead(form, plan),
        **controls.of_fields(form),
        "columns": columns.COLUMNS,
        "most_readings": f":{MOST_READINGS}",
        "others": f"{MOST_READINGS}:",
        "most_rows": f"{batches.MAX_ROWS:,}",
        "taken": params.PARAMS,  # a row may name any model: nothing is hidden
    }
    return render(request, "studio/batch/batch.html", context)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """A file to fill in: the columns that are used most, and three rows that show what may stand in them."""
    content = batches.write(batches.TEMPLATE, batches.TEMPLATE_COLUMNS)
    headers = {"Content-Disposition": 'attachment; filename="fluxweb-batch.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

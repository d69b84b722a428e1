"""The batch: many rows checked, priced and started as one run."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gallery import access, tasks
from gallery.catalogue import batches, params
from gallery.catalogue.problems import InvalidMatrix
from gallery.forms.studio import compose
from gallery.forms.studio.batch import READ, BatchForm, from_run
from gallery.forms.studio.batch_reading import MOST_READINGS
from gallery.services.runs import submission
from gallery.views.studio import studio

# By the review: it has the rows as read, and asks the rest.
NOT_SENT_AGAIN = ("rows", "file", "buy_again", "let_wait", "as_written", *READ)


def batch(request):
    """Show the form, or take it: rows are checked and priced, and started when their price has been seen."""
    if request.method == "POST":
        return _take(request)
    return _show(request, BatchForm(initial=_initial(request), owner=request.user))


def _initial(request):
    if key := request.GET.get("run"):
        run = access.run_read(request, key)
        if "batch" in run.form:
            return from_run(run)
    return {"model": [compose.START_MODEL]}


def _take(request):
    starts = "start" in request.POST
    form = BatchForm(request.POST, request.FILES, owner=request.user, buying=starts)
    if not form.is_valid() or "edit" in request.POST:
        return _show(request, form)
    return _start(request, form) if starts and not form.asks_first() else _review(request, form)


def _review(request, form):
    names = [name for name in form.fields if name not in NOT_SENT_AGAIN]
    typed = [("rows", form.source.text), *form.read_again()]
    typed += [(name, value) for name in names for value in request.POST.getlist(name)]
    here = reverse("batch")
    return studio.show_review(request, form, typed=typed, start=here, count=here, back="Back to the rows")


def _start(request, form):
    try:
        run = submission.submit_cells(
            form.cells, owner=request.user, nonce=form.cleaned_data["nonce"] or compose.random_key(),
            form=form.as_typed(), title=form.title(), project=form.cleaned_data["project"], buy_again=form.buys_again,
        )  # fmt: skip
    except InvalidMatrix as invalid:
        form.say(invalid.problems)
        return _show(request, form)
    tasks.wake_workers(run.size)
    return redirect("run", run.key)


def _show(request, form):
    context = {
        "form": form,
        "families": studio.families(form),
        "params": params.PARAMS,
        "safety_levels": compose.SAFETY_LEVELS,
        "formats": compose.FORMATS,
        "projects": compose.project_names(),
        "columns": batches.COLUMNS,
        "most_readings": f":{MOST_READINGS}",
        "others": f"{MOST_READINGS}:",
        "most_rows": f"{batches.MAX_ROWS:,}",
        "taken": params.PARAMS,  # a row may name any model: nothing is hidden
    }
    return render(request, "studio/batch/batch.html", context)


@require_safe
def template(request):
    """A file to fill in: the columns that are used most, and three rows that show what may stand in them."""
    content = batches.write(batches.TEMPLATE, batches.TEMPLATE_COLUMNS)
    headers = {"Content-Disposition": 'attachment; filename="fluxweb-batch.csv"'}
    return HttpResponse(content, content_type="text/csv; charset=utf-8", headers=headers)

"""Who may see and change what. Every view asks here first; what is not yours does not exist."""

from functools import wraps

from django.db.models import F
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone

from gallery.catalogue.templates import ready_templates
from gallery.models import (
    Adjustment,
    Attempt,
    Budget,
    Comparison,
    Image,
    Job,
    PastPrompt,
    PromptTemplate,
    Run,
    Share,
    Sheet,
    SheetPart,
    Statement,
)  # fmt: skip
from gallery.models.costs.statements import Kind
from gallery.services.paid_calls import losses


def run_read(request, key):
    """Return a run without what was typed for it until that is asked for: every poll comes by here."""
    return _find(Run.objects.select_related("owner", "project").defer("form"), key, owner=request.user)


def run_write(request, key):
    return _find(Run.objects, key, owner=request.user)


def image_read(request, key):
    return _find(Image.objects.select_related("job__run__project", "attempt", "owner"), key, owner=request.user)


def images_read(request, keys, rows=None):
    """Return these pictures in this order. One that may not be seen hides them all."""
    keys = list(dict.fromkeys(keys))
    rows = Image.objects if rows is None else rows
    found = rows.filter(owner=request.user).in_bulk(keys, field_name="key")
    if len(found) < len(keys):
        raise Http404
    return [found[key] for key in keys]


def budget_manage(request, key):
    """Return a budget in force for somebody who manages budgets."""
    require(request, "manages_budgets")
    return _find(Budget.objects.in_force(), key)


def image_cursor(request, key):
    """Return the picture that ends a page of the gallery, with what the next page needs of it."""
    return _find(Image.objects.only("id", "created_at"), key, owner=request.user)


def comparison_read(request, key):
    """Return a saved comparison, anybody's: whether its pictures may be seen is asked of each of them."""
    return _find(Comparison.objects, key)


def comparison_write(request, key):
    return _find(Comparison.objects, key, owner=request.user)


def loss_cursor(request, key):
    """Return the call that ends a page of losses: one of one's own, or anybody's for an admin."""
    return _find(losses.visible_losses(request.user), key)


def statement_read(request, key):
    """Return a statement of the provider: for those who see costs."""
    require(request, "sees_costs")
    return _find(Statement.objects, key)


def difference_cursor(statement, key):
    """Return the difference that ends a page of a statement."""
    return _find(statement.differences, key)


def remainder_read(statement, key):
    """Return a day's remainder of a statement."""
    return _find(statement.differences.filter(kind=Kind.TOTAL).select_related("statement"), key)


def adjustment_write(request, key):
    """An admin takes anybody's adjustment back."""
    require(request, "is_admin")
    return _find(Adjustment.objects, key)


def job_read(request, key):
    return _find(Job.objects.select_related("run__project"), key, owner=request.user)


def job_write(request, key):
    return _find(Job.objects.select_related("run", "attempt", "owner"), key, owner=request.user)


def job_settle(request, key):
    """An admin settles doubts of everybody, without seeing what was asked for."""
    require(request, "is_admin")
    return _find(Job.objects.select_related("run", "attempt", "owner"), key)


def held_read(request, key, attempt_key=""):
    """Return a call of one's own job whose file was kept as it came: the one named, or the job's current one."""
    attempts = Attempt.objects.filter(job=job_read(request, key)).exclude(held_name="").select_related("job")
    if attempt_key:
        return _find(attempts, attempt_key)
    return get_object_or_404(attempts, job__attempt=F("pk"))


def past_prompt_read(request, key):
    return _find(PastPrompt.objects, key, owner=request.user)


def saved_item_read(request, model, key):
    """Return a preset or a template: one's own, or one that is shared with the team."""
    return _find(model.objects.visible_to(request.user).select_related("owner"), key)


def saved_item_write(request, model, key):
    return _find(model.objects.owned_by(request.user), key)


def saved_item_restore(request, model, key):
    """Return what its owner has deleted and can put back."""
    return _find(model.objects.in_trash_of(request.user).select_related("owner"), key)


def template_read(request, key):
    """Return a template that comes along with fluxweb, or one as `saved_item_read` does."""
    return ready_templates.BY_KEY.get(key) or saved_item_read(request, PromptTemplate, key)


def share_write(request, key):
    return _find(Share.objects.select_related("cover", "run"), key, owner=request.user)


def share_revoke(request, key):
    """An admin revokes anybody's link, without seeing what it shows."""
    return _find(Share.objects if request.user.is_admin else Share.objects.of(request.user), key)


def share_received(request, key):
    """Return an open link that names this member."""
    return _find(Share.objects.open(timezone.now()).received_by(request.user), key)


def guest_write(request, share, key):
    return _find(share.guests.select_related("share"), key)


def sheet_write(request, key):
    return _find(Sheet.objects.select_related("run"), key, owner=request.user)


def sheet_part_read(request, key, number):
    sheet = sheet_write(request, key)
    return get_object_or_404(SheetPart.objects.select_related("sheet__run"), sheet=sheet, number=number)


def cursor_row(rows, key):
    """Return the row that ends a page, among those its reader may see."""
    return _find(rows, key)


def _find(rows, key, **whose):
    """Find a row by its key, or answer 404."""
    return get_object_or_404(rows, key=key, **whose)


def require(request, right):
    """Answer 404 to everybody who does not hold a right, as `sees_costs`: to them the door is not even there."""
    if not getattr(request.user, right):
        raise Http404


def holders_only(right):
    """Decorate a view that only those reach who hold a right."""

    def decorate(view):
        @wraps(view)
        def guarded(request, *args, **kwargs):
            require(request, right)
            return view(request, *args, **kwargs)

        return guarded

    return decorate


admin_only = holders_only("is_admin")

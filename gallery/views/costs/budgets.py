"""Budgets: what each leaves, for those it applies to; made, changed and ended by those who manage them."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_POST

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.costs import budgets as forms
from gallery.forms.costs.budgets import BudgetForm, ChangeBudgetForm
from gallery.models import Job, User
from gallery.services.budgets import availability, budgets


@require_http_methods(["GET", "HEAD", "POST"])
def show_budgets(request: MemberRequest) -> HttpResponse:
    if request.method == "POST":
        return _make(request)
    return _page(request, BudgetForm() if request.user.manages_budgets else None)


def _make(request: MemberRequest) -> HttpResponse:
    access.require(request, "manages_budgets")
    form = BudgetForm(request.POST)
    if form.is_valid():
        try:
            budgets.make_budget(by=request.user, **form.values())
        except budgets.BudgetExists:
            form.add_error("whose", "There is such a budget already: change that one.")
        else:
            messages.success(request, "The budget counts from now on, with what its period has spent already.")
            return redirect("budgets")
    return _page(request, form)


@require_POST
def change(request: MemberRequest, key: str) -> HttpResponse:
    budget = access.budget_manage(request, key)
    form = ChangeBudgetForm(request.POST, auto_id=f"id_{budget.key}_%s")
    if not form.is_valid():
        return _page(request, BudgetForm(), {budget.key: form})
    _tell(request, "Changed.", budgets.change_budget(budget, by=request.user, **form.cleaned_data))
    return redirect("budgets")


@require_POST
def end(request: MemberRequest, key: str) -> HttpResponse:
    budget = access.budget_manage(request, key)
    _tell(request, "Ended: it limits nothing any more.", budgets.end_budget(budget, by=request.user))
    return redirect("budgets")


def _tell(request: MemberRequest, what: str, n: int) -> None:
    if n:
        tasks.wake_workers(n)
        what += f" {counted(n, 'image')} that waited {'goes' if n == 1 else 'go'} on."
    messages.success(request, what)


def _page(
    request: MemberRequest, form: BudgetForm | None, changed: dict[str, ChangeBudgetForm] | None = None
) -> HttpResponse:
    """`form`: makes a budget; `changed`: forms that were sent and are wrong, by the key of their budget."""
    manages = request.user.manages_budgets
    balances = availability.read_balances() if manages else _balances_of(request.user)
    forms_of = {balance.budget.key: forms.change_form_of(balance.budget) for balance in balances} if manages else {}
    context = {
        "balances": [(balance, (forms_of | (changed or {})).get(balance.budget.key)) for balance in balances],
        "coming": budgets.coming_budgets() if manages else [],
        "form": form,
        "zone": settings.TIME_ZONE,
        "waiting": (Job.objects if manages else Job.objects.of(request.user)).deferred().count(),
    }
    return render(request, "costs/budgets/budgets.html", context)


def _balances_of(user: User) -> list[availability.BudgetBalance]:
    """Their own, the team's, and those of the projects they work on."""
    projects = budgets.projects_of(user)
    return [
        balance
        for balance in availability.read_balances()
        if balance.budget.owner_id in (None, user.pk) and balance.budget.project_id in (None, *projects)
    ]

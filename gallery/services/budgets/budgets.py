"""Budgets are made, changed and ended by leads; what waited for one goes on as soon as it allows."""

from datetime import date

import structlog
from django.db.models import QuerySet
from django.utils import timezone

from gallery.models import Budget, Project, Run, User
from gallery.models.costs.budgets import starts_of
from gallery.services.budgets import deferral
from gallery.services.db.transactions import write_transaction
from gallery.services.jobs import gates
from gallery.services.ledger import budget_counters, entries

log = structlog.get_logger("fluxweb.budgets")


class BudgetExists(Exception):
    """The same member, project or team has one for this period already: it can be changed."""


def coming_budgets() -> QuerySet[Budget]:
    """Return the budgets that will count from a later day on."""
    later = Budget.objects.in_force().filter(starts__gt=timezone.localdate())
    return later.select_related("owner", "project").order_by("starts", "id")


def projects_of(user: User) -> set[int]:
    """Return the ids of the projects that a member has runs in."""
    return set(Run.objects.of(user).exclude(project=None).order_by().values_list("project", flat=True).distinct())


def make_budget(
    *,
    by: User,
    period: str,
    limit_micros: int,
    owner: User | None = None,
    project: Project | None = None,
    starts: date | None = None,
) -> Budget:
    """Make a budget and count what was spent in its period already. Raises BudgetExists.

    `owner` or `project`: whose it is, the team's without either; `starts`: the day it counts from, by default the
    first of the running period.
    """
    starts = starts or starts_of(timezone.localdate()).get(period, timezone.localdate())
    entries.apply_entries()  # what waits, in slices; under the lock only what comes meanwhile
    with write_transaction():
        gates.lock_gates()
        if Budget.objects.in_force().filter(owner=owner, project=project, period=period).exists():
            raise BudgetExists
        entries.apply_all_entries()
        facts = {"owner": owner, "project": project, "period": period, "starts": starts, "limit_micros": limit_micros}
        budget = Budget.objects.create(made_by=by.username, **facts)
        budget_counters.start_counter(budget)
    log.warning("budget made", budget=budget.key, period=period, limit_micros=limit_micros, by=by.username)
    return budget


def change_budget(
    budget: Budget, *, by: User, limit_micros: int, raised_micros: int = 0, raised_until: date | None = None
) -> int:
    """Set the limit, and how much more there is for a while; return how many jobs go on by it."""
    fields = {"limit_micros": limit_micros, "raised_micros": raised_micros, "raised_until": raised_until}
    with write_transaction():
        Budget.objects.in_force().filter(pk=budget.pk).update(**fields)
    log.warning("budget changed", budget=budget.key, by=by.username, limit_micros=limit_micros)
    return deferral.release_affordable()


def end_budget(budget: Budget, *, by: User) -> int:
    """Let a budget limit nothing any more; its row stays. Return how many jobs go on by it."""
    with write_transaction():
        Budget.objects.in_force().filter(pk=budget.pk).update(ended_at=timezone.now(), ended_by=by.username)
    log.warning("budget ended", budget=budget.key, by=by.username)
    return deferral.release_affordable()

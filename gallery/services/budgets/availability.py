"""What every budget leaves at one moment, and whether it leaves enough for a call."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db.models import Sum
from django.db.models.query import RawQuerySet
from django.utils import timezone

from gallery.catalogue.numbers.ratios import permille
from gallery.models import Budget, BudgetCount, Job, LedgerEntry, Project, User
from gallery.models.costs.budgets import Period, starts_of
from gallery.services.db.raw_updates import to_db_value
from gallery.services.ledger.budget_counters import COUNTED

BUDGETS, COUNTS, ENTRIES, USERS, PROJECTS = (
    model._meta.db_table for model in (Budget, BudgetCount, LedgerEntry, User, Project)
)
PERIODS = (Period.DAY, Period.WEEK, Period.MONTH)
CASES = " ".join(f"WHEN '{period.value}' THEN %s" for period in PERIODS)
START = f"CASE budget.period {CASES} ELSE budget.starts END"
WAITING_ENTRIES = (
    f"SELECT CAST(SUM({' + '.join(COUNTED)}) AS BIGINT) FROM {ENTRIES} AS moved"  # noqa: S608
    f" WHERE NOT moved.demo AND moved.day >= budget.starts AND moved.day >= {START}"
    " AND (budget.owner_id IS NULL OR moved.owner_id = budget.owner_id)"
    " AND (budget.project_id IS NULL OR moved.project_id = budget.project_id)"
)
# Counters and the entries that are not applied yet, in one statement: exact at every moment, also without a lock.
IN_FORCE = (
    "SELECT budget.*, member.username AS owner_name, project.name AS project_name,"  # noqa: S608
    f" COALESCE(counted.spent_micros, 0) + COALESCE(({WAITING_ENTRIES}), 0) AS spent_micros FROM {BUDGETS} AS budget"
    f" LEFT JOIN {USERS} AS member ON member.id = budget.owner_id"
    f" LEFT JOIN {PROJECTS} AS project ON project.id = budget.project_id"
    f" LEFT JOIN {COUNTS} AS counted ON counted.budget_id = budget.id AND counted.start = {START}"
    " WHERE budget.ended_at IS NULL AND budget.starts <= %s ORDER BY budget.id"
)
WORDS = {Period.DAY: "today", Period.WEEK: "this week", Period.MONTH: "this month", Period.ONCE: "in all"}


def read_balances(*, now: datetime | None = None) -> list["BudgetBalance"]:
    """Return the balance of every budget in force, in one query."""
    today = timezone.localdate(now)
    return [_balance(budget, today) for budget in _in_force(today)]


def balances_for_member(user: User) -> list["BudgetBalance"]:
    """Return the balances that what a member asks for must fit into, the smallest first; in demo mode none counts."""
    found = [] if settings.DEMO else [balance for balance in read_balances() if balance.covers(user.pk, None)]
    return sorted(found, key=lambda balance: balance.left_micros)


@dataclass
class BudgetBalance:
    """What one budget leaves. `spent_micros`: reserved, charged and uncertain, and what a plan means to spend."""

    budget: Any  # a Budget with what IN_FORCE reads beside it
    limit_micros: int
    spent_micros: int

    @property
    def left_micros(self) -> int:
        return self.limit_micros - self.spent_micros

    @property
    def whose(self) -> str:
        return str(self.budget.owner_name or self.budget.project_name or "Team")

    @property
    def when(self) -> str:
        return WORDS[self.budget.period]

    @property
    def raised_until(self) -> date | None:
        """The last day of a raise that counts now, or None."""
        return self.budget.raised_until if self.limit_micros > self.budget.limit_micros else None

    @property
    def used_percent(self) -> int:
        return min(100, 100 * max(0, self.spent_micros) // self.limit_micros) if self.limit_micros else 100

    @property
    def used_permille(self) -> int | None:
        return permille(self.spent_micros, self.limit_micros)

    @property
    def warns(self) -> bool:
        return bool(self.used_percent >= settings.BUDGET_WARNING_PERCENT)

    @property
    def reached(self) -> bool:
        return self.left_micros <= 0

    def covers(self, owner_id: int, project_id: int | None) -> bool:
        return bool(self.budget.covers(owner_id, project_id))


class BudgetSnapshot:
    """Every budget in force and its balance. Under the gates' lock nothing is reserved beside it."""

    def __init__(self, *, now: datetime | None = None) -> None:
        self.balances = [] if settings.DEMO else read_balances(now=now)
        self.by_scope: dict[tuple[int, int | None], list[BudgetBalance]] = {}

    def balances_for(self, owner_id: int, project_id: int | None) -> list[BudgetBalance]:
        """Return the balances that a call of this member for this project must fit into."""
        scope = owner_id, project_id
        if scope not in self.by_scope:
            self.by_scope[scope] = [balance for balance in self.balances if balance.covers(*scope)]
        return self.by_scope[scope]

    def blocking(self, micros: int, *, owner_id: int, project_id: int | None) -> list[BudgetBalance]:
        """Return the balances that are too small for a call of this price."""
        return [balance for balance in self.balances_for(owner_id, project_id) if balance.left_micros < micros]

    def spend(self, micros: int, *, owner_id: int, project_id: int | None) -> None:
        for balance in self.balances_for(owner_id, project_id):
            balance.spent_micros += micros

    def spend_queued(self) -> None:
        """Count what waits in the queue and will be sent before anything that is asked for now.

        What a locked member or a paused FLUX model has there is not sent: it takes nobody's room.
        """
        if self.balances:
            waiting = Job.objects.queued().filter(demo=False).not_put_aside().of_open_members_and_models().order_by()
            sums = waiting.values_list("owner", "run__project").annotate(micros=Sum("quoted_micros"))
            for owner_id, project_id, micros in sums:
                self.spend(int(micros), owner_id=owner_id, project_id=project_id)


def _in_force(today: date) -> "RawQuerySet[Budget]":
    starts = starts_of(today)
    days = [to_db_value(Budget, "starts", starts[period]) for period in PERIODS]
    return Budget.objects.raw(IN_FORCE, [*days, *days, to_db_value(Budget, "starts", today)])


def _balance(budget: Any, today: date) -> BudgetBalance:
    return BudgetBalance(budget, budget.limit_on(today), int(budget.spent_micros))

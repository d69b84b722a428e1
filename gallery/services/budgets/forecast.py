"""What the budgets say of images before they are asked for: how many fit now, how many would wait, what is left."""

from collections.abc import Sequence
from dataclasses import dataclass

from gallery.models import User
from gallery.services.budgets.availability import BudgetBalance, BudgetSnapshot


@dataclass(frozen=True)
class BudgetForecast:
    """`balance`: of all budgets that apply, the one that has too little or leaves least; `had_micros`: what it had."""

    count: int
    fits: int
    balance: BudgetBalance
    had_micros: int

    @property
    def waits(self) -> int:
        return self.count - self.fits

    @property
    def leaves_micros(self) -> int:
        return self.balance.left_micros


def forecast_budgets(prices: Sequence[int], *, owner: User, project: str = "") -> BudgetForecast | None:
    """Look at images of these prices, in the order of the queue, behind what waits already; None if no budget applies.

    `project`: the name that was typed.
    """
    snapshot = BudgetSnapshot()
    scope = {"owner_id": owner.pk, "project_id": _project_of(snapshot, project)}
    balances = snapshot.balances_for(**scope)
    if not balances:
        return None
    snapshot.spend_queued()
    had = {balance.budget.pk: balance.left_micros for balance in balances}
    fits = 0
    blocking: list[BudgetBalance] = []
    for micros in prices:
        if refused := snapshot.blocking(micros, **scope):
            blocking = blocking or refused
        else:
            snapshot.spend(micros, **scope)
            fits += 1
    balance = min(blocking or balances, key=lambda each: each.left_micros)
    return BudgetForecast(len(prices), fits, balance, had[balance.budget.pk])


def _project_of(snapshot: BudgetSnapshot, name: str) -> int:
    """Return the id of a project that has a budget; of others only that no project's budget applies is known."""
    name = " ".join(name.split()).lower()
    found = (balance.budget for balance in snapshot.balances if name and balance.budget.project_name)
    return next((budget.project_id for budget in found if budget.project_name.lower() == name), 0)

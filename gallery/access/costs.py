"""Gates of the books: budgets, statements, adjustments, losses."""

from gallery.access.rights import MemberRequest, find_row, require
from gallery.models import (
    Adjustment,
    Attempt,
    Budget,
    Difference,
    Statement,
)  # fmt: skip
from gallery.models.costs.statements import Kind
from gallery.services.paid_calls import losses


def budget_manage(request: MemberRequest, key: str) -> Budget:
    """Return a budget in force for somebody who manages budgets."""
    require(request, "manages_budgets")
    return find_row(Budget.objects.in_force(), key)


def loss_cursor(request: MemberRequest, key: str) -> Attempt:
    """Return the call that ends a page of losses: one of one's own, or anybody's for an admin."""
    return find_row(losses.visible_losses(request.user), key)


def statement_read(request: MemberRequest, key: str) -> Statement:
    """Return a statement of the provider: for those who see costs."""
    require(request, "sees_costs")
    return find_row(Statement.objects, key)


def difference_cursor(statement: Statement, key: str) -> Difference:
    """Return the difference that ends a page of a statement."""
    return find_row(statement.differences, key)


def remainder_read(statement: Statement, key: str) -> Difference:
    """Return a day's remainder of a statement."""
    return find_row(statement.differences.filter(kind=Kind.TOTAL).select_related("statement"), key)


def adjustment_write(request: MemberRequest, key: str) -> Adjustment:
    """An admin takes anybody's adjustment back."""
    require(request, "is_admin")
    return find_row(Adjustment.objects, key)

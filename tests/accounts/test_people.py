"""What each role may do with money."""

import pytest

from gallery.models import User
from gallery.models.people import Role

RIGHTS = ("sees_costs", "manages_budgets", "manages_prices")


@pytest.mark.parametrize(
    ("role", "rights"),
    [(Role.MEMBER, set()), (Role.LEAD, {"sees_costs", "manages_budgets"}), (Role.ADMIN, set(RIGHTS))],
)
def test_leads_see_costs_and_manage_budgets_and_only_admins_change_prices(role, rights):
    user = User(role=role)
    assert {right for right in RIGHTS if getattr(user, right)} == rights

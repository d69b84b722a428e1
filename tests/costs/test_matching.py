"""What a line of a statement is for: a call by its id, one that brought no id home, or nobody here."""

from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from gallery.models import Attempt, Charge, Difference, Statement
from gallery.services.reconciliation import matching, settlement, statements
from tests.costs.test_report_pages import book

pytestmark = pytest.mark.django_db

HEAD = "created_at,request_id,model_name,usd\n"
NOON = datetime(2026, 11, 10, 12, tzinfo=UTC)
MODEL = "flux-2-klein-4b"


def called(person, request_id="", *, at=NOON, money="uncertain", **fields):
    [attempt] = book(person, models=[MODEL], money=money, fetch="none", request_id=request_id, sent_at=at, **fields)
    Attempt.objects.filter(pk=attempt.pk).update(day=timezone.localdate(at))
    return attempt


def charged(request_id, *, at=NOON, micros=10_000, model=MODEL):
    return f"{int(at.timestamp())},{request_id},{model},{micros / 1_000_000:.6f}\n"


def take_in(admin, *lines):
    return statements.import_csv((HEAD + "".join(lines)).encode(), name="usage.csv", by=admin)


def found(statement=None):
    rows = statement.differences if statement else Difference.objects
    return sorted(rows.values_list("kind", "books_micros", "provider_micros"))


def test_a_charge_with_an_id_of_its_own_is_not_proposed_for_a_call_with_another(owner, admin):
    uncertain = called(owner, "ours-1")
    statement = take_in(admin, charged("theirs-9"))
    assert found() == [("doubt_free", 10_000, 0), ("outside", 0, 10_000)]
    [outside] = statement.differences.filter(kind="outside")
    assert (outside.attempt, outside.charge.request_id, outside.proposes) == (None, "theirs-9", "")
    assert not settlement.decide_difference(outside, apply=True, by=admin)
    uncertain.refresh_from_db()
    assert uncertain.money == "uncertain"


@pytest.mark.parametrize("model", [MODEL, "", "flux-2-max"])
def test_a_charge_that_nobody_here_made_is_of_a_kind_of_its_own(owner, admin, model):
    called(owner, "ours-1", money="charged")
    take_in(admin, charged("ours-1"), charged("theirs-9", model=model), charged("theirs-8", micros=20_000, model=model))
    assert found() == [("outside", 0, 10_000), ("outside", 0, 20_000)]


def test_a_call_without_an_id_may_be_the_charge_whose_id_we_do_not_know(owner, admin):
    called(owner, "ours-1", money="charged")
    uncertain = called(owner, at=NOON + timedelta(hours=1))
    take_in(admin, charged("ours-1"), charged("theirs-9", at=NOON + timedelta(hours=1, seconds=20)))
    assert found() == [("doubt_paid", 10_000, 10_000)]
    assert Charge.objects.get(request_id="theirs-9").attempt == uncertain


def test_a_charge_hours_before_the_call_is_not_for_it(owner, admin):
    called(owner, "ours-1", money="charged")
    called(owner, at=NOON + timedelta(hours=6))
    take_in(admin, charged("ours-1"), charged("theirs-9"))
    assert found() == [("doubt_free", 10_000, 0), ("outside", 0, 10_000)]


def test_where_the_clock_of_a_file_is_another_the_day_decides(owner, admin):
    """The provider's export writes its own hours: eight before or after ours."""
    called(owner, "ours-1", money="charged")
    called(owner)
    later = NOON + timedelta(hours=8)
    take_in(admin, charged("ours-1", at=later), charged("theirs-9", at=later))
    assert found() == [("doubt_paid", 10_000, 10_000)]


def test_a_call_before_midnight_is_charged_after_it(owner, admin):
    midnight = datetime(2026, 11, 11, tzinfo=UTC)
    called(owner, "ours-1", money="charged")
    called(owner, at=midnight - timedelta(seconds=5))
    take_in(admin, charged("ours-1"), charged("theirs-9", at=midnight + timedelta(seconds=5)))
    assert found() == [("doubt_paid", 10_000, 10_000)]


def test_of_two_charges_and_one_call_without_an_id_one_is_nobodys(owner, admin):
    called(owner)
    take_in(admin, charged("theirs-8"), charged("theirs-9"))
    assert found() == [("doubt_paid", 10_000, 10_000), ("outside", 0, 10_000)]


def test_another_price_for_a_call_without_an_id_is_looked_into(owner, admin):
    called(owner)
    take_in(admin, charged("theirs-8", micros=50_000))
    assert found() == [("total", 10_000, 50_000)]


def test_a_line_without_an_id_may_be_for_a_call_with_one(owner, admin):
    called(owner, "ours-1")
    take_in(admin, charged(""))
    assert found() == [("doubt_paid", 10_000, 10_000)]


@pytest.mark.parametrize("money", ["charged", "uncertain", "not_charged"])
def test_what_was_paid_back_is_no_charge(owner, admin, money):
    called(owner, "ours-1", money=money)
    statement = take_in(admin, charged("ours-1", micros=-10_000), charged("theirs-9", micros=-20_000), charged("x-1"))
    assert ("refund", 0 if money == "not_charged" else 10_000, -10_000) in found()
    assert ("refund", 0, -20_000) in found()
    assert {kind for kind, *_ in found()} == {"refund", "outside"}
    assert [row.charge.request_id for row in statement.differences.filter(kind="outside")] == ["x-1"]


def test_a_charge_and_its_refund_make_the_books_equal_to_the_invoice(owner, admin):
    called(owner, "ours-1", money="charged")
    statement = take_in(admin, charged("ours-1", micros=-10_000), charged("ours-1"))
    [refund] = statement.differences.all()
    assert settlement.adjust_difference(refund, by=admin, reason="the picture was black")
    assert settlement.sum_differences(statement)["unexplained"] == 0


def test_an_id_is_found_whatever_day_the_line_says(owner, admin):
    called(owner, "ours-1", money="charged")
    take_in(admin, charged("ours-1", at=NOON + timedelta(days=5)))
    assert found() == []


def test_a_charge_of_nothing_with_an_unknown_id_is_no_use_of_the_key(owner, admin):
    called(owner, "ours-1", money="charged")
    take_in(admin, charged("ours-1"), charged("theirs-9", micros=0))
    assert found() == []


def test_the_work_can_be_done_in_slices_and_twice(owner, admin):
    for n in range(6):
        called(owner, f"ours-{n}", at=NOON + timedelta(minutes=n), money="charged" if n % 2 else "uncertain")
    lines = [charged(f"ours-{n}", at=NOON + timedelta(minutes=n)) for n in range(6)]
    statement = take_in(admin, *lines, charged("ours-3"), charged("theirs-9"))
    once = found()
    assert once == [("doubt_paid", 10_000, 10_000)] * 3 + [("outside", 0, 10_000), ("twice", 10_000, 10_000)]
    Difference.objects.all().delete()
    Charge.objects.update(attempt=None)
    for _ in range(2):
        for first in range(0, 8, 3):
            matching.match_charges(statement, statement.charges.order_by("number")[first : first + 3])
        for day in matching.days_of(statement):
            matching.match_day(statement, day)
        assert found() == once
    assert Statement.objects.get().start == Statement.objects.get().end

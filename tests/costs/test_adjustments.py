"""What the invoice says beyond the calls: booked with a reason, in every sum, and taken back by a counter entry."""

from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from gallery.models import Adjustment, Attempt, Budget, Difference
from gallery.models.costs.budgets import Period
from gallery.services.budgets import availability, budgets
from gallery.services.ledger import entries, reports
from gallery.services.reconciliation import adjustments, remainders, settlement
from tests.costs.test_matching import MODEL, NOON, called, charged, take_in
from tests.costs.test_report_pages import book, from_csv
from tests.pages import Page

pytestmark = pytest.mark.django_db

DAY = NOON.date()


def sums(**filters):
    return reports.total_spend(reports.Slice(DAY - timedelta(days=1), DAY + timedelta(days=1), **filters))


def only(kind):
    return Difference.objects.get(kind=kind)


def check_sums():
    out = StringIO()
    call_command("spending", stdout=out)
    assert "The sums are what the attempts say." in out.getvalue()


@pytest.fixture
def dearer(owner, admin):
    """A call of $0.01 that the provider charged $0.05 for."""
    attempt = called(owner, "ours-1", money="charged")
    take_in(admin, charged("ours-1", micros=50_000))
    return attempt


def test_another_amount_is_booked_as_an_adjustment_with_a_reason(dearer, owner, admin):
    assert settlement.adjust_difference(only("amount"), by=admin, reason="price of 10 November")
    [made] = Adjustment.objects.all()
    assert (made.micros, made.day, made.reason, made.made_by) == (40_000, DAY, "price of 10 November", "ada")
    assert (made.owner, made.model, made.attempt) == (owner, MODEL, dearer)
    found = sums()
    assert (found.charged_micros, found.adjusted_micros, found.spent_micros) == (10_000, 40_000, 50_000)
    assert sums(owner_id=owner.pk).adjusted_micros == 40_000
    difference = only("amount")
    assert (difference.decision, difference.decided_by, difference.note) == ("adjusted", "ada", "price of 10 November")
    assert settlement.sum_differences(difference.statement)["unexplained"] == 0
    assert not settlement.adjust_difference(difference, by=admin, reason="once more")
    dearer.refresh_from_db()
    assert dearer.micros == 10_000  # what was booked of the call stays
    for _ in range(2):
        check_sums()
        entries.apply_entries()
    entries.rebuild_sums()
    check_sums()
    assert sums().adjusted_micros == 40_000


def test_it_is_taken_back_by_a_counter_entry_and_can_be_booked_again(dearer, admin):
    settlement.adjust_difference(only("amount"), by=admin, reason="too early")
    [made] = Adjustment.objects.all()
    counter = adjustments.take_back_adjustment(made, reason="of another month", by=admin)
    assert (counter.micros, counter.day, counter.takes_back) == (-40_000, DAY, made)
    assert adjustments.take_back_adjustment(made, reason="again", by=admin) is None
    assert adjustments.take_back_adjustment(counter, reason="again", by=admin) is None
    assert sums().adjusted_micros == 0
    assert only("amount").decision == ""
    later = DAY + timedelta(days=1)
    assert settlement.adjust_difference(only("amount"), by=admin, reason="as invoiced", day=later)
    assert Adjustment.objects.latest("id").day == later
    assert sums().adjusted_micros == 40_000
    check_sums()


@pytest.mark.parametrize("reason", ["", "  ", "\n"])
def test_without_a_reason_nothing_is_booked(dearer, admin, reason):
    with pytest.raises(adjustments.NoReason):
        settlement.adjust_difference(only("amount"), by=admin, reason=reason)
    assert (only("amount").decision, Adjustment.objects.count()) == ("", 0)


def test_a_cheaper_charge_and_a_second_one_can_be_booked_too(owner, admin):
    called(owner, "ours-1", money="charged")
    called(owner, "ours-2", money="charged")
    take_in(admin, charged("ours-1", micros=4_000), charged("ours-2"), charged("ours-2"))
    settlement.adjust_difference(only("amount"), by=admin, reason="rebate")
    settlement.adjust_difference(only("twice"), by=admin, reason="they do not give it back")
    assert sorted(Adjustment.objects.values_list("micros", flat=True)) == [-6_000, 10_000]
    assert settlement.sum_differences(only("twice").statement)["unexplained"] == 0


def test_what_is_settled_by_its_call_is_not_adjusted(owner, admin):
    called(owner, "ours-1")
    take_in(admin, charged("ours-1"))
    assert not settlement.adjust_difference(only("doubt_paid"), by=admin, reason="no")
    assert Adjustment.objects.count() == 0


def test_an_adjustment_counts_in_the_budgets_that_it_belongs_to(owner, colleague, admin):
    today = timezone.localdate()
    for facts in ({}, {"owner": owner}, {"owner": colleague}):
        budgets.make_budget(by=admin, period=Period.MONTH, limit_micros=1_000_000, **facts)
    [attempt] = book(owner, models=[MODEL])
    adjustments.book_adjustment(micros=40_000, day=today, reason="as invoiced", by=admin, attempt=attempt)
    adjustments.book_adjustment(micros=5_000, day=today, reason="of nobody", by=admin)
    for _ in range(2):
        spent = {balance.whose: balance.spent_micros for balance in availability.read_balances()}
        assert spent == {"Team": 55_000, "olga": 50_000, "carl": 0}
        entries.apply_entries()
    check_sums()
    assert Budget.objects.count() == 3


# -- the day's remainder ----------------------------------------------------------------------------------------------


@pytest.fixture
def remainder(owner, admin):
    """Three calls in doubt without ids, three charges of other amounts or none."""
    calls = [called(owner, at=NOON + timedelta(minutes=n)) for n in range(3)]
    take_in(admin, charged(""), charged("", micros=7_000))
    return only("total"), calls


def test_a_remainder_lists_its_charges_and_its_calls(remainder):
    left = remainders.find_remainder(remainder[0])
    assert [charge.micros for charge in left.charges] == [10_000, 7_000]
    assert left.calls == remainder[1]
    assert (left.provider_micros, left.books_micros, left.gap_micros) == (17_000, 30_000, -13_000)


def test_a_remainder_is_settled_in_part_and_closes_when_nothing_is_left(remainder, admin):
    difference, calls = remainder
    assert remainders.settle_calls(difference, keys=[calls[0].key], charged=True, by=admin, note="seen there") == 1
    left = remainders.find_remainder(difference)
    assert ([charge.micros for charge in left.charges], left.calls) == ([7_000], calls[1:])
    assert list(Attempt.objects.order_by("id").values_list("money", flat=True)) == ["charged", "uncertain", "uncertain"]
    settled = Difference.objects.get(kind="doubt_paid")
    assert (settled.decision, settled.decided_by, settled.note) == ("applied", "ada", "seen there")
    assert only("total").decision == ""
    rest = [call.key for call in calls[1:]]
    assert remainders.settle_calls(difference, keys=rest, charged=False, by=admin) == 2
    assert only("total").decision == ""  # a charge of $0.007 is left
    [charge] = remainders.find_remainder(difference).charges
    assert remainders.settle_charges(difference, numbers=[charge.number], by=admin) == 1
    assert only("total").decision == "settled"
    assert only("outside").provider_micros == 7_000
    assert remainders.settle_calls(difference, keys=rest, charged=True, by=admin) == 2  # they may be charged after all
    check_sums()


def test_the_gap_of_a_remainder_can_be_booked(remainder, admin):
    difference, calls = remainder
    remainders.settle_calls(difference, keys=[each.key for each in calls], charged=False, by=admin)
    assert settlement.adjust_difference(only("total"), by=admin, reason="as invoiced")
    assert Adjustment.objects.get().micros == 17_000
    assert settlement.sum_differences(difference.statement)["unexplained"] == 0


def test_a_remainder_on_the_page(remainder, admin_client, lead_client, owner_client):
    difference, calls = remainder
    address = reverse("costs-statement-remainder", args=[difference.statement.key, difference.key])
    assert address in Page(admin_client.get(reverse("costs-statement", args=[difference.statement.key]))).html
    assert owner_client.get(address).status_code == 404
    assert not Page(lead_client.get(address)).all("input", type="checkbox")
    assert lead_client.post(address, {"do": "charged"}).status_code == 404
    page = Page(admin_client.get(address))
    assert "2 charges without a call" in page.text
    assert "3 calls without a charge" in page.text
    assert len(page.all("input", type="checkbox")) == 5
    admin_client.post(address, {"do": "charged", "call": calls[0].key})
    admin_client.post(address, {"do": "outside", "charge": [3, "x", "9" * 30]})
    assert Attempt.objects.filter(money="charged").count() == 1
    assert only("outside").provider_micros == 7_000
    for data in ({}, {"do": "nonsense"}, {"do": "charged", "call": "\x00"}, {"do": "outside"}):
        assert admin_client.post(address, data).status_code == 302


# -- pages ------------------------------------------------------------------------------------------------------------


def test_it_is_booked_on_the_page_and_stands_in_report_and_csv(dearer, admin_client, lead_client, owner_client):
    difference = only("amount")
    decide = reverse("costs-statement-decide", args=[difference.statement.key])
    page = Page(admin_client.get(admin_client.post(decide, {"do": "adjust", "difference": difference.key}).url))
    assert "Say why" in page.html
    said = {"do": "adjust", "difference": difference.key, "note": "as invoiced"}
    page = Page(admin_client.get(admin_client.post(decide, said).url))
    assert "booked as an adjustment by ada" in page.text
    query = {"from": DAY, "to": DAY, "by": "day"}
    for client in (lead_client, owner_client):
        page = Page(client.get(reverse("costs"), query))
        assert "Adjusted" in page.text
        assert "$0.04" in page.text
        [row] = from_csv(client.get(reverse("costs-csv"), query))
        assert (row["Charged USD"], row["Adjusted USD"]) == ("0.010000", "0.040000")
        [listed] = from_csv(client.get(reverse("costs-adjustments-csv"), query))
        assert (listed["USD"], listed["Reason"], listed["Booked by"]) == ("0.040000", "as invoiced", "ada")
        assert "as invoiced" in Page(client.get(reverse("costs-adjustments"), query)).text
    back = reverse("costs-adjustment-back", args=[Adjustment.objects.get().key])
    assert lead_client.post(back, {"reason": "x"}).status_code == 404
    admin_client.post(back, {"reason": ""})
    assert Adjustment.objects.count() == 1
    page = Page(admin_client.get(admin_client.post(back, {"reason": "of December"}).url))
    assert "of December" in page.text
    assert "taken back" in page.text


def test_a_member_sees_no_adjustment_of_others(dearer, admin, colleague_client):
    settlement.adjust_difference(only("amount"), by=admin, reason="as invoiced")
    query = {"from": DAY, "to": DAY}
    assert "as invoiced" not in Page(colleague_client.get(reverse("costs-adjustments"), query)).html
    assert from_csv(colleague_client.get(reverse("costs-adjustments-csv"), query)) == []


def test_what_is_taken_back_once_is_not_taken_back_again(dearer, admin_client, admin):
    settlement.adjust_difference(only("amount"), by=admin, reason="price of 10 November")
    back = reverse("costs-adjustment-back", args=[Adjustment.objects.get().key])
    for says in ("Taken back by a counter entry", "It has been taken back already."):
        assert says in Page(admin_client.post(back, {"reason": "a mistake"}, follow=True)).html
    assert Adjustment.objects.count() == 2

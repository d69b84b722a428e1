"""Top-up bonus and exchange rate: they enter the effective price, and nothing that is booked."""

from datetime import date, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Attempt, Terms
from gallery.services.ledger import reports
from gallery.services.prices import terms
from tests.costs.test_report_pages import book
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def bonus(admin):
    """15 % on a top-up from $100, paid at 7.12 CNY a dollar, since ten days."""
    starts = timezone.localdate() - timedelta(days=10)
    facts = {"bonus_permille": 150, "bonus_from_micros": 100_000_000, "currency": "CNY", "rate_micros": 7_120_000}
    return terms.add_terms(by=admin, starts=starts, source="an invoice", **facts)


@pytest.mark.parametrize(
    ("permille", "micros", "costs"),
    [
        (150, 1_150_000, 1_000_000),
        (150, 10_000, 8_696),
        (0, 10_000, 10_000),
        (1000, 3, 2),
        (150, -115, -100),
    ],
)
def test_what_credit_effectively_costs(permille, micros, costs):
    assert Terms(bonus_permille=permille).effective(micros) == costs


def test_each_day_counts_by_its_own_terms(owner, admin, bonus):
    today = timezone.localdate()
    for days_ago in (20, 5, 1):
        book(owner, days_ago=days_ago, micros=1_150_000)
    terms.add_terms(by=admin, starts=today - timedelta(days=2), source="another", bonus_permille=0)
    whole = reports.Slice(today - timedelta(days=30), today)
    found = terms.effective_spend(whole)
    assert (found.micros, found.bonus_permille, found.paid) == (1_150_000 + 1_000_000 + 1_150_000, None, "")
    found = terms.effective_spend(reports.Slice(today - timedelta(days=6), today - timedelta(days=4)))
    assert (found.micros, found.bonus_permille, found.paid) == (1_000_000, 150, "7.12 CNY")
    assert terms.effective_spend(reports.Slice(today - timedelta(days=30), today - timedelta(days=15))) is None
    assert set(Attempt.objects.values_list("micros", flat=True)) == {1_150_000}


def test_of_those_that_start_on_one_day_the_last_counts(admin, bonus):
    terms.add_terms(by=admin, starts=bonus.starts, source="corrected", bonus_permille=100)
    assert terms.terms_on().bonus_permille == 100
    assert terms.terms_on(bonus.starts - timedelta(days=1)) is None


def test_the_effective_price_stands_on_prices_and_report(owner, owner_client, bonus):
    book(owner, micros=1_150_000)
    page = Page(owner_client.get(reverse("prices")))
    assert "effective $0.0087, 0.0619 CNY" in page.text
    assert "A top-up from $100.00 brings 15 % more credit, and one US dollar costs 7.12 CNY" in page.text
    page = Page(owner_client.get(reverse("costs")))
    assert "Effective cost$1.00with 15 % bonus on top-ups · 7.12 CNY" in page.text
    assert "$1.15" in page.text


def test_without_terms_nothing_is_said(owner, owner_client):
    book(owner)
    assert "Effective" not in Page(owner_client.get(reverse("costs"))).text
    assert "Not set: the effective price is the price." in Page(owner_client.get(reverse("prices"))).text


def send(client, **changes):
    form = {"starts": "2026-01-01", "bonus": "15", "bonus_from_micros": "100", "source": "an invoice"} | changes
    return client.post(reverse("prices-terms"), {f"terms-{name}": value for name, value in form.items()})


@pytest.mark.parametrize(
    ("changes", "permille", "from_micros", "currency", "rate"),
    [
        ({}, 150, 100_000_000, "", 0),
        ({"bonus": "12,5 %"}, 125, 100_000_000, "", 0),
        ({"bonus": "１２，５％"}, 125, 100_000_000, "", 0),
        ({"bonus": "0", "currency": "cny", "rate": "7,12"}, 0, 100_000_000, "CNY", 7_120_000),
        ({"bonus_from_micros": "1.250,00", "currency": "USD"}, 150, 1_250_000_000, "", 0),
        ({"bonus": "", "bonus_from_micros": "", "currency": "JPY", "rate": "150"}, 0, 0, "JPY", 150_000_000),
    ],
)
def test_an_admin_sets_them(admin_client, changes, permille, from_micros, currency, rate):
    assert send(admin_client, **changes).status_code == 302
    [made] = Terms.objects.all()
    assert (made.starts, made.added_by) == (date(2026, 1, 1), "ada")
    found = (made.bonus_permille, made.bonus_from_micros, made.currency, made.rate_micros)
    assert found == (permille, from_micros, currency, rate)


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"bonus": "much"}, "Write a number such as 15"),
        ({"bonus": "1,000"}, "This can mean"),
        ({"bonus": "-5"}, "Write a number such as 15"),
        ({"bonus": "12.55"}, "at most one decimal"),
        ({"currency": "CNY"}, "A currency and its rate go together"),
        ({"rate": "7"}, "A currency and its rate go together"),
        ({"currency": "€"}, "three letters"),
        ({"starts": ""}, "This field is required"),
    ],
)
def test_what_cannot_be_read_is_said_and_stays_typed(admin_client, changes, says):
    page = Page(send(admin_client, **changes))
    assert says in page.text
    assert page.value("terms-source") == "an invoice"
    assert not Terms.objects.exists()


def test_nobody_else_sets_them(owner_client, lead_client):
    for client in (owner_client, lead_client):
        assert send(client).status_code in (302, 404)
    assert not Terms.objects.filter(added_by="olga").exists()


def test_the_form_begins_with_the_offer_of_the_provider(admin_client):
    page = Page(admin_client.get(reverse("prices")))
    assert (page.value("terms-bonus"), page.value("terms-bonus_from_micros")) == ("15.00", "100.00")

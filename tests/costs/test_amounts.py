"""Every door where a person gives an amount of money reads it the same way, says it back, and asks when unsure."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from fluxweb.env import env_dollars
from gallery.models import Budget, Charge, Price, Statement
from gallery.services.budgets import budgets
from tests.pages import Page
from tests.project.doors import FORMS

pytestmark = pytest.mark.django_db

BUDGETS, PRICES = "/costs/budgets/", "/costs/prices/"
READ = [
    ("5,00", 5_000_000), ("1,5", 1_500_000), ("0,035", 35_000), ("1.000,00", 1_000_000_000),
    ("1,250.75", 1_250_750_000), ("1 250,75", 1_250_750_000), ("1’250.75", 1_250_750_000),
    ("2.500,00", 2_500_000_000), ("US$ 5", 5_000_000), ("5,00 USD", 5_000_000), ("５", 5_000_000),
]  # fmt: skip
REFUSED = [
    ("1,000", "can mean $1.00 or $1,000.00"), ("1.000", "can mean $1.00 or $1,000.00"),
    ("12.345.678", "can mean $12,345.678 or $12,345,678.00"), ("5 €", "is in euros"), ("¥5", "is in yen or yuan"),
    ("−5", "not negative"), ("0,0000001", "at most six decimals"), ("5k", "“k”"),
]  # fmt: skip


@pytest.fixture
def budget(lead):
    return budgets.make_budget(by=lead, limit_micros=1_000_000, period="month")


@pytest.mark.parametrize(("typed", "micros"), READ)
def test_budgets_raises_and_prices_are_read_as_people_write_them(lead_client, admin_client, budget, typed, micros):
    made = {"whose": "team", "period": "week", "limit_micros": typed}
    assert lead_client.post(BUDGETS, made).status_code == 302
    assert Budget.objects.get(period="week").limit_micros == micros
    raised = {"limit_micros": typed, "raised_micros": typed, "raised_until": "2099-01-01"}
    assert lead_client.post(reverse("budget-change", args=[budget.key]), raised).status_code == 302
    budget.refresh_from_db()
    assert (budget.limit_micros, budget.raised_micros) == (micros, micros)


@pytest.mark.parametrize(("typed", "words"), REFUSED)
def test_what_is_no_sure_amount_is_kept_in_its_field_and_nothing_is_kept_of_it(lead_client, budget, typed, words):
    page = Page(lead_client.post(BUDGETS, {"whose": "team", "period": "week", "limit_micros": typed}))
    assert words in page.one("ul", class_="why").text
    assert page.one("input", id="id_limit_micros")["value"] == typed
    change = {"limit_micros": "2", "raised_micros": typed, "raised_until": "2099-01-01"}
    assert words in Page(lead_client.post(reverse("budget-change", args=[budget.key]), change)).text
    assert set(Budget.objects.values_list("limit_micros", "raised_micros")) == {(1_000_000, 0)}


@pytest.mark.parametrize("field", ["ours_micros", "official_first_micros", "official_further_micros"])
def test_a_price_with_a_decimal_comma_is_no_hundredfold_one(admin_client, field):
    assert admin_client.post(PRICES, FORMS["prices"] | {field: "0,02"}).status_code == 302
    assert getattr(Price.objects.latest("id"), field) == 20_000
    page = Page(admin_client.post(PRICES, FORMS["prices"] | {field: "1,000"}))
    assert "can mean $1.00 or $1,000.00" in page.one("ul", class_="why").text


def test_of_two_meanings_one_is_ticked_and_taken(lead_client):
    sent = {"whose": "team", "period": "week", "limit_micros": "1,000"}
    page = Page(lead_client.post(BUDGETS, sent))
    choices = page.all("input", type="radio", name="limit_micros_means")
    assert [each["value"] for each in choices] == ["1.00", "1000.00"]
    assert "It means $1,000.00" in page.text
    assert lead_client.post(BUDGETS, sent | {"limit_micros_means": "1000.00"}).status_code == 302
    assert Budget.objects.get().limit_micros == 1_000_000_000


def test_what_was_typed_anew_counts_more_than_a_tick_of_before(lead_client):
    sent = {"whose": "team", "period": "week", "limit_micros": "7", "limit_micros_means": "1000.00"}
    assert lead_client.post(BUDGETS, sent).status_code == 302
    assert Budget.objects.get().limit_micros == 7_000_000
    page = Page(lead_client.post(BUDGETS, sent | {"limit_micros": "1,000", "limit_micros_means": "999.00"}))
    assert "can mean" in page.text


@pytest.mark.parametrize("micros", [1_125_000, 999_999_000, 1_000_001, 35_000, 1_250_125_000, 0, 1_000_000])
def test_a_budget_that_is_saved_unchanged_stays_as_it_is(lead_client, budget, micros):
    Budget.objects.update(limit_micros=micros)
    shown = Page(lead_client.get(BUDGETS)).one("input", id=f"id_{budget.key}_limit_micros")["value"]
    lead_client.post(reverse("budget-change", args=[budget.key]), {"limit_micros": shown})
    assert Budget.objects.get().limit_micros == micros


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("5,00", "= $5.00"), ("1.250,75 USD", "= $1,250.75"), ("1,000", "$1.00 or $1,000.00?"), ("", ""), ("  ", ""),
        ("5 €", "not an amount yet"), ("<b>", "not an amount yet"), ("9" * 9_000, "not an amount yet"),
    ],
)  # fmt: skip
def test_a_form_says_back_what_it_reads_while_one_types(owner_client, typed, words):
    response = owner_client.get(reverse("amount"), {"field": "limit_micros", "limit_micros": typed})
    assert (response.status_code, response.content.decode()) == (200, words)
    assert response["Content-Type"].startswith("text/plain")


def test_each_field_for_money_asks_for_what_it_reads_and_says_it_from_the_beginning(admin_client, budget):
    page = Page(admin_client.get(BUDGETS))
    field = page.one("input", id=f"id_{budget.key}_limit_micros")
    assert field["hx-get"] == "/costs/amount/?field=limit_micros"
    echo = page.one("output", id=field["hx-target"].removeprefix("#"))
    assert echo.text == "= $1.00"
    assert echo["id"] in field["aria-describedby"].split()
    assert len(page.all("output", class_="read")) == 3
    assert len(Page(admin_client.get(PRICES)).all("output", class_="read")) == 5


def test_nonsense_is_answered_with_nothing(owner_client):
    for query in ({}, {"field": "x"}, {"field": "field"}, {"field": "\x00", "\x00": "5"}):
        assert owner_client.get(reverse("amount"), query).status_code == 200


@pytest.mark.parametrize(("typed", "micros"), [*READ, ("", 10_000_000), ("0", 0)])
def test_a_setting_is_read_as_people_write_it(monkeypatch, typed, micros):
    monkeypatch.setenv("FLUXWEB_BALANCE_LOW", typed)
    assert env_dollars("FLUXWEB_BALANCE_LOW", "10") == micros


@pytest.mark.parametrize(("typed", "words"), REFUSED)
def test_a_setting_that_is_no_sure_amount_stops_the_start_with_its_name(monkeypatch, typed, words):
    monkeypatch.setenv("FLUXWEB_BALANCE_LOW", typed)
    with pytest.raises(ImproperlyConfigured) as refused:
        env_dollars("FLUXWEB_BALANCE_LOW", "10")
    assert "FLUXWEB_BALANCE_LOW" in str(refused.value)
    assert words in str(refused.value)


def send_statement(client, content):
    return client.post(reverse("costs-statement-add"), {"file": SimpleUploadedFile("usage.csv", content)})


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        ('created_at,usd\n2026-11-26 14:03,"0,03"\n', "utf-8"),
        ("created_at;usd\n26.11.2026 14:03;0.03 USD\n", "utf-16"),
        ("Datum\tBetrag (USD)\n26.11.2026 14:03\t0,03\n", "cp1252"),
        ("时间,金额\n2026-11-26 14:03,0.03\n", "gb18030"),
    ],
)
def test_a_statement_is_read_as_it_is_written(admin_client, text, encoding):
    assert send_statement(admin_client, text.encode(encoding)).status_code == 302
    charge = Charge.objects.get()
    assert (charge.micros, f"{charge.at:%Y-%m-%d %H:%M}") == (30_000, "2026-11-26 14:03")


def test_a_statement_that_is_not_sure_names_its_lines_and_leaves_nothing(admin_client):
    page = Page(send_statement(admin_client, b'time,usd\n2026-11-26,"0,03"\n2026-11-26,"1,000"\n'))
    assert "Line 3: “1,000” can mean $1.00 or $1,000.00. Write 1.00 or 1000.00." in page.text
    assert not Statement.objects.exists()

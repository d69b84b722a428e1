"""The price page: everybody reads it, admins add to it."""

import pytest
from django.utils import timezone

from gallery.models import Price
from tests.pages import Page
from tests.project.doors import FORMS

pytestmark = pytest.mark.django_db

PRICES = "/costs/prices/"


def form(**changes):
    return FORMS["prices"] | changes


def test_everybody_reads_the_prices_and_only_admins_find_the_form(owner_client, lead_client, admin_client):
    for client, forms in ((owner_client, 0), (lead_client, 0), (admin_client, 1)):
        page = Page(client.get(PRICES))
        assert "flux-2-max" in page.text
        assert "$0.07" in page.text
        assert len(page.all("form", action=PRICES)) == forms


def test_a_lead_cannot_add_a_price(lead_client):
    assert lead_client.post(PRICES, form()).status_code == 404


def test_an_admin_adds_a_price_with_a_name_on_it(admin_client, owner_client):
    assert admin_client.post(PRICES, form(ours_micros="$0.0375")).status_code == 302
    price = Price.objects.get(source="an invoice")
    assert (price.ours_micros, price.official_first_micros, price.added_by) == (37_500, 30_000, "ada")
    shown = Page(owner_client.get(PRICES)).text
    assert "flux-2-pro from 1 Jan 2099 $0.0375" in shown
    assert "added by ada" in shown


def test_a_price_from_today_stands_on_the_cards_of_the_studio_and_in_the_help(admin_client, owner_client):
    today = timezone.localdate().isoformat()
    admin_client.post(PRICES, form(starts=today, ours_micros="0.123456"))
    for address in ("/", "/help/"):
        assert "$0.123456" in owner_client.get(address).content.decode(), address


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("ours_micros", "three cents", "Write dollars as a number"),
        ("ours_micros", "0.0000001", "at most six decimals"),
        ("ours_micros", "-1", "Write dollars as a number"),
        ("starts", "2020-01-01", "cannot start in the past"),
        ("source", "", "required"),
        ("model", "flux-9", "not one of the available choices"),
    ],
)
def test_what_is_wrong_stands_beside_its_field_and_what_was_typed_stays(admin_client, field, typed, said):
    before = Price.objects.count()
    page = Page(admin_client.post(PRICES, form(**{field: typed})))
    assert said in page.one("ul", class_="why").text
    assert page.value("official_first_micros") == "0.03"
    assert Price.objects.count() == before


def test_change_begins_with_the_price_that_counts(admin_client):
    page = Page(admin_client.get(PRICES, {"model": "flux-2-flex"}))
    assert (page.value("model"), page.value("ours_micros"), page.value("official_first_micros")) == (
        "flux-2-flex", "0.06", "0.05",
    )  # fmt: skip


def newest():
    return Price.objects.latest("id").ours_micros


@pytest.mark.parametrize("typed", ["0.04", "0.15", "0.006", "0,15"])
def test_a_price_near_the_last_one_is_added_at_once(admin_client, typed):
    assert admin_client.post(PRICES, form(ours_micros=typed)).status_code == 302


@pytest.mark.parametrize(
    ("field", "typed", "said"),
    [
        ("ours_micros", "4", "Ours, a call: $4.00, and it was $0.03"),
        ("ours_micros", "0.150001", "Ours, a call: $0.150001, and it was $0.03"),
        ("ours_micros", "0.005999", "Ours, a call: $0.005999, and it was $0.03"),
        ("ours_micros", "0", "Ours, a call: $0.00, and it was $0.03"),
        ("official_first_micros", "3", "Official, first megapixel: $3.00, and it was $0.03"),
        ("official_further_micros", "1,5", "Official, each further: $1.50, and it was $0.015"),
        ("official_input_micros", "15", "Official, each of a reference: $15.00, and it was $0.015"),
    ],
)
def test_a_price_far_from_the_last_one_asks_once_more(admin_client, field, typed, said):
    before = Price.objects.count()
    page = Page(admin_client.post(PRICES, form(**{field: typed})))
    assert said in page.one("div", class_="ask").text
    assert (page.value(field), page.value("source"), Price.objects.count()) == (typed, "an invoice", before)
    [sure] = page.all("input", name="sure")
    assert admin_client.post(PRICES, form(**{field: typed}, sure=sure["value"])).status_code == 302
    assert Price.objects.count() == before + 1


def test_whoever_was_sure_of_one_price_is_asked_about_another(admin_client):
    [sure] = Page(admin_client.post(PRICES, form(ours_micros="4"))).all("input", name="sure")
    page = Page(admin_client.post(PRICES, form(ours_micros="40", sure=sure["value"])))
    assert "$40.00, and it was $0.03" in page.text
    assert newest() < 1_000_000
    for nonsense in ("on", "1", "\x00"):
        assert "far from the last price" in Page(admin_client.post(PRICES, form(ours_micros="4", sure=nonsense))).text


def test_the_last_price_is_the_one_that_counts_on_that_day(admin_client):
    def add(typed, starts):
        return admin_client.post(PRICES, form(ours_micros=typed, starts=starts)).status_code

    assert add("0.10", "2098-01-01") == 302
    assert add("0.40", "2099-01-01") == 302  # 13 times today's, 4 times the one before it
    assert add("0.40", "2097-01-01") == 200

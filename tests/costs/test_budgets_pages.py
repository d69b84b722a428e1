"""Budgets on the pages: who sees what, what the studio says before one presses, and what waits."""

from datetime import date

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.forms.costs.budgets import change_form_of
from gallery.models import Budget, Job, Project, Run
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets
from gallery.services.paid_calls import claims
from tests.conftest import HandWorker
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

BUDGETS = "/costs/budgets/"
PRICE = 10_000  # of flux-2-klein-4b
FORM = {"prompt": "a door", "model": "flux-2-klein-4b", "seed": "1..10", "nonce": "a press"}


@pytest.fixture(autouse=True)
def cap(settings):
    settings.FLUX_CONCURRENCY = 50


@pytest.fixture
def budget(lead):
    def make(pictures, **facts):
        return budgets.make_budget(by=lead, limit_micros=pictures * PRICE, **{"period": Period.MONTH} | facts)

    return make


def spend(n):
    for _ in range(n):
        claims.claim_batch([HandWorker().row])


def test_a_lead_sets_a_budget_with_a_name_on_it(lead_client, owner):
    sent = {"whose": f"member-{owner.pk}", "period": "week", "limit_micros": "25.50"}
    assert lead_client.post(BUDGETS, sent)["Location"] == BUDGETS
    made = Budget.objects.get()
    assert (made.owner, made.period, made.limit_micros, made.made_by) == (owner, "week", 25_500_000, "lena")
    again = Page(lead_client.post(BUDGETS, sent))
    assert "There is such a budget already" in again.one("ul", class_="why").text


def test_a_lead_sees_every_budget_and_a_member_only_what_is_left_of_those_that_apply(
    owner, owner_client, colleague, lead_client, budget
):
    project = Project.objects.create(name="Heron")
    other = Project.objects.create(name="Crane")
    for whose in ({}, {"owner": owner}, {"owner": colleague}, {"project": project}, {"project": other}):
        budget(100, **whose)
    make_run(owner, seed="1..2", project="Heron")
    spend(2)
    lead = Page(lead_client.get(BUDGETS)).one("ul", class_="budgets").text
    assert all(name in lead for name in ("Team", "olga", "carl", "Heron", "Crane"))
    assert lead.count("$0.02 of $1.00 spent") == 3
    member = Page(owner_client.get(BUDGETS))
    shown = member.one("ul", class_="budgets").text
    assert "carl" not in shown
    assert "Crane" not in shown
    assert shown.count("$0.98 left") == 3
    assert shown.count("spent") == 1  # of her own budget; of a shared one that would tell what others spent
    assert not member.all("form", action=BUDGETS)


def test_a_raise_needs_an_end_and_lets_what_waits_go_on(lead_client, owner, budget):
    made = budget(1)
    make_run(owner, seed="1..3")
    spend(2)
    assert Job.objects.deferred().count() == 2
    change = reverse("budget-change", args=[made.key])
    page = Page(lead_client.post(change, {"limit_micros": "0.01", "raised_micros": "0.01"}))
    assert "Say when the raise ends." in page.text
    over = {"limit_micros": "0.01", "raised_micros": "0.01", "raised_until": "2020-01-01"}
    assert "That day is over." in Page(lead_client.post(change, over)).text
    lead_client.post(change, {"limit_micros": "0.01", "raised_micros": "0.01", "raised_until": "2099-01-01"})
    assert Job.objects.deferred().count() == 1
    assert "raised until" in Page(lead_client.get(BUDGETS)).text
    lead_client.post(reverse("budget-end", args=[made.key]))
    assert Job.objects.deferred().count() == 0
    assert "No budget limits anything" in Page(lead_client.get(BUDGETS)).text


def test_a_raise_that_is_over_does_not_stand_in_the_way_of_a_new_limit(budget):
    raised = budget(1)
    for until, begins_with in ((date(2020, 1, 1), None), (date(2099, 1, 1), PRICE)):
        raised.raised_micros, raised.raised_until = PRICE, until
        assert change_form_of(raised).initial.get("raised_micros") == begins_with


def test_what_is_left_stands_in_the_bar_and_on_the_button(owner, owner_client, budget):
    budget(100)
    budget(30, owner=owner)
    page = Page(owner_client.get("/", {"model": "flux-2-klein-4b", "seed": "1..10"}))
    assert page.one("a", class_="left").text == "$0.30 left this month"
    assert "leaves $0.20 this month" in page.one("button", id="generate").text


def test_the_button_counts_what_waits_in_the_line(owner, owner_client, budget):
    budget(30)
    make_run(owner, seed="1..15")
    page = Page(owner_client.post("/studio/check/", FORM))
    assert "leaves $0.05 this month" in page.one("button", id="generate").text


def test_a_run_that_does_not_fit_says_so_and_buys_nothing_until_it_is_confirmed(owner_client, budget):
    budget(3)
    page = Page(owner_client.post("/", FORM))
    assert "3 of 10 images fit: Team has $0.03 left this month." in page.text
    assert "Nothing was bought" in page.one("p", id="why-let_wait").text
    assert "3 now, 7 wait" in page.one("button", id="generate").text
    assert not Run.objects.exists()
    assert owner_client.post("/", FORM | {"let_wait": "on"})["Location"].startswith("/runs/")
    spend(4)
    assert Job.objects.deferred().count() == 7


def test_a_large_run_is_reviewed_with_what_the_budget_says(owner_client, budget, settings):
    settings.REVIEW_FROM = 5
    budget(3)
    page = Page(owner_client.post("/", FORM))
    assert page.one("h1").text == "Review 10 images"
    assert "3 of 10 images fit" in page.text
    again = Page(owner_client.post("/", FORM | {"start": "1"}))
    assert again.one("h1").text == "Review 10 images"
    assert "Nothing was bought" in again.text
    assert owner_client.post("/", FORM | {"start": "1", "let_wait": "on"}).status_code == 302


def test_a_project_that_is_typed_brings_its_budget(owner_client, budget):
    budget(2, project=Project.objects.create(name="Heron & Sons"))
    assert "2 now, 8 wait" in Page(owner_client.post("/studio/check/", FORM | {"project": "heron & sons"})).html
    assert "wait" not in Page(owner_client.post("/studio/check/", FORM)).one("button", id="generate").text


def test_a_run_grows_past_a_budget_only_when_that_was_seen(owner, owner_client, budget):
    budget(3)
    run = make_run(owner, seed="1..2")
    grow = reverse("run-extend", args=[run.key])
    sent = {"seed": "3..6", "size": "2", "quoted_micros": "40000"}
    page = Page(owner_client.post(grow, sent))
    assert "3 would wait until the budget allows" in page.text
    assert owner_client.post(grow, sent | {"waits": "3"}).status_code == 302


def test_cells_and_the_queue_say_what_they_wait_for(owner, owner_client, budget):
    budget(0)
    run = make_run(owner, seed="1..2")
    spend(1)
    cell = Page(owner_client.get(reverse("run", args=[run.key]))).all(class_="cell")[0].text
    assert cell == "Budget reached It goes on by itself when the budget allows it, or cancel it. Cancel"
    assert "Budget reached" in Page(owner_client.get("/queue/")).text
    assert "2 images wait for a budget" in Page(owner_client.get(BUDGETS)).text


@pytest.mark.parametrize(
    ("pictures", "said"), [(100, ""), (12, "$0.02 left this month"), (10, "is used up this month")]
)
def test_a_banner_warns_from_four_fifths_on(owner, owner_client, budget, pictures, said):
    make_run(owner, seed="1..10")
    spend(10)
    budget(pictures)
    banners = Page(owner_client.get("/help/")).all(class_="banners")
    assert [said in each.text for each in banners] == ([True] if said else [])


def test_too_many_that_wait_are_refused_and_the_number_that_fits_is_named(owner, owner_client, settings):
    settings.WAITING_MAX = 12
    make_run(owner, seed="1..5")
    page = Page(owner_client.post("/", FORM))
    assert "5 of your images wait, and at most 12 may: 7 more fit." in page.text
    assert Run.objects.count() == 1


def test_in_demo_mode_budgets_stop_nothing(owner_client, budget, settings):
    settings.DEMO = True
    budget(0)
    assert owner_client.post("/", FORM).status_code == 302
    assert not Page(owner_client.get("/help/")).all("a", class_="left")


def test_pages_ask_as_few_questions_for_any_number_of_budgets(owner, owner_client, budget):
    def count():
        with CaptureQueriesContext(connection) as queries:
            owner_client.get("/gallery/")
        return len(queries)

    before = count()
    for period in Period:
        budget(100, period=period)
        budget(100, period=period, owner=owner)
    assert count() == before


def test_what_is_overdrawn_is_said_as_over_everywhere(owner, owner_client, lead_client, budget):
    make_run(owner, seed="1..13")
    spend(13)
    over = budget(0)
    for client, address in (
        (owner_client, BUDGETS),
        (lead_client, BUDGETS),
        (owner_client, "/help/"),
        (owner_client, "/"),
    ):
        page = client.get(address).content.decode()
        assert "over by $0.13" in page, address
        assert "−$" not in page, address
    banner = Page(owner_client.get("/help/")).one("aside", class_="banners").text
    assert "The budget of the team is over by $0.13 this month." in banner
    page = Page(owner_client.post("/", FORM))
    assert "No budget for these 10 images: Team is over by $0.13 this month." in page.text
    Budget.objects.filter(pk=over.pk).update(limit_micros=14 * PRICE)
    assert "$0.01 left this month" in Page(owner_client.get("/help/")).one("a", class_="left").text


def test_a_press_that_costs_nothing_leaves_no_less_than_nothing(owner, owner_client, worker, provider_server, budget):
    make_run(owner, prompt="a door", seed="1..10")
    worker.work()
    budget(0)
    button = Page(owner_client.post("/studio/check/", FORM)).one("button", id="generate").text
    assert "$0.00" in button
    assert "over by $0.10 this month" in button

"""A price that changed before a waiting job was sent: dearer is asked about, cheaper is told."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Attempt, Run
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets, deferral, repricing
from gallery.services.ledger import entries, reports
from gallery.services.prices import price_book
from gallery.services.references.keeping import keep_upload
from gallery.services.runs import submission
from tests.factories import make_run, states
from tests.pages import Page
from tests.references.pictures import picture_file

pytestmark = pytest.mark.django_db(transaction=True)

MODEL = "flux-2-klein-4b"  # $0.01 a call


@pytest.fixture
def set_price(admin):
    def add(micros, *, model=MODEL, days=0, official=None):
        starts = timezone.localdate() + timedelta(days=days)
        amounts = {"ours_micros": micros, "official_first_micros": official or micros}
        price_book.add_price(by=admin, model=model, starts=starts, source="an invoice", **amounts)

    return add


def booked():
    return sorted(Attempt.objects.values_list("money", "micros"))


def waiting(run):
    return [(job.state, job.reason) for job in run.jobs.order_by("position")]


def test_what_became_dearer_is_not_sent_before_its_owner_agrees(owner, worker, provider_server, world, set_price):
    run = make_run(owner, seed="1..2", size="64x64")
    set_price(50_000)
    assert worker.work() == 0
    assert world.till == []
    assert waiting(run) == [("QUEUED", "price")] * 2
    assert repricing.price_asks(run) == [repricing.PriceAsk(MODEL, 2, 10_000, 50_000)]
    assert repricing.agree_to_price(run, seen_micros=100_000) == 2
    assert worker.work() == 2
    assert booked() == [("charged", 50_000)] * 2
    run.refresh_from_db()
    assert (run.quoted_micros, repricing.price_asks(run)) == (100_000, [])
    assert entries.find_differences() == []


def test_jobs_that_a_budget_parked_are_quoted_anew_when_it_has_room(owner, admin, worker, provider_server, set_price):
    """Two calls at $0.05 were booked at $0.01."""
    budget = budgets.make_budget(by=admin, owner=owner, period=Period.MONTH, limit_micros=5_000)
    run = make_run(owner, seed="1..2", size="64x64")
    assert worker.work() == 0
    assert waiting(run) == [("QUEUED", "budget")] * 2
    set_price(50_000)
    budgets.change_budget(budget, by=admin, limit_micros=1_000_000)
    deferral.release_affordable()
    assert worker.work() == 0
    assert waiting(run) == [("QUEUED", "price")] * 2
    repricing.agree_to_price(run, seen_micros=100_000)
    assert worker.work() == 2
    assert booked() == [("charged", 50_000)] * 2


def test_what_became_cheaper_goes_at_the_new_price_and_its_page_says_so(
    owner, owner_client, worker, provider_server, set_price
):
    run = make_run(owner, seed="1..2", size="64x64")
    set_price(4_000, official=8_000)
    assert worker.work() == 2
    assert booked() == [("charged", 4_000)] * 2
    assert set(Attempt.objects.values_list("official_micros", flat=True)) == {8_000}
    run.refresh_from_db()
    assert run.quoted_micros == 8_000
    assert (
        "asked for at $0.01; the price was $0.004 when it was sent"
        in Page(owner_client.get(reverse("run", args=[run.key]))).text
    )
    day = timezone.localdate()
    assert reports.total_spend(reports.Slice(day - timedelta(days=1), day)).charged_micros == 8_000


def test_the_official_price_of_the_day_counts_what_goes_in(owner, admin, worker, provider_server):
    reference = keep_upload(picture_file(), name="cup.png", owner=owner)
    make_run(owner, models=["flux-2-pro"], seed="1", size="64x64", reference_key=[reference.key])
    amounts = {"ours_micros": 20_000, "official_first_micros": 30_000, "official_input_micros": 7_000}
    price_book.add_price(by=admin, model="flux-2-pro", starts=timezone.localdate(), source="an invoice", **amounts)
    assert worker.work() == 1
    assert Attempt.objects.values_list("micros", "official_micros").get() == (20_000, 37_000)


def test_a_parked_job_that_became_affordable_by_a_lower_price_goes(owner, admin, worker, provider_server, set_price):
    budgets.make_budget(by=admin, owner=owner, period=Period.MONTH, limit_micros=5_000)
    make_run(owner, seed="1", size="64x64")
    assert worker.work() == 0
    set_price(4_000)
    assert deferral.release_affordable() == 1
    assert worker.work() == 1
    assert booked() == [("charged", 4_000)]


def test_only_what_became_dearer_waits(owner, colleague, worker, provider_server, set_price):
    mixed = make_run(owner, models=[MODEL, "flux-2-klein-9b"], seed="1..3", size="64x64")
    other = make_run(colleague, models=["flux-2-klein-9b"], seed="1", size="64x64")
    set_price(50_000)
    assert worker.work() == 4
    assert states(mixed).count("DONE") == 3
    assert states(other) == ["DONE"]


def test_a_price_that_starts_tomorrow_asks_nobody_today(owner, worker, provider_server, set_price):
    make_run(owner, seed="1", size="64x64")
    set_price(50_000, days=1)
    assert worker.work() == 1
    assert booked() == [("charged", 10_000)]


def test_a_price_that_is_back_lets_what_waits_go(owner, worker, provider_server, set_price):
    run = make_run(owner, seed="1", size="64x64")
    set_price(50_000)
    assert worker.work() == 0
    assert repricing.release_repriced() == 0
    set_price(10_000)
    assert repricing.release_repriced() == 1
    assert worker.work() == 1
    assert states(run) == ["DONE"]


def test_a_yes_to_another_sum_than_todays_sends_nothing(owner, worker, provider_server, set_price):
    run = make_run(owner, seed="1", size="64x64")
    set_price(50_000)
    worker.work()
    set_price(60_000)
    with pytest.raises(repricing.PriceMoved):
        repricing.agree_to_price(run, seen_micros=50_000)
    assert worker.work() == 0
    set_price(70_000)  # between the yes and the claim
    repricing.agree_to_price(run, seen_micros=70_000)
    set_price(80_000)
    assert worker.work() == 0
    assert waiting(run) == [("QUEUED", "price")]


@pytest.mark.parametrize("again", [submission.resume_run, submission.retry_run])
def test_what_is_queued_again_meets_the_price_of_the_day(owner, worker, provider_server, set_price, again):
    run = make_run(owner, seed="1", size="64x64")
    run.jobs.update(state="CANCELLED" if again is submission.resume_run else "FAILED")
    set_price(50_000)
    assert again(run) == 1
    assert worker.work() == 0
    assert waiting(run) == [("QUEUED", "price")]


def test_thousands_are_put_aside_and_agreed_to_at_once(
    owner, worker, provider_server, set_price, django_assert_max_num_queries
):
    run = make_run(owner, prompt="a {red|green|blue|grey} door", seed="1..400")
    set_price(50_000)
    with django_assert_max_num_queries(160):  # in slices, which are smaller on a busy machine
        assert worker.claim() is None
    with django_assert_max_num_queries(30):
        assert repricing.agree_to_price(run, seen_micros=80_000_000) == 1600
    assert worker.claim().micros == 50_000


# -- the page ---------------------------------------------------------------------------------------------------------


@pytest.fixture
def asking(owner, worker, set_price):
    run = make_run(owner, seed="1..2", size="64x64")
    set_price(50_000)
    worker.claim()
    return run


def answer(client, run, **data):
    return client.post(reverse("run-price", args=[run.key]), data)


def test_the_run_asks_and_goes_on_at_the_new_price(asking, owner_client, worker):
    page = Page(owner_client.get(reverse("run", args=[asking.key])))
    assert "The price of flux-2-klein-4b has changed from $0.01 to $0.05: 2 images wait." in page.text
    assert "Go on · $0.10" in page.text
    assert "Price changed" in page.text
    assert "of your images wait" not in page.html
    assert "2 of your images wait for your yes" in Page(owner_client.get(reverse("gallery"))).html
    answer(owner_client, asking, do="go_on", quoted_micros=page.value("quoted_micros"))
    assert worker.claim().micros == 50_000
    assert "of your images wait" not in Page(owner_client.get(reverse("gallery"))).html


def test_the_poll_brings_the_question(asking, owner_client):
    page = owner_client.get(reverse("run-changes", args=[asking.key]), {"since": 0}).content.decode()
    assert 'id="price-asks" hx-swap-oob="true"' in page
    assert "Go on · $0.10" in page


def test_no_cancels_what_waits_and_nothing_else(asking, owner, owner_client):
    other = make_run(owner, models=["flux-2-pro"], seed="1")
    answer(owner_client, asking, do="cancel")
    assert states(asking) == ["CANCELLED"] * 2
    assert states(other) == ["QUEUED"]


@pytest.mark.parametrize("seen", ["", "x", "20000", "-1", "9" * 40])
def test_a_yes_that_names_another_sum_sends_nothing(asking, owner_client, worker, seen):
    page = Page(owner_client.get(answer(owner_client, asking, do="go_on", quoted_micros=seen).url))
    assert "The price has changed once more" in page.html
    assert worker.claim() is None


def test_nobody_else_says_yes(asking, colleague_client, admin_client):
    for client in (colleague_client, admin_client):
        assert answer(client, asking, do="go_on", quoted_micros=100_000).status_code == 404
    assert Run.objects.get(pk=asking.pk).quoted_micros == 20_000

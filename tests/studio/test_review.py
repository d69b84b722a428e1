"""A large run is shown before it is bought: axes, prices, what is owned, what leaving values out would save."""

import re

import pytest
from django.urls import reverse

from gallery.models import Run
from tests.factories import make_run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

STUDIO, REVIEW = "/", "/studio/review/"
HTMX = {"HX-Request": "true"}
LARGE = {"seed": "1..60"}


def reviewed(client, address=REVIEW, **changes):
    response = client.post(address, sound(**LARGE | changes))
    assert response.status_code == 200
    return Page(response)


def typed_in(page):
    """What the review's own button sends."""
    fields = [each for each in page.all("input", type="hidden") if each["name"] != "csrfmiddlewaretoken"]
    sent = {}
    for each in fields:
        sent.setdefault(each["name"], []).append(each["value"])
    return sent


def test_a_large_press_of_our_page_is_reviewed_first_and_buys_nothing(owner_client):
    page = reviewed(owner_client, STUDIO)
    assert page.one("h1").text == "Review 60 images"
    assert not Run.objects.exists()


def test_with_htmx_the_browser_is_sent_to_the_review(owner_client):
    response = owner_client.post(STUDIO, sound(**LARGE), headers=HTMX)
    assert response.status_code == 204
    assert "fluxweb:review" in response["HX-Trigger"]
    assert not Run.objects.exists()


def test_a_small_press_makes_the_run_at_once(owner_client, settings):
    settings.REVIEW_FROM = 60
    response = owner_client.post(STUDIO, sound(seed="1..59"))
    assert response["Location"] == reverse("run", args=[Run.objects.get().key])


@pytest.mark.parametrize("extra", [{}, {"review": "1"}, {"review": ""}, {"let_wait": "on"}, {"as_written": "on"}])
def test_the_server_asks_before_a_large_run_whatever_the_page_sends(owner_client, extra):
    """A press without script, or by Enter, sends the fields alone."""
    page = reviewed(owner_client, STUDIO, seed="1..400", **extra)
    assert page.one("h1").text == "Review 400 images"
    assert not Run.objects.exists()


def test_the_button_of_the_studio_says_review_when_it_will_be_one(owner_client):
    def button(seed):
        page = Page(owner_client.post("/studio/check/", sound(seed=seed), headers=HTMX))
        return page.one("button", id="generate").text

    assert button("1..49").startswith("Generate 49 images")
    assert button("1..50").startswith("Review 50 images")


def test_what_the_review_sends_makes_the_run_that_it_showed(owner_client, owner):
    page = reviewed(owner_client, model=["flux-2-flex", "flux-2-klein-4b"], steps="20, 30", seed="1..30")
    shown = re.search(r"\$([\d.]+)", page.one("button", id="generate").text)[1]
    owner_client.post(STUDIO, typed_in(page))
    run = Run.objects.get()
    assert run.size == 90
    assert run.quoted_micros == sum(run.jobs.values_list("quoted_micros", flat=True))
    assert run.quoted_micros == round(float(shown) * 1_000_000)


def test_values_are_left_out_on_the_review_and_stay_written(owner_client):
    page = reviewed(owner_client, model=["flux-2-flex"], steps="10, 20, 30", seed="1..20", skip=["steps=20", "seed=7"])
    assert page.one("h1").text == "Review 38 images"
    left_out = [each["value"] for each in page.all("input", name="skip") if "checked" in each.attrs]
    assert left_out == ["steps=20", "seed=7"]
    assert typed_in(page)["steps"] == ["10, 20, 30"]


def test_back_to_the_studio_keeps_everything_typed(owner_client):
    sent = typed_in(reviewed(owner_client, project="Harbour", prompt="a {red|blue} door", seed="1..40"))
    page = Page(owner_client.post(STUDIO, sent | {"edit": "1", "skip": ["prompt=red"]}))
    assert page.value("prompt") == "a {red|blue} door"
    assert page.value("seed") == "1..40"
    assert page.value("project") == "Harbour"
    assert page.value("skip") == ["prompt=red"]
    assert not Run.objects.exists()


def test_a_review_of_something_wrong_is_the_studio_with_the_reason(owner_client):
    page = reviewed(owner_client, width="1000", height="64", size=None)
    assert "1000 is no multiple of 16" in page.errors()["width"]
    assert page.value("seed") == "1..60"


def test_what_is_owned_is_said_reused_and_can_be_bought_again(owner_client, owner, worker, provider_server):
    make_run(owner, seed="1..3", size="64x64")
    for _ in range(3):
        worker.fetch(worker.call())
    page = reviewed(owner_client)
    assert "You own 3 of these already" in page.text
    assert page.one("button", id="generate").text.startswith("Generate 60 images $0.57")
    again = reviewed(owner_client, buy_again="on")
    assert again.one("button", id="generate").text.startswith("Generate 60 images $0.60")
    owner_client.post(STUDIO, typed_in(page))
    assert owner.runs.latest("id").jobs.filter(reused=None).count() == 57


def test_drawn_seeds_are_shown_as_drawn_and_never_taken_for_owned(owner_client, owner, worker, provider_server):
    make_run(owner, seed="0..1", size="64x64")
    worker.fetch(worker.call())
    page = reviewed(owner_client, seed="60 random")
    assert "You own" not in page.text
    rows = page.all("tr")
    assert "random" in rows[5].text


def test_the_review_asks_the_database_the_same_few_questions(owner_client, django_assert_max_num_queries):
    for seed in ("1..60", "1..400"):
        with django_assert_max_num_queries(9):
            reviewed(owner_client, seed=seed)

"""What belongs to a picture: other seeds, other models, and both to be bought at the price on the button."""

import pytest

from gallery.models import Image, Run
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets
from tests.conftest import signed_in
from tests.factories import make_run
from tests.pages import Page
from tests.rows import finish

pytestmark = pytest.mark.django_db

PICTURE = {"prompt": "a red boat", "models": ["flux-2-pro"], "size": "1024x1024"}


@pytest.fixture
def image(owner):
    return finish(make_run(owner, **PICTURE, seed="1..20"))[9]


def show(client, image):
    return Page(client.get(f"/images/{image.key}/"))


def offers(page):
    """Return {words of a button: the fields that it sends}."""
    forms = [each.node for each in page.all("form") if each.attrs.get("action", "").endswith("/more/")]
    sent = [[(each["name"], each["value"]) for each in form.find_all("input")] for form in forms]
    words = [" ".join(form.find("button").get_text().split()) for form in forms]
    return {each: dict(fields) for each, fields in zip(words, sent, strict=True)}


def test_a_picture_stands_among_its_seeds_and_other_models(owner, owner_client, image):
    other = finish(make_run(owner, **{**PICTURE, "models": ["flux-2-max"]}, seed=f"{image.seed}"))[0]
    finish(make_run(owner, **{**PICTURE, "prompt": "a car"}, seed="1..3"))
    page = show(owner_client, image)
    seeds, models = page.one("section", class_="siblings").node.find_all("ul")
    assert [each.text.strip() for each in seeds.find_all("a")] == [str(seed) for seed in range(16, 3, -1)]
    assert seeds.find("a", attrs={"aria-current": True})["href"] == f"/images/{image.key}/"
    assert [each["href"] for each in models.find_all("a")] == [f"/images/{other.key}/"]
    assert not [words for words in offers(page) if "flux-2-max" in words]


def test_more_seeds_and_other_models_are_bought_for_the_price_on_the_button(owner, owner_client, image):
    found = offers(show(owner_client, image))
    seeds = next(fields for words, fields in found.items() if words.startswith("4 more seeds · $"))
    made = owner_client.post(f"/images/{image.key}/more/", seeds)
    run = Run.objects.newest_first().first()
    assert made["Location"] == f"/runs/{run.key}/"
    assert (run.size, run.quoted_micros, run.prompt) == (4, int(seeds["quoted_micros"]), PICTURE["prompt"])
    assert {each.fold for each in finish(run)} == {image.fold}
    assert owner_client.post(f"/images/{image.key}/more/", seeds)["Location"] == made["Location"]  # a double press
    klein = next(fields for words, fields in found.items() if words.startswith("The same on flux-2-klein-4b · $"))
    owner_client.post(f"/images/{image.key}/more/", klein)
    job = Run.objects.newest_first().first().jobs.get()
    assert (job.model, job.seed, job.prompt) == ("flux-2-klein-4b", image.seed, PICTURE["prompt"])
    assert Run.objects.count() == 3


def test_another_price_than_the_one_seen_buys_nothing(owner_client, image):
    sent = {"nonce": "n", "seeds": "4", "quoted_micros": "1"}
    assert owner_client.post(f"/images/{image.key}/more/", sent)["Location"] == f"/images/{image.key}/"
    assert Run.objects.count() == 1


def test_what_a_budget_has_no_room_for_stands_in_the_studio_as_it_was_chosen(owner, admin, owner_client, image):
    budgets.make_budget(by=admin, period=Period.DAY, limit_micros=0, owner=owner)
    fields = offers(show(owner_client, image))
    seeds = next(sent for words, sent in fields.items() if words.startswith("4 more seeds"))
    page = Page(owner_client.post(f"/images/{image.key}/more/", seeds))
    assert page.one("textarea", id="id_prompt").text.strip() == PICTURE["prompt"]
    assert page.one("input", id="id_seed")["value"] == "4 random"
    assert "Nothing was bought" in page.one("p", id="why-let_wait").text
    assert Run.objects.count() == 1


@pytest.mark.parametrize("sent", [{}, {"seeds": "4", "model": "flux-2-pro"}, {"seeds": "5000"}, {"model": "dall-e"}])
def test_what_no_button_sends_is_refused(owner_client, colleague, image, sent):
    sent = {"nonce": "n", "quoted_micros": "1", **sent}
    assert owner_client.post(f"/images/{image.key}/more/", sent).status_code == 404
    sent = {"nonce": "n", "quoted_micros": "1", "seeds": "4"}
    assert signed_in(colleague).post(f"/images/{image.key}/more/", sent).status_code == 404
    Image.objects.filter(pk=image.pk).update(trashed_at=image.created_at)
    assert owner_client.post(f"/images/{image.key}/more/", sent).status_code == 404

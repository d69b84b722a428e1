"""The studio is filled from its address: typed values, a run, a picture or parts of it."""

from urllib.parse import quote_from_bytes

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.catalogue.templates.ready_templates import STARTERS
from gallery.forms.studio.prefill import TYPED
from gallery.models import Run
from gallery.services.references import refusals
from gallery.services.references.keeping import keep_upload
from gallery.services.runs import submission
from tests.factories import make_run
from tests.pages import Page
from tests.references.pictures import picture_file
from tests.rows import make_images

pytestmark = pytest.mark.django_db

STUDIO = "/"


@pytest.fixture
def image(owner):
    return make_images(owner, 1)[0]


def studio(client, **query):
    response = client.get(STUDIO, query)
    assert response.status_code == 200
    return Page(response)


def values(page, *names):
    return tuple(page.value(name) for name in names)


def test_the_address_fills_every_field_under_its_name_in_the_api(owner_client):
    page = studio(
        owner_client, prompt="a {red|blue} door", model=["flux-2-flex", "flux-2-pro"], seed="7, 9", size="1536x1024",
        steps="10, 20", guidance="3", safety_tolerance="4", output_format="png", prompt_upsampling="on",
        project="Docks",
    )  # fmt: skip
    assert page.errors() == {}
    assert values(page, "prompt", "seed", "steps", "guidance", "project") == (
        "a {red|blue} door", "7, 9", "10, 20", "3", "Docks",
    )  # fmt: skip
    assert sorted(page.value("model")) == ["flux-2-flex", "flux-2-pro"]
    assert values(page, "size", "aspect_ratio", "output_format", "prompt_upsampling") == (
        "1536x1024", "", "png", ["on"],
    )  # fmt: skip
    # two prompts, two seeds, and two step counts for the one that takes them
    assert page.one("button", id="generate").text.startswith("Generate 12 images")
    assert not Run.objects.exists()


def test_what_the_address_leaves_out_is_as_always(owner_client):
    page = studio(owner_client, prompt="a door")
    assert values(page, "prompt", "seed", "aspect_ratio", "model") == ("a door", "4 random", "1:1", ["flux-2-klein-9b"])


def test_what_is_wrong_in_an_address_is_told_beside_its_field(owner_client):
    assert set(studio(owner_client, prompt="a\x00", model="flux-9").errors()) == {"prompt", "model"}
    page = studio(owner_client, seed="many", model="flux-2-flex", steps="99", size="1000x1000")
    assert set(page.errors()) == {"seed", "steps", "size"}
    assert page.value("seed") == "many"


def test_a_prompt_may_still_be_missing(owner_client):
    assert studio(owner_client, seed="7").errors() == {}


def test_sides_and_ratios_come_through_the_address(owner_client):
    assert values(studio(owner_client, width="640", height="64"), "width", "height") == ("640", "64")
    page = studio(owner_client, aspect_ratio="1:1, 16:9", shapes_several="on", seed="1")
    assert page.value("aspect_ratio") == ["1:1", "16:9"]
    assert page.one("button", id="generate").text.startswith("Generate 2 images")


def test_a_picture_gives_everything_or_one_part(owner_client, image):
    assert values(studio(owner_client, image=image.key), "prompt", "seed", "width", "model") == (
        "1 boats", "1", "64", ["flux-2-klein-4b"],
    )  # fmt: skip
    assert values(studio(owner_client, image=image.key, use="prompt"), "prompt", "seed") == ("1 boats", "4 random")
    assert values(studio(owner_client, image=image.key, use="seed"), "prompt", "seed") == ("", "1")
    shaped = studio(owner_client, image=image.key, use="shape")
    assert values(shaped, "prompt", "seed", "width", "height") == ("", "4 random", "64", "64")
    assert not [each for each in shaped.all("input", name="aspect_ratio") if "checked" in each.attrs]


def test_parts_and_typed_values_go_together(owner_client, image):
    page = studio(owner_client, image=image.key, use=["seed", "shape"], prompt="a door", model="flux-2-pro")
    assert values(page, "prompt", "seed", "width", "model") == ("a door", "1", "64", ["flux-2-pro"])
    other = studio(owner_client, image=image.key, aspect_ratio="16:9")
    assert values(other, "width", "height", "aspect_ratio") == ("", "", "16:9")


def test_the_page_of_a_picture_leads_to_its_parts(owner_client, image):
    page = Page(owner_client.get(f"/images/{image.key}/"))
    hrefs = {each.attrs.get("href") for each in page.all("a")}
    assert {f"/?image={image.key}&use={part}" for part in ("prompt", "seed", "shape")} <= hrefs


def test_a_run_with_something_changed(owner, owner_client):
    run = make_run(owner, seed="1..5", size="64x64")
    page = studio(owner_client, run=run.key, seed="9")
    assert values(page, "prompt", "seed", "width") == ("a lighthouse in fog", "9", "64")


def test_a_picture_that_was_not_made_is_changed_in_the_studio(owner, owner_client, colleague_client):
    run = make_run(owner, seed="5", models=["flux-2-flex"], steps="20")
    submission.cancel_run(run)
    job = run.jobs.get()
    page = studio(owner_client, job=job.key)
    assert values(page, "prompt", "seed", "model", "steps") == ("a lighthouse in fog", "5", ["flux-2-flex"], "20")
    assert colleague_client.get(STUDIO, {"job": job.key}).status_code == 404


def test_an_upload_fills_nothing_in_for_no_words_asked_for_it(owner, owner_client):
    image = keep_upload(picture_file(), name="cup.png", owner=owner).image
    assert owner_client.get(STUDIO, {"image": image.key}).status_code == 404


def test_a_picture_that_cannot_go_in_says_why_and_the_rest_is_filled_in(owner_client, image):
    page = studio(owner_client, image=image.key, use="reference", prompt="a door")
    assert f"{image.download_name}: {refusals.GONE}" in page.html
    assert page.value("prompt") == "a door"


@pytest.mark.parametrize("part", ["", "everything", "\x00", "prompt,seed"])
def test_an_unknown_part_is_the_whole_picture(owner_client, image, part):
    assert studio(owner_client, image=image.key, use=part).value("seed") == "1"


@pytest.mark.parametrize("use", [{}, {"use": "seed"}])
def test_nobody_uses_parts_of_what_belongs_to_others(colleague_client, image, use):
    assert colleague_client.get(STUDIO, {"image": image.key, **use}).status_code == 404


def test_nothing_in_an_address_buys_or_presses(owner_client):
    page = studio(owner_client, prompt="a door", nonce="mine", buy_again="on", review="1", csrfmiddlewaretoken="x")
    assert page.one("input", name="nonce")["value"] != "mine"
    assert not Run.objects.exists()


def test_filling_without_a_form_starts_from_an_empty_one(owner_client, image):
    page = Page(owner_client.post("/studio/fill/", {"image": image.key, "use": "prompt"}, follow=True))
    assert values(page, "prompt", "seed", "model") == ("1 boats", "4 random", ["flux-2-klein-9b"])
    assert page.one("h1")


@pytest.mark.parametrize("key", [template.key for template in STARTERS])
def test_a_studio_without_pictures_begins_with_templates_that_can_be_sent_as_they_are(owner_client, key):
    cards = studio(owner_client).all("a", href=f"/?template={key}")
    page = studio(owner_client, template=key)
    assert (len(cards), page.errors()) == (1, {})
    assert page.one("button", id="generate").text.startswith("Generate")
    sent = {name: page.value(name) for name in ("prompt", "model", "seed", "aspect_ratio")}
    assert owner_client.post(STUDIO, {**sent, "nonce": key}).status_code == 302


def test_a_template_with_places_to_fill_is_no_starter(owner_client):
    assert owner_client.get(STUDIO, {"template": "ready-food"}).status_code == 404


ANYTHING = st.binary(max_size=30) | st.text(max_size=30).map(lambda text: text.encode("utf-8", "surrogatepass"))
NAMES = st.sampled_from([*TYPED, "use", "nonce", "x", "picker"])


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(pairs=st.lists(st.tuples(NAMES, ANYTHING), max_size=6))
def test_no_address_breaks_the_studio(owner_client, pairs):
    query = "&".join(f"{name}={quote_from_bytes(value)}" for name, value in pairs)
    assert owner_client.get(f"{STUDIO}?{query}").status_code == 200


@pytest.mark.parametrize("name", TYPED)
@pytest.mark.parametrize("value", ["x" * 161_000, "9" * 5000, "\x00", "{" * 3000, "1, " * 20_000], ids=lambda v: v[:3])
def test_an_absurd_value_is_no_crash(owner_client, name, value):
    assert owner_client.get(STUDIO, {name: value}).status_code == 200

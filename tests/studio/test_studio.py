"""The studio: the form, one press is one run, what the page says while somebody types."""

import io

import pytest
from django.core.management import call_command
from django.urls import reverse

from gallery import tasks
from gallery.catalogue.text.value_lists import counted
from gallery.models import Attempt, Job, Project, Run
from gallery.models.keys import random_key
from gallery.services.runs import submission
from tests.factories import make_run
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

STUDIO, CHECK = "/", "/studio/check/"
HTMX = {"HX-Request": "true"}


def checked(client, **changes):
    """Ask the live check and read its answer."""
    response = client.post(CHECK, sound(**changes), headers=HTMX)
    assert response.status_code == 200
    return Page(response)


def test_the_form_opens_with_a_price_on_its_button(owner_client):
    page = Page(owner_client.get(STUDIO))
    assert page.one("button", id="generate").text.startswith("Generate 4 images $0.04")
    assert page.value("model") == ["flux-2-klein-9b"]
    assert page.value("seed") == "4 random"
    assert page.value("aspect_ratio") == "1:1"
    assert len(page.all("input", name="model")) == 11


def test_the_form_shows_only_what_the_ticked_models_take(owner_client):
    def hidden(**changes):
        page = Page(owner_client.post(STUDIO, sound(prompt="", **changes)))
        parts = [each for each in page.all() if "data-needs" in each.attrs]
        return {each["data-needs"]: "hidden" in each.attrs for each in parts}

    none = {"size": False, "prompt_upsampling": True, "steps": True}
    assert hidden(model=[]) == none
    assert hidden(model=["flux-2-klein-4b"]) == none
    assert hidden(model=["flux-2-pro"]) == none | {"prompt_upsampling": False}
    assert hidden(model=["flux-2-klein-4b", "flux-2-flex"]) == none | {"prompt_upsampling": False, "steps": False}
    assert hidden(model=["flux-kontext-pro"]) == none | {"size": True, "prompt_upsampling": False}


def test_a_ratio_that_no_tile_shows_stands_in_its_field_and_comes_back(owner_client):
    page = Page(owner_client.post(STUDIO, sound(prompt="", size="", aspect_ratio="10:9")))
    [typed] = [each for each in page.all("input", name="aspect_ratio") if each.attrs.get("type") != "radio"]
    assert typed["value"] == "10:9"


def test_a_size_that_no_tile_shows_is_not_lost(owner_client):
    page = Page(owner_client.post(STUDIO, sound(size="1920x1080")))
    assert (page.value("width"), page.value("height")) == ("1920", "1080")


def test_a_plain_press_leads_to_the_new_run(owner_client, owner):
    response = owner_client.post(STUDIO, sound(project="  Harbour   Co "))
    run = Run.objects.get()
    assert (response.status_code, response["Location"]) == (302, f"/runs/{run.key}/")
    assert (run.owner, run.size, run.project.name) == (owner, 2, "Harbour Co")
    assert [job.body() for job in run.jobs.order_by("position")] == [
        {
            "model": "flux-2-klein-4b",
            "prompt": "a lighthouse in fog",
            "seed": seed,
            "size": "64x64",
            "safety_tolerance": 2,
            "output_format": "jpeg",
        }
        for seed in (1, 2)
    ]
    assert tasks.queue.pending_count() == 2


def test_a_press_by_htmx_leads_there_too(owner_client):
    response = owner_client.post(STUDIO, sound(), headers=HTMX)
    assert response.status_code == 200
    assert response["HX-Redirect"] == reverse("run", args=[Run.objects.get().key])
    assert response.content == b""


def test_a_double_press_makes_one_run(owner_client):
    form = sound(seed="4 random")
    first, second = owner_client.post(STUDIO, form), owner_client.post(STUDIO, form)
    assert first["Location"] == second["Location"]
    assert Job.objects.count() == 4


def test_the_same_page_with_other_content_is_another_run(owner_client):
    nonce = random_key()
    first = owner_client.post(STUDIO, sound(nonce=nonce))
    second = owner_client.post(STUDIO, sound(nonce=nonce, prompt="another"))
    assert first["Location"] != second["Location"]
    assert Run.objects.count() == 2


def test_the_same_press_of_two_members_makes_two_runs(owner_client, colleague_client):
    form = sound()
    assert owner_client.post(STUDIO, form)["Location"] != colleague_client.post(STUDIO, form)["Location"]


def test_a_press_without_a_nonce_is_taken(owner_client):
    assert owner_client.post(STUDIO, sound(nonce=None)).status_code == 302


def test_a_model_that_is_sent_twice_is_bought_once(owner_client):
    owner_client.post(STUDIO, sound(model=["flux-2-klein-4b"] * 900, seed="7"))
    assert Job.objects.count() == 1


def test_a_known_project_is_used_again_whatever_its_case(owner_client):
    owner_client.post(STUDIO, sound(project="Harbour"))
    owner_client.post(STUDIO, sound(project="harbour"))
    assert Project.objects.get().runs.count() == 2


def test_a_prompt_of_32k_tokens_works(owner_client):
    prompt = "Wörter über Wörter " * 8_000  # 152,000 characters
    response = owner_client.post(STUDIO, sound(prompt=prompt))
    assert response.status_code == 302
    assert Job.objects.first().prompt == prompt.strip()
    assert owner_client.get(response["Location"]).status_code == 200
    again = Page(owner_client.get(STUDIO, {"run": Run.objects.get().key}))
    assert again.value("prompt") == prompt


def test_a_check_tells_the_price_and_buys_nothing(owner_client):
    page = checked(owner_client, model=["flux-2-klein-4b", "flux-2-pro"], seed="4 random")
    assert page.one("button", id="generate").text.startswith("Generate 8 images")
    assert page.errors() == {}
    assert not Run.objects.exists()
    assert not Attempt.objects.exists()
    assert tasks.queue.pending_count() == 0


def test_a_check_names_what_is_wrong_and_clears_what_is_mended(owner_client):
    page = checked(owner_client, size="", width="1920", height="1080")
    assert page.errors() == {"height": "1080 is no multiple of 16. Use 1920x1088."}
    assert "$" not in page.one("button", id="generate").text
    mended = checked(owner_client, size="", width="1920", height="1088")
    assert mended.errors() == {}
    assert "hidden" in mended.one("p", id="why-height").attrs


def test_a_check_forgives_an_empty_prompt_while_somebody_types(owner_client):
    assert checked(owner_client, prompt="").errors() == {}


def test_a_check_shows_the_colours_of_a_prompt_and_judges_its_json(owner_client):
    page = checked(owner_client, prompt='{"scene": "a door in #ff8800", "mood": "calm"}')
    assert page.one("rect", fill="#FF8800")
    assert page.one("button", data_pretty='{\n  "scene": "a door in #ff8800",\n  "mood": "calm"\n}')
    broken = checked(owner_client, prompt='{"scene": "a door",}')
    assert "If this is meant as JSON: line 1, column" in broken.html


def test_a_check_says_what_will_be_converted(owner_client):
    page = checked(owner_client, model=["flux-kontext-pro"], size="1920x1088")
    assert page.one("div", id="notes").text == "flux-kontext-pro: 16:9 from 1920x1088"


def test_use_these_settings_of_a_run_fills_the_form_as_it_was(owner, owner_client):
    owner_client.post(STUDIO, sound(model=["flux-2-flex", "flux-2-pro"], seed="7, 9..11", steps="20", project="Docks"))
    page = Page(owner_client.get(STUDIO, {"run": Run.objects.get().key}))
    values = {name: page.value(name) for name in ("prompt", "model", "seed", "steps", "project")}
    assert values == {
        "prompt": "a lighthouse in fog",
        "model": ["flux-2-pro", "flux-2-flex"],
        "seed": "7, 9..11",
        "steps": "20",
        "project": "Docks",
    }
    assert page.one("button", id="generate").text.startswith("Generate 8 images")


def test_use_these_settings_of_demo_data_fills_the_form_too(owner, owner_client):
    call_command("demo_data", images=5, stdout=io.StringIO())
    run = Run.objects.order_by("size").last()
    page = Page(owner_client.get(STUDIO, {"run": run.key}))
    assert page.value("prompt") == run.prompt
    jobs = run.jobs.values_list("model", "seed")
    assert {(model, int(seed)) for model in page.value("model") for seed in page.value("seed").split(", ")} == set(jobs)
    assert page.value("size") == "1024x1024"
    assert page.one("button", id="generate").text.startswith(f"Generate {counted(run.size, 'image')}")


@pytest.mark.parametrize("what", ["run", "image"])
def test_nobody_fills_the_form_from_what_belongs_to_others(what, owner, colleague_client):
    keys = {"run": make_run(owner).key, "image": "nobodys"}
    assert colleague_client.get(STUDIO, {what: keys[what]}).status_code == 404


def test_only_the_newest_runs_that_changed_are_sent(owner, owner_client):
    first, second = make_run(owner, prompt="a first run", seed="1"), make_run(owner, prompt="a second run", seed="2")
    address = Page(owner_client.get(STUDIO)).one("div", id="strips-poll")["hx-get"]
    assert owner_client.get(address).status_code == 204
    submission.cancel_run(first)
    page = Page(owner_client.get(address))
    assert page.one("article")["id"] == f"run-{first.key}"
    assert page.one("article")["hx-swap-oob"] == "true"
    assert page.one("b", id=f"place-{second.jobs.get().key}").text == "1st in line"
    assert page.one("a", id="queue-badge").text == "Queue 1 mine, / 1 everyone’s"
    assert owner_client.get(page.one("div", id="strips-poll")["hx-get"]).status_code == 204
    submission.cancel_run(second)
    settled = Page(owner_client.get(page.one("div", id="strips-poll")["hx-get"]))
    assert "hx-get" not in settled.one("div", id="strips-poll").attrs


def test_a_run_from_another_tab_comes_to_the_top(owner, owner_client):
    make_run(owner, prompt="a first run")
    address = Page(owner_client.get(STUDIO)).one("div", id="strips-poll")["hx-get"]
    made = make_run(owner, prompt="a second run")
    page = Page(owner_client.get(address))
    assert page.one("div", hx_swap_oob="afterbegin:#strips").text.startswith("a second run")
    assert page.one("article")["id"] == f"run-{made.key}"


def test_a_stamp_of_nonsense_gets_every_run(owner, owner_client):
    make_run(owner)
    page = Page(owner_client.get("/studio/runs/?stamp=..%00-x-9"))
    assert len(page.all("article")) == 1


def test_what_is_wrong_is_an_alert_once_and_not_at_every_key(owner_client):
    assert Page(owner_client.post(STUDIO, sound(seed="many"))).one("p", id="why-seed")["role"] == "alert"
    told = checked(owner_client, seed="many").one("p", id="why-seed")
    assert "role" not in told.attrs
    assert told["aria-live"] == "polite"


def test_every_line_is_a_prompt_of_its_own_if_the_box_is_ticked(owner, owner_client):
    form = sound(prompt="a door\na boat", seed="1, 2")
    assert "Generate 2 images" in checked(owner_client, **form).html
    assert "Generate 4 images" in checked(owner_client, **form, prompt_lines="on").html
    owner_client.post(reverse("studio"), {**form, "prompt_lines": "on"})
    run = Run.objects.get()
    assert set(run.jobs.values_list("prompt", flat=True)) == {"a door", "a boat"}
    again = Page(owner_client.get(reverse("studio"), {"run": run.key}))
    assert "checked" in again.one(id="id_prompt_lines").attrs
    assert again.one("textarea", id="id_prompt").text == "a door a boat"

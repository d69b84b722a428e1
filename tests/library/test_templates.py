"""Prompt templates: filled with a preview, used in the studio, written and shared, exported and imported."""

import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import PromptTemplate, Run
from gallery.services.library import saved_items
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

TEMPLATES = "/templates/"
HTMX = {"HX-Request": "true"}
PREVIEW = HTMX | {"HX-Target": "preview"}
DOOR = {"prompt": "a {{colour}} door in {{light=fog}}", "note": "Doors.", "model": "flux-2-flex", "aspect_ratio": "2:3"}


def make(owner, name="Door", **fields):
    return saved_items.add_item(PromptTemplate, owner=owner, name=name, **{**DOOR, **fields})


def names(page):
    return [each.text for each in page.all(class_="name")]


def use(client, template, headers=None, **sent):
    return client.post(f"{TEMPLATES}{template.key}/use/", sent, headers=headers or {})


def upload(client, content):
    content = content if isinstance(content, bytes) else json.dumps(content).encode()
    return client.post(f"{TEMPLATES}import/", {"file": SimpleUploadedFile("t.json", content)})


def test_who_has_none_sees_the_ready_made_ones(owner, owner_client):
    page = Page(owner_client.get(TEMPLATES))
    assert page.one("a", aria_current="page", href=f"{TEMPLATES}?of=ready").text == "Ready-made"
    assert "Typography poster" in names(page)
    make(owner)
    assert names(Page(owner_client.get(TEMPLATES))) == ["Door"]
    assert "Nobody shares" in Page(owner_client.get(TEMPLATES, {"of": "team"})).text


def test_a_template_asks_for_its_places_and_shows_the_prompt(owner, owner_client):
    page = Page(owner_client.get(f"{TEMPLATES}{make(owner).key}/"))
    assert [each.text for each in page.all("label")][:2] == ["Colour", "Light"]
    assert (page.value("fill-1"), page.value("fill-2")) == ("", "fog")
    preview = page.one("div", id="preview").text
    assert "a {{colour}} door in fog" in preview
    assert "Still to be written: colour." in preview


def test_the_preview_follows_what_is_typed(owner, owner_client):
    template = make(owner)
    sent = {"fill-1": "red | blue", "fill-2": "<b>rain</b>"}
    page = Page(owner_client.post(f"{TEMPLATES}{template.key}/", sent, headers=PREVIEW))
    assert not page.all("form")
    preview = page.one("div", id="preview").text
    assert "a red | blue door in <b>rain</b>" in preview
    assert "2 prompts: each is made with every model and seed" in preview
    assert "hidden" in page.one("p", id="why-fill-1").attrs


def test_a_filled_template_stands_in_the_studio(owner, owner_client):
    page = Page(use(owner_client, make(owner), **{"fill-1": "red|blue", "fill-2": "rain", "suit": "on"}))
    assert page.value("prompt") == "a {red|blue} door in rain"
    assert (page.value("model"), page.value("aspect_ratio"), page.value("seed")) == (["flux-2-flex"], "2:3", "4 random")
    assert page.one("button", id="generate").text.startswith("Generate 8 images")
    assert not Run.objects.exists()


def test_in_the_studio_the_rest_of_what_is_typed_stays(owner, owner_client):
    typed = sound(seed="7, 9", model=["flux-2-pro"], replace="red, blue", steps="20", size="64x64")
    response = use(owner_client, make(owner), HTMX, **typed, **{"fill-1": "red", "fill-2": "fog", "picker": "1"})
    page = Page(response)
    assert "fluxweb:filled" in response["HX-Trigger-After-Swap"]
    assert not page.all("html")
    assert page.value("prompt") == "a red door in fog"
    assert (page.value("seed"), page.value("model"), page.value("replace")) == ("7, 9", ["flux-2-pro"], "")
    assert page.value("width") == "64"  # no ratio was asked for


def test_a_place_that_stands_twice_makes_one_prompt_per_line(owner, owner_client):
    template = make(owner, prompt="a {{colour}} door, {{colour}} light")
    page = Page(use(owner_client, template, **{"fill-1": "red|blue"}))
    assert page.value("prompt") == "a red door, red light\na blue door, blue light"
    assert page.value("prompt_lines") == ["on"]


def test_what_is_missing_is_told_beside_its_place(owner, owner_client):
    template = make(owner)
    page = Page(use(owner_client, template, **{"fill-1": " ", "fill-2": "rain"}))
    assert page.errors() == {"fill-1": "Write what stands for colour."}
    assert page.value("fill-2") == "rain"
    response = use(owner_client, template, HTMX, **{"fill-1": "", "picker": "1"})
    assert (response["HX-Retarget"], response["HX-Reswap"]) == ("#picker-body", "innerHTML")


def test_every_ready_template_is_opened_and_copied(owner, owner_client):
    for link in Page(owner_client.get(TEMPLATES)).all("a", class_="name"):
        assert owner_client.get(link["href"]).status_code == 200
    key = "ready-typography-poster"
    for verb in ("edit", "delete", "restore"):
        assert owner_client.post(f"{TEMPLATES}{key}/{verb}/").status_code == 404
    response = owner_client.post(f"{TEMPLATES}{key}/copy/")
    mine = PromptTemplate.objects.get()
    assert (response["Location"], mine.owner, mine.model) == (f"{TEMPLATES}{mine.key}/", owner, "flux-2-flex")


def test_a_template_is_written_and_its_former_text_kept(owner, owner_client):
    owner_client.post(f"{TEMPLATES}new/", {"name": "Door", **DOOR})
    template = PromptTemplate.objects.get()
    assert {name: getattr(template, name) for name in DOOR} == DOOR
    edited = Page(owner_client.get(f"{TEMPLATES}{template.key}/edit/"))
    assert edited.value("prompt") == DOOR["prompt"]
    owner_client.post(f"{TEMPLATES}{template.key}/edit/", {"name": "Gate", "prompt": "a gate"})
    assert names(Page(owner_client.get(TEMPLATES))) == ["Gate"]
    assert names(Page(owner_client.get(TEMPLATES, {"of": "bin"}))) == ["Door"]


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("name", "", "required"),
        ("name", "Taken", "You have one of this name already."),
        ("prompt", "a {{door", "ends nowhere"),
        ("prompt", "x" * 20_001, "20,001 characters are too many."),
        ("prompt", "a\x00", "Null characters"),
        ("prompt", "a\x07", "control character"),
        ("note", "x" * 301, "301 characters are too many."),
        ("model", "flux-9", "flux-9"),
        ("aspect_ratio", "9:1", "wider than 7:3"),
    ],
)
def test_a_wrong_template_is_told_beside_its_field(owner, owner_client, field, value, words):
    make(owner, "Taken")
    page = Page(owner_client.post(f"{TEMPLATES}new/", {"name": "Door", **DOOR, field: value}))
    assert words in page.one("ul", id=f"id_{field}_error").text
    assert PromptTemplate.objects.count() == 1


def test_the_team_uses_and_copies_what_is_shared(owner, owner_client, colleague_client):
    template = make(owner)
    assert colleague_client.get(f"{TEMPLATES}{template.key}/").status_code == 404
    owner_client.post(f"{TEMPLATES}{template.key}/edit/", {"name": "Door", **DOOR, "shared": "on"})
    assert names(Page(colleague_client.get(TEMPLATES, {"of": "team"}))) == ["Door"]
    assert Page(use(colleague_client, template, **{"fill-1": "red"})).value("prompt") == "a red door in"
    assert colleague_client.get(f"{TEMPLATES}{template.key}/edit/").status_code == 404
    assert colleague_client.post(f"{TEMPLATES}{template.key}/copy/").status_code == 302


def test_what_is_exported_is_imported_by_others(owner, owner_client, colleague, colleague_client):
    make(owner)
    make(owner, "Gate", note="", model="", aspect_ratio="")
    response = owner_client.get(f"{TEMPLATES}export/")
    assert response["Content-Disposition"] == 'attachment; filename="fluxweb-templates.json"'
    assert upload(colleague_client, response.content).status_code == 302
    copied = {each.name: saved_items.content_of(each) for each in PromptTemplate.objects.owned_by(colleague)}
    assert copied == {each.name: saved_items.content_of(each) for each in PromptTemplate.objects.owned_by(owner)}
    assert not PromptTemplate.objects.filter(owner=colleague, shared=True).exists()


def test_what_one_has_already_is_not_imported_twice(owner, owner_client):
    make(owner)
    rows = [{"name": "Door", **DOOR}, {"name": "Door", "prompt": "another"}, {"name": "Gate", "prompt": "a gate"}]
    page = Page(owner_client.get(upload(owner_client, rows)["Location"]))
    assert sorted(names(page)) == ["Door", "Door 2", "Gate"]
    assert "2 templates imported, only you see them. 1 you had already." in page.html


def test_of_a_file_with_mistakes_nothing_is_imported(owner_client):
    page = Page(upload(owner_client, [{"name": "Door", "prompt": "a door"}, {"name": "", "prompt": "<b>", "x": "<i>"}]))
    told = page.one("div", role="alert").text
    assert "Nothing was imported." in told
    assert "Template 2: “x” is no field of a template." in told
    assert "Template 2: name: This must be written." in told
    assert not PromptTemplate.objects.exists()


def test_no_file_is_told(owner_client):
    assert "Choose a file first." in Page(owner_client.post(f"{TEMPLATES}import/")).text


QUIETLY = settings(
    max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


@QUIETLY
@given(content=st.binary(max_size=200))
def test_no_file_breaks_the_import(owner_client, content):
    assert upload(owner_client, content).status_code == 200
    assert not PromptTemplate.objects.exists()


@QUIETLY
@given(values=st.lists(st.text(max_size=20), min_size=2, max_size=2))
def test_no_value_breaks_a_template(owner, owner_client, values):
    template = PromptTemplate.objects.first() or make(owner)
    sent = {f"fill-{n}": value.encode("utf-8", "replace").decode() for n, value in enumerate(values, 1)}
    for address in ("", "use/"):
        assert owner_client.post(f"{TEMPLATES}{template.key}/{address}", sent).status_code == 200


def test_a_name_that_somebody_takes_in_this_moment_is_told(owner, owner_client, monkeypatch):
    row = make(owner)

    def taken(*_, **__):
        raise saved_items.NameTaken

    monkeypatch.setattr(saved_items, "change_item", taken)
    page = Page(owner_client.post(f"/templates/{row.key}/edit/", {**DOOR, "name": "Gate"}))
    assert "You have one of this name already." in page.html

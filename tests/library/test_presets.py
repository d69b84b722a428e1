"""Presets: what the studio held comes back as it was; others use and copy what is shared and change nothing."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.models import Preset, Run
from gallery.services.library import saved_items
from gallery.views.library import presets
from tests.pages import Page
from tests.sending import sound

pytestmark = pytest.mark.django_db

PRESETS = "/presets/"
SAVE = "/presets/save/"
HTMX = {"HX-Request": "true"}
MATRIX = sound(
    prompt="a {red|blue} door", model=["flux-2-pro", "flux-2-flex"], seed="7, 9", steps="10, 20", guidance="3",
    size="", aspect_ratio="1:1, 16:9", shapes_several="on", skip=["prompt=blue"], output_format="png",
    safety_tolerance="1, 3", prompt_upsampling=["on", "off"], variant_seeds="own", project="Docks",
)  # fmt: skip


def saved(client, name="Doors", **form):
    response = client.post(SAVE, {**(form or MATRIX), "name": name})
    assert response.status_code == 302, Page(response).text
    return Preset.objects.get(name=name, deleted_at=None)


def make(owner, name="Doors", **fields):
    return saved_items.add_item(Preset, owner=owner, name=name, **{"form": {"prompt": "a door", "seed": "7"}, **fields})


def names(page):
    return [each.text for each in page.all(class_="name")]


def test_everything_the_studio_held_comes_back_as_it_was(owner_client):
    preset = saved(owner_client)
    page = Page(owner_client.get("/", {"preset": preset.key}))
    fields = ("prompt", "seed", "steps", "guidance", "aspect_ratio", "output_format", "safety_tolerance", "project")
    assert {name: page.value(name) for name in fields} == {
        "prompt": "a {red|blue} door", "seed": "7, 9", "steps": "10, 20", "guidance": "3", "project": "Docks",
        "aspect_ratio": ["1:1", "16:9"], "output_format": "png", "safety_tolerance": "2",
    }  # fmt: skip
    assert page.one(id="id_safety_levels")["value"] == "1, 3"
    assert sorted(page.value("model")) == ["flux-2-flex", "flux-2-pro"]
    assert page.value("prompt_upsampling") == ["on", "off"]
    assert page.value("variant_seeds") == "own"
    assert page.value("skip") == ["prompt=blue"]
    # one prompt, two shapes, two safeties, upsampling on and off, and two step counts for the one that takes them
    count = preset.images
    assert count == 2 * 2 * 2 * 2 * (1 + 2)
    assert page.one("button", id="generate").text.startswith(f"Generate {count} images")
    assert not Run.objects.exists()


def test_a_preset_means_every_field_also_those_it_left_alone(owner, owner_client):
    preset = saved(owner_client, **sound(prompt="", model=["flux-2-pro"], seed="7", size="", aspect_ratio="2:3"))
    typed = sound(prompt="a boat", model=["flux-2-flex"], steps="9", seed="1..4", width="640", height="64", size="")
    page = Page(owner_client.post("/studio/fill/", {**typed, "preset": preset.key}, headers=HTMX))
    assert page.value("model") == ["flux-2-pro"]
    assert [page.value(name) for name in ("seed", "width", "aspect_ratio", "steps")] == ["7", "", "2:3", "50"]
    assert page.value("prompt") == "a boat"  # it was saved without a prompt


def test_what_is_wrong_in_the_studio_is_not_saved(owner_client):
    page = Page(owner_client.post(SAVE, {**sound(steps="99", model=["flux-2-flex"]), "name": "Doors"}))
    assert "99 is above 50" in page.one("div", role="alert").text
    assert page.value("steps") == "99"
    assert not Preset.objects.exists()


def test_without_javascript_the_name_is_asked_for_on_a_page(owner_client):
    page = Page(owner_client.post(SAVE, MATRIX))
    assert page.one("h1").text == "Save as a preset"
    assert not page.errors()
    hidden = [(each["name"], each["value"]) for each in page.all("input", type="hidden")]
    form = {}
    for name, value in hidden:
        form.setdefault(name, []).append(value)
    assert owner_client.post(SAVE, {**form, "name": "Doors"}).status_code == 302
    assert Preset.objects.get().form == saved(owner_client, "Again").form


@pytest.mark.parametrize("name", ["", "  ", "x" * 81, "a\x00b"])
def test_a_name_that_is_none_is_told(owner_client, name):
    page = Page(owner_client.post(SAVE, {**MATRIX, "name": name}))
    assert page.errors()["name"]
    assert not Preset.objects.exists()


def test_a_second_preset_of_a_name_replaces_the_first_only_when_told_to(owner, owner_client):
    first = saved(owner_client)
    other = {**sound(prompt="a boat"), "name": "Doors"}
    page = Page(owner_client.post(SAVE, other))
    assert page.errors() == {"name": "You have one of this name already."}
    assert page.one("input", name="overwrite")
    owner_client.post(SAVE, {**other, "overwrite": "on"})
    first.refresh_from_db()
    assert first.form["prompt"] == "a boat"
    former = Preset.objects.in_trash_of(owner).get()
    assert former.form["prompt"] == "a {red|blue} door"
    owner_client.post(f"{PRESETS}{former.key}/restore/")
    assert names(Page(owner_client.get(PRESETS))) == ["Doors 2", "Doors"]


def test_a_preset_gets_another_name_and_is_shared(owner, owner_client, colleague_client):
    preset = make(owner)
    assert colleague_client.get(f"{PRESETS}{preset.key}/").status_code == 404
    owner_client.post(f"{PRESETS}{preset.key}/", {"name": "Gates", "shared": "on"})
    page = Page(colleague_client.get(PRESETS, {"of": "team"}))
    assert names(page) == ["Gates"]
    assert "olga’s" in page.text
    assert not names(Page(colleague_client.get(PRESETS)))
    shown = Page(colleague_client.get(f"{PRESETS}{preset.key}/"))
    assert not shown.all("input", name="name")
    assert Page(colleague_client.get("/", {"preset": preset.key})).value("prompt") == "a door"


@pytest.mark.parametrize("verb", ["", "delete/", "restore/"])
def test_others_change_nothing_that_is_shared(owner, colleague_client, verb):
    preset = make(owner, shared=True)
    assert colleague_client.post(f"{PRESETS}{preset.key}/{verb}", {"name": "Mine"}).status_code == 404
    preset.refresh_from_db()
    assert (preset.name, preset.deleted_at) == ("Doors", None)


def test_a_copy_is_private_and_the_copiers_own(owner, colleague, colleague_client):
    preset = make(owner, shared=True)
    for _ in range(2):
        colleague_client.post(f"{PRESETS}{preset.key}/copy/")
    mine = Preset.objects.owned_by(colleague).order_by("id")
    assert [(each.name, each.shared, each.form) for each in mine] == [
        ("Doors", False, preset.form), ("Doors 2", False, preset.form),
    ]  # fmt: skip


def test_what_was_deleted_comes_back_with_one_press(owner, owner_client, colleague_client):
    preset = make(owner, shared=True)
    response = owner_client.post(f"{PRESETS}{preset.key}/delete/")
    page = Page(owner_client.get(response["Location"]))
    assert names(page) == []
    assert "“Doors” is deleted" in page.text
    for client in (owner_client, colleague_client):
        assert client.get("/", {"preset": preset.key}).status_code == 404
    assert names(Page(owner_client.get(PRESETS, {"of": "bin"}))) == ["Doors"]
    owner_client.post(page.one("form", action=f"{PRESETS}{preset.key}/restore/")["action"])
    assert names(Page(owner_client.get(PRESETS))) == ["Doors"]
    assert names(Page(colleague_client.get(PRESETS, {"of": "team"}))) == ["Doors"]


def test_in_the_studio_presets_are_saved_and_listed_in_one_place(owner_client):
    page = Page(owner_client.get(PRESETS, {"picker": "1"}, headers=HTMX))
    form = page.one("form", action=SAVE)
    assert (form["hx-include"], form["hx-target"]) == ("#compose", "#picker-body")
    done = Page(owner_client.post(SAVE, {**MATRIX, "name": "Doors", "picker": "1"}, headers=HTMX))
    assert done.one("p", role="status").text == "Saved as “Doors”."
    assert done.one("a", class_="name")["hx-vals"] == f'{{"preset": "{Preset.objects.get().key}"}}'
    again = Page(owner_client.post(SAVE, {**MATRIX, "name": "Doors", "picker": "1"}, headers=HTMX))
    assert again.errors() == {"name": "You have one of this name already."}
    wrong = Page(owner_client.post(SAVE, {**MATRIX, "seed": "many", "name": "A", "picker": "1"}, headers=HTMX))
    assert "mend it first" in wrong.one("div", role="alert").text


@pytest.mark.parametrize(("of", "count"), [("mine", 3), ("mine", 90), ("team", 90), ("bin", 90)])
def test_every_preset_stands_on_exactly_one_page(owner, colleague, owner_client, colleague_client, of, count):
    for n in range(count):
        preset = make(owner, f"Door {n}", shared=True)
        if of == "bin":
            saved_items.delete_item(preset)
    client = colleague_client if of == "team" else owner_client
    address, seen = f"{PRESETS}?of={of}", []
    while address:
        with CaptureQueriesContext(connection) as asked:
            page = Page(client.get(address))
        assert len(asked) <= 8
        seen += names(page)
        older = [each["href"] for each in page.all("a") if each.text == "Older ones"]
        address = older[0] if older else None
    assert seen == [f"Door {n}" for n in reversed(range(count))]


@pytest.mark.parametrize("query", ["of=x", "of=%00", "deleted=%00", "deleted=x", "picker"])
def test_an_absurd_address_of_the_list_is_answered(owner_client, query):
    assert owner_client.get(f"{PRESETS}?{query}").status_code == 200


@pytest.mark.parametrize("query", ["before=%00", "before=x", "of=team&before=x"])
def test_a_page_after_what_is_not_mine_is_not_there(owner_client, query):
    assert owner_client.get(f"{PRESETS}?{query}").status_code == 404


@pytest.mark.parametrize("address", ["save", "change"])
def test_a_name_that_somebody_takes_in_this_moment_is_told(owner_client, monkeypatch, address):
    preset = saved(owner_client)

    def taken(*_, **__):
        raise saved_items.NameTaken

    monkeypatch.setattr(presets.saved_items, "change_item", taken)
    where, form = {
        "save": (SAVE, {**sound(prompt="a boat"), "name": "Doors", "overwrite": "on"}),
        "change": (f"/presets/{preset.key}/", {"name": "Gates"}),
    }[address]
    assert "You have one of this name already." in Page(owner_client.post(where, form)).html


def test_sides_in_pixels_are_written_as_a_size():
    form = {"width": 640, "height": 64, "size": "1024x1024"}
    assert presets.facts(form, ["size"]) == [(presets.facts({"size": "x"}, ["size"])[0][0], "1024x1024, 640 × 64")]

"""A file dropped on the studio fills it: with what can be done, and a sentence for each part that cannot."""

import io
import json

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL.PngImagePlugin import PngInfo

from gallery.models import Image, Run
from gallery.services.media.metadata import embedding
from gallery.services.references.keeping import keep_upload
from tests.pages import Page
from tests.recipes import files
from tests.recipes.files import FACTS, FILES, PROMPT
from tests.recipes.test_readers import FLUX_GRAPH, FORGE, HOSTILE
from tests.rows import make_images

pytestmark = pytest.mark.django_db

DOOR = "/studio/recipe/"
TYPED = {"prompt": "what stands there", "model": "flux-2-pro", "seed": "3", "aspect_ratio": "16:9", "project": "Docks"}


def dropped(content, name="found.png"):
    return SimpleUploadedFile(name, content)


def png_with(**texts):
    info = PngInfo()
    for key, text in texts.items():
        info.add_text(key, text)
    return files.encoded("png", pnginfo=info)


def fill(client, content, **typed):
    response = client.post(DOOR, typed | {"recipe": dropped(content)})
    assert response.status_code == 200
    return Page(response)


def unused(page):
    [note] = page.all("div", class_="note", role="status")
    return [each.get_text() for each in note.node.find_all("li")]


@pytest.mark.parametrize("name", FILES)
def test_our_own_file_fills_everything(owner_client, name):
    image_format, content = FILES[name]
    page = fill(owner_client, embedding.embed_recipe(content, image_format, FACTS, marked=True), **TYPED)
    values = {key: page.value(key) for key in ("model", "seed", "steps", "guidance", "output_format", "project")}
    assert values == {
        "model": ["flux-2-flex"], "seed": "7", "steps": "20", "guidance": "4.5", "output_format": "png",
        "project": "Docks",
    }  # fmt: skip
    assert page.value("prompt").replace("\r\n", "\n") == PROMPT.replace("{", r"\{").replace("}", r"\}")
    assert "as fluxweb wrote it. All of it could be used." in page.html
    assert not Run.objects.exists()


def test_what_could_not_be_used_is_listed(owner_client):
    page = fill(owner_client, png_with(parameters=FORGE), **TYPED)
    assert (page.value("model"), page.value("seed"), page.value("project")) == (["flux-dev"], "42", "Docks")
    assert (page.value("width"), page.value("height"), page.value("aspect_ratio")) == ("896", "1152", "")
    assert "Sampler DPM++ 2M: FLUX through this provider takes none." in unused(page)
    assert "AUTOMATIC1111 or Forge" in page.html


def test_a_seed_that_cannot_be_and_a_model_of_others_leave_what_was_typed(owner_client):
    graph = FLUX_GRAPH | {"12": {"class_type": "UNETLoader", "inputs": {"unet_name": "sdxl"}}}
    page = fill(owner_client, png_with(prompt=json.dumps(graph)), **TYPED)
    assert (page.value("prompt"), page.value("model"), page.value("seed")) == ("a heron at dusk", ["flux-2-pro"], "3")
    assert any(each.startswith("Seed: 219670278747233 is above") for each in unused(page))


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Choose a picture first"),
        (b"no picture at all", "No JPEG, PNG or WebP"),
        (FILES["jpeg"][1], "No recipe in it"),
        (png_with(parameters="just words"), "no recipe as a program that is known here writes it"),
        (png_with(parameters="a" * 70_000), "longer than 64 KB"),
    ],
)
def test_without_a_recipe_all_stays_and_it_says_why(owner_client, content, words):
    page = fill(owner_client, content, **TYPED) if content else Page(owner_client.post(DOOR, TYPED))
    assert {name: page.value(name) for name in ("prompt", "seed", "project")} == {
        name: TYPED[name] for name in ("prompt", "seed", "project")
    }
    [note] = page.all("div", class_="bad", role="status")
    assert words in note.text


def test_a_fragment_is_answered_to_htmx(owner_client):
    response = owner_client.post(DOOR, {"recipe": dropped(png_with(parameters=FORGE))}, headers={"HX-Request": "true"})
    assert response.content.lstrip().startswith(b"<form")
    assert "fluxweb:filled" in response["HX-Trigger-After-Swap"]


def test_the_names_of_files_and_what_stands_in_them_are_no_markup(owner_client):
    evil = FORGE.replace("DPM++ 2M", "<script>x</script>").replace("a cat", "</textarea><b>")
    page = Page(owner_client.post(DOOR, {"recipe": dropped(png_with(parameters=evil), "<i>.png")}))
    assert "<script>x" not in page.html
    assert page.value("prompt").startswith("</textarea><b>")
    assert "&lt;i&gt;.png" in page.html


# -- what is dropped as a reference -----------------------------------------------------------------------------------


def add_reference(client, content, name="ref.png"):
    return Page(
        client.post("/references/", {**TYPED, "reference": dropped(content, name)}, headers={"HX-Request": "1"})
    )


def test_a_reference_that_holds_a_recipe_offers_it_instead(owner, owner_client):
    page = add_reference(owner_client, png_with(parameters=FORGE))
    [button] = page.all("button", name="recipe_image")
    image = Image.objects.get(origin="upload")
    assert (button["value"], button["formaction"]) == (image.key, DOOR)
    [key] = [each["value"] for each in page.all("input", name="reference_key")]
    other = add_reference(owner_client, FILES["jpeg"][1])
    assert not other.all("button", name="recipe_image")
    keys = [key, other.one("input", name="reference_key")["value"]]
    filled = Page(owner_client.post(DOOR, {**TYPED, "reference_key": keys, "recipe_image": image.key}))
    assert (filled.value("seed"), filled.one("input", name="reference_key")["value"]) == ("42", keys[1])


def test_without_script_the_offer_stands_in_the_studio(owner_client):
    page = Page(
        owner_client.post("/", {**TYPED, "edit": "references", "reference": dropped(png_with(parameters=FORGE))})
    )
    assert len(page.all("button", name="recipe_image")) == 1


def test_a_picture_made_here_is_recalled_whole_and_nobody_elses(owner, owner_client, colleague_client):
    [image] = make_images(owner, 1)
    page = Page(owner_client.post(DOOR, {**TYPED, "recipe_image": image.key}))
    assert (page.value("prompt"), page.value("seed"), page.value("project")) == ("1 boats", "1", "")
    assert colleague_client.post(DOOR, {"recipe_image": image.key}).status_code == 404


def test_an_upload_whose_file_lost_its_recipe_says_so(owner, owner_client):
    image = keep_upload(io.BytesIO(FILES["jpeg"][1]), name="plain.jpg", owner=owner).image
    assert "No recipe in it" in Page(owner_client.post(DOOR, {"recipe_image": image.key})).html


@pytest.mark.parametrize("name", ["a bomb in zTXt", "many chunks", "pairs without end", "deep json"])
def test_hostile_files_are_answered(owner_client, name):
    fill(owner_client, HOSTILE[name]().getvalue(), **TYPED)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40, deadline=None)
@given(at=st.integers(0, 2000), junk=st.binary(max_size=20), text=st.text(max_size=40))
def test_no_file_is_an_accident(owner_client, at, junk, text):
    content = png_with(parameters=f"{text}\n{FORGE}")
    at %= len(content)
    fill(owner_client, content[:at] + junk + content[at + len(junk) :])

"""Recipes in files, in a real browser: a file that is dropped fills the studio, and the menu gives what it names."""

import base64

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gallery.models import Image
from tests.browser.test_every_page import findings
from tests.browser.test_references import GIVE, SLOW
from tests.factories import make_run
from tests.recipes import files
from tests.recipes.test_readers import FORGE
from tests.recipes.test_studio_door import png_with

pytestmark = pytest.mark.django_db(transaction=True)


def test_a_dropped_file_is_a_reference_and_offers_its_recipe(studio, complaints):
    page = studio
    page.get_by_label("Project").fill("Docks")
    content = base64.b64encode(png_with(parameters=FORGE)).decode()
    page.evaluate(GIVE, ["drop", "forge.png", content, "#id_prompt"])
    offer = page.get_by_role("button", name="fill the studio with its recipe")
    expect(offer).to_be_visible(timeout=SLOW)
    offer.click()
    expect(page.get_by_label("Seeds")).to_have_value("42", timeout=SLOW)
    expect(page.get_by_role("textbox", name="Prompt")).to_be_focused()
    expect(page.locator("#prompt-count")).to_have_text("33")
    expect(page.get_by_label("Project")).to_have_value("Docks")
    expect(page.locator("#references .name")).to_have_count(0)  # what was wanted is the recipe, not the picture
    expect(page.locator("#generate")).to_contain_text("Generate 1 image")
    note = page.locator(".note[role=status]")
    expect(note).to_contain_text("Sampler DPM++ 2M: FLUX through this provider takes none.")
    assert findings(page) == []

    page.get_by_label("Seeds").fill("5")
    page.locator("#id_recipe").set_input_files(
        {"name": "plain.png", "mimeType": "image/png", "buffer": files.encoded("png")}
    )
    expect(page.locator(".note.bad")).to_contain_text("“plain.png”: No recipe in it", timeout=SLOW)
    expect(page.get_by_label("Seeds")).to_have_value("5")
    assert complaints == []


def test_the_menu_gives_each_file_by_what_it_keeps(
    page, live_server, owner, owner_client, worker, provider_server, cookie, complaints
):  # fmt: skip
    make_run(owner, models=["flux-2-flex"], seed="7", size="64x128", steps="20")
    worker.work()
    image = Image.objects.get()
    page.context.add_cookies([cookie(owner_client)])
    page.goto(live_server.url + reverse("image", args=[image.key]))
    menu = page.locator(".downloads")
    names = {"Original": "", "With recipe": "-recipe", "Clean": None}
    for name, ending in names.items():
        menu.locator("summary").click()
        with page.expect_download() as download:
            menu.get_by_role("link").filter(has=page.locator("b", has_text=name)).first.click()
        stem = f"picture-{image.key}" if ending is None else f"flux-2-flex-7-{image.key}{ending}"
        assert download.value.suggested_filename == f"{stem}.jpg"
        content = download.value.path().read_bytes()
        assert (b"fluxweb:recipe" in content) == (name == "With recipe")
        if menu.get_attribute("open") is not None:
            page.keyboard.press("Escape")
    menu.locator("summary").click()
    assert findings(page) == []
    assert complaints == []

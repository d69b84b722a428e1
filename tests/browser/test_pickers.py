"""Past prompts, templates and presets over the studio: what is picked goes into what is typed, the rest stays."""

import re

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import expect

from gallery.models import Preset, Rating, Run
from tests.factories import make_run
from tests.rows import make_images

pytestmark = pytest.mark.django_db(transaction=True)


def pick(page, name):
    page.locator(".pickers").get_by_role("link", name=name).click()
    expect(page.locator("#picker")).to_be_visible()
    return page.locator("#picker")


def test_a_past_prompt_is_found_and_put_into_what_is_typed(studio, owner, complaints):
    make_run(owner, prompt="a {red|blue} door in fog")
    make_run(owner, prompt="a boat")
    page = studio
    page.get_by_label("Seeds").fill("7, 9")
    page.locator("#id_prompt").fill("nothing yet")
    picker = pick(page, "Past prompts")
    expect(picker.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("FOG door")
    expect(picker.locator(".kept li")).to_have_count(1)
    picker.get_by_role("link", name="a {red|blue} door in fog").press("Enter")
    expect(picker).to_be_hidden()
    expect(page.locator("#id_prompt")).to_have_value("a {red|blue} door in fog")
    expect(page.locator("#id_prompt")).to_be_focused()
    expect(page.locator("#prompt-count")).to_have_text("24")
    expect(page.locator("#generate")).to_contain_text("Generate 4 images")
    page.locator("#id_seed").fill("7")
    expect(page.locator("#generate")).to_contain_text("Generate 2 images")
    page.locator("#id_seed").press("Control+Enter")
    page.wait_for_url("**/runs/*/")
    assert Run.objects.order_by("-id").first().form["seed"] == "7"
    assert complaints == []


def test_a_template_shows_its_prompt_while_it_is_filled(studio, complaints):
    page = studio
    page.get_by_label("Seeds").fill("7")
    picker = pick(page, "Templates")
    picker.get_by_role("link", name="Typography poster").click()
    picker.get_by_role("button", name="Use in the studio").click()
    expect(picker.locator("#why-fill-2")).to_have_text("Write what stands for headline.")
    picker.get_by_label("Headline").fill("Spring | Summer")
    expect(picker.locator("#preview")).to_contain_text("exactly as written: “Spring | Summer”")
    expect(picker.locator("#preview")).to_contain_text("2 prompts")
    expect(picker.locator("#why-fill-2")).to_be_hidden()
    picker.get_by_role("button", name="Use in the studio").click()
    expect(picker).to_be_hidden()
    expect(page.locator("#id_prompt")).to_have_value(re.compile(r"\{Spring\|Summer\}"))
    expect(page.get_by_label("Seeds")).to_have_value("7")
    expect(page.locator("#generate")).to_contain_text("Generate 2 images")
    expect(page.locator("[data-needs=steps]")).not_to_have_attribute("hidden", "")
    assert complaints == []


def test_a_preset_is_saved_and_brings_everything_back(studio, live_server, complaints):
    page = studio
    page.locator("#id_prompt").fill("a {red|blue} door")
    page.get_by_label("Seeds").fill("7, 9, 11")
    page.get_by_text("Other ratios").click()
    page.get_by_label("Several shapes").check()
    page.locator('input[name=aspect_ratio][value="16:9"]').check(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 12 images")
    picker = pick(page, "Presets")
    picker.get_by_label("Save what the studio holds now, as").fill("Doors")
    page.keyboard.press("Enter")
    expect(picker.get_by_role("status")).to_have_text("Saved as “Doors”.")
    page.goto(live_server.url)
    page.get_by_role("button", name="New").click()
    expect(page.locator("#generate")).to_contain_text("Generate 4 images")
    pick(page, "Presets").get_by_role("link", name="Doors").click()
    expect(page.locator("#generate")).to_contain_text("Generate 12 images")
    expect(page.locator("#id_prompt")).to_have_value("a {red|blue} door")
    expect(page.get_by_label("Several shapes")).to_be_checked()
    assert complaints == []


def test_escape_and_a_click_beside_it_change_nothing(studio, complaints):
    page = studio
    page.locator("#id_prompt").fill("a door")
    picker = pick(page, "Presets")
    page.keyboard.press("Escape")
    expect(picker).to_be_hidden()
    picker = pick(page, "Templates")
    page.mouse.click(5, 5)
    expect(picker).to_be_hidden()
    expect(page.locator("#id_prompt")).to_have_value("a door")
    assert complaints == []


def test_without_javascript_everything_is_a_page(browser, live_server, owner_client, cookie):
    context = browser.new_context(java_script_enabled=False)
    context.add_cookies([cookie(owner_client)])
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_role("link", name="Templates").click()
    page.get_by_role("link", name="Product photo").click()
    page.get_by_label("Product").fill("a vase|a bowl")
    page.get_by_role("button", name="Preview").click()
    expect(page.locator("#preview")).to_contain_text("2 prompts")
    page.get_by_role("button", name="Use in the studio").click()
    expect(page.locator("#generate")).to_contain_text("Generate 8 images")
    page.get_by_role("button", name="Save as a preset").click()
    page.get_by_label("Save what the studio holds now, as").fill("Vases")
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vases")
    page.get_by_role("button", name="Delete").click()
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Vases")
    assert Preset.objects.get().deleted_at is None
    context.close()


def test_the_palette_and_the_keys_lead_everywhere(studio, owner, live_server, complaints):
    run = make_run(owner, prompt="a lighthouse in fog")
    page = studio
    page.keyboard.press("Control+k")  # while somebody types, too
    palette = page.get_by_role("dialog", name="Go to")
    expect(palette.get_by_role("searchbox")).to_be_focused()
    page.keyboard.type("fog")
    expect(palette.get_by_role("link", name="a lighthouse in fog")).to_be_visible()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    expect(palette.get_by_role("link", name="a lighthouse in fog")).to_be_focused()
    page.keyboard.press("Enter")
    page.wait_for_url(f"**/runs/{run.key}/")
    expect(page.locator("#main")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("m")
    page.wait_for_url("**/costs/**")
    page.keyboard.press("n")
    page.wait_for_url(live_server.url + "/")
    expect(page.locator("#id_prompt")).to_be_focused()
    assert complaints == []
    page.keyboard.press("Control+k")
    expect(palette.get_by_role("link", name="Runs")).to_be_visible()
    assert Axe().run(page).response["violations"] == []


def test_the_letter_after_g_leads_to_a_page_and_rates_nothing(studio, owner, live_server):
    [image] = make_images(owner, 1)
    page = studio
    page.goto(f"{live_server.url}/images/{image.key}/")
    page.keyboard.press("Shift")  # the first key brings the others
    page.evaluate("import('/static/js/base/keys.js')")
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url("**/collections/")
    assert not Rating.objects.exists()

"""The studio in a real browser: what happens while somebody types, and what one press does."""

import gzip
import json
import re

import pytest
from playwright.sync_api import expect

from gallery.models import Job, Run

pytestmark = pytest.mark.django_db(transaction=True)

SCRIPT_BYTES = 25 * 1024


@pytest.fixture(autouse=True)
def no_complaints(complaints):
    yield
    assert complaints == []


def prompt(page):
    return page.get_by_role("textbox", name="Prompt")


def tick(page, model, *, on=True):
    page.locator(f'input[name=model][value="{model}"]').set_checked(on)


def on_a_run(page):
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))


def test_a_double_click_makes_one_run(studio):
    prompt(studio).fill("a door")
    expect(studio.locator("#generate")).to_contain_text("Generate 4 images")
    studio.locator("#generate").dblclick()
    on_a_run(studio)
    assert Run.objects.count() == 1


def test_ctrl_enter_generates(studio):
    prompt(studio).fill("a door")
    prompt(studio).press("Control+Enter")
    on_a_run(studio)
    assert Job.objects.count() == 4


def test_the_price_follows_every_change(studio):
    generate = studio.locator("#generate")
    expect(generate).to_contain_text("Generate 4 images")
    studio.get_by_label("Seeds").fill("1..10")
    expect(generate).to_contain_text("Generate 10 images")
    tick(studio, "flux-2-pro")
    expect(generate).to_contain_text("Generate 20 images")
    tick(studio, "flux-2-klein-9b", on=False)
    tick(studio, "flux-2-pro", on=False)
    expect(studio.locator("#why-model")).to_have_text("Tick at least one model.")
    expect(generate).not_to_contain_text("$")
    assert not Run.objects.exists()


def test_full_hd_is_told_while_typing_and_mended_by_one_click(studio):
    studio.get_by_text("exact sizes").click()
    studio.get_by_label("Width").fill("1920")
    studio.get_by_label("Height").fill("1080")
    why = studio.locator("#why-height")
    expect(why).to_contain_text("1080 is no multiple of 16.")
    expect(studio.get_by_label("Height")).to_have_attribute("aria-invalid", "true")
    why.get_by_role("button", name="Use it").click()
    expect(studio.get_by_label("Height")).to_have_value("1088")
    expect(why).to_be_hidden()
    expect(studio.get_by_label("Height")).not_to_have_attribute("aria-invalid", "true")
    expect(studio.locator("#shape-says")).to_have_text("1920 × 1088")


def test_fields_come_and_go_with_the_models_and_keep_what_was_typed(studio):
    studio.get_by_text("Format, safety, upsampling").click()
    steps = studio.locator("#id_steps")
    expect(steps).to_be_hidden()
    tick(studio, "flux-2-flex")
    steps.fill("20")
    studio.get_by_label("Prompt upsampling").check()
    tick(studio, "flux-2-flex", on=False)
    expect(steps).to_be_hidden()
    expect(studio.get_by_label("Prompt upsampling")).to_be_hidden()
    tick(studio, "flux-2-flex")
    expect(steps).to_have_value("20")
    expect(studio.get_by_label("Prompt upsampling")).to_be_checked()


def test_an_invalid_press_keeps_what_was_typed(studio):
    prompt(studio).fill("a door that is kept")
    tick(studio, "flux-2-max")
    studio.get_by_label("Seeds").fill("many")
    studio.locator("#generate").click()
    expect(studio.locator("#why-seed")).to_contain_text("“many” is no seed.")
    expect(prompt(studio)).to_have_value("a door that is kept")
    expect(studio.locator('input[value="flux-2-max"]')).to_be_checked()
    studio.get_by_label("Seeds").fill("7")
    expect(studio.locator("#why-seed")).to_be_hidden()
    studio.locator("#generate").click()
    on_a_run(studio)


def test_colours_named_in_the_prompt_show_as_swatches(studio):
    prompt(studio).fill("a door in color #ff8800 and #123")
    expect(studio.locator(".swatches rect")).to_have_count(2)
    expect(studio.locator("div.swatches")).to_contain_text("#112233")
    painted = studio.locator(".swatches rect").first.evaluate("(rect) => getComputedStyle(rect).fill")
    assert painted == "rgb(255, 136, 0)"


def test_a_structured_prompt_is_made_pretty_by_one_click(studio):
    document = {"scene": "a “door”", "style": "oil & <ink>", "subjects": [{"description": "x"}]}
    prompt(studio).fill(json.dumps(document))
    studio.get_by_role("button", name="Pretty-print it").click()
    expect(prompt(studio)).to_have_value(json.dumps(document, indent=2, ensure_ascii=False))


def test_who_comes_back_finds_what_was_typed_and_may_press_again(studio):
    prompt(studio).fill("a door")
    tick(studio, "flux-2-flex")
    studio.get_by_label("Seeds").fill("1..3")
    studio.locator("#generate").click()
    on_a_run(studio)
    studio.go_back()
    expect(prompt(studio)).to_have_value("a door")
    expect(studio.locator("#prompt-count")).to_have_text("6")
    expect(studio.get_by_label("Seeds")).to_have_value("1..3")
    expect(studio.locator("[data-needs=steps]")).not_to_have_attribute("hidden", "")
    expect(studio.locator("#generate")).to_contain_text("Generate 6 images")
    studio.locator("#generate").click()
    on_a_run(studio)
    assert Run.objects.count() == 2


def test_ratio_and_exact_size_let_each_other_go(studio):
    square = studio.locator('input[name=aspect_ratio][value="1:1"]')
    expect(square).to_be_checked()
    studio.get_by_text("exact sizes").click()
    studio.get_by_label("Width").fill("640")
    studio.get_by_label("Height").fill("320")
    expect(square).not_to_be_checked()
    expect(studio.locator("#shape-says")).to_have_text("640 × 320")
    square.check(force=True)
    expect(studio.get_by_label("Width")).to_have_value("")
    expect(studio.locator("#shape-says")).to_have_text("social post · 1024 × 1024")


def test_the_script_of_any_page_is_small(studio, live_server):
    scripts = {}
    studio.route("**/*.js", lambda route: route.continue_())  # whatever is routed comes whole, not out of a cache
    studio.on(
        "response", lambda got: scripts.update({got.url: got}) if got.request.resource_type == "script" else None
    )  # fmt: skip
    for path in ("/", "/runs/", "/gallery/", "/queue/", "/help/", "/accounts/password/change/"):
        scripts.clear()
        studio.goto(live_server.url + path, wait_until="networkidle")
        size = sum(len(gzip.compress(got.body())) for got in scripts.values())
        assert scripts
        assert size <= SCRIPT_BYTES, path


def test_the_prompt_grows_and_shrinks_where_the_browser_cannot_do_it_itself(studio):
    studio.add_init_script("""
      const { supports } = CSS;
      CSS.supports = (name, ...rest) => name !== "field-sizing" && supports.call(CSS, name, ...rest);
      document.addEventListener("DOMContentLoaded", () => {
        document.getElementById("id_prompt").style.fieldSizing = "fixed";
      });
    """)
    studio.reload()
    height = prompt(studio).evaluate("(area) => area.offsetHeight")
    assert height == 108  # the least
    for viewport in ({"width": 1440, "height": 900}, {"width": 360, "height": 760}):
        studio.set_viewport_size(viewport)
        prompt(studio).fill("\n".join(["a lighthouse in fog"] * 12))
        sizes = prompt(studio).evaluate("(area) => [area.offsetHeight, area.scrollHeight, area.clientHeight]")
        assert sizes[0] > 250
        assert sizes[1] == sizes[2]  # nothing to scroll
        prompt(studio).fill("\n".join(["a lighthouse in fog"] * 200))
        assert prompt(studio).evaluate("(area) => area.offsetHeight / innerHeight") == pytest.approx(0.4, abs=0.02)
        prompt(studio).fill("a door")
        assert prompt(studio).evaluate("(area) => area.offsetHeight") == height
    assert studio.locator("textarea:disabled").count() == 0


def test_what_most_runs_need_stands_on_one_screen_and_the_prompt_stays(studio):
    studio.set_viewport_size({"width": 1440, "height": 900})
    for part in ("#id_prompt", ".choices >> nth=0", ".shapes.usual", "#id_seed", "#generate"):
        box = studio.locator(part).bounding_box()
        assert box["y"] >= 0, part
        assert box["y"] + box["height"] <= 900, part
    studio.locator(".moreoptions summary").scroll_into_view_if_needed()
    studio.locator("#compose").evaluate("(form) => { form.scrollTop = form.scrollHeight; }")
    expect(prompt(studio)).to_be_in_viewport(ratio=1)
    expect(studio.locator("#generate")).to_be_in_viewport(ratio=1)


def test_seeds_are_stepped_beside_the_price(studio):
    more, fewer = (studio.get_by_role("button", name=f"One seed {word}") for word in ("more", "fewer"))
    seeds, button = studio.get_by_label("Seeds"), studio.locator("#generate")
    more.click()
    expect(seeds).to_have_value("5 random")
    expect(button).to_contain_text("Generate 5 images")
    for _ in range(6):
        fewer.click()
    expect(seeds).to_have_value("1 random")
    seeds.fill("42, 43")
    more.click()
    more.click()
    expect(seeds).to_have_value("42, 43, 2 random")
    for _ in range(3):
        fewer.click()
    expect(seeds).to_have_value("42")
    expect(button).to_contain_text("Generate 1 image")

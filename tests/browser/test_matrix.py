"""A run with several axes in a real browser: composed, filling, rearranged without a reload, walked, made larger."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import Job
from gallery.simulator import faults
from tests.browser.test_every_page import findings
from tests.browser.test_whole_job import tick
from tests.conftest import signed_in
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

STAYED = "() => window.stayed"
THREE, FOUR = ["flux-2-klein-4b", "flux-2-klein-9b", "flux-2-pro"], "1..4"


@pytest.fixture
def olga(page, owner, cookie):
    """Olga's browser, signed in."""
    page.context.add_cookies([cookie(signed_in(owner))])
    return page


@pytest.fixture
def look(olga, live_server):
    """Open the page of a run in Olga's browser, and leave a mark that a reload would take away."""

    def at(run, query=""):
        olga.goto(f"{live_server.url}/runs/{run.key}/{query}")
        olga.evaluate("() => { window.stayed = true; }")
        return olga

    return at


def control(page, name, link):
    return page.get_by_role("navigation", name=name).get_by_role("link", name=link)


def focused(page):
    """Name the cell that has the focus by its place in the run."""
    key = page.evaluate("() => document.activeElement.closest('.cell')?.id")
    return Job.objects.get(key=key.removeprefix("job-")).position if key else None


def walk(page, keys):
    for key in keys.split():
        page.keyboard.press(key)
    return focused(page)


def test_three_steps_and_four_seeds_fill_are_turned_and_one_is_retried(studio, world, idle_worker, complaints):
    page = studio
    world.script(faults.Moderated(), prompt="red door")
    page.get_by_role("textbox", name="Prompt").fill("a red door")
    page.get_by_role("checkbox", name=re.compile("klein-9b")).uncheck()
    tick(page, "flux-2-flex")
    page.get_by_label("Seeds").fill("1..4")
    page.locator("details.moreoptions").evaluate("(box) => box.open = true")
    page.get_by_role("textbox", name="Steps").fill("10, 20, .., 30")
    expect(page.locator("#generate")).to_contain_text("Generate 12 images")
    page.locator("#generate").click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))
    expect(page.locator(".matrix .col")).to_have_count(3)
    expect(page.locator(".cell.waiting")).to_have_count(12)
    idle_worker.start()
    expect(page.locator(".cell.done img")).to_have_count(11, timeout=30_000)
    expect(page.locator(".cell.failed")).to_have_count(1)

    page.evaluate("() => { window.stayed = true; }")
    control(page, "What goes across", "seeds").click()
    expect(page).to_have_url(re.compile(r"\?across=seed$"))
    expect(page.locator(".matrix .col")).to_have_text(["1seed", "2seed", "3seed", "4seed"])
    assert page.evaluate(STAYED)
    expect(page.locator(".cell.done img")).to_have_count(11)

    page.get_by_role("button", name=re.compile("Retry 1")).click()
    expect(page).to_have_url(re.compile(r"\?across=seed$"))
    expect(page.locator(".cell.done img")).to_have_count(12, timeout=30_000)
    assert len(world.till) == 13
    assert complaints == []


def test_pages_and_sizes_change_while_it_fills(look, owner, idle_worker, complaints):
    page = look(make_run(owner, models=THREE, seed="1, 2", prompt="a {red|blue} door", size="64x64"))
    expect(page.locator("#sheets h2")).to_have_text(["red prompt", "blue prompt"])
    idle_worker.start()
    control(page, "What parts it into pages", "none").click()
    expect(page.locator("#sheets h2")).to_have_count(0)
    expect(page.locator(".rowh")).to_have_count(4)
    wide = page.locator(".cell").first.bounding_box()["width"]
    control(page, "Size of the pictures", "Small pictures").click()
    expect(page).to_have_url(re.compile(r"\?page=none&size=s$"))
    expect(page.locator("#size-s")).to_be_focused()
    assert page.locator(".cell").first.bounding_box()["width"] < 140 < 250 < wide
    control(page, "Size of the pictures", "Large pictures").click()
    expect(page.locator("#matrix")).to_have_class("size-l")
    assert page.locator(".cell").first.bounding_box()["width"] > 350
    expect(page.locator(".cell.done img")).to_have_count(12, timeout=30_000)
    assert page.evaluate(STAYED)
    assert complaints == []
    page.go_back()
    expect(page.locator("#matrix")).to_have_class("size-s")


def test_arrow_keys_walk_over_the_matrix(look, owner):
    page = look(make_run(owner, models=THREE, seed=FOUR, size="64x64"))
    page.locator("#sheets").focus()
    assert focused(page) is None
    assert walk(page, "ArrowDown") == 0
    assert walk(page, "ArrowRight ArrowDown") == 4
    assert walk(page, "End") == 5
    assert walk(page, "ArrowRight") == 5
    assert walk(page, "ArrowDown ArrowDown ArrowDown Home") == 9
    assert walk(page, "ArrowUp ArrowLeft") == 6
    page.keyboard.press("-")
    expect(page.locator("#matrix")).to_have_class("size-s")
    page.wait_for_function("() => document.activeElement.matches('.cell')")
    assert focused(page) == 6
    assert page.evaluate(STAYED)


def test_arrow_keys_step_over_gaps_and_from_page_to_page(look, owner):
    models = ["flux-2-klein-4b", "flux-2-flex"]
    run = make_run(owner, models=models, seed="1", prompt="a {red|blue} door", steps="10, 20", size="64x64")
    page = look(run, "?page=prompt")
    page.locator("#sheets").focus()
    where = {(job.model[7:11], job.axes["prompt"], job.axes["steps"]): job.position for job in run.jobs.all()}
    assert walk(page, "ArrowDown") == where["klei", "red", "10"]
    assert walk(page, "ArrowDown") == where["flex", "red", "20"]
    assert walk(page, "ArrowDown") == where["flex", "blue", "10"]
    assert walk(page, "ArrowLeft") == where["klei", "blue", "10"]


def test_the_focus_stays_on_a_cell_that_becomes_a_picture(look, owner, idle_worker):
    page = look(make_run(owner, models=THREE, seed=FOUR, size="64x64"))
    page.locator("#sheets").focus()
    assert walk(page, "ArrowDown ArrowDown") == 3
    idle_worker.start()
    expect(page.locator(".cell.done img")).to_have_count(12, timeout=30_000)
    assert focused(page) == 3
    assert page.evaluate("() => document.activeElement.tagName") == "A"
    page.keyboard.press("-")
    expect(page.locator("#matrix")).to_have_class("size-s")
    page.wait_for_function("() => document.activeElement.matches('.cell a')")
    assert focused(page) == 3
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/images/\w+/$"))


def test_enter_opens_what_can_be_decided(look, owner, world, worker, provider_server):
    run = make_run(owner, seed="1, 2", size="64x64")
    world.script(faults.Moderated())
    worker.work()
    page = look(run)
    page.locator("#sheets").focus()
    walk(page, "ArrowRight Enter")
    expect(page.locator(".cell.failed details")).to_have_attribute("open", "")


def test_a_model_and_a_seed_are_added_and_fill(look, owner, idle_worker, world, complaints):
    idle_worker.start()
    page = look(make_run(owner, models=THREE[:2], seed="1, 2", size="64x64"), "?across=seed")
    expect(page.locator(".cell.done img")).to_have_count(4, timeout=30_000)
    page.get_by_text("Add seeds or a model").click()
    page.get_by_role("textbox", name="Seeds").fill("many")
    expect(page.locator("#why-seed")).to_contain_text("“many” is no seed.")
    page.get_by_role("textbox", name="Seeds").fill("3")
    page.get_by_role("combobox", name="Model").select_option("flux-2-pro")
    button = page.get_by_role("button", name="Add 5 images · $0.11")
    expect(button).to_be_visible()
    assert len(world.till) == 4
    button.dblclick()
    expect(page).to_have_url(re.compile(r"\?across=seed$"))
    expect(page.locator(".cell.done img")).to_have_count(9, timeout=30_000)
    expect(page.locator(".matrix .col")).to_have_text(["1seed", "2seed", "3seed"])
    expect(page.locator(".rowh")).to_have_count(3)
    assert len(world.till) == 9
    assert complaints == []


def top_of(page, selector):
    return round(page.locator(selector).first.bounding_box()["y"])


@pytest.mark.parametrize("width", [360, 768, 1440])
@pytest.mark.parametrize("size", ["m", "l"])
def test_heads_stay_while_one_scrolls(look, owner, width, size):
    run = make_run(owner, models=THREE, seed="1..8", prompt="a {red|blue} door", size="512x640")
    page = look(run, f"?size={size}")
    page.set_viewport_size({"width": width, "height": 800})
    sheets, last = page.locator("#sheets"), page.locator(".sheet").first.locator(".cell").nth(20)
    last.scroll_into_view_if_needed()
    sheets.evaluate("(sheets) => sheets.scrollTo(2000, sheets.scrollTop)")
    page.evaluate("() => new Promise(requestAnimationFrame)")
    heads, column = top_of(page, "#sheets h2"), top_of(page, ".col")
    bar = round(page.locator(".bar").bounding_box()["height"])
    assert bar <= heads + 1 < column < 200
    assert column < last.bounding_box()["y"] < 800
    seed = page.locator(".sheet").first.locator(".rowh").nth(6).bounding_box()
    assert 0 <= seed["x"] <= 24
    picture = page.locator(".shape").first.bounding_box()
    assert picture["height"] < 800
    assert page.evaluate("() => document.documentElement.scrollWidth <= innerWidth")


def test_what_can_be_added_and_the_keys_are_sound_when_open(look, owner):
    page = look(make_run(owner, models=THREE, seed="1, 2", prompt="a {red|blue} door", size="64x64"))
    page.locator("#extend summary").click()
    page.get_by_role("textbox", name="Seeds").fill("many")
    expect(page.locator("#why-seed")).to_be_visible()
    wrong = findings(page)
    page.get_by_role("textbox", name="Seeds").fill("7")
    expect(page.locator("#extend-button")).to_contain_text("Add 6 images")
    wrong += findings(page)
    page.keyboard.press("Escape")
    page.locator("#keys summary").click()
    assert wrong + findings(page) == []

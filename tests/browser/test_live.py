"""Pages that live: pictures arrive without moving anything, the poll ends, and without script everything works too."""

import re

import pytest
from playwright.sync_api import TimeoutError as NothingCame
from playwright.sync_api import expect

from gallery.models import Run
from gallery.simulator import faults
from tests.conftest import signed_in
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

WATCH = """
window.shifts = [];
const told = (shift) => `${shift.value} ${shift.sources.map((source) => source.node?.outerHTML)}`;
new PerformanceObserver((list) => {
  window.shifts.push(...list.getEntries().filter((shift) => !shift.hadRecentInput).map(told));
}).observe({ type: "layout-shift", buffered: true });
"""
SHAPES = ("1024x1024", "512x1024", "1024x512")


@pytest.fixture
def watched(page, owner, cookie):
    """Olga's browser, which notes whatever moves by itself."""
    page.context.add_cookies([cookie(signed_in(owner))])
    page.add_init_script(WATCH)
    return page


def shifts(page):
    return page.evaluate("() => window.shifts")


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_nothing_moves_while_pictures_arrive(watched, live_server, owner, world, idle_worker, complaints, width):
    world.script(faults.Moderated(), prompt="wide")
    run = make_run(
        owner, prompt="a wide door", models=["flux-2-klein-4b", "flux-2-klein-9b"], seed="1..3", size="512x256"
    )
    watched.set_viewport_size({"width": width, "height": 900})
    watched.goto(f"{live_server.url}/runs/{run.key}/")
    expect(watched.locator(".cell.waiting")).to_have_count(6)
    idle_worker.start()
    expect(watched.locator(".cell.done img")).to_have_count(5, timeout=20_000)
    expect(watched.locator("#progress")).to_contain_text("1 refused")
    expect(watched.locator("#poll[hx-get]")).to_have_count(0)
    for picture in watched.locator(".cell img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
    assert shifts(watched) == []
    assert complaints == []


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_the_words_above_the_pictures_have_room_for_every_state(watched, live_server, owner, width):
    """Whatever the words and buttons are, the pictures below stay where they are."""
    run = make_run(owner, models=["flux-2-klein-4b", "flux-2-max"], seed="1..40", size="512x256")
    watched.set_viewport_size({"width": width, "height": 900})
    heights = {}
    for states in (
        ["QUEUED"],
        ["QUEUED", "FAILED"],
        ["DONE"],
        ["DONE", "SENDING", "QUEUED", "FAILED", "LOST", "UNKNOWN", "CANCELLED"],
        ["DONE", "FAILED", "LOST", "UNKNOWN", "CANCELLED"],
    ):
        for n, job in enumerate(run.jobs.order_by("position")):
            run.jobs.filter(pk=job.pk).update(state=states[n % len(states)])
        watched.goto(f"{live_server.url}/runs/{run.key}/")
        heights[tuple(states)] = watched.locator("#progress").bounding_box()["height"]
    assert len(set(heights.values())) == 1, heights


@pytest.mark.parametrize("width", [360, 1440])
def test_nothing_moves_while_the_gallery_loads(watched, live_server, owner, worker, provider_server, width):
    for n, size in enumerate(SHAPES * 3):
        make_run(owner, seed=f"{n}", size=size)
    worker.work()
    watched.set_viewport_size({"width": width, "height": 700})
    watched.goto(f"{live_server.url}/gallery/")
    for picture in watched.locator(".tile img").all():
        picture.scroll_into_view_if_needed()
        expect(picture).to_have_js_property("complete", True)
        assert picture.evaluate("(img) => img.naturalWidth") > 0
    assert watched.locator(".tile img").count() == 9
    assert shifts(watched) == []


def test_the_end_is_announced_and_the_poll_stops(watched, live_server, owner, idle_worker):
    polls = []
    watched.on("request", lambda request: polls.append(request.url) if "/changes/" in request.url else None)
    run = make_run(owner, prompt="a red door", seed="1..2", size="64x64")
    watched.goto(f"{live_server.url}/runs/{run.key}/")
    idle_worker.start()
    expect(watched.locator("#toasts")).to_contain_text("2 of 2 done")
    expect(watched).to_have_title(re.compile("✓ 2 of 2 done"))
    asked = len(polls)
    with pytest.raises(NothingCame), watched.expect_request(re.compile("/changes/"), timeout=1_500):
        pass
    assert len(polls) == asked
    assert shifts(watched) == []


def test_cancel_and_resume_from_the_page(watched, live_server, owner, world, idle_worker):
    run = make_run(owner, seed="1..3", size="64x64")
    watched.goto(f"{live_server.url}/runs/{run.key}/")
    watched.get_by_role("button", name="Cancel the rest").click()
    expect(watched.locator(".cell.cancelled")).to_have_count(3)
    expect(watched.locator(".toast")).to_contain_text("3 cancelled, free of charge.")
    assert world.till == []
    watched.get_by_role("button", name="Resume 3").click()
    idle_worker.start()
    expect(watched.locator(".cell.done img")).to_have_count(3, timeout=20_000)
    assert len(world.till) == 3


def test_the_newest_runs_of_the_studio_fill_in(watched, live_server, owner, idle_worker):
    make_run(owner, seed="1..2", size="64x64")
    watched.goto(live_server.url)
    expect(watched.locator("#strips .cell.waiting")).to_have_count(2)
    idle_worker.start()
    expect(watched.locator("#strips img")).to_have_count(2, timeout=20_000)
    expect(watched.locator("#strips-poll[hx-get]")).to_have_count(0)


def test_a_strip_stays_where_it_was_scrolled_to_and_keeps_the_focus(watched, live_server, owner, idle_worker):
    make_run(owner, seed="1..12", size="64x64")
    watched.set_viewport_size({"width": 400, "height": 800})
    watched.goto(live_server.url)
    strip = watched.locator(".strip")
    strip.evaluate("(strip) => { strip.scrollLeft = 200; strip.focus(); }")
    idle_worker.start()
    expect(watched.locator("#strips img")).to_have_count(12, timeout=20_000)
    expect(strip).to_be_focused()
    expect(strip).to_have_js_property("scrollLeft", 200)


def test_a_session_that_ends_says_so_keeps_what_was_typed_and_asks_no_more(watched, live_server, owner):
    make_run(owner, seed="1")
    watched.goto(live_server.url)
    prompt = watched.get_by_role("textbox", name="Prompt")
    watched.context.clear_cookies(name="sessionid")
    prompt.fill("a door that nobody may lose")
    link = watched.locator(".toast").get_by_role("link", name="Sign in again")
    expect(link).to_have_attribute("href", "/accounts/login/?next=%2F")
    expect(watched.locator("[hx-trigger^=every]")).to_have_count(0)
    watched.get_by_label("Seeds").fill("7")
    with pytest.raises(NothingCame), watched.expect_request(re.compile("/studio/runs/"), timeout=2_500):
        pass
    expect(prompt).to_have_value("a door that nobody may lose")
    expect(watched.locator(".toast")).to_have_count(1)


def test_without_script_one_signs_in_composes_and_sees_the_pictures(browser, live_server, owner, busy_worker):
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(live_server.url)
    page.get_by_label("Username or email").fill("olga")
    page.get_by_label("Password").fill("a long password")
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("textbox", name="Prompt").fill("a door")
    page.get_by_label("Seeds").fill("many")
    page.locator("#generate").click()
    expect(page.locator("#why-seed")).to_contain_text("“many” is no seed.")
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("a door")
    page.get_by_label("Seeds").fill("1, 2")
    page.locator("#generate").click()
    expect(page).to_have_url(re.compile(rf"/runs/{Run.objects.get().key}/$"))
    while page.locator(".cell.done img").count() < 2:
        page.reload()
    page.locator(".cell.done a").first.click()
    expect(page.get_by_role("heading", level=1)).to_have_text("a door")
    page.get_by_label("Account of olga").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")
    context.close()


def test_a_chosen_theme_is_remembered(watched, live_server):
    watched.emulate_media(color_scheme="light")
    watched.goto(live_server.url)
    button = watched.locator("[data-theme-button]")
    button.click()
    button.click()
    expect(button).to_have_attribute("aria-label", "Theme: dark")
    background = "() => getComputedStyle(document.body).backgroundColor"
    dark = watched.evaluate(background)
    watched.goto(f"{live_server.url}/help/")
    expect(watched.locator("html")).to_have_attribute("data-theme", "dark")
    assert watched.evaluate(background) == dark

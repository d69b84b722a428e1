"""A second run reuses what is paid, a large one is reviewed, and values are left out: in a real browser."""

import re

import pytest
from playwright.sync_api import expect

from gallery.models import Run
from tests.browser.test_whole_job import tick

pytestmark = pytest.mark.django_db(transaction=True)


def compose(page, *, steps, seeds="1..4"):
    page.get_by_role("textbox", name="Prompt").fill("a red door")
    page.get_by_role("checkbox", name=re.compile("klein-9b")).uncheck()
    tick(page, "flux-2-flex")
    page.get_by_label("Seeds").fill(seeds)
    page.locator("details.moreoptions").evaluate("(box) => box.open = true")
    page.get_by_role("textbox", name="Steps").fill(steps)


def test_a_second_run_reuses_eleven_of_twelve_for_nothing(studio, live_server, world, busy_worker, complaints):
    page = studio
    compose(page, steps="10, 20, .., 30")
    page.locator("summary", has_text="3 step counts").click()
    page.get_by_label("30", exact=True).check(force=True)
    page.get_by_label("4", exact=True).check(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 6 images")
    page.get_by_label("30", exact=True).uncheck(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 9 images")
    page.get_by_label("4", exact=True).uncheck(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 12 images")
    page.locator("#generate").click()
    expect(page.locator(".cell.done img")).to_have_count(12, timeout=30_000)
    paid = len(world.till)
    assert paid == 12

    page.goto(live_server.url)
    compose(page, steps="10, 20, 30", seeds="1..3, 5")
    expect(page.locator("#owned")).to_contain_text("You own 9 of these already")
    page.get_by_label("Seeds").fill("1..4")
    page.get_by_role("textbox", name="Steps").fill("20, 30, 31")
    expect(page.locator("#owned")).to_contain_text("You own 8 of these already")
    page.locator("summary", has_text="3 step counts").click()
    for left_out in ("2", "3", "4"):
        page.get_by_label(left_out, exact=True).check(force=True)
    page.get_by_role("textbox", name="Steps").fill("9, 10, 20, 30")
    expect(page.locator("summary", has_text="4 step counts")).to_be_visible()  # drawn anew
    for back in ("2", "3", "4"):
        page.get_by_label(back, exact=True).uncheck(force=True)
    page.get_by_label("9", exact=True).check(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 12 images")
    expect(page.locator("#generate")).to_contain_text("$0.00")
    page.get_by_label("Buy again").check()
    expect(page.locator("#generate")).to_contain_text("$0.72")
    page.get_by_label("Buy again").uncheck()
    page.get_by_label("9", exact=True).uncheck(force=True)
    page.get_by_label("30", exact=True).check(force=True)
    page.get_by_label("10", exact=True).check(force=True)
    expect(page.locator("#generate")).to_contain_text("Generate 8 images")
    expect(page.locator("#owned")).to_contain_text("You own 4")
    page.locator("#generate").click()
    expect(page.locator(".cell.done img")).to_have_count(8, timeout=30_000)
    assert len(world.till) == paid + 4
    assert complaints == []


def test_a_large_run_is_reviewed_and_back_leads_to_what_was_typed(studio, settings, world, complaints):
    settings.REVIEW_FROM = 12
    page = studio
    compose(page, steps="10, 20, .., 30")
    expect(page.locator("#generate")).to_contain_text("Review 12 images")
    page.locator("#generate").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 12 images")
    assert not Run.objects.exists()
    page.locator("#review").get_by_label(re.compile("^20")).check(force=True)
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 8 images")
    page.go_back()
    expect(page.get_by_role("textbox", name="Prompt")).to_have_value("a red door")
    expect(page.locator("#generate")).to_contain_text("Review 12 images")
    page.get_by_role("textbox", name="Prompt").press("Control+Enter")
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 12 images")
    page.get_by_role("button", name=re.compile("^Generate 12")).click()
    expect(page).to_have_url(re.compile(r"/runs/\w+/$"))
    assert Run.objects.get().size == 12
    assert complaints == []


def hold_scripts(page):
    """Hold back the scripts of the pages that follow (without the theme's none is drawn); returns what lets them go."""
    held = []

    def answer(route):
        if held is None:
            route.continue_()
        else:
            held.append(route)

    def release():
        nonlocal held
        waiting, held = held, None
        for route in waiting:
            route.continue_()

    page.route(re.compile(r"/static/(?!js/base/theme).*\.js"), answer)
    return release


def test_what_is_ticked_before_the_scripts_are_there_is_counted(studio, settings, complaints):
    settings.REVIEW_FROM = 12
    page = studio
    compose(page, steps="10, 20, .., 30")
    expect(page.locator("#generate")).to_contain_text("Review 12 images")
    release = hold_scripts(page)
    page.locator("#generate").click(no_wait_after=True)
    page.locator("#review").get_by_label(re.compile("^20")).check(force=True)
    release()
    expect(page.get_by_role("heading", level=1)).to_have_text("Review 8 images")
    assert complaints == []


def test_what_is_typed_before_the_scripts_are_there_is_priced(studio, live_server, complaints):
    page = studio
    release = hold_scripts(page)
    page.goto(live_server.url, wait_until="commit")
    page.get_by_label("Seeds").fill("1..3")
    page.get_by_role("textbox", name="Prompt").fill("a red door")
    release()
    expect(page.locator("#generate")).to_contain_text("Generate 3 images")
    expect(page.locator("#prompt-count")).to_have_text("10")
    assert complaints == []

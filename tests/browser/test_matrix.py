"""A run with several axes in a real browser: composed, filling, rearranged without a reload, one cell retried."""

import re

import pytest
from playwright.sync_api import expect

from gallery.simulator import faults
from tests.browser.test_whole_job import tick

pytestmark = pytest.mark.django_db(transaction=True)

STAYED = "() => window.stayed"


def test_three_steps_and_four_seeds_fill_are_turned_and_one_is_retried(studio, world, idle_worker, complaints):
    page = studio
    world.script(faults.Moderated(), prompt="red door")
    page.get_by_role("textbox", name="Prompt").fill("a red door")
    page.get_by_role("checkbox", name=re.compile("klein-9b")).uncheck()
    page.locator("details.family", has=page.locator('input[value="flux-2-flex"]')).evaluate("(box) => box.open = true")
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
    page.get_by_role("link", name="seeds").click()
    expect(page).to_have_url(re.compile(r"\?across=seed$"))
    expect(page.locator(".matrix .col")).to_have_text(["1seed", "2seed", "3seed", "4seed"])
    assert page.evaluate(STAYED)
    expect(page.locator(".cell.done img")).to_have_count(11)

    page.get_by_role("button", name=re.compile("Retry 1")).click()
    expect(page.locator(".cell.done img")).to_have_count(12, timeout=30_000)
    assert len(world.till) == 13
    assert complaints == []

"""Selecting pictures in the gallery and in a run, with a real mouse and real keys."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from tests.conftest import signed_in
from tests.factories import make_run
from tests.rows import make_images

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = ("flux-2-klein-4b", "flux-2-pro", "flux-2-flex")


@pytest.fixture
def run(owner, worker, provider_server):
    """Two seeds on three models, finished."""
    run = make_run(owner, models=MODELS, seed="1, 2", size="64x64")
    worker.work()
    return run


def selected(page):
    return page.locator("[data-count]").text_content() if page.locator("#selection").is_visible() else ""


@pytest.mark.usefixtures("run")
def test_a_range_is_taken_with_shift_and_let_go_with_escape(look):
    page = look("/gallery/")
    boxes = page.locator(".tick input")
    boxes.nth(0).check(force=True)
    assert selected(page) == "1 selected"
    page.locator(".tile a").nth(2).click(modifiers=["Shift"])
    assert selected(page) == "3 selected"
    page.keyboard.press("Escape")
    assert selected(page) == ""
    boxes.nth(1).check(force=True)
    boxes.nth(2).check(force=True)
    page.get_by_role("button", name="Pick").click()
    expect(page.locator(".marked .pick")).to_have_count(2)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 2")


def test_a_row_a_column_and_all_of_a_run_are_taken_at_once(look, run):
    page = look(reverse("run", args=[run.key]))
    page.get_by_role("button", name="Select the row seed 2").click()
    assert selected(page) == "3 selected"
    page.get_by_role("button", name=f"Select the column {MODELS[1]}").click()
    assert selected(page) == "4 selected"
    page.get_by_role("navigation", name="Size of the pictures").get_by_role("link", name="Small pictures").click()
    expect(page.locator("#matrix")).to_have_class("size-s")
    assert page.locator(".tick :checked").count() == 4
    page.get_by_role("button", name="Select the row seed 2").click()
    assert selected(page) == "1 selected"
    page.get_by_role("button", name="Select all pictures").click()
    assert selected(page) == "6 selected"


def test_a_day_is_taken_at_once_a_frame_takes_what_it_touches_and_all_that_match_but_one(look, run, owner):
    page = look("/gallery/")
    page.get_by_role("button", name="Select Today").click()
    assert selected(page) == "6 selected"
    page.keyboard.press("Escape")
    first, third = (page.locator(".tile").nth(n).bounding_box() for n in (0, 2))
    page.mouse.move(first["x"] + first["width"] / 2, first["y"] + 40)
    page.mouse.down()
    page.mouse.move(third["x"] + 10, third["y"] + 60, steps=4)
    page.mouse.up()
    assert selected(page) == "3 selected"
    assert page.url.endswith("/gallery/")
    page.get_by_role("checkbox", name="All that match").check()
    assert selected(page) == "All selected"
    page.locator(".tile input").nth(5).uncheck(force=True)
    assert selected(page) == "All but 1"
    page.get_by_role("button", name="Reject").click()
    expect(page.locator(".marked .reject")).to_have_count(5)
    page.get_by_role("button", name="Compare").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Compare 5")
    assert "selection=" in page.url


def test_a_picture_is_looked_at_large_and_its_neighbours_by_arrow_keys(look, run, owner):
    page = look("/gallery/")
    page.locator(".tile a").nth(1).click()
    large = page.get_by_role("dialog", name="The picture, large")
    expect(large).to_be_visible()
    page.keyboard.press("ArrowRight")
    third = page.locator(".tile input").nth(2).get_attribute("value")
    expect(large.locator("[data-picture]")).to_have_attribute("src", re.compile(f"{third}/original$"))
    page.keyboard.press("4")
    expect(page.locator(f"#marked-{third} .stars")).to_contain_text("4")
    expect(large.get_by_role("button", name="4 of 5 stars for this picture")).to_have_attribute("aria-pressed", "true")
    large.get_by_text("Recipe").click()
    expect(large.locator("dl.kv")).to_contain_text("Seed")
    large.locator("[data-picture]").click()
    expect(large).to_have_class(re.compile("actual"))
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    expect(page.locator(".tile a").nth(2)).to_be_focused()
    page.locator(".tile a").nth(2).click()
    large.get_by_role("link", name="Its page").click()
    expect(page).to_have_url(re.compile(f"/images/{third}/$"))
    page.go_back()
    expect(page.locator(f"#tile-{third}")).to_be_in_viewport()
    assert f"at={third}" in page.url


def test_back_comes_to_the_picture_one_left_far_down_a_gallery_that_is_loaded_anew(page, live_server, owner, cookie):
    make_images(owner, 150)
    page.context.add_cookies([cookie(signed_in(owner))])
    page.set_viewport_size({"width": 900, "height": 700})
    page.goto(f"{live_server.url}/gallery/")
    for count in (120, 150):
        page.locator(".sentinel").scroll_into_view_if_needed()
        expect(page.locator(".gallery .tile")).to_have_count(count)
    left = page.locator(".gallery .tile").nth(140)
    key = left.get_attribute("id")
    left.locator("a").click()
    page.get_by_role("dialog", name="The picture, large").get_by_role("link", name="Its page").click()
    expect(page.get_by_role("heading", name="Recipe")).to_be_visible()
    page.go_back()
    expect(page.locator(f"#{key}")).to_be_in_viewport()
    assert page.locator(".gallery .tile").count() < 60
    page.reload()
    expect(page.locator(f"#{key}")).to_be_in_viewport()

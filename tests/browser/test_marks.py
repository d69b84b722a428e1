"""Rating with real keys: shown at once, none lost, taken back if the server refuses, undone."""

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gallery.models import Image, Rating
from tests.conftest import signed_in
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def images(owner, worker, provider_server):
    make_run(owner, seed="1..3", size="64x64")
    worker.work()
    return list(Image.objects.order_by("-id"))


@pytest.fixture
def look(page, images, live_server, owner, cookie):
    page.context.add_cookies([cookie(signed_in(owner))])

    def at(path):
        page.goto(live_server.url + path, wait_until="load")
        return page

    return at


def rated(image):
    return Rating.objects.filter(image=image).values_list("verdict", "stars", "favourite").first()


def badges(page, image):
    return page.locator(f"#marked-{image.key}")


def test_what_is_pressed_quickly_is_all_kept_also_when_the_page_is_left(look, images, live_server):
    page = look("/gallery/")
    page.locator(".tile a").nth(0).focus()
    for key in "p3fxm5":
        page.keyboard.press(key)
    expect(badges(page, images[0]).locator(".maybe")).to_be_attached()
    page.goto(f"{live_server.url}/help/")
    for _ in range(200):  # what was on its way when the page was left arrives whenever the machine has time
        page.goto(f"{live_server.url}/gallery/")
        if rated(images[0]) == ("maybe", 5, True):
            break
    page.reload()
    expect(badges(page, images[0])).to_have_text(re.compile(r"favourite\s*maybe\s*5 of 5 stars"))


def test_what_is_ticked_is_rated_together_and_undone_one_by_one(look, images):
    page = look("/gallery/")
    page.locator(".tile a").nth(0).focus()
    with page.expect_response("**/marks/"):
        page.keyboard.press("x")
    for n in (0, 1):
        page.locator(".tick input").nth(n).check(force=True)
    with page.expect_response("**/marks/"):
        page.keyboard.press("p")
    expect(page.locator(".marked .pick")).to_have_count(2)
    expect(page.locator(".toast")).to_have_text("2 pictures: Picked.Undo×")
    with page.expect_response("**/marks/restore/"):
        page.locator(".toast").get_by_role("button", name="Undo").click()
    expect(page.locator(".marked .pick")).to_have_count(0)
    expect(badges(page, images[0]).locator(".reject")).to_be_attached()
    assert [rated(image) for image in images[:2]] == [("reject", 0, False), ("", 0, False)]
    with page.expect_response("**/marks/restore/"):
        page.keyboard.press("Control+z")
    assert rated(images[0]) == ("", 0, False)


def test_what_the_server_refuses_is_taken_back_and_said(look, images):
    page = look("/gallery/")
    page.locator(".tile a").nth(1).focus()
    with page.expect_response("**/marks/"):
        page.keyboard.press("4")
    page.route("**/marks/", lambda route: route.fulfill(status=404))
    page.keyboard.press("p")
    expect(page.locator(".toast.bad")).to_contain_text("no longer there")
    expect(badges(page, images[1])).to_have_text("4 of 5 stars")
    assert rated(images[1]) == ("", 4, False)


def test_the_page_of_a_picture_has_the_same_keys_and_buttons(look, images):
    page = look(reverse("image", args=[images[0].key]))
    with page.expect_response("**/marks/"):
        page.keyboard.press("2")
    with page.expect_response("**/marks/"):
        page.get_by_role("button", name="Favourite it").click()
    expect(page.locator(".five [aria-pressed=true]")).to_have_count(2)
    assert rated(images[0]) == ("", 2, True)


def test_what_all_gave_shows_once_one_has_rated_and_a_picture_shows_its_own_pixels(look, images, colleague):
    Rating.objects.create(user=colleague, image=images[0], stars=5)
    page = look(f"/images/{images[0].key}/")
    page.get_by_role("button", name="Show it in full size").click()
    large = page.get_by_role("dialog", name="The picture in full size")
    large.get_by_role("button", name="1:1").click()
    expect(large).to_have_class(re.compile("actual"))
    page.keyboard.press("Escape")
    expect(large).to_be_hidden()
    raters = page.locator("[data-raters]")
    expect(raters).to_be_hidden()
    page.keyboard.press("4")
    expect(raters).to_have_text("4.5 of 2 people")
    page.keyboard.press("0")
    expect(raters).to_be_hidden()

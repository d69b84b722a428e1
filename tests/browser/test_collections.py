"""Collections and cull in a real browser: order by dragging, tags without leaving the page, going through by keys."""

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from gallery.models import Image, Rating, Run
from gallery.services.collections import collections, items, smart
from tests.browser.test_every_page import findings
from tests.conftest import signed_in
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def images(owner, worker, provider_server):
    make_run(owner, seed="1..4", size="64x64")
    worker.work()
    return list(Image.objects.order_by("id"))


@pytest.fixture
def collection(owner, images):
    made = collections.make_collection(owner=owner, name="Boats", note="Look at the sails.")
    items.add_images(made, images, by=owner)
    return made


def order(collection):
    return [item.image for item in collection.items.in_order().select_related("image")]


def test_a_collection_is_arranged_by_dragging_and_by_buttons(look, collection, images):
    page = look(reverse("collection", args=[collection.key]) + "?arrange=1")
    one, two, three, four = images
    with page.expect_response("**/move/"):
        page.locator(f"#tile-{four.key}").drag_to(page.locator(f"#tile-{one.key}"), target_position={"x": 4, "y": 20})
    assert order(collection) == [four, one, two, three]
    with page.expect_response("**/move/"):
        page.locator(f"#tile-{two.key}").get_by_title("Earlier").click()
    assert order(collection) == [four, two, one, three]
    tiles = page.locator(".tile")
    expect(tiles.nth(1)).to_have_attribute("id", f"tile-{two.key}")
    assert findings(page) == []


def test_a_run_is_culled_while_it_is_made(page, live_server, owner, cookie, idle_worker):
    run = make_run(owner, seed="1..2", size="64x64")
    page.context.add_cookies([cookie(signed_in(owner))])
    page.goto(f"{live_server.url}/cull/?run={run.key}")
    expect(page.get_by_role("heading", name="Nothing to judge yet")).to_be_visible()
    idle_worker.start()
    expect(page.locator(".cull li[data-key]")).to_have_count(2, timeout=30_000)
    expect(page.locator(".cull .current img")).to_be_visible()
    expect(page.locator("#left")).to_have_text("2")


def test_a_run_is_culled_by_keys(look, images):
    page = look(f"/cull/?run={Run.objects.get().key}")
    current = page.locator(".cull .current")
    assert findings(page) == []
    page.keyboard.press("p")
    page.keyboard.press("3")
    page.keyboard.press("x")
    expect(current).to_have_attribute("data-key", images[2].key)
    expect(page.locator("#left")).to_have_text("2")
    page.keyboard.press("z")
    expect(current).to_have_attribute("data-key", images[1].key)
    with page.expect_response("**/marks/"):
        page.keyboard.press("m")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("?")
    expect(page.get_by_role("dialog")).to_be_visible()
    assert findings(page) == []
    page.keyboard.press("Escape")
    expect(current).to_have_attribute("data-key", images[3].key)
    with page.expect_response("**/marks/"):
        page.keyboard.press("p")
    expect(page.get_by_role("heading", name="Nothing is left")).to_be_visible()
    rated = {
        image: (verdict, stars) for image, verdict, stars in Rating.objects.values_list("image", "verdict", "stars")
    }
    assert rated[images[0].pk] == ("pick", 0)
    assert rated[images[1].pk] == ("maybe", 3)
    assert rated[images[3].pk] == ("pick", 0)


def test_tags_are_typed_on_the_page_of_a_picture(look, images):
    page = look(reverse("image", args=[images[0].key]))
    field = page.get_by_label("Add a tag")
    field.fill("Segel")
    field.press("Enter")
    expect(page.locator(".tags").get_by_role("link")).to_have_text(["Segel"])
    page.get_by_role("button", name="Take off Segel").click()
    expect(page.locator(".tags").get_by_role("link")).to_have_count(0)
    page.locator(".toast").last.get_by_role("button", name="Undo").click()
    expect(page.locator(".tags").get_by_role("link")).to_have_text(["Segel"])


def test_the_pages_are_sound(look, collection):
    rules = smart.new_rules("stars=5", smart.new_rules("verdict=pick"))
    fills = collections.make_collection(owner=collection.owner, name="Best", rules=rules)
    wrong = {}
    own = [reverse(name, args=[collection.key]) for name in ("collection", "collection-change")]
    for path in ("/collections/", "/collections/new/", "/tags/", *own, reverse("collection-rules", args=[fills.key])):
        page = look(path)
        wrong[path] = findings(page)
    assert {path: found for path, found in wrong.items() if found} == {}

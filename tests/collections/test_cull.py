"""Going through pictures one by one: what is not judged, in order, of what one may see; and the stars of several."""

import pytest

from gallery.models import Rating, Run
from gallery.services.collections import collections, culling, items
from gallery.services.compare import ratings
from tests.conftest import signed_in
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def shown(page):
    return [each["data-key"] for each in page.all("li") if "data-key" in each.attrs]


def keys(images):
    return [image.key for image in images]


def through(client, query):
    """Go through a whole pile, page by page, judging nothing."""
    found, page = [], Page(client.get(f"/cull/?{query}"))
    while some := shown(page):
        found += some
        page = Page(client.get(f"/cull/?{query}&after={found[-1]}", headers=HTMX))
    return found


def test_a_run_is_gone_through_as_it_arrives_without_what_is_judged(owner, owner_client):
    images = make_images(owner, 60)
    ratings.rate_images(images[5:10], user=owner, verdict="reject")
    key = Run.objects.get().key
    assert through(owner_client, f"run={key}") == keys(images[:5] + images[10:])
    page = Page(owner_client.get(f"/cull/?run={key}"))
    assert page.one("output", id="left").text == "55"
    assert page.one("ol", id="cull")["data-poll"] == "0"


def test_a_collection_in_its_order_and_the_gallery_newest_first(owner, owner_client):
    images = make_images(owner, 50)
    made = collections.make_collection(owner=owner, name="Boats")
    order = images[::2] + images[1::2]
    items.add_images(made, order, by=owner)
    assert through(owner_client, f"collection={made.key}") == keys(order)
    assert through(owner_client, "") == keys(images[::-1])


def test_what_is_judged_meanwhile_is_neither_lost_nor_shown_again(owner, owner_client):
    images = make_images(owner, 30)
    first = shown(Page(owner_client.get("/cull/")))
    ratings.rate_images(images, user=owner, verdict="pick")
    Rating.objects.filter(image__in=images[:3]).delete()
    rest = Page(owner_client.get(f"/cull/?after={first[-1]}", headers=HTMX))
    assert len(first) == culling.PAGE
    assert shown(rest) == keys(images[2::-1])
    assert rest.all("li", data_left="3")


@pytest.mark.parametrize("query", ["run={run}", "collection={collection}", "after={image}", "run=%00"])
def test_what_is_not_mine_is_not_there(owner, colleague, query):
    (image,) = make_images(owner, 1)
    made = collections.make_collection(owner=owner, name="Boats")
    names = {"run": Run.objects.get().key, "collection": made.key, "image": image.key}
    assert signed_in(colleague).get(f"/cull/?{query.format(**names)}").status_code == 404


def means(client, address):
    """Return what all think, by key, as a page shows it."""
    shown = Page(client.get(address)).all("span", class_="raters")
    assert all(("hidden" in each.attrs) == (not each.text) for each in shown)
    return {each["data-raters"]: each.text for each in shown}


def test_what_others_gave_is_seen_by_whoever_has_given_stars(owner, colleague, lead, owner_client):
    one, two = make_images(owner, 2)
    made = collections.make_collection(owner=owner, name="Boats", team="look")
    items.add_images(made, [one, two], by=owner)
    for user, stars in ((colleague, 5), (lead, 4)):
        ratings.rate_images([one, two], user=user, stars=stars)
    address = f"/collections/{made.key}/"
    assert means(owner_client, address) == {one.key: "", two.key: ""}
    pressed = {"shown": "1", "raters": "1", "image": one.key}
    assert owner_client.post("/marks/", {**pressed, "stars": "4"}).json() == {one.key: "4.3 of 3 people"}
    assert means(owner_client, address) == {one.key: "4.3 of 3 people", two.key: ""}
    assert means(owner_client, f"/images/{one.key}/") == {one.key: "4.3 of 3 people"}
    assert owner_client.post("/marks/", {**pressed, "stars": "0"}).json() == {one.key: ""}
    collections.change_collection(made, team="")
    assert not Page(owner_client.get(address)).all("span", class_="raters")

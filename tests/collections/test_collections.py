"""Collections: many pictures in many, in an order by hand that holds while it is changed, paged without a repeat."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gallery.models import Collection, CollectionImage, User
from gallery.services.collections import collections, items
from tests.collections.test_tags import press
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


@pytest.fixture
def herons(owner):
    return collections.make_collection(owner=owner, name="Herons")


def address(collection, verb=""):
    return f"/collections/{collection.key}/{verb}"


def shown(client, collection):
    """Read all pages of a collection: the keys of its pictures in their order."""
    found, at = [], address(collection)
    while at:
        page = Page(client.get(at, headers=HTMX))
        found += [box["value"] for box in page.all("input", name="image", type="checkbox")]
        at = page.next_address
    return found


def keys(images):
    return [image.key for image in images]


def test_a_selection_becomes_a_collection_in_its_order(owner, owner_client):
    images = make_images(owner, 3)[::-1]
    asked = Page(owner_client.post("/collections/put/", {"image": keys(images)}))
    assert asked.one("h1").text == "Collect 3 pictures"
    made = owner_client.post("/collections/put/", {"image": keys(images), "name": "Boats \u202e 船"})
    collection = Collection.objects.get()
    assert made["Location"] == address(collection)
    assert collection.name == "Boats 船"
    assert shown(owner_client, collection) == keys(images)


def test_new_pictures_come_to_the_front_and_undo_takes_them_out(owner, owner_client, herons):
    old, *new = make_images(owner, 3)
    items.add_images(herons, [old], by=owner)
    offered = Page(owner_client.post("/collections/put/", {"image": old.key})).all("input", name="collection")
    assert [each["value"] for each in offered] == ["", herons.key]
    owner_client.post("/collections/put/", {"image": keys([*new, old]), "collection": herons.key})
    page = Page(owner_client.get(address(herons)))
    assert "2 pictures put into “Herons”." in page.one("div", class_="toasts").text
    assert shown(owner_client, herons) == keys([*new, old])
    press(owner_client, page)
    assert shown(owner_client, herons) == [old.key]


def test_what_is_taken_out_comes_back_to_its_place(owner, owner_client, herons):
    images = make_images(owner, 5)
    items.add_images(herons, images, by=owner)
    owner_client.post(address(herons, "take-out/"), {"image": keys(images[1:4:2])})
    page = Page(owner_client.get(address(herons)))
    assert shown(owner_client, herons) == keys(images[::2])
    press(owner_client, page)
    assert shown(owner_client, herons) == keys(images)


def test_a_long_one_is_paged_without_a_repeat_at_a_constant_price(owner, owner_client, herons):
    images = make_images(owner, 150)
    items.add_images(herons, images, by=owner)
    assert shown(owner_client, herons) == keys(images)
    CollectionImage.objects.update(position=7)  # all at one place: then by when they came
    assert shown(owner_client, herons) == keys(images)
    counts = set()
    for at in ("", f"?before={images[100].key}"):
        with CaptureQueriesContext(connection) as asked:
            owner_client.get(address(herons, at))
        counts.add(len(asked) - bool(at))
    assert len(counts) == 1
    assert counts.pop() <= 8


def test_a_page_of_many_collections_asks_no_more_than_one_of_few(owner, owner_client):
    images = make_images(owner, 30)
    for image in images:
        items.add_images(collections.make_collection(owner=owner, name="Some"), [image], by=owner)
    with CaptureQueriesContext(connection) as many:
        page = Page(owner_client.get("/collections/"))
    assert len(page.one("ul", class_="collections").node.find_all("img")) == 30
    Collection.objects.filter(pk__gt=Collection.objects.order_by("pk")[0].pk).delete()
    with CaptureQueriesContext(connection) as few:
        owner_client.get("/collections/")
    assert len(many) == len(few)


def test_the_cover_is_the_one_chosen_or_the_first(owner, owner_client, herons):
    first, second = make_images(owner, 2)
    items.add_images(herons, [first, second], by=owner)

    def cover():
        return Page(owner_client.get("/collections/")).one("ul", class_="collections").node.find("img")["src"]

    assert first.key in cover()
    owner_client.post(address(herons, "cover/"), {"image": second.key})
    assert second.key in cover()
    items.remove_images(herons, [second])
    assert first.key in cover()


def test_a_change_and_a_deletion_are_undone(owner, owner_client, herons):
    owner_client.post(address(herons, "change/"), {"name": "Storks", "note": "<b>two</b>", "team": "look"})
    page = Page(owner_client.get(address(herons)))
    assert page.one("div", class_="collection-note").text == "<b>two</b>"
    press(owner_client, page)
    herons.refresh_from_db()
    assert (herons.name, herons.note, herons.team) == ("Herons", "", "")
    owner_client.post(address(herons, "delete/"))
    page = Page(owner_client.get("/collections/"))
    assert owner_client.get(address(herons)).status_code == 404
    press(owner_client, page)
    assert owner_client.get(address(herons)).status_code == 200


@pytest.mark.parametrize("said", [{}, {"image": "nobodys", "to": "first"}, {"to": "up"}, {"before": "nobodys"}])
def test_nonsense_moves_nothing(owner, owner_client, herons, said):
    images = make_images(owner, 2)
    items.add_images(herons, images, by=owner)
    sent = {"image": images[0].key, **said} if said else {}
    assert owner_client.post(address(herons, "move/"), sent).status_code in (400, 404)
    assert shown(owner_client, herons) == keys(images)


def test_what_lay_in_the_trash_for_a_month_is_forgotten_without_its_pictures(owner, herons):
    (image,) = make_images(owner, 1)
    items.add_images(herons, [image], by=owner)
    Collection.objects.update(deleted_at="2020-01-01T00:00Z")
    collections.delete_old_collections()
    assert not Collection.objects.exists()
    image.refresh_from_db()


WAYS = st.sampled_from(("first", "last", "earlier", "later"))
MOVES = st.lists(st.tuples(st.integers(0, 5), WAYS | st.integers(0, 5)), max_size=60)


class OrderByHand(TestCase):
    """However pictures are moved, the order is as in a list in which the same was done."""

    @classmethod
    def setUpTestData(cls):
        cls.user = User.objects.create_user("nora", "nora@example.com", "a long password")
        cls.images = make_images(cls.user, 6)

    @settings(max_examples=25, deadline=None)
    @given(moves=MOVES, gap=st.sampled_from((1, 4, items.GAP)))
    def test_the_order_is_that_of_a_list(self, moves, gap):
        collection = collections.make_collection(owner=self.user, name="Any")
        items.add_images(collection, self.images, by=self.user)
        for n, item in enumerate(collection.items.in_order()):
            CollectionImage.objects.filter(pk=item.pk).update(position=gap * n)
        wanted = list(self.images)
        for at, to in moves:
            image = self.images[at]
            before = self.images[to] if isinstance(to, int) and to != at else None
            items.move_image(collection, image, to if isinstance(to, str) else "last", before=before)
            old = wanted.index(image)
            wanted.remove(image)
            ends = {"first": 0, "earlier": max(0, old - 1), "later": old + 1}
            place = wanted.index(before) if before else ends.get(to, len(wanted))
            wanted.insert(place, image)
        assert [item.image_id for item in collection.items.in_order()] == [image.pk for image in wanted]

"""Links of a collection: its owner's own pictures in its order, live or as it was, closed with it."""

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import Image, Share
from gallery.models.shares import Kind
from gallery.services.collections import collections, items
from gallery.services.shares import contents, shares
from tests.factories import make_share
from tests.pages import Page
from tests.project.doors import SHARE_FORM
from tests.rows import make_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def collection(owner):
    made = collections.make_collection(owner=owner, name="Boats", note="Look at the sails.", team="add")
    images = make_images(owner, 5)
    items.add_images(made, images[::2] + images[1::2], by=owner)
    return made


def order(collection):
    return [item.image_id for item in collection.items.in_order()]


def shown(share):
    """Read all that a link shows, page by page."""
    found, last, more = [], None, True
    while more:
        page = contents.read_page(share, after=last, limit=2)
        found += page.images
        last, more = found[-1] if found else None, page.more
    return [image.id for image in found]


@pytest.mark.parametrize("live", [True, False])
def test_a_link_shows_it_in_its_order(owner, collection, live):
    share = make_share(owner, kind=Kind.COLLECTION, collection=collection, live=live)
    wanted = order(collection)
    assert shown(share) == wanted
    middle = Image.objects.get(pk=wanted[2])
    _, _, before, after = contents.find_neighbours(share, middle)
    assert (before.id, after.id) == (wanted[1], wanted[3])
    items.move_image(collection, middle, "first")
    assert shown(share) == (order(collection) if live else wanted)


def test_what_others_put_in_and_what_is_trashed_is_not_shown(owner, colleague, collection):
    share = make_share(owner, kind=Kind.COLLECTION, collection=collection, live=True)
    mine = order(collection)
    items.add_images(collection, make_images(colleague, 1), by=colleague)
    Image.objects.filter(pk=mine[0]).update(trashed_at=timezone.now())
    assert shown(share) == mine[1:]


def test_with_the_collection_a_live_link_shows_nothing_and_comes_back_with_it(owner, collection):
    share = make_share(owner, kind=Kind.COLLECTION, collection=collection, live=True)
    collections.delete_collection(collection)
    assert shown(share) == []
    assert not contents.shared_images(share).exists()
    collections.restore_collection(collection)
    assert len(shown(share)) == 5


def test_it_is_shared_from_its_page_and_guests_read_the_note(owner_client, collection):
    form = Page(owner_client.get(f"/shares/new/?collection={collection.key}"))
    assert form.value("title") == "Boats"
    assert form.value("note") == "Look at the sails."
    sent = {**SHARE_FORM, "collection": collection.key, "title": "Boats", "note": "Look at the sails.", "live": "on"}
    assert owner_client.post("/shares/new/", sent).status_code == 302
    share = Share.objects.get()
    gallery = make_share(share.owner, kind=Kind.GALLERY, live=True)
    Client().get(f"/s/{shares.token_of(gallery)}/")
    with CaptureQueriesContext(connection) as of_gallery:
        Client().get(f"/s/{shares.token_of(gallery)}/")
    with CaptureQueriesContext(connection) as asked:
        page = Page(Client().get(f"/s/{shares.token_of(share)}/"))
    assert "Look at the sails." in page.text
    assert len(page.all("img")) == 5
    assert len(asked) <= len(of_gallery) + 1  # its places

"""What a guest ticked: kept in their own session, compared and downloaded; nothing of another link, nothing deleted."""

import io
import zipfile

import pytest
from django.test import Client

from gallery import share_access
from gallery.services.collections import collections, smart
from gallery.services.images import trash
from gallery.services.shares.image_keys import key_in
from tests.factories import make_share
from tests.pages import Page
from tests.rows import make_images
from tests.shares.conftest import at, read

pytestmark = pytest.mark.django_db


def keys(share, images):
    return [key_in(share, image) for image in images]


def names_in(response):
    return [name[:3] for name in zipfile.ZipFile(io.BytesIO(read(response))).namelist()]


def test_a_few_are_compared_by_their_keys_and_many_as_one_selection(visitor, owner):
    images = make_images(owner, 250)
    share = make_share(owner, images)
    few = visitor.post(at("shared-choose", share), {"picture": keys(share, images[:3])})
    assert few["Location"] == at("shared-compare", share) + "?" + "&".join(
        f"picture={key}" for key in keys(share, images[:3])
    )
    many = visitor.post(at("shared-choose", share), {"picture": keys(share, images)})
    assert len(many["Location"]) < 200
    page = Page(visitor.get(many["Location"]))
    assert (len(page.all("figure")), "Twelve fit side by side" in page.text) == (12, True)
    assert (
        Client().get(many["Location"].replace(at("shared-compare", share), at("shared-zip", share))).status_code == 404
    )


def test_what_is_ticked_comes_as_a_zip_without_what_went_since(visitor, owner, pictures):
    share = make_share(owner, pictures, download="clean")
    sent = {"picture": [*keys(share, pictures[:3]), "nothing"], "to": "download"}
    address = visitor.post(at("shared-choose", share), sent)["Location"]
    trash.trash_images([pictures[1].pk], owner=owner)
    assert names_in(visitor.get(address)) == ["001", "002"]
    other = make_share(owner, pictures, download="clean")
    assert visitor.get(address.replace(at("shared-zip", share), at("shared-zip", other))).status_code == 404
    assert visitor.post(at("shared-choose", share), {"picture": keys(other, pictures)}).status_code == 404
    closed = make_share(owner, pictures)
    chosen = {"picture": keys(closed, pictures), "to": "download"}
    assert visitor.post(at("shared-choose", closed), chosen).status_code == 404


def test_a_browser_keeps_a_few_selections(visitor, owner, pictures):
    share = make_share(owner, pictures, download="clean")
    sent = {"picture": keys(share, pictures), "to": "download"}
    addresses = [visitor.post(at("shared-choose", share), sent)["Location"] for _ in range(share_access.KEPT + 1)]
    assert visitor.get(addresses[0]).status_code == 404
    assert names_in(visitor.get(addresses[1])) == ["001", "002", "003", "004"]


def test_live_links_of_a_search_and_of_rules_come_as_a_zip_too(visitor, owner, pictures):
    query = "model=flux-2-klein-4b"
    rules = collections.make_collection(owner=owner, name="All", rules=smart.new_rules(query))
    links = [
        make_share(owner, kind="gallery", live=True, filter={"query": query}, download="clean"),
        make_share(owner, kind="collection", collection=rules, live=True, download="clean"),
    ]
    trash.trash_images([pictures[0].pk], owner=owner)
    for share in links:
        assert names_in(visitor.get(at("shared-zip", share))) == ["001", "002", "003"]
        assert (
            Page(visitor.get(at("shared", share))).one("a", href=at("shared-zip", share)).text.strip() == "Download all"
        )

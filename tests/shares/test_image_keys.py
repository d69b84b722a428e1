"""One picture has another key in every link: guests who compare what they were sent learn nothing from it."""

import re

import pytest

from gallery.models import Share
from gallery.services.shares.image_keys import key_in
from tests.factories import make_share
from tests.pages import Page
from tests.shares.conftest import at, read

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}
TOKEN = re.compile(r"[A-Za-z0-9_-]{14,}")
DOORS = ("shared-picture", "shared-thumbnail", "shared-view", "shared-file")


def everything_said(client, share, image):
    """Return all that a guest gets around a picture, but the pixels: pages, fragments, headers and file names."""
    responses = [client.get(at("shared", share)), client.get(at("shared-compare", share))]
    responses += [client.get(at("shared-picture", share, image), headers=headers) for headers in ({}, HTMX)]
    responses.append(client.post(at("shared-answer", share, image), {"name": "Nora", "stars": "1"}, headers=HTMX))
    said = "".join(response.content.decode() for response in responses)
    for name in (*DOORS, "shared-zip"):
        response = client.get(at(name, share, *([image] if name in DOORS else [])))
        read(response)
        said += str(dict(response.headers))
    return said.replace(share.title, "")


def status(client, address):
    response = client.get(address)
    read(response)
    return response.status_code


def test_nothing_that_could_be_compared_is_the_same_in_two_links(visitor, owner, pictures):
    one, other = (make_share(owner, pictures[:2], download="clean", answers_open=True) for _ in range(2))
    said = [set(TOKEN.findall(everything_said(visitor, share, pictures[0]))) for share in (one, other)]
    random = {word for word in said[0] & said[1] if re.search(r"\d", word) and re.search(r"[A-Z]", word)}
    assert random == set()
    for image in pictures[:2]:
        for secret in (image.key, image.attempt.key, image.job.key, image.job.run.key, image.sha256):
            assert all(secret not in " ".join(words) for words in said)


def test_a_key_is_the_same_whenever_it_is_asked_for_and_opens_in_its_link_only(visitor, owner, pictures):
    one, other = (make_share(owner, pictures[:2], download="clean") for _ in range(2))
    key = key_in(one, pictures[0])
    assert key == key_in(Share.objects.get(pk=one.pk), pictures[0])
    for name in DOORS:
        assert status(visitor, at(name, one, key)) == 200
        assert visitor.get(at(name, other, key)).status_code == 404
        assert visitor.get(at(name, one, pictures[0].key)).status_code == 404
    assert visitor.get(at("shared-compare", other), {"picture": [key, key_in(other, pictures[1])]}).status_code == 404


def test_addresses_of_pictures_that_were_sent_out_before_go_on_working(visitor, owner, pictures):
    share = make_share(owner, pictures[:2], download="clean")
    Share.objects.update(takes_old_keys=True)
    for name in DOORS:
        assert status(visitor, at(name, share, pictures[0].key)) == 200
        assert status(visitor, at(name, share, pictures[3].key)) == 404
        assert status(visitor, at(name, share, pictures[0])) == 200
    page = Page(visitor.get(at("shared", share)))
    assert pictures[0].key not in page.html


@pytest.mark.parametrize("key", ["", "A" * 40, "é" * 40, "A" * 39 + "%00", "=" * 40, "x" * 5000])
def test_made_up_keys_are_nothing(visitor, share, key):
    assert visitor.get(f"/s/{at('shared', share).split('/')[2]}/pictures/{key}/").status_code == 404

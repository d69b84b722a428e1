"""Pages go out compressed, pictures as they are; no page lets its length tell a secret to who chooses its address."""

import gzip
import re

import pytest
from django.http import HttpResponse, StreamingHttpResponse
from django.test import RequestFactory
from django.urls import reverse

from gallery.middleware import Compression
from tests.conftest import signed_in
from tests.pages import Page
from tests.project import doors

ASKS = {"Accept-Encoding": "gzip, deflate, br"}
TEXT = ("text/", "application/json")
SHORT_BYTES = 400  # compressed, with the random bytes, these might be longer
GUESS = "guess-of-somebody-else"
LINK = re.compile(r"/s/[\w-]{20,}")


def compressed(response, **headers):
    request = RequestFactory(headers={"Accept-Encoding": "gzip"}).get("/")
    return Compression(lambda _: response)(request)


def test_every_text_is_compressed_for_who_takes_it_and_nothing_else_is(things, owner):
    client = signed_in(owner)
    for name in doors.names():
        response = client.get(doors.address(name, things), headers=ASKS)
        content = doors.content_of(response)
        if "Content-Encoding" not in response.headers:
            is_text = response.headers.get("Content-Type", "").startswith(TEXT)
            assert len(content) < SHORT_BYTES or not is_text, name
            continue
        assert response["Content-Type"].startswith(TEXT), name
        assert response["Content-Encoding"] == "gzip", name
        assert "Accept-Encoding" in response["Vary"], name
        assert response.headers.get("Content-Length") in (None, str(len(content))), name
        assert gzip.decompress(content), name


def test_who_takes_no_gzip_gets_the_page_as_it_is_and_caches_are_told(owner_client):
    response = owner_client.get("/gallery/", headers={"Accept-Encoding": "identity"})
    assert b"<!DOCTYPE html>" in response.content
    assert "Content-Encoding" not in response.headers
    assert "Accept-Encoding" in response["Vary"]


def test_the_books_are_compressed_line_by_line_as_they_stream(owner_client):
    lines = (b"%d,0.04\r\n" % n for n in range(100_000))
    response = compressed(StreamingHttpResponse(lines, content_type="text/csv"))
    parts = list(response.streaming_content)
    assert len(parts) > 10
    assert gzip.decompress(b"".join(parts)).endswith(b"99999,0.04\r\n")


@pytest.mark.parametrize("kind", ["application/zip", "image/png", "text/event-stream", "application/octet-stream"])
def test_what_is_compressed_already_or_is_waited_for_goes_out_as_it_is(kind):
    for response in (
        HttpResponse(b"a" * 5000, content_type=kind),
        StreamingHttpResponse([b"a"] * 500, content_type=kind),
    ):
        assert "Content-Encoding" not in compressed(response).headers


def test_a_picture_that_the_browser_has_is_not_sent_again(things, owner):
    client, address = signed_in(owner), reverse("image-thumbnail", args=[things.image.key])
    first = client.get(address, headers=ASKS)
    assert first["ETag"].startswith('"')
    again = client.get(address, headers={**ASKS, "If-None-Match": first["ETag"]})
    assert (again.status_code, again.content) == (304, b"")
    first.close()


def test_answers_to_the_same_question_have_different_lengths(owner_client):
    lengths = {len(owner_client.get("/help/", headers=ASKS).content) for _ in range(30)}
    assert len(lengths) > 5


def test_what_an_address_says_stands_in_no_page_with_the_address_of_a_link(things, owner, lead):
    """Tokens of forms are masked anew in every answer; the address of a link is not, so guesses must not meet it."""
    telling = {
        (name, client)
        for client in map(signed_in, (owner, lead))
        for name in _names_of_pages_with_a_link(client, things)
    }
    assert {"shares", "share"} <= {name for name, _ in telling}
    for name, client in telling:
        address = doors.address(name, things)
        fields = {each.attrs.get("name", "") for each in Page(client.get(address)).all()}
        ask = dict.fromkeys(fields | {"q", "prompt", "before", "next", "guess"}, GUESS)
        assert GUESS not in client.get(address, ask).content.decode(), name


def _names_of_pages_with_a_link(client, things):
    for name in doors.names():
        if not name.startswith("shared"):  # who asks for it knows it
            content = doors.content_of(client.get(doors.address(name, things)))
            if LINK.search(content.decode(errors="replace")):
                yield name

"""A paid answer carries its picture in whatever shape gateways are known to use: an address or the bytes."""

import base64
import gzip
import json
from urllib.parse import quote

import brotli
import pytest

from gallery.api import errors
from gallery.api.client import Client
from gallery.api.requests import MAX_RESULT_BYTES
from gallery.api.responses import Answer, read_answer
from gallery.api.results.result_urls import read_address

from .bodies import URL, picture_body
from .conftest import KEY
from .loopback import Loopback, answer

PNG = b"\x89PNG\r\n\x1a\n" + bytes(range(256)) * 4
PLAIN = base64.b64encode(PNG).decode()
URL_SAFE = base64.urlsafe_b64encode(PNG).decode()
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'/>"
BASE = "https://api.example.com/v1/images/generations"


def read(data, **options) -> Answer:
    body = data if isinstance(data, bytes) else json.dumps(data).encode()
    return read_answer(200, options.pop("headers", {}), body, **options)


def lines_of(text, width=76):
    return "\n".join(text[at : at + width] for at in range(0, len(text), width))


@pytest.mark.parametrize(
    "written",
    [
        f" {URL}", f"{URL} ", f"\n{URL}\r\n", f"\t{URL}\x00", f"\u00a0{URL}\ufeff", f"<{URL}>", f'"{URL}"', f"'{URL}'",
        f' "<{URL}>" ', f"`{URL}`", f"({URL})", f"“{URL}”", f"{URL}\"", URL[:40] + "\n" + URL[40:],
        URL.replace("https", "HTTPS"), URL.replace("/", "\\/"),
        f"![image]({URL})", f"[picture]({URL}) ready", f'<img src="{URL}">',
        f"Here it is: {URL}.", URL.removeprefix("https:"),
    ],
    ids=repr,
)  # fmt: skip
def test_an_address_is_read_out_of_what_stands_around_it(written):
    found = read({"data": [{"url": written}]})
    assert found.url.removeprefix("HTTPS").removeprefix("https") == URL.removeprefix("https")
    assert found.content == b""


@pytest.mark.parametrize("escaped", ["&amp;", "&AMP;", "&#38;", "&#x26;"])
def test_an_escaped_ampersand_in_an_address_is_one(escaped):
    assert read_address(f"https://bfl.ai/x?a=1{escaped}signature=2") == "https://bfl.ai/x?a=1&signature=2"


@pytest.mark.parametrize(
    "address", [URL, "https://bfl.ai/x_(1)", "https://bfl.ai/a?b=[1]", "https://bfl.ai/x?y=a&copy=1"]
)
def test_a_clean_address_stays_as_it_is(address):
    assert read_address(address) == address


def test_a_blank_within_an_address_is_escaped():
    assert read_address("https://bfl.ai/my picture.png") == "https://bfl.ai/my%20picture.png"


def test_an_address_without_a_host_is_one_of_the_host_that_was_asked():
    assert (
        read({"data": [{"url": "/results/x?signature=1"}]}, base=BASE).url
        == "https://api.example.com/results/x?signature=1"
    )


def test_an_address_with_a_raw_line_end_in_its_json_is_read():
    assert read(picture_body().replace(b'"https', b'"\nhttps')).url == URL


@pytest.mark.parametrize(
    "body",
    [
        picture_body()[:-1],
        picture_body() + b"\n<!-- served by a proxy -->",
        b")]}'\n" + picture_body(),
        b"data: " + picture_body(),
        URL.encode(),
        json.dumps(URL).encode(),
        picture_body().replace(b'"', b"'"),
    ],
    ids=lambda body: repr(body[:30]),
)
def test_an_address_that_came_whole_is_read_from_broken_json(body):
    assert read(body).url == URL


SHAPES = [
    {"data": {"url": "?"}},
    {"data": "?"},
    {"data": ["?"]},
    {"data": [{}, None, {"url": "?"}]},
    {"data": [{"url": ""}, {"url": "?"}]},
    {"data": [[{"url": "?"}]]},
    {"data": [{"image_url": {"url": "?"}}]},
    {"Data": [{"URL": "?"}]},
    [{"url": "?"}],
    {"url": "?"},
    {"images": [{"url": "?", "content_type": "image/jpeg"}]},
    {"images": ["?"]},
    {"image": "?"},
    {"image": {"url": "?"}},
    {"output": "?"},
    {"output": ["?"]},
    {"output": {"image_urls": ["?"]}},
    {"result": {"sample": "?"}, "status": "Ready"},
    {"data": {"outputs": [{"uri": "?"}]}},
    {"choices": [{"message": {"content": "?"}}]},
    {"response": {"data": [{"url": "?"}]}},
    {"candidates": [{"content": {"parts": [{"inlineData": {"mimeType": "image/png", "data": "?"}}]}}]},
    {"Image-URL": "?"},
    {"data": {"signedUrl": "?"}},
    {"file_url": "?"},
    {"task": {"result": {"url": "?"}}},
    {"payload": {"images": ["?"]}},
    {"generatedImages": [{"image": {"imageBytes": "?"}}]},
]


def filled(shape, text):
    return json.loads(json.dumps(shape).replace('"?"', json.dumps(text)))


@pytest.mark.parametrize("shape", SHAPES, ids=json.dumps)
def test_a_result_is_found_where_gateways_put_it(shape):
    assert read(filled(shape, URL)).url == URL
    assert read(filled(shape, f"data:image/png;base64,{PLAIN}")).content == PNG
    assert read(filled(shape, PLAIN)).content == PNG


@pytest.mark.parametrize("outer", ["data", "result", "output", "content"])
@pytest.mark.parametrize("shape", [{"url": "?"}, {"data": [{"b64_json": "?"}]}, ["?"]], ids=json.dumps)
def test_a_result_is_found_in_json_that_stands_as_a_text_in_json(outer, shape):
    assert read({outer: json.dumps(filled(shape, PLAIN))}).content == PNG
    assert read({outer: "\n" + json.dumps(filled(shape, f"data:image/png;base64,{PLAIN}"), indent=1)}).content == PNG


def test_json_within_json_has_an_end():
    with pytest.raises(errors.PaidWithoutResult):
        read({"data": "[" * 100_000})


@pytest.mark.parametrize("text", [PLAIN, lines_of(URL_SAFE), f"data:image/png;base64,{PLAIN}", f"\n{PLAIN}\n"])
def test_an_answer_that_is_nothing_but_base64_is_the_picture(text):
    assert read(text.encode(), headers={"content-type": "text/plain"}).content == PNG


@pytest.mark.parametrize(
    "text",
    [
        PLAIN, PLAIN.rstrip("="), URL_SAFE, URL_SAFE.rstrip("="), lines_of(PLAIN),
        lines_of(PLAIN).replace("\n", "\r\n"), f"data:;base64,{URL_SAFE}",
        f"\n{PLAIN}\n", lines_of(PLAIN).replace("\n", "\\n"), f"data:image/png;base64,{PLAIN}",
        f"data:image/png;base64,\n{lines_of(PLAIN)}", f"DATA:image/png;charset=utf-8;BASE64,{PLAIN}",
        f"data:image/png;base64,{quote(PLAIN, safe='')}", f"data:image/png,{quote(PNG)}", f"data:image/png,{PLAIN}",
        f'"{PLAIN}"',
    ],
    ids=lambda text: repr(text[:40]),
)  # fmt: skip
@pytest.mark.parametrize("name", ["b64_json", "url"])
def test_bytes_are_read_from_either_base64(name, text):
    found = read({"created": 1, "data": [{name: text}]}, headers={"x-request-id": "r"})
    assert found == Answer(url="", request_id="r", created=1, content=PNG)
    assert "PNG" not in repr(found)


def test_a_picture_within_the_answer_comes_before_an_address_and_an_address_before_unknown_bytes():
    assert read({"data": [{"url": URL, "b64_json": PLAIN}]}).content == PNG
    assert read({"data": [{"url": URL, "b64_json": "aGk="}]}).url == URL
    assert read({"data": [{"url": URL, "b64_json": None}]}).url == URL
    assert read({"data": [{"url": URL}, {"url": "https://bfl.ai/second"}]}).url == URL


@pytest.mark.parametrize(
    "content", [SVG, b"GIF89a" + bytes(99), b"\0\0\0\x1cftypavif" + bytes(99), b"nobody knows" * 20]
)
def test_other_bytes_within_an_answer_are_paid_for_too(content):
    assert read({"data": [{"b64_json": base64.b64encode(content).decode()}]}).content == content


@pytest.mark.parametrize("before", [b"", b"\r\n", b"\xef\xbb\xbf", b"--cut\r\nContent-Type: image/png\r\n\r\n"])
def test_an_answer_that_is_the_picture_itself_is_taken(before):
    assert read(before + PNG, headers={"content-type": "image/png"}).content == PNG


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("br", brotli.compress)])
def test_a_compressed_answer_is_read(encoding, pack):
    assert read(pack(picture_body()), headers={"content-encoding": encoding}).url == URL
    assert read(picture_body(), headers={"content-encoding": encoding}).url == URL


@pytest.mark.parametrize("named", ["", "br", "gzip"])
@pytest.mark.parametrize("missing", [0, 8])
def test_a_gzip_is_known_by_its_beginning_and_read_as_far_as_it_came(named, missing):
    packed = gzip.compress(picture_body())
    assert read(packed[: len(packed) - missing], headers={"content-encoding": named}).url == URL


def test_the_largest_result_fits_into_an_answer_in_short_lines():
    content = b"\x89PNG\r\n\x1a\n" + bytes(MAX_RESULT_BYTES - 8)
    body = json.dumps({"created": 1, "data": [{"b64_json": base64.encodebytes(content).decode()}]}).encode()
    with Loopback(answer("200 OK", body)) as server, Client(server.origin, KEY) as client:
        assert client.generate({"prompt": "x"}).content == content


def test_an_endless_text_is_no_address():
    assert read_address("https://bfl.ai/" + "a" * 10**7) == ""

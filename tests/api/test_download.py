"""Fetching a result: bytes are judged, capped and counted, and every failure says whether to try again."""

import functools
import gzip
import hashlib
import io
import time
import zlib

import brotli
import httpx
import pytest
import zstandard

from gallery.api import ApiError, Client, ResultGone, ResultRefused, ResultUnavailable
from gallery.api.results import encodings, result_body
from gallery.api.results.result_body import copy_picture

from .conftest import KEY
from .loopback import HANG, RESET, Drip, Loopback, answer

JPEG = b"\xff\xd8\xff\xe0" + b"jpeg" * 500 + b"\xff\xd9"
PNG = b"\x89PNG\r\n\x1a\n" + b"png" * 500
WEBP = b"RIFF\x00\x00\x00\x00WEBP" + b"webp" * 500
zipped = functools.partial(gzip.compress, mtime=0)  # a test's name must not tell the time
PATH = "/results/x/sample.jpeg?signature=a%2Fb%2Bc="


def download(server: Loopback, into=None, *, deadline_seconds=5.0):
    with Client("https://api.test/v1", KEY, result_hosts=["bfl.ai", server.origin]) as client:
        return client.download(server.origin + PATH, into or io.BytesIO(), deadline_seconds=deadline_seconds)


def failure(*script, **options) -> ApiError:
    with Loopback(*script) as server, pytest.raises(ApiError) as caught:
        download(server, **options)
    assert len(server.requests) == server.connections == 1
    return caught.value


@pytest.mark.parametrize(("data", "file_format"), [(JPEG, "jpeg"), (PNG, "png"), (WEBP, "webp")])
def test_a_picture_arrives_byte_for_byte(data, file_format):
    into = io.BytesIO()
    with Loopback(answer("200 OK", data, "Content-Type: text/html")) as server:
        got = download(server, into)
    assert into.getvalue() == data
    assert (got.size_bytes, got.sha256) == (len(data), hashlib.sha256(data).hexdigest())
    assert (got.file_format, got.listed, got.host) == (file_format, True, "127.0.0.1")


def test_a_download_is_one_get_without_the_key():
    with Loopback(answer("200 OK", JPEG)) as server:
        download(server)
    (request,) = server.requests
    rows = request.decode().strip().split("\r\n")
    assert rows[0] == f"GET {PATH} HTTP/1.1"
    assert {row.lower() for row in rows[1:]} == {
        f"host: 127.0.0.1:{server.port}",
        "accept: image/*",
        "accept-encoding: identity",
        "user-agent: fluxweb",
        "connection: close",
    }


@pytest.mark.parametrize(
    "script",
    [
        [b"HTTP/1.1 200 OK\r\n\r\n", JPEG],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % len(JPEG), JPEG, b"\r\n0\r\n\r\n"],
        [answer("200 OK", b"", "Content-Encoding: identity", length=len(JPEG)), *(bytes([byte]) for byte in JPEG)],
    ],
    ids=["until closed", "chunked", "byte by byte"],
)
def test_a_picture_may_come_in_any_framing(script):
    into = io.BytesIO()
    with Loopback(*script) as server:
        assert download(server, into).file_format == "jpeg"
    assert into.getvalue() == JPEG


@pytest.mark.parametrize("status", ["200 OK", "203 Non-Authoritative Information"])
def test_a_picture_comes_with_either_good_status(status):
    with Loopback(answer(status, JPEG)) as server:
        assert download(server).file_format == "jpeg"


@pytest.mark.parametrize("status", [404, 410])
def test_a_dead_address_says_so(status):
    error = failure(answer(f"{status} Gone", b"<html>"))
    assert type(error) is ResultGone
    assert error.status == status


@pytest.mark.parametrize("status", [201, 204, 206, 400, 401, 403, 408, 418, 429, 500, 502, 503, 504, 524])
def test_any_other_status_may_be_tried_again(status):
    error = failure(answer(f"{status} No", JPEG if status != 204 else b""))
    assert type(error) is ResultUnavailable
    assert error.status == status


@pytest.mark.parametrize(
    "script",
    [
        [],
        [RESET],
        [b"HTTP/1.1 200 OK\r\nConte"],
        [answer("200 OK", JPEG[:100], length=len(JPEG))],
        [answer("200 OK", JPEG[:5], length=len(JPEG))],
        [answer("200 OK", b"", length=len(JPEG))],
        [answer("200 OK", JPEG[:100], length=len(JPEG)), RESET],
        [answer("200 OK", b"")],
        [b"HTTP/1.1 200 OK\r\n\r\n"],
        [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"fff\r\n", JPEG[:50]],
        [b"HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n", JPEG],
        [b"SSH-2.0-x\r\n"],
    ],
    ids=lambda script: repr(script)[:70],
)
def test_cut_short_or_empty_may_be_tried_again(script):
    assert type(failure(*script)) is ResultUnavailable


@pytest.mark.parametrize(
    "script",
    [
        [HANG],
        [b"HTTP/1.1 200 OK\r\n", Drip(b"X: y\r\n")],
        [answer("200 OK", JPEG, length=10**6), Drip(b"x")],
        [answer("200 OK", JPEG, length=10**6), HANG],
    ],
    ids=["silence", "dripping headers", "dripping body", "silence in the body"],
)
def test_the_deadline_ends_a_download_however_it_drips(script):
    began = time.monotonic()
    assert type(failure(*script, deadline_seconds=0.3)) is ResultUnavailable
    assert 0.2 < time.monotonic() - began < 2


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_refused_and_not_followed(canary, status):
    for place in (canary.origin + "/", "/elsewhere", "http://\x7f["):
        assert type(failure(answer(f"{status} Moved", b"", f"Location: {place}"))) is ResultRefused


@pytest.mark.parametrize(
    ("data", "file_format"),
    [
        (b"<html><body>not found</body></html>", "html"),
        (b"\n<!DOCTYPE html><title>Please wait</title>", "html"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "svg"),
        (b"<?xml version='1.0'?><!-- drawn --><svg/>", "svg"),
        (b'{"error": "late"}', "json"),
        (b"GIF89a" + b"x" * 100, "gif"),
        (b"\0\0\0\x1cftypavif" + b"x" * 100, "avif"),
        (b"\0\0\0\x18ftypisom" + b"x" * 100, "mp4"),
        (b"x", ""),
        (b"\xff\xd8", ""),
        (b"\x89PNG\n\x1a\n" + b"x" * 100, ""),
        (b"RIFF\x00\x00\x00\x00WAVE" + b"x" * 100, ""),
        (b" " + JPEG, ""),
        (zipped(JPEG), "gzip"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_is_no_picture_is_kept_as_it_came(data, file_format):
    into = io.BytesIO()
    with Loopback(answer("200 OK", data, "Content-Type: image/png")) as server:
        got = download(server, into)
    assert (into.getvalue(), got.file_format, got.complete, got.note) == (data, file_format, True, "")


def test_only_what_was_framed_is_known_to_be_complete():
    chunked = [b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"%x\r\n" % len(JPEG), JPEG, b"\r\n0\r\n\r\n"]
    for script, complete in (
        ([answer("200 OK", JPEG)], True),
        (chunked, True),
        ([b"HTTP/1.1 200 OK\r\n\r\n", JPEG], False),
    ):
        with Loopback(*script) as server:
            assert download(server).complete is complete


def raw_deflate(data):
    press = zlib.compressobj(9, zlib.DEFLATED, -15)
    return press.compress(data) + press.flush()


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", zipped(PNG)),
        ("GZIP", zipped(PNG)),
        ("x-gzip", zipped(PNG[:50]) + zipped(PNG[50:])),
        ("gzip", zipped(PNG) + bytes(100)),
        ("identity, gzip", zipped(PNG)),
        ("gzip, gzip", zipped(zipped(PNG))),
        ("deflate", zlib.compress(PNG)),
        ("deflate", raw_deflate(PNG)),
        ("br", brotli.compress(PNG)),
        ("zstd", zstandard.compress(PNG)),
        ("br, gzip", zipped(brotli.compress(PNG))),
        ("gzip", PNG),  # the header lies
    ],
    ids=lambda value: repr(value[:20]),
)
def test_a_compression_that_nobody_asked_for_is_undone(encoding, content):
    into = io.BytesIO()
    with Loopback(answer("200 OK", content, f"Content-Encoding: {encoding}")) as server:
        got = download(server, into)
    assert into.getvalue() == PNG
    assert (got.size_bytes, got.sha256, got.file_format) == (len(PNG), hashlib.sha256(PNG).hexdigest(), "png")


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("gzip", zipped(JPEG + bytes(60_000_000))),
        ("br", brotli.compress(bytes(60_000_000), quality=3)),
        ("zstd", zstandard.compress(bytes(60_000_000))),
        ("gzip", zipped(JPEG)[:-20]),
        ("br", brotli.compress(JPEG)[:-5]),
        ("deflate", b"no deflate at all"),
        ("compress", b"\x1f\x9d\x90"),
        ("aes128gcm", b"nobody knows"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_what_cannot_be_unpacked_within_the_cap_is_kept_packed(encoding, content):
    into = io.BytesIO()
    with Loopback(answer("200 OK", content, f"Content-Encoding: {encoding}")) as server:
        got = download(server, into)
    assert into.getvalue() == content
    assert "could not be undone" in got.note


@pytest.mark.parametrize("length", [result_body.MAX_RESULT_BYTES + 1, 10**18])
def test_a_file_that_says_it_is_too_large_is_not_read(length):
    error = failure(answer("200 OK", JPEG, length=length), HANG)
    assert type(error) is ResultRefused


def test_an_endless_file_is_cut_at_the_cap(monkeypatch):
    monkeypatch.setattr(result_body, "MAX_RESULT_BYTES", 100_000)
    into = io.BytesIO()
    error = failure(b"HTTP/1.1 200 OK\r\n\r\n", JPEG, b"x" * 10_000_000, into=into)
    assert type(error) is ResultRefused
    assert len(into.getvalue()) <= 100_000


def test_a_file_of_exactly_the_cap_is_taken():
    start = b"\xff\xd8\xff"
    rest = result_body.MAX_RESULT_BYTES - len(start)
    size, _, _ = copy_picture(iter([start, bytes(rest)]), io.BytesIO())
    assert size == result_body.MAX_RESULT_BYTES


def test_a_full_disk_is_not_mistaken_for_a_bad_result():
    class FullDisk(io.BytesIO):
        def write(self, data):
            raise OSError(28, "No space left on device")

    with Loopback(answer("200 OK", JPEG)) as server, pytest.raises(OSError, match="No space left"):
        download(server, FullDisk())


def test_a_download_over_tls_uses_the_name_of_the_host(tls):
    with Loopback(answer("200 OK", PNG), ssl_context=tls[0]) as server:
        origin = f"https://localhost:{server.port}"
        client = Client("https://api.test/v1", KEY, result_hosts=[origin], ssl_context=tls[1])
        assert client.download(f"{origin}/x", io.BytesIO(), deadline_seconds=5).file_format == "png"


def test_an_unlisted_public_host_is_fetched_but_marked():
    def app(environ, start_response):
        assert "HTTP_AUTHORIZATION" not in environ
        start_response("200 OK", [])
        return [WEBP]

    client = Client("https://api.test/v1", KEY, transport=httpx.WSGITransport(app))
    got = client.download("https://pictures.example.com/x", io.BytesIO(), deadline_seconds=5)
    assert (got.listed, got.host) == (False, "pictures.example.com")


def test_nobody_listening_may_be_tried_again():
    with Loopback() as server:
        pass
    with pytest.raises(ResultUnavailable):
        download(server)


def test_what_is_called_zstandard_and_is_none_cannot_be_undone():
    with pytest.raises(encodings.CannotUndo):
        encodings.undo(b"(\xb5/\xfd" + b"\xff" * 20, "zstd", limit=1000)


def test_a_bound_ends_what_brotli_holds():
    assert len(encodings._brotli(brotli.compress(bytes(10**6)), 200_000)) == 200_000


def test_what_begins_like_gzip_and_is_none_stays_as_it_is():
    data = b"\x1f\x8b\x08" + b"\xff" * 20
    assert encodings.undo_by_sight(data, limit=1000) == data

"""A picture at any address: the guards of results at every step, whatever leads where."""

import contextlib
import gzip
import io
import time

import pytest

from gallery.api import ApiError, ResultGone, ResultRefused, ResultUnavailable, fetch_web_picture
from gallery.api.results.result_urls import check_web_address

from .loopback import HANG, RESET, Drip, Loopback, answer
from .test_canary import resolve_to
from .test_download import JPEG

MOST = 100_000


def fetch(url, *origins, seconds=5.0):
    into = io.BytesIO()
    fetch_web_picture(url, into, most_bytes=MOST, deadline_seconds=seconds, origins=origins)
    return into.getvalue()


def redirect(place, status="302 Found"):
    return answer(status, b"", f"Location: {place}")


@pytest.mark.parametrize(
    "url",
    [
        "https://example.com/cat.png", "http://example.com/cat.png", "http://example.com:80/", "https://example.com:443/?a=b",
        "https://8.8.8.8/x", "https://[2606:4700::1111]/x",
    ],
)  # fmt: skip
def test_the_public_web_may_be_asked(url):
    assert not check_web_address(url).is_named_origin


INWARD = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "localhost", "10.0.0.1", "192.168.1.1", "172.16.0.1",
    "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "[::1]", "[::ffff:127.0.0.1]",
    "[fe80::1]", "[fd00::1]", "[ff02::1]", "[64:ff9b::7f00:1]", "[2002:7f00:1::]", "intranet", "printer.", "a@10.0.0.1",
]  # fmt: skip


@pytest.mark.parametrize("host", INWARD)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_what_is_inward_is_not_asked_nor_led_to(canary, scheme, host):
    port = "" if host.endswith(".") else f":{canary.port}"
    for url in (f"{scheme}://{host}/x", f"{scheme}://{host}{port}/x"):
        with pytest.raises(ResultRefused):
            fetch(url)
        with Loopback(redirect(url)) as server, pytest.raises(ResultRefused):
            fetch(server.origin + "/x", server.origin)


@pytest.mark.parametrize(
    "url", ["http://example.com:8080/", "https://example.com:80/", "http://example.com:443/", "ftp://example.com/"]
)
def test_other_ports_and_schemes_are_not_asked(url):
    with pytest.raises(ResultRefused):
        fetch(url)


@pytest.mark.parametrize(
    "addresses", [["127.0.0.1"], ["8.8.8.8", "10.0.0.1"], ["::ffff:8.8.8.8"], ["100.64.0.1"], ["fe80::1%2"]]
)
def test_a_name_with_any_inward_address_is_not_connected(monkeypatch, addresses):
    def connect(*args):
        raise AssertionError("something was connected")

    monkeypatch.setattr("gallery.api.transport.connect", connect)
    with Loopback(redirect("http://pictures.example.com/x")) as server:
        for url in ("http://pictures.example.com/x", "https://pictures.example.com/x"):
            resolve_to(monkeypatch, addresses)
            with pytest.raises(ResultRefused, match="not public"):
                fetch(url)
        assert server.connections == 0


def test_what_a_redirect_names_is_resolved_and_checked_too(monkeypatch):
    with Loopback(redirect("http://pictures.example.com/x")) as server:
        asked = resolve_to(monkeypatch, ["127.0.0.1"], ["127.0.0.1"])
        with pytest.raises(ResultRefused, match="not public"):
            fetch(server.origin + "/x", server.origin)
    assert asked == ["127.0.0.1", "pictures.example.com"]
    assert server.connections == 1


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 Temporary", "308 Permanent"])
def test_a_redirect_is_followed_without_a_key_or_cookie(status):
    with contextlib.ExitStack() as stack:
        second = stack.enter_context(Loopback(answer("200 OK", JPEG)))
        place = f"Location: {second.origin}/cat?a=b"
        first = stack.enter_context(Loopback(answer(status, b"", place, "Set-Cookie: a=b")))
        assert fetch(f"{first.origin}/x", first.origin, second.origin) == JPEG
    assert second.requests[0].startswith(b"GET /cat?a=b HTTP/1.1\r\n")
    assert not {b"cookie", b"authorization"} & {
        row.partition(b":")[0].lower() for row in second.requests[0].split(b"\r\n")
    }


def test_a_redirect_without_an_end_is_followed_three_times():
    with Loopback(redirect("/again")) as server, pytest.raises(ResultRefused, match="without an end"):
        fetch(f"{server.origin}/x", server.origin)
    assert [row.split()[1] for row in server.requests] == [b"/x", *[b"/again"] * 3]


@pytest.mark.parametrize(
    ("script", "error"),
    [
        ([answer("404 Not Found")], ResultGone),
        ([answer("403 Forbidden")], ResultUnavailable),
        ([answer("304 Not Modified")], ResultRefused),
        ([answer("302 Found")], ResultRefused),
        ([redirect("http://\x7f[")], ResultRefused),
        ([redirect("data:image/png;base64,AAAA")], ResultRefused),
        ([answer("200 OK", b"")], ResultUnavailable),
        ([answer("200 OK", JPEG[:50], length=len(JPEG))], ResultUnavailable),
        ([answer("200 OK", b"", length=MOST + 1)], ResultRefused),
        ([b"HTTP/1.1 200 OK\r\n\r\n", b"x" * (MOST + 1)], ResultRefused),
        ([RESET], ResultUnavailable),
        ([b"SSH-2.0-x\r\n"], ResultUnavailable),
    ],
    ids=lambda value: repr(value)[:60],
)  # fmt: skip
def test_what_does_not_bring_a_picture_says_why(script, error):
    with Loopback(*script) as server, pytest.raises(ApiError) as caught:
        fetch(server.origin + "/x", server.origin)
    assert type(caught.value) is error
    assert server.origin not in str(caught.value)


@pytest.mark.parametrize(
    "script",
    [
        [HANG],
        [b"HTTP/1.1 200 OK\r\n", Drip(b"X: y\r\n")],
        [answer("200 OK", JPEG, length=10**4), Drip(b"x")],
        [b"HTTP/1.1 302 Found\r\nLocation: /x\r\n", Drip(b"X: y\r\n")],
    ],
    ids=["silence", "dripping head", "dripping body", "dripping redirect"],
)
def test_one_that_answers_slowly_for_ever_is_left_at_the_deadline(script):
    began = time.monotonic()
    with Loopback(*script) as server, pytest.raises(ResultUnavailable):
        fetch(server.origin + "/x", server.origin, seconds=0.3)
    assert time.monotonic() - began < 2


def test_a_compression_that_nobody_asked_for_is_undone_within_the_limit():
    packed = gzip.compress(JPEG, mtime=0)
    with Loopback(answer("200 OK", packed, "Content-Encoding: gzip")) as server:
        assert fetch(server.origin + "/x", server.origin) == JPEG
    bomb = gzip.compress(JPEG + bytes(10 * MOST), mtime=0)
    with Loopback(answer("200 OK", bomb, "Content-Encoding: gzip")) as server:
        assert fetch(server.origin + "/x", server.origin) == bomb

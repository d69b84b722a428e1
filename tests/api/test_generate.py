"""One paid POST against a server that misbehaves on the wire: exactly one request, and the right word for its end."""

import json
import ssl
import threading
import time

import httpx
import pytest

from gallery.api import (
    ApiError,
    Client,
    KeyTrouble,
    NotExecuted,
    OutcomeUnknown,
    PaidWithoutResult,
    RateLimited,
    Refused,
    UpstreamFailed,
)

from .bodies import HTML, URL, error_body, picture_body
from .conftest import KEY
from .loopback import HANG, RESET, UNREAD, Drip, Loopback, answer

BODY = {"model": "flux-2-pro", "prompt": "eine Katze, 猫", "seed": 42}
PAID = answer("200 OK", picture_body(), "Content-Type: application/json", "X-Request-Id: req-1")
CHUNKED = b"HTTP/1.1 200 OK\r\nX-Request-Id: req-1\r\nTransfer-Encoding: chunked\r\n\r\n"


def client_of(server: Loopback, **options) -> Client:
    return Client(server.origin + "/v1", KEY, **{"total_seconds": 5} | options)


def failure(client: Client, **options) -> ApiError:
    with pytest.raises(ApiError) as caught:
        client.generate(BODY, **options)
    return caught.value


# --- it works ----------------------------------------------------------------------------------------------------


def test_a_paid_call_is_one_post_with_the_key_and_plain_json():
    with Loopback(PAID) as server, client_of(server) as client:
        got = client.generate(BODY, marked_at=time.monotonic())
    assert (got.url, got.request_id) == (URL, "req-1")
    (request,) = server.requests
    head, _, body = request.partition(b"\r\n\r\n")
    rows = head.decode().split("\r\n")
    assert rows[0] == "POST /v1/images/generations HTTP/1.1"
    assert {row.lower() for row in rows[1:]} == {
        f"host: 127.0.0.1:{server.port}",
        f"authorization: bearer {KEY}",
        "content-type: application/json",
        "accept: application/json",
        "accept-encoding: identity",
        "user-agent: fluxweb",
        "connection: close",
        f"content-length: {len(body)}",
    }
    assert json.loads(body) == BODY
    assert "猫".encode() in body


def test_each_call_has_a_line_of_its_own_and_keeps_no_cookies():
    with Loopback(answer("200 OK", picture_body(), "Set-Cookie: a=b")) as server, client_of(server) as client:
        for _ in range(3):
            client.generate(BODY)
    assert server.connections == len(server.requests) == 3
    assert not any(b"cookie" in request.lower() for request in server.requests)


def test_proxies_and_netrc_of_the_environment_are_ignored(monkeypatch, canary, tmp_path):
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, canary.origin)
    (tmp_path / "netrc").write_text("machine 127.0.0.1 login eve password evil")
    monkeypatch.setenv("NETRC", str(tmp_path / "netrc"))
    with Loopback(PAID) as server, client_of(server) as client:
        client.generate(BODY)
    assert f"Bearer {KEY}".encode() in server.requests[0]


def test_threads_do_not_mix_their_calls_up():
    results = []
    with Loopback(PAID) as good, Loopback(answer("429 Slow", b"")) as bad:
        pairs = [(client_of(good), "Answer"), (client_of(bad), "RateLimited")] * 8

        def call(client, expected):
            try:
                results.append(type(client.generate(BODY)).__name__ == expected)
            except ApiError as error:
                results.append(type(error).__name__ == expected)

        threads = [threading.Thread(target=call, args=pair) for pair in pairs]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert results == [True] * 16
    assert (len(good.requests), len(bad.requests)) == (8, 8)


def test_informational_answers_are_stepped_over():
    with Loopback(b"HTTP/1.1 100 Continue\r\n\r\n" * 3, PAID) as server, client_of(server) as client:
        assert client.generate(BODY).url == URL


def test_an_address_that_came_before_the_line_was_cut_is_kept_because_it_is_paid_for():
    lying = answer("200 OK", picture_body(), length=9999)
    with Loopback(lying) as server, client_of(server) as client:
        assert client.generate(BODY).url == URL
    with Loopback(lying, HANG) as server, client_of(server, total_seconds=0.3) as client:
        assert client.generate(BODY).url == URL


def test_it_speaks_to_a_wsgi_application_in_tests():
    def app(environ, start_response):
        assert environ["HTTP_AUTHORIZATION"] == f"Bearer {KEY}"
        start_response("200 OK", [("X-Request-Id", "wsgi")])
        return [picture_body()]

    with Client("http://api.test/v1", KEY, transport=httpx.WSGITransport(app)) as client:
        assert client.generate(BODY).request_id == "wsgi"
        assert type(failure(client, marked_at=time.monotonic() - 6)) is NotExecuted


# --- after the first byte: one request, whatever came back -------------------------------------------------------

ANSWERED = [
    (answer("400 Bad", error_body("bad size")), Refused),
    (answer("400 Bad", b""), Refused),
    (answer("401 No", error_body("bad key")), KeyTrouble),
    (answer("403 No", error_body("", "insufficient_user_quota")), KeyTrouble),
    (answer("404 No", HTML), KeyTrouble),
    (answer("408 Timeout", b""), OutcomeUnknown),
    (answer("422 No", error_body()), Refused),
    (answer("429 Slow", b"", "Retry-After: 7"), RateLimited),
    (answer("429 Slow", b"", "Retry-After: soon"), RateLimited),
    (answer("500 Oops", error_body("upstream")), UpstreamFailed),
    (answer("500 Oops", HTML), OutcomeUnknown),
    (answer("502 Bad", HTML), OutcomeUnknown),
    (answer("503 Busy", error_body("busy"), "Retry-After: 1"), UpstreamFailed),
    (answer("504 Late", error_body("late")), OutcomeUnknown),
    (answer("524 Late", HTML), OutcomeUnknown),
    (answer("301 Moved", b"", "Location: /v1/images/generations"), OutcomeUnknown),
    (answer("307 Moved", b"", "Location: http://\x7f\xff["), OutcomeUnknown),
    (answer("308 Moved", picture_body(), "Location: https://evil.example/"), OutcomeUnknown),
    (answer("204 None", b""), PaidWithoutResult),
    (answer("200 OK", b""), PaidWithoutResult),
    (answer("200 OK", HTML), PaidWithoutResult),
    (answer("200 OK", b"\xff\xfe\x00"), PaidWithoutResult),
    (answer("200 OK", b"[" * 2_000_000), PaidWithoutResult),
    (answer("400 Bad", b"x" * 3_000_000), Refused),
    (answer("502 Bad", b"x" * 3_000_000), OutcomeUnknown),
]
BROKEN = [
    ([], "closed without an answer"),
    ([RESET], "reset without an answer"),
    ([UNREAD, RESET], "reset without reading"),
    ([b"HTTP/1.1 200 OK\r\nContent-Le"], "cut in the headers"),
    ([b"HTTP/1.1 200 OK\r\nContent-Le", RESET], "reset in the headers"),
    ([answer("200 OK", picture_body()[:-9], length=500)], "cut in the body"),
    ([answer("400 Bad", b"", length=500)], "cut in the body of a refusal"),
    ([CHUNKED, b"10\r\n0123"], "cut in a chunk"),
    ([CHUNKED, b"zz\r\n"], "a broken chunk"),
    ([b"220 mail.example ESMTP\r\n"], "not HTTP"),
    ([b"HTTP/1.1 200 OK\r\nbad header\r\n\r\n"], "a broken header"),
    ([b"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n"], "a broken length"),
    ([b"HTTP/1.1 200 OK\r\nX: " + b"x" * 300_000], "endless headers"),
    ([b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\n\r\n"], "another protocol"),
]
SLOW = [
    ([HANG], "silence"),
    ([b"HTTP/1.1 200 OK\r\n", HANG], "silence in the headers"),
    ([b"HTTP/1.1 200 OK\r\n", Drip(b"X: y\r\n")], "dripping headers"),
    ([b"HTTP/1.1 200 OK\r\nX: ", Drip(b"y")], "dripping one header"),
    ([Drip(b"HTTP/1.1 100 Continue\r\n\r\n")], "dripping informational answers"),
    ([answer("200 OK", b"{", length=10**6), Drip(b" ")], "a dripping body"),
    ([CHUNKED, Drip(b"1\r\n \r\n")], "dripping chunks"),
    ([b"HTTP/1.1 400 Bad\r\n\r\n", Drip(b" ")], "a dripping refusal without length"),
]


@pytest.mark.parametrize(("raw", "kind"), ANSWERED, ids=[f"{row[0][9:60]!r}" for row in ANSWERED])
def test_every_answer_is_one_request_and_its_error(raw, kind):
    with Loopback(raw) as server, client_of(server) as client:
        assert type(failure(client)) is kind
    assert len(server.requests) == server.connections == 1


@pytest.mark.parametrize(("script", "name"), BROKEN, ids=[row[1] for row in BROKEN])
def test_a_broken_answer_leaves_the_outcome_unknown(script, name):
    with Loopback(*script) as server, client_of(server) as client:
        error = failure(client)
    assert type(error) is OutcomeUnknown
    assert error.why
    assert server.connections == 1


@pytest.mark.parametrize(("script", "name"), SLOW, ids=[row[1] for row in SLOW])
def test_the_total_deadline_ends_a_call_however_it_drips(script, name):
    with Loopback(*script) as server, client_of(server, total_seconds=0.3) as client:
        began = time.monotonic()
        error = failure(client)
        assert 0.2 < time.monotonic() - began < 2
    assert type(error) is OutcomeUnknown
    assert error.why == "the total deadline passed"
    assert len(server.requests) == server.connections == 1


def test_a_server_that_does_not_read_a_large_request_meets_the_deadline_too():
    large = BODY | {"input_image": "x" * 20_000_000}
    with Loopback(UNREAD, HANG) as server, pytest.raises(OutcomeUnknown):
        client_of(server, total_seconds=0.3).generate(large)
    assert server.connections == 1


def test_the_request_id_of_a_cut_answer_is_kept():
    with Loopback(CHUNKED) as server, client_of(server) as client:
        error = failure(client)
    assert (error.status, error.request_id) == (200, "req-1")


def test_retry_after_comes_with_the_error():
    with Loopback(answer("429 Slow", b"", "Retry-After: 7")) as server, client_of(server) as client:
        assert failure(client).retry_after == 7


# --- what is not a client ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    [
        "",
        "x",
        "/v1",
        "ftp://x/v1",
        "https://",
        "http://user:pw@x/v1",
        "https://x/v1?y=1",
        "https://x/v1#y",
    ],
)
def test_an_odd_api_address_is_refused_at_the_start(url):
    with pytest.raises(ValueError, match="address"):
        Client(url, KEY)


@pytest.mark.parametrize("key", ["", "a b", "a\nb", "schlüssel", "\x7f"])
def test_an_odd_key_is_refused_without_quoting_it(key):
    with pytest.raises(ValueError, match="API key") as caught:
        Client("https://api.test/v1", key)
    assert not key or key not in str(caught.value)


def test_the_ssl_context_is_made_once():
    from gallery.api import shared_ssl_context

    assert shared_ssl_context() is shared_ssl_context()
    assert shared_ssl_context().verify_mode is ssl.CERT_REQUIRED

"""One answer of the API, read: addresses, request ids, words, Retry-After, and whatever a proxy may put instead."""

import datetime
import gzip
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.api import ApiError, PaidWithoutResult
from gallery.api.responses import Answer, read_answer, read_retry_after

from .bodies import HTML, URL, error_body, picture_body

NOW = datetime.datetime(2026, 11, 22, 12, 0, 0, tzinfo=datetime.UTC)


def read(status, body=b"", headers=None, **options):
    return read_answer(status, headers or {}, body, **options)


def error_of(status, body=b"", headers=None, **options) -> ApiError:
    with pytest.raises(ApiError) as caught:
        read(status, body, headers, **options)
    return caught.value


# --- 2xx --------------------------------------------------------------------------------------------------------


def test_an_address_is_the_answer():
    answer = read(200, picture_body(), {"X-Request-Id": "req-1"})
    assert answer == Answer(url=URL, request_id="req-1", created=1776832476)


@pytest.mark.parametrize("status", [200, 201, 202, 299])
def test_every_2xx_with_an_address_is_paid_and_usable(status):
    assert read(status, picture_body()).url == URL


def test_an_address_of_any_host_is_taken_in_because_it_is_paid_for():
    assert read(200, picture_body("http://127.0.0.1:9/x.png")).url == "http://127.0.0.1:9/x.png"


def test_a_proxy_that_compresses_unasked_costs_no_picture():
    assert read(200, gzip.compress(picture_body()), {"Content-Encoding": "gzip"}).url == URL


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf" + picture_body(), picture_body().decode().encode("utf-16")])
def test_other_encodings_of_json_are_read(body):
    assert read(200, body).url == URL


@pytest.mark.parametrize("created", [None, "1", True, 1.5, -1, 10**30, [1]])
def test_an_odd_time_is_no_reason_to_lose_the_picture(created):
    assert read(200, picture_body(created=created)).created is None


NO_ADDRESSES = [
    b"",
    HTML,
    b"null",
    b"[]",
    b"[1]",
    b'"text"',
    b"{}",
    b'{"data": []}',
    b'{"data": {}}',
    b'{"data": [null]}',
    b'{"data": [{"b64_json": "AAAA"}]}',
    b"\xff\xfe\x00\x01\x02",
    b"[" * 500_000,
    b"9" * 10_000,
    gzip.compress(b"x", mtime=0),
    error_body("quota", "insufficient_user_quota"),
    picture_body()[:-5],
    b'{"data": [{"revised_prompt": "https://bfl.ai/x"}], "docs": "https://bfl.ai/y"}',
    b'{"message": "out of credit, see https://bfl.ai/pricing"}',
] + [
    picture_body(url)
    for url in (
        None,
        7,
        "",
        "x",
        "/relative",
        "ftp://bfl.ai/x",
        "data:image/png;base64,AAAA",
        "javascript:alert(1)",
        "https://",
        "https:///x",
        "https://bfl.ai/\x00a",
        "https://bfl.ai/\ud800",
        "https://bfl.ai/" + "x" * 4096,
    )
]


@pytest.mark.parametrize("body", NO_ADDRESSES, ids=lambda body: repr(body[:60]))
def test_a_2xx_with_anything_else_is_paid_without_result(body):
    error = error_of(200, body, {"x-request-id": "req-2"})
    assert type(error) is PaidWithoutResult
    assert (error.status, error.request_id) == (200, "req-2")


def test_a_bomb_in_a_compressed_answer_is_not_inflated():
    bomb = gzip.compress(b'{"data": [' + b" " * 50_000_000)
    assert type(error_of(200, bomb, {"content-encoding": "gzip"})) is PaidWithoutResult


# --- what goes with it -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("headers", "message", "expected"),
    [
        ({"x-request-id": "a", "request-id": "b"}, "m", "a"),
        ({"request-id": "b", "X-Oneapi-Request-Id": "c"}, "m", "b"),
        ({"X-Oneapi-Request-Id": "c"}, "m (request id: d)", "c"),
        ({}, "Bad size (request id: 2026112212000000)", "2026112212000000"),
        ({}, "Bad size (Request ID: abc) ", "abc"),
        ({}, "(request id: x) is not the end", ""),
        ({"x-request-id": ""}, "m (request id: d)", "d"),
        ({"x-request-id": "a\x00b\x7fé"}, "m", "a b"),
        ({"x-request-id": "r" * 999}, "m", "r" * 200),
        ({}, "m (request id: " + "r" * 180 + ")", "r" * 180),
    ],
)
def test_the_request_id_is_kept_from_wherever_it_is(headers, message, expected):
    assert error_of(400, error_body(message), headers).request_id == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [("bad_size", "bad_size"), (1001, "1001"), (1.5, "1.5"), (None, ""), (True, ""), ([1], ""), ("x" * 999, "x" * 100)],
)
def test_the_code_may_be_anything(code, expected):
    assert error_of(400, error_body("m", code)).code == expected


@pytest.mark.parametrize(
    ("body", "words"),
    [
        (error_body("size 1920x1080 is bad"), "size 1920x1080 is bad"),
        (error_body("", localized_message="Größe"), "Größe"),
        (error_body("a\x00b\n\tc\u202ed\ud800e"), "a b c d e"),
        (error_body("x" * 10_000), "x" * 500),
        (error_body(7), ""),
        (b'{"error": "plain"}', "plain"),
        (b'{"message": "flat"}', "flat"),
        (b'{"detail": "BFL says"}', "BFL says"),
        (b'{"detail": [{"loc": 1}]}', ""),
        (HTML, ""),
        (b'{"error": {"message": "caf\xe9"}}', "caf\ufffd"),
    ],
)
def test_the_providers_words_are_kept_short_and_printable(body, words):
    assert error_of(400, body).words == words


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("0", 0.0),
        (" 30 ", 30.0),
        ("1.5", 1.5),
        ("601", 600.0),
        ("9" * 5000, 600.0),
        ("Sun, 22 Nov 2026 12:01:30 GMT", 90.0),
        ("Sun, 22 Nov 2026 12:01:30 -0000", 90.0),
        ("Sun, 22 Nov 2026 13:01:30 +0100", 90.0),
        ("Sun, 22 Nov 2026 11:00:00 GMT", 0.0),
        ("Mon, 23 Nov 2026 12:00:00 GMT", 600.0),
        ("", None),
        ("-5", None),
        ("soon", None),
        ("1e9", None),
        ("inf", None),
        ("nan", None),
        ("٣", None),
        ("10, 20", None),
        ("Sun, 99 Nov 99999 12:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_a_date_or_nothing(value, seconds):
    assert read_retry_after(value, NOW) == seconds
    assert error_of(429, b"", {"Retry-After": value}, now=NOW).retry_after == seconds


def test_without_retry_after_we_choose_the_wait_ourselves():
    assert error_of(429).retry_after is None


def test_secrets_the_provider_repeats_are_blotted_out():
    key = "sk-very-secret-key"
    message = f"Incorrect key {key}, see https://bfl.ai/x?signature=abcdef&y=1 (request id: {key})"
    error = error_of(401, error_body(message, f"bad_{key}"), {}, secret=key)
    everything = repr(vars(error)) + repr(error) + str(error)
    assert key not in everything
    assert "abcdef" not in everything
    assert "y=1" in error.words


# --- anything at all ---------------------------------------------------------------------------------------------

JSON_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["error", "data", "url", "message", "code", "type", "created"]), inner)
    ),
    max_leaves=12,
)


@given(
    status=st.integers(100, 999),
    body=st.binary(max_size=200) | JSON_VALUES.map(json.dumps).map(str.encode),
    headers=st.dictionaries(st.sampled_from(["retry-after", "x-request-id", "content-encoding"]), st.text()),
)
def test_no_answer_whatever_is_in_it_breaks_the_reader(status, body, headers):
    outcome = answer_or_error(status, body, headers)
    if isinstance(outcome, Answer):
        assert 200 <= status < 300
        assert outcome.content or outcome.url.lower().startswith(("http://", "https://"))
        return
    assert (type(outcome) is PaidWithoutResult) == (200 <= status < 300)
    assert len(outcome.words) <= 500
    assert outcome.words.isprintable()
    assert outcome.request_id.isascii()
    assert outcome.retry_after is None or 0 <= outcome.retry_after <= 600


def answer_or_error(*args) -> Answer | ApiError:
    try:
        return read(*args)
    except ApiError as error:
        return error


@given(st.text())
def test_no_retry_after_breaks_the_reader(value):
    seconds = read_retry_after(value)
    assert seconds is None or 0 <= seconds <= 600

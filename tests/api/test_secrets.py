"""No key and no signature in anything that could reach a log, a page or a report."""

import io
import logging
import traceback

import pytest

from gallery.api import ApiError, Client

from .bodies import error_body, picture_body
from .conftest import KEY
from .loopback import RESET, Loopback, answer
from .test_download import JPEG
from .test_generate import BODY, BROKEN

SIGNATURE = "s1gn4tur3"
ECHO = error_body(f"key {KEY} at https://bfl.ai/x?signature={SIGNATURE} (request id: {KEY})", KEY, type=KEY)
SCRIPTS = [script for script, _ in BROKEN] + [
    [answer(status, ECHO, f"X-Request-Id: {KEY}", f"Retry-After: {KEY}")]
    for status in ("200 OK", "302 Moved", "400 Bad", "401 No", "403 No", "404 No", "429 Slow", "500 Oops", "504 Late")
]


def everything(error: ApiError) -> str:
    return "".join(traceback.format_exception(error)) + repr(error) + str(error) + repr(vars(error))


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda script: repr(script)[:60])
def test_no_error_of_a_call_tells_the_key(script, caplog):
    caplog.set_level(logging.DEBUG)
    with Loopback(*script) as server, Client(server.origin, KEY) as client, pytest.raises(ApiError) as caught:
        client.generate(BODY)
    told = everything(caught.value) + caplog.text + repr(client)
    assert KEY not in told
    assert SIGNATURE not in told


def test_no_error_before_the_first_byte_tells_the_key(caplog):
    caplog.set_level(logging.DEBUG)
    with Loopback() as server:
        pass
    with pytest.raises(ApiError) as caught:
        Client(server.origin, KEY).generate(BODY)
    assert KEY not in everything(caught.value) + caplog.text


def test_a_paid_answer_does_not_show_its_signature_or_log_anything(caplog):
    caplog.set_level(logging.DEBUG)
    body = picture_body(f"https://bfl.ai/x?signature={SIGNATURE}")
    with Loopback(answer("200 OK", body)) as server, Client(server.origin, KEY) as client:
        got = client.generate(BODY)
    assert SIGNATURE in got.url
    assert SIGNATURE not in repr(got) + caplog.text
    assert not caplog.records


@pytest.mark.parametrize(
    "script",
    [[], [RESET], [answer("404 No")], [answer("302 Moved", b"", "Location: /")], [answer("200 OK", b"")]],
    ids=lambda script: repr(script)[:40],
)
def test_no_error_of_a_download_tells_the_signature(script, caplog):
    caplog.set_level(logging.DEBUG)
    with Loopback(*script) as server:
        client = Client("https://api.test", KEY, result_hosts=[server.origin])
        with pytest.raises(ApiError) as caught:
            client.download(f"{server.origin}/x?signature={SIGNATURE}", io.BytesIO(), deadline_seconds=5)
    assert SIGNATURE not in everything(caught.value) + caplog.text


@pytest.mark.parametrize("host", ["127.0.0.1", "user@bfl.ai", "bfl.ai:8443", "bfl.ai.", "999.1.1.1"])
def test_no_refused_address_is_repeated(host):
    with pytest.raises(ApiError) as caught:
        Client("https://api.test", KEY).download(
            f"https://{host}/?signature={SIGNATURE}", io.BytesIO(), deadline_seconds=1
        )
    assert SIGNATURE not in repr(caught.value) + str(caught.value) + repr(vars(caught.value))


def test_a_download_logs_nothing(caplog):
    caplog.set_level(logging.DEBUG)
    with Loopback(answer("200 OK", JPEG)) as server:
        client = Client("https://api.test", KEY, result_hosts=[server.origin])
        client.download(f"{server.origin}/x?signature={SIGNATURE}", io.BytesIO(), deadline_seconds=5)
    assert not caplog.records


@pytest.mark.parametrize("name", ["httpx", "httpcore"])
def test_the_loud_libraries_are_quiet(name):
    assert not logging.getLogger(name).isEnabledFor(logging.INFO)

"""Failures before the first byte of a paid call: nothing was executed, nothing was sent, nothing is owed."""

import socket
import time

import pytest

from gallery.api import Client, NotExecuted, OutcomeUnknown, Refused, transport

from .bodies import URL
from .conftest import KEY
from .loopback import HANG, UNREAD, Drip, Loopback
from .test_generate import BODY, PAID, client_of, failure


def closed_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


def test_a_refused_connection_is_not_executed():
    client = Client(f"http://127.0.0.1:{closed_port()}/v1", KEY)
    assert type(failure(client)) is NotExecuted


@pytest.mark.parametrize("host", ["api.invalid", "x" * 64 + ".invalid"])
def test_a_name_that_is_not_found_is_not_executed(host):
    error = failure(Client(f"http://{host}/v1", KEY))
    assert type(error) is NotExecuted
    assert str(error) == "name not found"


def test_tls_against_a_plain_port_is_not_executed():
    with Loopback(UNREAD, b"220 hello\r\n") as server:
        error = failure(Client(f"https://127.0.0.1:{server.port}/v1", KEY))
    assert type(error) is NotExecuted
    assert server.connections == 1


def test_tls_that_hangs_is_not_executed():
    with Loopback(UNREAD, HANG) as server:
        client = Client(f"https://127.0.0.1:{server.port}/v1", KEY, total_seconds=0.3)
        assert type(failure(client)) is NotExecuted


def test_a_certificate_nobody_vouches_for_is_not_executed(tls):
    with Loopback(PAID, ssl_context=tls[0]) as server:
        error = failure(Client(f"https://localhost:{server.port}/v1", KEY))
    assert type(error) is NotExecuted
    assert server.requests == []


def test_the_name_in_the_certificate_counts(tls):
    with Loopback(PAID, ssl_context=tls[0]) as server:
        error = failure(Client(f"https://127.0.0.1:{server.port}/v1", KEY, ssl_context=tls[1]))
    assert type(error) is NotExecuted
    assert server.requests == []


def test_a_call_over_tls_works_and_is_cut_over_tls(tls):
    with Loopback(PAID, ssl_context=tls[0]) as server:
        url = f"https://localhost:{server.port}/v1"
        assert Client(url, KEY, ssl_context=tls[1]).generate(BODY).url == URL
    with Loopback(Drip(b"HTTP/1.1 100 Continue\r\n\r\n"), ssl_context=tls[0]) as server:
        url = f"https://localhost:{server.port}/v1"
        error = failure(Client(url, KEY, ssl_context=tls[1], total_seconds=0.3))
    assert type(error) is OutcomeUnknown
    assert len(server.requests) == 1


def test_a_process_frozen_after_the_mark_sends_nothing():
    with Loopback(PAID) as server, client_of(server) as client:
        assert type(failure(client, marked_at=time.monotonic() - 6)) is NotExecuted
    assert server.requests == []


def test_a_handshake_that_lasts_beyond_the_mark_is_given_up():
    with Loopback(UNREAD, HANG) as server:
        began = time.monotonic()
        client = Client(f"https://127.0.0.1:{server.port}/v1", KEY)
        assert type(failure(client, marked_at=time.monotonic() - 4.8)) is NotExecuted
        assert time.monotonic() - began < 2


def test_a_freeze_between_connecting_and_writing_sends_nothing(monkeypatch):
    """The socket is connected, then the clock jumps: what a SIGSTOP looks like from inside."""
    late = transport.Call.begin

    def frozen_then_begin(call):
        if call.first_byte_by is not None:
            call.first_byte_by -= 60
        late(call)

    monkeypatch.setattr(transport.Call, "begin", frozen_then_begin)
    with Loopback(PAID) as server, client_of(server) as client:
        assert type(failure(client, marked_at=time.monotonic())) is NotExecuted
    assert server.requests == []


@pytest.mark.parametrize("body", [{"prompt": "\ud800"}, {"guidance": float("nan")}, {"x": object()}])
def test_what_cannot_be_json_is_refused_before_anything_is_sent(body, canary):
    with pytest.raises(Refused):
        client_of(canary).generate(body)


def test_a_connection_that_takes_too_long_is_not_executed(monkeypatch):
    def never(*_):
        raise TimeoutError

    monkeypatch.setattr(transport, "connect", never)
    error = failure(Client("http://127.0.0.1:9/v1", KEY))
    assert (type(error), str(error)) == (NotExecuted, "connecting took too long")

"""A canary proves that nothing inward was connected: what the guard refuses does not reach any socket."""

import io
import socket

import pytest

from gallery.api import Client, ResultRefused, ResultUnavailable

from .conftest import KEY
from .loopback import Loopback, answer
from .test_download import JPEG


def download(url, result_hosts=("bfl.ai",), **options):
    with Client("https://api.test/v1", KEY, result_hosts=result_hosts, **options) as client:
        return client.download(url, io.BytesIO(), deadline_seconds=5)


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "127.1", "0x7f000001", "2130706433", "[::ffff:127.0.0.1]"])
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_a_listener_next_door_hears_nothing(canary, scheme, host):
    with pytest.raises(ResultRefused):
        download(f"{scheme}://{host}:{canary.port}/")


def resolve_to(monkeypatch, *answers):
    """Answer the n-th question for a name with the n-th list of addresses; return the questions asked."""
    asked = []

    def getaddrinfo(host, port, *args, **kwargs):
        addresses = answers[min(len(asked), len(answers) - 1)]
        asked.append(host)
        families = [socket.AF_INET6 if ":" in address else socket.AF_INET for address in addresses]
        return [(family, 1, 6, "", (ip, port)) for family, ip in zip(families, addresses, strict=True)]

    monkeypatch.setattr(socket, "getaddrinfo", getaddrinfo)
    return asked


@pytest.mark.parametrize(
    "addresses",
    [
        ["127.0.0.1"],
        ["8.8.8.8", "127.0.0.1"],
        ["127.0.0.1", "8.8.8.8"],
        ["::1"],
        ["::ffff:8.8.8.8"],
        ["64:ff9b::7f00:1"],
        ["169.254.169.254"],
        ["100.64.0.1"],
        ["fe80::1%2"],
    ],
    ids=str,
)
@pytest.mark.parametrize("host", ["delivery-eu.bfl.ai", "pictures.example.com"])
def test_a_name_with_any_inward_address_is_refused_even_if_listed(monkeypatch, host, addresses):
    def connect(*args):
        raise AssertionError("something was connected")

    resolve_to(monkeypatch, addresses)
    monkeypatch.setattr("gallery.api.transport.connect", connect)
    with pytest.raises(ResultRefused, match="not public"):
        download(f"https://{host}/x.png")


def test_a_name_is_resolved_once_so_it_cannot_change_between_check_and_connection(monkeypatch):
    with Loopback(answer("200 OK", JPEG)) as server:
        origin = f"http://pictures.test:{server.port}"
        asked = resolve_to(monkeypatch, ["127.0.0.1"], ["169.254.169.254"])
        assert download(f"{origin}/x", [origin]).listed
    assert asked == ["pictures.test"]
    assert f"Host: pictures.test:{server.port}".encode() in server.requests[0]


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch):
    connected = []

    def connect(family, address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    asked = resolve_to(monkeypatch, ["8.8.8.8", "2606:4700::1111"], ["127.0.0.1"])
    monkeypatch.setattr("gallery.api.transport.connect", connect)
    with pytest.raises(ResultUnavailable):
        download("https://delivery-eu.bfl.ai/x.png")
    assert [address[:2] for address in connected] == [("8.8.8.8", 443), ("2606:4700::1111", 443)]
    assert len(asked) == 1


def test_even_a_named_origin_does_not_open_the_cloud_metadata(monkeypatch):
    resolve_to(monkeypatch, ["169.254.169.254"])
    with pytest.raises(ResultRefused):
        download("http://pictures.test:9000/x", ["http://pictures.test:9000"])


def test_the_second_address_is_tried_when_the_first_is_dead(monkeypatch):
    with Loopback(answer("200 OK", JPEG)) as server:
        resolve_to(monkeypatch, ["127.0.0.2", "127.0.0.1"])
        origin = f"http://pictures.test:{server.port}"
        assert download(f"{origin}/x", [origin]).size_bytes == len(JPEG)

"""What `manage.py up` itself sends to a browser, without a proxy between: how many bytes a first visit takes."""

import contextlib
import gzip
import http.client
import re

import brotli
import pytest

from tests.processes.website import SECONDS, Website

UP = {"command": ("manage.py", "up"), "wait_for": "fluxweb runs at"}
CARDS = 60  # of a full page of the gallery
DECODE = {"gzip": gzip.decompress, "br": brotli.decompress}


def fetch(site, path, accepts="gzip, deflate, br", **headers):
    """Return status, headers and the bytes as they came."""
    with contextlib.closing(http.client.HTTPConnection("127.0.0.1", site.port, timeout=SECONDS)) as line:
        line.request("GET", path, headers={"Cookie": site.cookies, "Accept-Encoding": accepts, **headers})
        answer = line.getresponse()
        return answer.status, answer.headers, answer.read()


def decoded(headers, content):
    return DECODE[headers["Content-Encoding"]](content).decode()


@pytest.fixture
def site(town):
    town.ask("fill", CARDS)
    return Website(town, **UP)


def bytes_of(site, addresses):
    answers = [fetch(site, address) for address in addresses]
    assert all(status == 200 and headers["Content-Encoding"] for status, headers, _ in answers)
    return sum(len(content) for *_, content in answers)


def test_the_first_page_of_the_gallery_is_light_on_the_wire(site):
    status, headers, content = fetch(site, "/gallery/")
    page = decoded(headers, content)
    assert (status, page.count('loading="lazy"') >= CARDS) == (200, True)
    assert "Accept-Encoding" in headers["Vary"]
    assert len(content) <= 15_000
    assert bytes_of(site, re.findall(r'<link rel="stylesheet" href="([^"]+)"', page)) <= 20_000
    assert bytes_of(site, re.findall(r'<script[^>]* src="([^"]+)"', page)) <= 25 * 1024
    assert len(fetch(site, "/gallery/", accepts="identity")[2]) > 2 * len(content)

    picture = re.search(r'<img[^>]* src="([^"]+)"', page)[1]
    status, headers, content = fetch(site, picture)
    assert (status, headers["Content-Encoding"], headers["Content-Length"]) == (200, None, str(len(content)))
    assert fetch(site, picture, **{"If-None-Match": headers["ETag"]})[0] == 304

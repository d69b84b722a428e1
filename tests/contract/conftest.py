"""A simulator on loopback, the official SDK as its client, and plain HTTP where the SDK would hide the wire."""

import base64
import io
import json
import threading
import urllib.error
import urllib.request
from dataclasses import dataclass

import pytest
from openai import OpenAI
from PIL import Image

from gallery.simulator.server import LoopbackServer
from gallery.simulator.world import World


@dataclass
class Got:
    """What came back over plain HTTP."""

    status: int
    headers: dict
    content: bytes

    @property
    def json(self):
        return json.loads(self.content)

    @property
    def picture(self):
        with Image.open(io.BytesIO(self.content)) as image:
            image.load()
            return image


def fetch(url, document=None, *, method=None, headers=None):
    """GET, or POST a document (bytes as they are), without raising for any status and without following redirects."""
    content = document if document is None or isinstance(document, bytes) else json.dumps(document).encode()
    known = {"Authorization": "Bearer k", **({"Content-Type": "application/json"} if content is not None else {})}
    request = urllib.request.Request(url, content, known | (headers or {}), method=method)
    try:
        with OPENER.open(request, timeout=20) as answer:
            return Got(answer.status, dict(answer.headers), answer.read())
    except urllib.error.HTTPError as error:
        with error:
            return Got(error.code, dict(error.headers), error.read())


class _Stay(urllib.request.HTTPRedirectHandler):
    def redirect_request(self, *_):
        return None


OPENER = urllib.request.build_opener(_Stay)


def data_url(width=64, height=48, *, colour=(200, 60, 40), kind="PNG"):
    """Make a small picture as a data URL."""
    out = io.BytesIO()
    Image.new("RGB", (width, height), colour).save(out, kind)
    return f"data:image/{kind.lower()};base64,{base64.b64encode(out.getvalue()).decode()}"


@pytest.fixture
def world():
    return World()


@pytest.fixture
def server(world):
    """Serve the world; afterwards no thread of it may be left."""
    others = set(threading.enumerate())
    with LoopbackServer(world) as running:
        yield running
    left = set(threading.enumerate()) - others
    assert not [thread for thread in left if "process_request" in thread.name]


@pytest.fixture
def sdk(server):
    with OpenAI(base_url=server.api_url, api_key="k", max_retries=0) as client:
        yield client


@pytest.fixture
def call(server):
    """POST a generation with a sound default body; None drops a field."""

    def post(**fields):
        body = {"model": "flux-2-klein-4b", "prompt": "a cat", "size": "64x64", "seed": 1, **fields}
        return fetch(f"{server.api_url}/images/generations", {k: v for k, v in body.items() if v is not None})

    return post


@pytest.fixture
def address(call):
    """Give the address of a fresh result."""
    return call().json["data"][0]["url"]

"""The simulator's memory: till, clock, results, control from outside, a clean stop."""

import io
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from pathlib import Path
from wsgiref.validate import validator

import pytest

from gallery.simulator import checks
from gallery.simulator import world as world_module
from gallery.simulator.app import make_app
from gallery.simulator.server import LoopbackServer
from gallery.simulator.world import CONTRACT, Post, World, demo_latency, demo_world
from tests.contract.conftest import data_url, fetch

SERVE = """
from gallery.simulator.server import serve
from gallery.simulator.world import World
serve(0, World(control=True), ready=lambda server: print(server.origin, flush=True))
"""


@pytest.fixture
def world():
    return World(control=True)


def post_of(model, **body):
    return Post(1, 0.0, "/images/generations", "k", {"model": model, "prompt": "cat", **body}, "r")


def test_the_till_has_every_post_with_its_money(call, world):
    url = call().json["data"][0]["url"]
    call(size="1x1")
    good, bad = world.till
    assert (good.number, good.key, good.model, good.status, good.billed_micros) == (
        1,
        "k",
        "flux-2-klein-4b",
        200,
        10_000,
    )
    assert (good.result_url, good.body["size"]) == (url, "64x64")
    assert (bad.number, bad.status, bad.billed, bad.result_url) == (2, 400, False, None)
    assert abs(good.time - world.clock.now()) < 60


def test_the_till_is_read_from_outside(server, call):
    call(model="flux-kontext-pro", size=None, input_image=data_url(900, 900, kind="JPEG"))
    (row,) = fetch(f"{server.origin}/_till").json
    assert (row["status"], row["billed"], row["billed_micros"]) == (200, True, 35_000)
    assert "sha256" in row["body"]["input_image"], "references are cut short"
    assert row["sha256"] is None, "nobody fetched it"
    fetch(row["result_url"])
    assert len(fetch(f"{server.origin}/_till").json[0]["sha256"]) == 64


def test_faults_are_scripted_from_outside(server, call, address):
    entries = [{"fault": "Answer", "status": 500, "prompt": "dog", "times": 2}, {"fault": "WrongType", "content": "hm"}]
    assert fetch(f"{server.origin}/_script", entries).status == 200
    fetch(f"{server.origin}/_script", {"fault": "CutDownload"})
    assert [call(prompt="dog").status for _ in range(3)] == [500, 500, 200]
    assert fetch(address).content == b"hm"


@pytest.mark.parametrize("entry", [{"fault": "Nonsense"}, {"fault": "Answer"}, {"a": 1}, [3], b"{"])
def test_a_mistaken_script_is_answered_400(server, entry):
    assert fetch(f"{server.origin}/_script", entry).status == 400


def test_clock_and_latency_are_moved_from_outside(server, world, address):
    before = world.clock.now()
    assert fetch(f"{server.origin}/_clock", {"advance": 601}).json["now"] >= before + 601
    assert fetch(address).status == 404
    assert fetch(f"{server.origin}/_latency", {"seconds": 0.5}).status == 200
    assert world.latency == 0.5


def test_the_dead_are_forgotten(call, world):
    call()
    world.clock.advance(601)
    call()
    assert len(world.results) == 1


def test_pictures_are_kept_within_a_budget_and_drawn_again(monkeypatch, call, world):
    monkeypatch.setattr(world_module, "PICTURE_CACHE_BYTES", 1000)
    urls = [call(seed=seed).json["data"][0]["url"] for seed in range(3)]
    first = [fetch(url).content for url in urls]
    assert sum(map(len, world.picture_cache.values())) <= 1000
    assert [world.picture(url) for url in urls] == first


def test_plain_pictures_are_cheap_and_all_different():
    with LoopbackServer(World(plain_pictures=True)) as server:
        pages = []
        for output_format in ("jpeg", "jpeg", "png", "png"):
            body = {"model": "flux-2-pro", "prompt": "cat", "size": "320x160", "output_format": output_format}
            url = fetch(f"{server.api_url}/images/generations", body).json["data"][0]["url"]
            pages.append(fetch(url))
    assert len({page.content for page in pages}) == 4
    assert [(page.picture.format, page.picture.size) for page in pages[1:3]] == [
        ("JPEG", (320, 160)),
        ("PNG", (320, 160)),
    ]


@pytest.mark.parametrize(
    ("latency", "seconds"),
    [(2.5, 2.5), ({"flux-2-pro": 3.0}, 3.0), ({"*": 1.0}, 1.0), ({}, 0), (lambda post: len(post.prompt), 3), (0.0, 0)],
)
def test_latency_is_a_number_a_table_or_a_function(monkeypatch, latency, seconds):
    world, waited = World(latency=latency), []
    monkeypatch.setattr(world.released, "wait", waited.append)
    world.wait_latency(post_of("flux-2-pro"))
    assert waited == ([seconds] if seconds else [])


@pytest.mark.parametrize("model", CONTRACT["models"])
def test_demo_latency_stays_within_a_quarter_and_repeats(model):
    usual = CONTRACT["models"][model]["seconds"]
    drawn = [demo_latency(post_of(model, seed=seed)) for seed in range(50)]
    assert all(0.749 * usual <= seconds <= 1.251 * usual for seconds in drawn)
    assert drawn == [demo_latency(post_of(model, seed=seed)) for seed in range(50)]
    assert len(set(drawn)) > 20


def test_demo_world_forgets_uploads():
    world = demo_world()
    world.record(path="/", key="k", body={"input_image": data_url(500, 500, kind="JPEG")})
    assert len(world.till[0].body["input_image"]) < 200


def test_addresses_can_have_a_public_origin(call, world):
    world.public_origin = "https://delivery-eu.bfl.ai"
    url = call().json["data"][0]["url"]
    assert url.startswith("https://delivery-eu.bfl.ai/results/")
    assert world.picture(url)


def test_the_app_is_sound_wsgi():
    body = json.dumps({"model": "flux-2-pro", "prompt": "cat", "size": "64x64"}).encode()
    seen = []
    environ = {
        "REQUEST_METHOD": "POST",
        "SCRIPT_NAME": "",
        "PATH_INFO": "/v1/images/generations",
        "QUERY_STRING": "",
        "SERVER_NAME": "flux.test",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "HTTP_AUTHORIZATION": "Bearer k",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "https",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    chunks = validator(make_app(World()))(environ, lambda status, headers, exc_info=None: seen.append(status) or print)
    content = b"".join(chunks)
    chunks.close()
    assert seen == ["200 OK"]
    assert json.loads(content)["data"][0]["url"].startswith("https://flux.test:80/results/")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_serve_stops_cleanly_at_a_signal(number):
    root = Path(__file__).parents[2]
    process = subprocess.Popen(
        [sys.executable, "-W", "error", "-c", SERVE],
        cwd=root,
        env={**os.environ, "PYTHONPATH": str(root)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    with process:
        origin = process.stdout.readline().strip()
        assert fetch(f"{origin}/_till").json == []
        process.send_signal(number)
        out, err = process.communicate(timeout=20)
    assert (process.returncode, out, err) == (0, "", "")


def test_the_simulator_needs_neither_django_nor_the_project():
    code = (
        "import sys, gallery.simulator.server; "
        "print([m for m in sys.modules if m.split('.')[0] in ('django', 'httpx', 'huey', 'numpy') "
        "or m.startswith('gallery.') and not m.startswith('gallery.simulator')])"
    )
    root = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_calls_that_wait_are_answered_when_they_are_released():
    world = World(latency=600)
    waiting = [threading.Thread(target=world.wait_latency, args=(post_of("flux-2-pro"),)) for _ in range(2)]
    for each in waiting:
        each.start()
    for _ in range(3000):  # released again for one that had not begun to wait
        world.release()
        for each in waiting:
            each.join(0.01)
        if not any(each.is_alive() for each in waiting):
            break
    assert not any(each.is_alive() for each in waiting)


def test_a_picture_that_is_gone_cannot_be_had(world):
    with pytest.raises(KeyError):
        world.picture("http://127.0.0.1/results/nothing/sample.png")


def test_the_last_references_are_kept_and_no_more():
    kept = checks._Recent(2)
    for n in range(3):
        kept.keep(n, f"picture {n}")
    assert [kept.get(n) for n in range(3)] == [None, "picture 1", "picture 2"]


def test_a_server_is_stopped_twice_and_lines_that_say_nothing_are_let_go(world):
    with LoopbackServer(world) as server:
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(b"hello\r\n\r\n")
            assert line.recv(10) == b""
        with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
            line.sendall(b"POST /_clock HTTP/1.1\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n")
            assert line.recv(100).startswith(b"HTTP/1.1 100 Continue")
            line.sendall(b"{}")
            assert line.recv(100).startswith(b"HTTP/1.1 ")
    server.stop()

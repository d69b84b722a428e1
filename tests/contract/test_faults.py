"""Every fault does on the wire what its name says, and costs what it says."""

import base64
import gzip
import http.client
import io
import json
import socket
import threading
import urllib.error
import urllib.request
import zlib

import pytest
from PIL import Image

from gallery.simulator import faults
from gallery.simulator.app import make_app
from gallery.simulator.drawing import oddities
from gallery.simulator.playing import spoil_download
from gallery.simulator.server import LoopbackServer
from gallery.simulator.world import World
from tests.contract.conftest import fetch

CUT = (http.client.RemoteDisconnected, ConnectionResetError)
BODY = b'{"model": "flux-2-klein-4b", "prompt": "a cat", "size": "64x64", "seed": 1}'
HEAD = (
    b"POST /v1/images/generations HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer k\r\nContent-Type: application/json\r\n"
)


def line(server, content=BODY):
    """Open a socket and send one whole call."""
    sock = socket.create_connection(("127.0.0.1", server.port), timeout=10)
    sock.sendall(HEAD + f"Content-Length: {len(content)}\r\n\r\n".encode() + content)
    return sock


def money(world):
    return [(post.status, post.billed_micros) for post in world.till]


@pytest.mark.parametrize(
    ("fault", "status", "content"),
    [
        (faults.Answer(502, "<html>Bad gateway</html>"), 502, b"<html>Bad gateway</html>"),
        (faults.Answer(524, b""), 524, b""),
        (faults.Answer(429, ""), 429, b""),
        (faults.Answer(418, {"a": 1}), 418, b'{"a": 1}'),
        (faults.Answer(302, "", {"Location": "http://127.0.0.1:1/"}), 302, b""),
        (faults.OddSuccess({"data": [{"b64_json": "eHh4"}]}), 200, b'{"data": [{"b64_json": "eHh4"}]}'),
        (faults.OddSuccess("not json"), 200, b"not json"),
        (faults.OddSuccess(), 200, b'{"created": 0, "data": []}'),
    ],
)
def test_an_answer_is_sent_as_scripted(call, world, fault, status, content):
    world.script(fault)
    got = call()
    assert (got.status, got.content) == (status, content)
    assert got.headers["x-request-id"] == world.till[0].request_id
    assert money(world) == [(status, 10_000 if isinstance(fault, faults.OddSuccess) else 0)]


@pytest.mark.parametrize("status", [400, 401, 402, 403, 404, 408, 413, 422, 429, 500, 503, 504, 520])
def test_an_answer_without_body_is_the_vendors_error(call, world, status):
    world.script(faults.Answer(status, billed=status > 500))
    got = call()
    assert (got.status, got.json["error"]["type"]) == (status, "shell_api_error")
    assert world.till[0].billed is (status > 500)


@pytest.mark.parametrize(
    ("fault", "status", "code"),
    [
        (faults.Moderated(), 403, "content_moderation"),
        (faults.Quota(), 403, "insufficient_user_quota"),
        (faults.Quota("pre_consume_token_quota_failed"), 403, "pre_consume_token_quota_failed"),
        (faults.NoChannel(), 503, "model_not_found"),
        (faults.RateLimited(), 429, "rate_limit_exceeded"),
    ],
)
def test_the_vendors_refusals_are_free(call, world, fault, status, code):
    world.script(fault)
    got = call()
    assert (got.status, got.json["error"]["code"]) == (status, code)
    assert money(world) == [(status, 0)]


@pytest.mark.parametrize("value", [7, "Wed, 21 Oct 2026 07:28:00 GMT", "soon"])
def test_retry_after_is_sent_as_it_is(call, world, value):
    world.script(faults.RateLimited(value), faults.RateLimited())
    assert call().headers["Retry-After"] == str(value)
    assert "Retry-After" not in call().headers


@pytest.mark.parametrize("reset", [False, True])
def test_cut_before_answer_sends_nothing_and_bills(call, world, reset):
    world.script(faults.CutBeforeAnswer(reset=reset))
    with pytest.raises(ConnectionResetError if reset else http.client.RemoteDisconnected):
        call()
    assert money(world) == [(None, 10_000)]


def test_cut_mid_answer_sends_half_the_json(call, world):
    world.script(faults.CutMidAnswer())
    with pytest.raises(http.client.IncompleteRead) as caught:
        call()
    assert caught.value.partial.startswith(b'{"created"')
    assert money(world) == [(None, 10_000)]


@pytest.mark.parametrize("part", ["head", "body"])
def test_drip_goes_on_for_ever(server, world, part):
    world.script(faults.Drip(0.0005, part=part))
    with line(server) as sock:
        seen = b""
        while len(seen) < 400:
            seen += sock.recv(64)
    assert seen.startswith(b"HTTP/1.1 200 OK\r\n")
    assert seen.endswith(b"   ")
    assert money(world) == [(None, 10_000)]


def test_hang_says_nothing_until_the_server_stops(world):
    world.script(faults.Hang())
    with LoopbackServer(world) as server:
        sock = line(server)
        sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            sock.recv(1)
    sock.settimeout(5)
    with sock:
        assert sock.recv(1) == b""
    assert money(world) == [(None, 10_000)]


def test_held_answers_late_when_the_test_allows_it(server, world):
    until = threading.Event()
    world.script(faults.Held(until))
    with line(server) as sock:
        sock.settimeout(0.05)
        with pytest.raises(TimeoutError):
            sock.recv(1)
        assert money(world) == [(None, 10_000)], "recorded and billed before the answer"
        until.set()
        sock.settimeout(5)
        assert sock.recv(12) == b"HTTP/1.1 200"


def test_a_call_whose_client_left_is_billed_all_the_same(server, world):
    until = threading.Event()
    world.script(faults.Held(until))
    sock = line(server)
    while not world.till:
        pass
    sock.close()
    until.set()
    assert world.till[0].prompt == "a cat"


def test_a_call_that_never_came_whole_is_no_post(server, world):
    with socket.create_connection(("127.0.0.1", server.port)) as sock:
        sock.sendall(HEAD + b"Content-Length: 500\r\n\r\n{")
        sock.shutdown(socket.SHUT_WR)
        assert sock.recv(1) == b""
    assert world.till == []


def test_faults_come_in_order_and_only_to_those_they_fit(call, world):
    world.script(faults.Answer(500), model="flux-2-pro")
    world.script(faults.Answer(502), prompt="dog")
    world.script(faults.Answer(503), times=2)
    prompts = [call(prompt=prompt).status for prompt in ("cat", "a dog", "cat", "cat")]
    assert prompts == [503, 502, 503, 200]
    assert call(model="flux-2-pro").status == 500


def test_an_invalid_call_uses_no_fault_up(call, world):
    world.script(faults.Answer(500))
    assert [call(size="1x1").status, call().status] == [400, 500]


def test_a_fault_of_the_wrong_kind_is_a_mistake_in_the_test(world):
    world.script(faults.Gone())
    environ = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/v1/images/generations",
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(BODY)),
        "HTTP_AUTHORIZATION": "Bearer k",
        "HTTP_HOST": "x",
        "wsgi.input": io.BytesIO(BODY),
    }
    with pytest.raises(TypeError, match="no fault of a call"):
        make_app(world)(environ, None)


def test_gone_and_status(address, world):
    world.script_download(faults.Gone(), faults.Status(500), faults.Status(503, {"Retry-After": "1"}))
    assert [fetch(address).status for _ in range(4)] == [404, 500, 503, 200]


def test_short_and_cut_downloads(address, world):
    world.script_download(faults.Short(10), faults.CutDownload())
    with pytest.raises(http.client.IncompleteRead) as caught:
        fetch(address)
    assert caught.value.expected == 10
    with pytest.raises((http.client.IncompleteRead, ConnectionResetError)):
        fetch(address)


def test_wrong_type_keeps_its_claim(address, world):
    world.script_download(faults.WrongType(b"<svg/>", "image/png"))
    got = fetch(address)
    assert (got.status, got.content, got.headers["Content-Type"]) == (200, b"<svg/>", "image/png")


def test_redirect_points_elsewhere(address, world):
    world.script_download(faults.Redirect("http://169.254.169.254/"))
    got = fetch(address)
    assert (got.status, got.headers["Location"]) == (302, "http://169.254.169.254/")


def test_endless_has_no_length_and_no_end(server, address, world):
    world.script_download(faults.Endless())
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=10)
    connection.request("GET", address.removeprefix(server.origin))
    answer = connection.getresponse()
    assert answer.length is None
    assert len(answer.read(3_000_000)) == 3_000_000
    answer.close()
    connection.close()


def test_gzip_bomb_is_small_on_the_wire(address, world):
    world.script_download(faults.GzipBomb(mebibytes=48), faults.GzipBomb())
    got = fetch(address)
    assert got.headers["Content-Encoding"] == "gzip"
    assert (len(got.content) < 200_000, len(gzip.decompress(got.content))) == (True, 48 * 2**20)
    start = zlib.decompressobj(31).decompress(fetch(address).content, 10_000_000)
    assert len(start) == 10_000_000


def test_pixel_bomb_is_a_small_file_with_many_pixels(address, world):
    world.script_download(faults.PixelBomb(side=9000))
    content = fetch(address).content
    with Image.open(io.BytesIO(content)) as image:
        assert (len(content) < 100_000, image.size) == (True, (9000, 9000))


@pytest.mark.parametrize("output_format", ["jpeg", "png"])
def test_truncated_agrees_with_its_length_but_does_not_decode(call, world, output_format):
    url = call(output_format=output_format, size="256x256").json["data"][0]["url"]
    whole = fetch(url).content
    world.script_download(faults.Truncated(), faults.Truncated(12))
    half, endless = fetch(url), fetch(url)
    assert half.headers["Content-Length"] == str(len(half.content)) == str(len(whole) - len(whole) // 2)
    assert endless.content == whole[:-12]
    with pytest.raises(OSError, match="truncated"):
        _ = half.picture


def test_a_dripping_download_arrives_in_the_end(address, world):
    whole = fetch(address).content
    world.script_download(faults.DripDownload(0.0))
    assert fetch(address).content == whole


def test_download_faults_can_be_aimed(call, world):
    urls = [call(prompt=prompt).json["data"][0]["url"] for prompt in ("cat", "dog")]
    world.script_download(faults.Gone(), prompt="dog")
    assert [fetch(url).status for url in urls] == [200, 404]


def test_a_stopped_server_refuses_and_comes_back_on_its_port(world):
    server = LoopbackServer(world)
    with server:
        port = server.port
        assert fetch(f"{server.api_url}/models").status == 200
    with pytest.raises(urllib.error.URLError, match="refused"):
        fetch(f"{server.api_url}/models")
    with server:
        assert (server.port, fetch(f"{server.api_url}/models").status) == (port, 200)


def test_a_hundred_and_sixty_slow_calls_run_at_once():
    until = threading.Event()
    world = World(plain_pictures=True)
    world.script(faults.Held(until), times=160)
    with LoopbackServer(world) as server:
        lines = [line(server) for _ in range(160)]
        while len(world.till) < 160:
            until.wait(0.01)
        until.set()
        answers = [sock.recv(12) for sock in lines]
        for sock in lines:
            sock.close()
    assert answers == [b"HTTP/1.1 200"] * 160


@pytest.mark.parametrize("kind", sorted(oddities.KINDS))
def test_an_odd_picture_is_the_picture_built_another_way(world, kind):
    with LoopbackServer(world) as server:
        plain, odd = picture_under(server, world), picture_under(server, world, faults.OddPicture(kind))
    assert odd != plain
    assert odd == oddities.odd_picture(plain, kind)


@pytest.mark.parametrize(("encoding", "undo"), [("gzip", gzip.decompress), ("deflate", zlib.decompress)])
def test_a_packed_picture_is_compressed_whatever_was_asked_for(world, encoding, undo):
    with LoopbackServer(world) as server:
        plain, packed = picture_under(server, world), picture_under(server, world, faults.Packed(encoding))
    assert undo(packed) == plain


def picture_under(server, world, *download):
    """Buy a picture and fetch it as it is sent, under these faults."""
    document = json.loads(bought(server))
    world.script_download(*download)
    with urllib.request.urlopen(document["data"][0]["url"], timeout=10) as answer:
        return answer.read()


def bought(server):
    request = urllib.request.Request(f"{server.origin}/v1/images/generations", data=BODY)
    request.add_header("Authorization", "Bearer k")
    request.add_header("Content-Type", "application/json")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return answer.read()


def test_a_shaped_answer_carries_the_real_result(world):
    shape = {"a": ["{b64}", "<{url}>", 7], "b": {"c": "{data_url}"}, "d": "{b64_urlsafe}{b64_bare}{b64_lines}"}
    world.script(faults.Shaped(shape), faults.Shaped("{url}"), faults.PictureAsAnswer())
    with LoopbackServer(world) as server:
        got, text, raw = json.loads(bought(server)), bought(server), bought(server)
        content = world.picture(world.till[0].result_url)
    assert base64.b64decode(got["a"][0]) == content
    assert got["a"][1:] == [f"<{world.till[0].result_url}>", 7]
    assert got["b"]["c"] == "data:image/jpeg;base64," + got["a"][0]
    assert text.decode() == world.till[1].result_url
    assert raw == content
    assert [post.billed for post in world.till] == [True, True, True]


def test_a_script_of_another_process_can_hold_any_bytes():
    fault = faults.from_json({"fault": "WrongType", "content_base64": "AP8=", "content_type": "image/png"})
    assert fault == faults.WrongType(b"\x00\xff", "image/png")


def test_a_fault_of_a_call_is_none_of_a_download(world):
    with pytest.raises(TypeError, match="no fault of a download"):
        spoil_download(faults.Moderated(), world=world, picture=None)

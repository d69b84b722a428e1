"""What the provider refuses: status, parameter, and the vendor's shape of an error."""

import base64

import pytest

from gallery.simulator.server import LoopbackServer
from gallery.simulator.world import CONTRACT, World
from tests.contract.conftest import data_url, fetch

BAD = [
    ({"prompt": None}, 400, "prompt"),
    ({"prompt": "  "}, 400, "prompt"),
    ({"prompt": ["cat"]}, 400, "prompt"),
    ({"prompt": "x" * 200_001}, 400, "prompt"),
    ({"model": None}, 400, "model"),
    ({"model": "flux-3"}, 503, "model"),
    ({"size": "1920x1080"}, 400, "size"),
    ({"size": "48x64"}, 400, "size"),
    ({"size": "2064x64"}, 400, "size"),
    ({"size": "wide"}, 400, "size"),
    ({"size": "1024×1024"}, 400, "size"),
    ({"width": 64}, 400, "size"),
    ({"size": None, "width": 64}, 400, "height"),
    ({"size": None, "width": 64, "height": 72}, 400, "height"),
    ({"size": None, "width": "64", "height": 64}, 400, "width"),
    ({"n": 2}, 400, "n"),
    ({"n": True}, 400, "n"),
    ({"extra_body": {"seed": 1}}, 400, "extra_body"),
    ({"seed": "1"}, 400, "seed"),
    ({"seed": 1.5}, 400, "seed"),
    ({"seed": True}, 400, "seed"),
    ({"seed": 2**64}, 400, "seed"),
    ({"safety_tolerance": 7}, 400, "safety_tolerance"),
    ({"safety_tolerance": -1}, 400, "safety_tolerance"),
    ({"output_format": "webp"}, 400, "output_format"),
    ({"output_format": ["png"]}, 400, "output_format"),
    ({"prompt_upsampling": "yes"}, 400, "prompt_upsampling"),
    ({"steps": 10}, 400, "steps"),
    ({"model": "flux-2-flex", "steps": 51}, 400, "steps"),
    ({"model": "flux-2-flex", "steps": 1.5}, 400, "steps"),
    ({"model": "flux-2-flex", "guidance": 1.4}, 400, "guidance"),
    ({"model": "flux-2-flex", "guidance": "high"}, 400, "guidance"),
    ({"aspect_ratio": "1:1"}, 400, "aspect_ratio"),
    ({"model": "flux-kontext-pro"}, 400, "size"),
    ({"model": "flux-kontext-pro", "size": None, "aspect_ratio": "2:5"}, 400, "aspect_ratio"),
    ({"model": "flux-kontext-pro", "size": None, "aspect_ratio": "5:2"}, 400, "aspect_ratio"),
    ({"model": "flux-kontext-pro", "size": None, "aspect_ratio": "1:0"}, 400, "aspect_ratio"),
    (
        {"model": "flux-kontext-max", "size": None, "input_image": data_url(), "input_image_2": data_url()},
        400,
        "input_image_2",
    ),
    ({"model": "flux-dev", "input_image": data_url()}, 400, "input_image"),
    ({"input_image_2": data_url()}, 400, "input_image"),
    ({"input_image": data_url(), "input_image_3": data_url()}, 400, "input_image_2"),
    ({"input_image": data_url(), "input_image_02": data_url()}, 400, "input_image_02"),
    ({"model": "flux-2-max", **{f"input_image_{n}": data_url() for n in range(2, 10)}}, 400, "input_image_9"),
    ({"input_image": [data_url()]}, 400, "input_image"),
    ({"input_image": data_url().replace("image/png", "text/html")}, 400, "input_image"),
    ({"input_image": "data:image/png;base64,%%%"}, 400, "input_image"),
    ({"input_image": "data:image/png;base64,aGVsbG8="}, 400, "input_image"),
    ({"input_image": data_url(kind="GIF")}, 400, "input_image"),
    ({"input_image": "file:///etc/passwd"}, 400, "input_image"),
    ({"input_image": data_url(5000, 4001)}, 413, "input_image"),
    ({"input_image": "data:image/png;base64," + "A" * (28 * 2**20)}, 413, "input_image"),
    ({f"input_image{end}": data_url() for end in ("", "_2", "_3", "_4", "_5")}, 400, "input_image_5"),
    ({"model": "flux-2-pro", "size": "2048x2048", "input_image": data_url(4000, 2000)}, 400, "input_image"),
]


@pytest.mark.parametrize(("fields", "status", "param"), BAD, ids=lambda value: str(value)[:60])
def test_bad_requests_are_refused_in_the_vendors_shape(call, world, fields, status, param):
    got = call(**fields)
    error = got.json["error"]
    assert (got.status, error["param"]) == (status, param), error["message"]
    assert set(error) == {"message", "localized_message", "type", "param", "code"}
    assert error["type"] == "shell_api_error"
    assert error["message"].endswith(f"(request id: {world.till[0].request_id})")
    assert (world.till[0].status, world.till[0].billed_micros) == (status, 0)


@pytest.mark.parametrize(
    "fields",
    [
        {"size": "2048x2048"},
        {"size": "2048x64"},
        {"size": None},
        {"size": None, "width": 64, "height": 2048},
        {"seed": 0},
        {"seed": None},
        {"seed": 2**40},
        {"safety_tolerance": 6},
        {"prompt_upsampling": True},
        {"prompt": '{"scene": "a desk", "color_palette": ["#ff8800"]}'},
        {"prompt": "x" * 130_000},
        {"prompt": "\ud83d lone and \x00 nul"},
        {"response_format": "b64_json", "quality": "hd"},
        {"n": 1},
        {"input_image": "https://example.com/cat.png"},
        {f"input_image{end}": data_url() for end in ("", "_2", "_3", "_4")},
        {"model": "flux-2-pro", "size": None, "aspect_ratio": "5:4", "input_image": data_url()},
        {"model": "flux-pro-1.1", "size": "1024x2048"},
        {"model": "flux-kontext-pro", "size": None},
        {"model": "flux-kontext-pro", "size": None, "input_image": data_url(2000, 10)},
    ],
    ids=lambda value: str(value)[:60],
)
def test_good_requests_are_taken(call, fields):
    assert call(**fields).status == 200


@pytest.mark.parametrize(
    "fields",
    [
        {"safety_tolerance": 6},
        {"model": "flux-pro-1.1", "size": "1024x2048"},
        {"model": "flux-pro-1.1", "size": "1040x1024"},
        {"input_image": data_url()},
    ],
)
def test_a_strict_world_answers_the_open_questions_with_no(fields):
    body = {"model": "flux-2-pro", "prompt": "cat", "size": "256x256", **fields}
    with LoopbackServer(World(strict=True)) as server:
        assert fetch(f"{server.api_url}/images/generations", body).status == 400


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'"x"', b"[" * 100_000, b"\xff\xfe", b'{"seed": ' + b"9" * 5000])
def test_broken_json_is_a_400_and_on_the_till(server, world, content):
    got = fetch(f"{server.api_url}/images/generations", content)
    assert (got.status, world.till[0].status, world.till[0].body) == (400, 400, {})


def test_the_content_type_must_be_json(server):
    got = fetch(f"{server.api_url}/images/generations", b"{}", headers={"Content-Type": "text/plain"})
    assert got.status == 400


@pytest.mark.parametrize("header", ["", "k", "Bearer ", "Basic k", "Bearer other"])
def test_the_key_is_checked(server, world, header):
    world.keys = {"k"}
    body = {"model": "flux-2-pro", "prompt": "cat"}
    got = fetch(f"{server.api_url}/images/generations", body, headers={"Authorization": header})
    assert (got.status, got.json["error"]["type"]) == (401, "shell_api_error")
    assert fetch(f"{server.api_url}/models", headers={"Authorization": header}).status == 401


def test_both_spellings_of_the_base_are_served(server):
    body = {"model": "flux-2-pro", "prompt": "cat", "size": "64x64"}
    for base in (server.api_url, server.origin):
        assert fetch(f"{base}/images/generations", body).status == 200


def test_other_addresses_and_methods_are_404(server):
    assert fetch(f"{server.api_url}/images/generations").status == 404
    assert fetch(f"{server.origin}/_till").status == 404, "only with control=True"


def test_a_result_needs_its_signature(address):
    assert fetch(address.partition("?")[0]).status == 403
    assert fetch(address + "0").status == 403
    assert fetch(address.replace("/results/", "/results/0")).status == 404
    assert fetch(address, b"", method="POST").status == 405


def test_an_edit_that_is_no_form_is_refused_and_what_is_no_number_is_left_to_the_checks(server):
    address = f"{server.api_url}/images/edits"
    assert fetch(address, b"{}").status == 400
    fields = {"model": "flux-kontext-pro", "prompt": "a cat", "seed": "many"}
    head = "--x\r\nContent-Disposition: form-data; name="
    parts = "".join(f'{head}"{name}"\r\n\r\n{text}\r\n' for name, text in fields.items())
    picture = base64.b64decode(data_url().partition(",")[2])
    body = f'{parts}{head}"image"; filename="a.png"\r\n\r\n'.encode() + picture + b"\r\n--x--\r\n"
    kind = {"Content-Type": "multipart/form-data; boundary=x"}
    assert fetch(address, body, headers=kind).json["error"]["param"] == "seed"


def test_a_body_larger_than_any_request_is_refused(server):
    assert fetch(f"{server.api_url}/images/generations", b" " * (CONTRACT["body_bytes_max"] + 1)).status == 413

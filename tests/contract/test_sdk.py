"""The official OpenAI SDK is the witness that the simulator speaks the API."""

import base64
import io

import openai
import pytest

from gallery.simulator import faults
from gallery.simulator.world import CONTRACT
from tests.contract.conftest import data_url, fetch
from tests.references.inputs import inputs_in

PIXELS = [name for name, rules in CONTRACT["models"].items() if rules["family"] != "kontext"]
KONTEXT = [name for name, rules in CONTRACT["models"].items() if rules["family"] == "kontext"]


def png():
    out = io.BytesIO(base64.b64decode(data_url(120, 60).partition(",")[2]))
    out.name = "photo.png"
    return out


@pytest.mark.parametrize("model", PIXELS)
@pytest.mark.parametrize(("size", "output_format"), [("320x192", "jpeg"), ("192x256", "png")])
def test_every_model_draws_the_size_and_format_asked(sdk, world, model, size, output_format):
    extra = {"seed": 7, "safety_tolerance": 2, "prompt_upsampling": False}
    answer = sdk.images.generate(
        model=model, prompt="mountains", size=size, output_format=output_format, extra_body=extra
    )
    picture = fetch(answer.data[0].url).picture
    assert (f"{picture.width}x{picture.height}", picture.format.lower()) == (size, output_format)
    assert (answer.data[0].b64_json, answer.usage) == (None, None)
    assert world.till[0].billed_micros == CONTRACT["models"][model]["micros"]


@pytest.mark.parametrize("model", KONTEXT)
@pytest.mark.parametrize(("ratio", "size"), [("16:9", (1408, 792)), ("7:3", (1544, 662)), ("42:18", (1544, 662))])
def test_kontext_follows_the_ratio(sdk, model, ratio, size):
    answer = sdk.images.generate(model=model, prompt="vase", extra_body={"aspect_ratio": ratio, "seed": 1})
    assert fetch(answer.data[0].url).picture.size == size


def test_flex_takes_steps_and_guidance(sdk, world):
    extra = {"steps": 12, "guidance": 3.5, "width": 256, "height": 128, "seed": 3}
    answer = sdk.images.generate(model="flux-2-flex", prompt="poster", extra_body=extra)
    assert fetch(answer.data[0].url).picture.size == (256, 128)
    assert world.till[0].body["guidance"] == 3.5


def test_extra_body_arrives_at_the_top_level_and_nowhere_else(sdk, world):
    sdk.images.generate(model="flux-2-pro", prompt="cat", size="64x64", extra_body={"seed": 5})
    assert world.till[0].body == {"model": "flux-2-pro", "prompt": "cat", "size": "64x64", "seed": 5}


def test_json_references_edit(sdk):
    extra = {"input_image": data_url(300, 100), "input_image_2": data_url(10, 10, kind="WEBP"), "seed": 1}
    answer = sdk.images.generate(model="flux-2-pro", prompt="join image 1 and image 2", extra_body=extra)
    wide, high = fetch(answer.data[0].url).picture.size
    assert 2.2 < wide / high < 2.4, "the first reference's shape, kept within 7:3"


def test_the_sdks_extra_body_is_the_documented_body_and_each_picture_at_its_place(sdk, world):
    colours = [(200, 30, 30), (30, 160, 40), (30, 50, 200)]
    pictures = [data_url(128, 96, colour=colour) for colour in colours]
    names = ["input_image", "input_image_2", "input_image_3"]
    fields = {
        "seed": 5,
        "safety_tolerance": 2,
        "prompt_upsampling": False,
        "aspect_ratio": "3:2",
        "output_format": "png",
    }
    body = {"model": "flux-2-pro", "prompt": "image 1 beside image 2 and 3", **fields}
    sdk.images.generate(
        model=body["model"], prompt=body["prompt"], extra_body=fields | dict(zip(names, pictures, strict=True))
    )
    assert world.till[0].body == body | dict(zip(names, pictures, strict=True))
    assert inputs_in(world.picture(world.till[0].result_url)) == colours
    again = fields | dict(zip(names, pictures[::-1], strict=True))
    url = sdk.images.generate(model=body["model"], prompt=body["prompt"], extra_body=again).data[0].url
    drawn = fetch(url)
    assert drawn.picture.size == (1248, 832)
    assert inputs_in(drawn.content) == colours[::-1]


def test_multipart_edit_takes_one_image(sdk, world):
    answer = sdk.images.edit(model="flux-kontext-pro", image=png(), prompt="make it blue", extra_body={"seed": 9})
    assert fetch(answer.data[0].url).picture.size == (1448, 728)
    assert (world.till[0].path, world.till[0].body["seed"]) == ("/images/edits", 9)


def test_multipart_edit_refuses_a_list_and_other_models(sdk):
    with pytest.raises(openai.BadRequestError, match=r"image\[\] is not accepted"):
        sdk.images.edit(model="flux-kontext-pro", image=[png(), png()], prompt="join")
    with pytest.raises(openai.BadRequestError, match="flux-kontext models only"):
        sdk.images.edit(model="flux-2-pro", image=png(), prompt="join")


@pytest.mark.parametrize(
    ("fault", "kind", "words"),
    [
        (faults.Answer(401), openai.AuthenticationError, "Invalid token"),
        (faults.Moderated(), openai.PermissionDeniedError, "Moderated"),
        (faults.Quota(), openai.PermissionDeniedError, "quota is not enough"),
        (faults.RateLimited(3), openai.RateLimitError, "Too many requests"),
        (faults.NoChannel(), openai.InternalServerError, "no channels available"),
        (faults.Answer(500), openai.InternalServerError, "do request failed"),
        (faults.Answer(422, {"error": {"message": "odd"}}), openai.UnprocessableEntityError, "odd"),
        (faults.CutBeforeAnswer(), openai.APIConnectionError, "Connection error"),
    ],
)
def test_errors_become_the_sdks_exceptions(sdk, world, fault, kind, words):
    world.script(fault)
    with pytest.raises(kind, match=words):
        sdk.images.generate(model="flux-2-pro", prompt="cat", size="64x64")


def test_unknown_model_has_no_channel(sdk):
    with pytest.raises(openai.InternalServerError, match="no channels available for model flux-9") as caught:
        sdk.images.generate(model="flux-9", prompt="cat")
    assert (caught.value.status_code, caught.value.type) == (503, "shell_api_error")


def test_demo_words_refuse_and_cut(sdk, world):
    with pytest.raises(openai.PermissionDeniedError):
        sdk.images.generate(model="flux-2-pro", prompt="a cat [moderated]")
    with pytest.raises(openai.APIConnectionError):
        sdk.images.generate(model="flux-2-pro", prompt="a cat [unknown]")
    assert [(post.status, post.billed) for post in world.till] == [(403, False), (None, True)]


def test_models_are_listed(sdk):
    assert [model.id for model in sdk.models.list()] == list(CONTRACT["models"])


def test_the_result_dies_after_ten_minutes(sdk, world):
    url = sdk.images.generate(model="flux-2-pro", prompt="cat", size="64x64").data[0].url
    world.clock.advance(599)
    assert fetch(url).status == 200
    world.clock.advance(2)
    assert fetch(url).status == 404


def test_the_same_recipe_gives_the_same_bytes_at_another_address(sdk):
    def draw(seed):
        return (
            sdk.images.generate(model="flux-2-pro", prompt="cat", size="128x128", extra_body={"seed": seed}).data[0].url
        )

    first, again, other = draw(1), draw(1), draw(2)
    assert first != again
    assert fetch(first).content == fetch(again).content != fetch(other).content


def test_the_request_id_stands_in_the_header(sdk, world):
    raw = sdk.images.with_raw_response.generate(model="flux-2-pro", prompt="cat", size="64x64")
    assert raw.headers["x-request-id"] == world.till[0].request_id

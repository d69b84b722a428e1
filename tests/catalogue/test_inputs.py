"""Pictures that go in: which model takes how many, what is sent, which shape and official price come of it."""

import pytest

from gallery.catalogue.models.flux_models import FLUX_MODELS
from gallery.catalogue.parameters import inputs, validation
from gallery.catalogue.parameters.inputs import InputPicture, Inputs
from gallery.catalogue.problems import InvalidRequest


def pictures(n, *, width=1024, height=1024):
    return tuple(InputPicture(f"key{k}", f"{k:064x}", f"{k}.png", width, height) for k in range(1, n + 1))


def clean(model, n=1, *, pair=None, of=(1024, 1024), **values):
    asked = Inputs(pictures(n, width=of[0], height=of[1]), pair)
    return validation.clean_request(model, {"prompt": "a cup", "seed": 1, "inputs": asked, **values})


@pytest.mark.parametrize("model", FLUX_MODELS, ids=lambda model: model.id)
def test_each_model_takes_as_many_as_the_provider_says_and_not_one_more(model):
    if model.references:
        body = clean(model.id, model.references).body
        assert [name for name in body if name.startswith("input_image")] == list(inputs.FIELDS[: model.references])
    with pytest.raises(InvalidRequest) as error:
        clean(model.id, model.references + 1)
    assert list(error.value.problems) == ["reference"]
    assert model.id in error.value.problems["reference"].message


def test_an_edit_sends_a_ratio_or_nothing_whatever_the_model():
    assert "aspect_ratio" not in clean("flux-2-pro").body
    assert clean("flux-2-pro", aspect_ratio="match").body == clean("flux-2-pro").body
    for asked in ({"aspect_ratio": "16:9"}, {"size": "1920x1080"}, {"width": "1600", "height": "900"}):
        request = clean("flux-2-pro", **asked)
        assert request.body["aspect_ratio"] == "16:9"
        assert not request.body.keys() & {"size", "width", "height"}
        assert request.width * request.height == pytest.approx(2**20, rel=0.1)


def test_without_pictures_the_shape_of_the_first_is_the_usual_one():
    values = {"prompt": "a cup", "seed": 1, "aspect_ratio": "match"}
    assert validation.clean_request("flux-2-pro", values).body["size"] == "1024x1024"
    assert validation.clean_request("flux-kontext-pro", values).body["aspect_ratio"] == "1:1"


@pytest.mark.parametrize(
    ("size", "ratio"), [((1600, 800), 2), ((800, 1600), 0.5), ((2048, 128), 7 / 3), ((96, 2048), 3 / 7), ((64, 64), 1)]
)
def test_the_expected_size_has_the_shape_of_the_first_picture_within_what_is_made(size, ratio):
    request = clean("flux-2-pro", 2, of=size)
    assert request.width / request.height == pytest.approx(ratio, rel=0.04)
    assert request.width * request.height == pytest.approx(2**20, rel=0.06)


def test_two_are_joined_only_for_a_model_that_takes_one():
    (pair,) = pictures(1, width=2048)
    assert clean("flux-kontext-pro", 2, pair=pair).inputs == (pair,)
    assert len(clean("flux-2-pro", 2, pair=pair).inputs) == 2
    with pytest.raises(InvalidRequest, match="Join the two into one"):
        clean("flux-kontext-pro", 2)


def test_nine_megapixels_of_pro_are_for_what_goes_in_and_comes_out_together():
    assert clean("flux-2-pro", 8).inputs
    with pytest.raises(InvalidRequest, match=r"flux-2-pro takes 9 MP .* these are 13\.0 MP.*flux-2-max, flux-2-flex,"):
        clean("flux-2-pro", 3, of=(2048, 2048))
    assert clean("flux-2-max", 3, of=(2048, 2048)).inputs


def test_digests_stand_in_the_body_in_order_and_are_found_again():
    body = clean("flux-2-flex", 3).body
    assert [digest for _, digest in inputs.digests_in(body)] == [each.digest for each in pictures(3)]
    assert not any(name.startswith("input_image") for name in inputs.without_inputs(body))

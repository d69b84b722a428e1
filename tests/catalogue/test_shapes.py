from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.models.flux_models import FLUX_MODELS, get
from gallery.catalogue.parameters.shapes import (
    RATIO_PIXELS,
    SHAPES,
    is_promised,
    nearest_ratio,
    nearest_size,
    parse_ratio,
    parse_size,
    pixels_for_ratio,
    size_faults,
    size_for_ratio,
    size_text,
)
from gallery.catalogue.problems import InvalidValue

SIDES = st.integers(4, 128).map(lambda steps: steps * 16)
BY_SIZE = [flux_model for flux_model in FLUX_MODELS if flux_model.shape_by == "size"]
RATIOS = [shape.value for shape in SHAPES if shape.kind == "ratio"]
ALLOWED_RATIOS = st.tuples(st.integers(1, 99), st.integers(1, 99)).filter(
    lambda ratio: Fraction(3, 7) <= Fraction(*ratio) <= Fraction(7, 3)
)


def value_of(ratio: str) -> float:
    across, down = ratio.split(":")
    return int(across) / int(down)


@pytest.mark.parametrize(
    "text",
    [
        "1920x1088",
        " 1920 x 1088 ",
        "1920X1088",
        "1920×1088",
        "1920*1088",
        "１９２０ｘ１０８８",
        "1920px × 1088 px",
        "1920 by 1088",
        "1920✕1088",
        "1920х1088",
        "١٩٢٠×١٠٨٨",
    ],
)
def test_a_size_is_read(text):
    assert parse_size(text) == (1920, 1088)


@pytest.mark.parametrize("text", ["", "x", "1024", "1024x", "-1x5", "1e3x5", "9" * 5000 + "x1", None, 7, [], {}])
def test_what_is_no_size_gets_a_sentence(text):
    with pytest.raises(InvalidValue, match="is no size"):
        parse_size(text)


@pytest.mark.parametrize(
    ("text", "ratio"),
    [
        ("16:9", (16, 9)),
        (" 16 : 10 ", (16, 10)),
        ("1.85:1", (37, 20)),
        ("3:7", (3, 7)),
        ("7:3", (7, 3)),
        ("21:9", (21, 9)),
        ("7：3", (7, 3)),
        ("16/9", (16, 9)),
        ("16x9", (16, 9)),
        ("16 × 9", (16, 9)),
        ("16∶9", (16, 9)),
        ("１６：９", (16, 9)),
        ("1,85:1", (37, 20)),
        ("٧:٣", (7, 3)),
    ],
)
def test_a_ratio_is_read(text, ratio):
    assert parse_ratio(text) == ratio


@pytest.mark.parametrize(
    "text", ["", "16", "0:1", "1:0", "0.0:1", "-1:1", "1024x1024", "nan:1", "9" * 5000 + ":1", None, 1.5]
)
def test_what_is_no_ratio_gets_a_sentence(text):
    with pytest.raises(InvalidValue, match="is no ratio"):
        parse_ratio(text)


@pytest.mark.parametrize(("text", "offer"), [("1:4", "3:7"), ("2.39:1", "7:3"), ("9999:1", "7:3")])
def test_a_ratio_beyond_the_bounds_offers_the_bound(text, offer):
    with pytest.raises(InvalidValue) as caught:
        parse_ratio(text)
    assert caught.value.problem.offer == {"aspect_ratio": offer}


def test_1080_is_refused_and_1088_is_near():
    assert size_faults(1920, 1080) == {"height": "1080 is no multiple of 16."}
    assert nearest_size(1920, 1080) == (1920, 1088)


@pytest.mark.parametrize(
    ("size", "near"), [((3840, 2160), (2048, 1152)), ((1, 1), (64, 64)), ((0, 0), (64, 64)), ((10**18, 1), (2048, 64))]
)
def test_the_nearest_size_keeps_the_shape(size, near):
    assert nearest_size(*size) == near


@given(st.integers(-(10**30), 10**30), st.integers(-(10**30), 10**30), st.integers(64 * 64, 2048 * 2048))
def test_the_nearest_size_is_always_allowed(width, height, max_pixels):
    assert size_faults(*nearest_size(width, height, max_pixels=max_pixels), max_pixels=max_pixels) == {}


@given(SIDES, SIDES)
def test_an_allowed_size_is_its_own_nearest_and_reads_back(width, height):
    assert nearest_size(width, height) == (width, height)
    assert parse_size(size_text(width, height)) == (width, height)


@pytest.mark.parametrize(("ratio", "pixels"), RATIO_PIXELS.items())
def test_the_providers_examples_are_exact_in_both_directions(ratio, pixels):
    assert pixels_for_ratio(ratio) == pixels
    assert nearest_ratio(*pixels) == ratio


@given(ALLOWED_RATIOS)
def test_any_allowed_ratio_gives_about_one_megapixel(ratio):
    width, height = pixels_for_ratio("{}:{}".format(*ratio))
    assert 0.95 < width * height / 1_048_576 < 1.2
    assert width / height == pytest.approx(ratio[0] / ratio[1], rel=0.012)


@pytest.mark.parametrize(
    ("size", "ratio"),
    [((1920, 1088), "16:9"), ((1024, 1280), "4:5"), ((1000, 900), "10:9"), ((2048, 64), "7:3"), ((64, 2048), "3:7")],
)
def test_a_size_finds_its_ratio(size, ratio):
    assert nearest_ratio(*size) == ratio


@given(st.integers(64, 2048), st.integers(64, 2048))
def test_the_nearest_ratio_is_always_allowed_and_near(width, height):
    ratio = nearest_ratio(width, height)
    parse_ratio(ratio)
    bounded = min(max(width / height, 3 / 7), 7 / 3)
    assert value_of(ratio) == pytest.approx(bounded, rel=0.03)


@pytest.mark.parametrize("flux_model", BY_SIZE, ids=lambda flux_model: flux_model.id)
@pytest.mark.parametrize("ratio", RATIOS)
def test_a_ratio_becomes_a_promised_size_and_back(ratio, flux_model):
    size = size_for_ratio(ratio, flux_model)
    assert is_promised(*size, flux_model=flux_model)
    assert value_of(nearest_ratio(*size)) == pytest.approx(value_of(ratio))
    assert size[0] * size[1] > 800_000


@given(ALLOWED_RATIOS, st.sampled_from(BY_SIZE))
def test_any_allowed_ratio_becomes_a_size_of_nearly_its_shape(ratio, flux_model):
    width, height = size_for_ratio("{}:{}".format(*ratio), flux_model)
    assert is_promised(width, height, flux_model=flux_model)
    assert width / height == pytest.approx(ratio[0] / ratio[1], rel=0.04)


def test_the_examples_win_where_the_model_takes_them():
    assert size_for_ratio("21:9", get("flux-2-pro")) == (1680, 720)
    assert size_for_ratio("3:2", get("flux-dev")) == (1248, 832)
    assert size_for_ratio("21:9", get("flux-dev")) == (1408, 608)
    assert size_for_ratio("16:9", get("flux-2-pro")) == (1360, 768)


@pytest.mark.parametrize(
    ("ratio", "size"), [("1:1", (2048, 2048)), ("16:9", (2048, 1152)), ("4:3", (2048, 1536)), ("2:3", (1344, 2016))]
)
def test_a_model_of_four_megapixels_gets_the_largest_size_of_a_ratio(ratio, size):
    assert size_for_ratio(ratio, get("flux-pro-1.1-ultra")) == size


def test_a_later_model_with_fewer_pixels_gets_smaller_sizes():
    small = replace(get("flux-2-pro"), id="flux-small", max_pixels=300_000)
    width, height = size_for_ratio("16:9", small)
    assert 200_000 < width * height <= 300_000


def test_the_tiles_cover_the_advice():
    use_cases = {shape.value: shape.use_case for shape in SHAPES}
    assert use_cases["1:1"] == "social post"
    assert use_cases["3:7"] == "bookmark"
    assert "1080 is no multiple of 16" in use_cases["1920x1088"]
    assert {"5:4", "4:5", "16:10", "21:9", "7:3", "2048x2048", "1440x2048"} <= use_cases.keys()


def test_every_size_tile_is_allowed_and_every_tile_has_its_pixels():
    for shape in SHAPES:
        assert shape.width > 0 < shape.height
        if shape.kind == "size":
            assert size_faults(shape.width, shape.height) == {}
            assert shape.value == size_text(shape.width, shape.height)

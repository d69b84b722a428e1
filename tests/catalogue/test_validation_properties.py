"""Whatever arrives, cleaning answers with a request that obeys the rules or with problems that can be shown."""

import json

from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.models.flux_models import get, ids
from gallery.catalogue.models.params import PARAMS
from gallery.catalogue.parameters.shapes import parse_ratio, parse_size, size_faults
from gallery.catalogue.parameters.validation import InvalidRequest, clean_request

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(-(10**400), 10**400),
    st.floats(),
    st.text(alphabet=st.characters(), max_size=40),
    st.text(alphabet="0123456789.:x+-eE ,٣", max_size=12),
    st.integers().map(str),
    st.floats().map(str),
    st.sampled_from(["9" * 5000, "-" + "9" * 5000, 10**5000, "1e999", "\ud800", "\x00", "1024x1080", "5:1", "on"]),
    st.lists(st.integers(), max_size=2),
    st.dictionaries(st.text(max_size=2), st.integers(), max_size=2),
    st.binary(max_size=4),
)
ANY_VALUES = st.dictionaries(st.sampled_from([*PARAMS, "n", "model", "quality"]), ANYTHING)
SIDE = st.integers(4, 128).map(lambda steps: steps * 16)
GOOD_VALUES = st.fixed_dictionaries(
    {
        "prompt": st.text(alphabet="abc #\n", max_size=20).map(lambda text: f"a{text}"),
        "seed": st.integers(0, 2**31 - 1),
    },
    optional={
        "size": st.tuples(SIDE, SIDE).map(lambda sides: "{}x{}".format(*sides)),
        "aspect_ratio": st.sampled_from(["1:1", "16:9", "3:7", "7:3", "16:10", "1.85:1", "10:11"]),
        "safety_tolerance": st.integers(0, 6) | st.integers(0, 6).map(str),
        "output_format": st.sampled_from(["jpeg", "png"]),
        "prompt_upsampling": st.booleans() | st.sampled_from(["on", "false"]),
        "steps": st.integers(1, 50) | st.integers(1, 50).map(str),
        "guidance": st.floats(1.5, 10),
    },
)
MODEL_IDS = st.sampled_from(ids())


def assert_obeys_the_rules(cleaned):
    flux_model = get(cleaned.model_id)
    body = cleaned.body
    shape_field = flux_model.shape_by
    always = {"model", "prompt", "seed", "safety_tolerance", "output_format", shape_field}
    assert body.keys() == always | flux_model.takes
    assert type(body["seed"]) is int
    assert 0 <= body["seed"] < 2**31
    assert body["safety_tolerance"] in range(7)
    assert body["output_format"] in ("jpeg", "png")
    assert type(body.get("prompt_upsampling", False)) is bool
    assert 1 <= body.get("steps", 1) <= 50
    assert 1.5 <= body.get("guidance", 1.5) <= 10
    assert body["prompt"].strip()
    json.dumps(body, allow_nan=False, ensure_ascii=False).encode()
    if shape_field == "size":
        assert parse_size(body["size"]) == (cleaned.width, cleaned.height)
        assert size_faults(cleaned.width, cleaned.height, max_pixels=flux_model.max_pixels) == {}
    else:
        parse_ratio(body["aspect_ratio"])


def assert_can_be_shown(problems):
    assert problems
    for name, problem in problems.items():
        assert name in PARAMS
        assert 0 < len(problem.message) < 200
        json.dumps([problem.message, problem.offer], ensure_ascii=False).encode()


@given(MODEL_IDS, ANY_VALUES)
def test_anything_gives_a_good_request_or_problems_that_can_be_shown(model_id, values):
    try:
        cleaned = clean_request(model_id, values)
    except InvalidRequest as refused:
        assert_can_be_shown(refused.problems)
    else:
        assert_obeys_the_rules(cleaned)


@given(MODEL_IDS, st.sampled_from(list(PARAMS)), ANYTHING)
def test_taking_an_offer_makes_the_field_right(model_id, name, raw):
    values = {"prompt": "a vase", "seed": 1, name: raw}
    try:
        clean_request(model_id, values)
    except InvalidRequest as refused:
        offer = refused.problems[name].offer if name in refused.problems else {}
        # A wrong size is replaced by the two sides that are offered.
        kept = {field: value for field, value in values.items() if field != name}
        if offer:
            assert name not in problems_after(model_id, {**kept, **offer})


def problems_after(model_id, values):
    try:
        clean_request(model_id, values)
    except InvalidRequest as refused:
        return refused.problems
    return {}


@given(MODEL_IDS, GOOD_VALUES)
def test_good_values_are_never_refused(model_id, values):
    assert_obeys_the_rules(clean_request(model_id, values))


@given(MODEL_IDS, GOOD_VALUES)
def test_cleaning_a_body_again_changes_nothing(model_id, values):
    body = clean_request(model_id, values).body
    assert clean_request(model_id, body).body == body
    as_a_form = {name: "on" if value is True else str(value) for name, value in body.items()}
    assert clean_request(model_id, as_a_form).body == body

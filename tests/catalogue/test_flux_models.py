import dataclasses

import pytest

from gallery.catalogue.models import flux_models
from gallery.catalogue.models.flux_models import FLUX_MODELS, UnknownFluxModel, get, ids
from gallery.catalogue.models.params import PARAMS

ELEVEN = (
    "flux-2-max",
    "flux-2-pro",
    "flux-2-flex",
    "flux-2-klein-9b",
    "flux-2-klein-4b",
    "flux-pro-1.1-ultra",
    "flux-pro-1.1",
    "flux-pro",
    "flux-dev",
    "flux-kontext-pro",
    "flux-kontext-max",
)
KLEIN = {"flux-2-klein-9b", "flux-2-klein-4b"}


def test_all_eleven_models_are_listed_once_in_the_order_of_the_table():
    assert ids() == ELEVEN


def test_a_model_is_found_by_its_id():
    assert [get(model_id).id for model_id in ELEVEN] == list(ELEVEN)


@pytest.mark.parametrize("model_id", ["", "flux-3", "FLUX-DEV", None, [], {}, 7])
def test_an_unknown_id_is_named(model_id):
    with pytest.raises(UnknownFluxModel):
        get(model_id)


@pytest.mark.parametrize(
    ("family", "count", "shape_by"),
    [(flux_models.FLUX_2, 5, "size"), (flux_models.LEGACY, 4, "size"), (flux_models.KONTEXT, 2, "aspect_ratio")],
)
def test_a_family_shares_how_its_shape_is_given(family, count, shape_by):
    members = [flux_model for flux_model in FLUX_MODELS if flux_model.family == family]
    assert [flux_model.shape_by for flux_model in members] == [shape_by] * count


def test_what_a_model_takes():
    for flux_model in FLUX_MODELS:
        expected = set() if flux_model.id in KLEIN else {"prompt_upsampling"}
        expected |= {"steps", "guidance"} if flux_model.id == "flux-2-flex" else set()
        assert flux_model.takes == expected
        assert flux_model.takes <= PARAMS.keys()


def test_references_concurrency_grounding_and_defaults():
    assert [get(model_id).references for model_id in ELEVEN] == [8, 8, 8, 4, 4, 0, 0, 0, 0, 1, 1]
    assert {m.id: m.max_concurrency for m in FLUX_MODELS if m.max_concurrency} == {"flux-kontext-max": 6}
    assert [m.id for m in FLUX_MODELS if m.grounding] == ["flux-2-max"]
    assert {m.id: m.max_total_megapixels for m in FLUX_MODELS if m.max_total_megapixels} == {"flux-2-pro": 9}
    assert {m.id: (m.default_steps, m.default_guidance) for m in FLUX_MODELS if m.default_steps} == {
        "flux-2-flex": (50, 4.5)
    }


def test_every_card_has_its_words_and_a_time():
    for flux_model in FLUX_MODELS:
        assert 0 < len(flux_model.best_at) <= 40
        assert flux_model.advice.endswith((".", "”."))
        assert flux_model.speed
        assert flux_model.typical_seconds > 0


def test_a_model_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        get("flux-dev").references = 3


@pytest.mark.parametrize(
    ("size", "covered"),
    [((1024, 1024), True), ((1440, 1088), True), ((1440, 1440), False), ((1040, 1024), False), ((1472, 512), False)],
)
def test_the_caution_of_flux_pro_1_1_is_sides_steps_and_pixels(size, covered):
    assert get("flux-pro-1.1").caution.covers(*size) is covered


def test_every_parameter_has_a_label_a_hint_and_a_default_within_its_bounds():
    for name, param in PARAMS.items():
        assert param.name == name
        assert param.label
        assert param.hint.endswith(".")
        if isinstance(param.default, int | float) and param.low is not None:
            assert param.low <= param.default <= param.high

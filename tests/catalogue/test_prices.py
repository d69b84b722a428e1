from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.models.flux_models import ids
from gallery.catalogue.models.prices import PRICES, megapixels

FIRST = {row.model_id: row for row in PRICES}
MEGAPIXEL = 1_048_576


def test_every_model_has_one_first_price_in_whole_micros_with_a_source():
    assert tuple(row.model_id for row in PRICES) == ids()
    for row in PRICES:
        assert {type(row.ours_micros), type(row.official_first_micros), type(row.official_further_micros)} == {int}
        assert row.source
        assert row.starts == date(2026, 1, 1)
    assert [row.model_id for row in PRICES if not row.certain] == ["flux-pro", "flux-dev"]
    assert {row.model_id for row in PRICES if not row.flat} == {model_id for model_id in ids() if "flux-2" in model_id}


def test_our_prices_are_those_of_the_table():
    ours = [FIRST[model_id].ours_micros for model_id in ids()]
    assert ours == [70_000, 30_000, 60_000, 10_000, 10_000, 50_000, 35_000, 40_000, 20_000, 35_000, 70_000]


def test_official_prices_of_one_megapixel_are_those_of_the_table():
    official = [FIRST[model_id].official_micros(1024, 1024) for model_id in ids()]
    assert official == [70_000, 30_000, 50_000, 15_000, 14_000, 60_000, 40_000, 40_000, 25_000, 40_000, 80_000]


@pytest.mark.parametrize(
    ("model_id", "size", "inputs", "micros"),
    [
        ("flux-2-max", (1024, 1024), (), 70_000),
        ("flux-2-max", (1024, 1040), (), 100_000),
        ("flux-2-max", (2048, 2048), (), 160_000),
        ("flux-2-pro", (64, 64), (), 30_000),
        ("flux-2-pro", (1024, 1024), (MEGAPIXEL, MEGAPIXEL + 1, 1), 30_000 + 4 * 15_000),
        ("flux-2-klein-4b", (1920, 1088), (), 15_000),
        ("flux-pro-1.1-ultra", (2048, 2048), (MEGAPIXEL * 5,), 60_000),
    ],
)
def test_the_official_formula(model_id, size, inputs, micros):
    assert FIRST[model_id].official_micros(*size, inputs) == micros


@given(st.integers(1, 2048), st.integers(1, 2048))
def test_megapixels_round_up(width, height):
    counted = megapixels(width * height)
    assert (counted - 1) * MEGAPIXEL < width * height <= counted * MEGAPIXEL

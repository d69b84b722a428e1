"""Shares that are never said to be all or nothing while they are not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.numbers.ratios import permille
from gallery.services.prices.quotes import Quote
from gallery.templatetags.fluxweb import percent, seconds


@pytest.mark.parametrize(
    ("ours", "official", "says"),
    [
        (35_000, 40_000, "12.5 %"),
        (30_000, 35_000, "14.3 %"),
        (1, 1_000_000, "99.9 %"),
        (999_999, 1_000_000, "0.1 %"),
        (40_000, 40_000, "0 %"),
        (0, 40_000, "100 %"),
        (60_000, 50_000, "−20 %"),
        (100_100, 50_000, "−100.2 %"),
        (5, 0, "–"),
    ],
)
def test_what_is_saved_in_percent(ours, official, says):
    assert percent(Quote(1, ours, official).saved_permille) == says


@given(st.integers(0, 10**13), st.integers(1, 10**13))
def test_some_is_not_nothing_and_not_all_is_not_everything(part, whole):
    found = permille(part, whole)
    assert (found == 0) == (part == 0)
    if part < whole:
        assert found < 1000
    assert abs(found * whole - 1000 * part) <= whole
    assert permille(-part, whole) == -found


@pytest.mark.parametrize(("value", "says"), [(None, ""), (0.84, "0.8 s"), (12.4, "12 s"), (125, "2 min 5 s")])
def test_durations_are_written_for_people(value, says):
    assert seconds(value) == says

"""Asked / got: the nearest colour of a picture for each that a prompt names."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.numbers.colours import NEAR, Rgb, difference, lab, read_hex
from gallery.catalogue.prompts.asked_colours import FAIR_SHARE, asked_and_got

LEVELS = st.integers(0, 255)
NAMES = st.builds(Rgb, LEVELS, LEVELS, LEVELS).map(lambda colour: colour.hex)


def test_each_colour_of_the_prompt_has_its_nearest_with_words():
    palette = [["#FFFFFF", 700], ["#FF6A08", 143], ["#1A2B60", 60], ["#FF6600", 4]]
    exact, near, other = asked_and_got("a sign in #FF6600 on #f80, beside #00FF00", palette)
    assert exact == ("#FF6600", "#FF6600", 0, 4)
    assert (exact.words, exact.facts) == ("hardly told apart", "ΔE\xa00.0, 0.4\xa0%")
    assert (near.asked, near.words) == ("#FF8800", "near")
    assert (near.got, near.share_words) == ("#FF6A08", "14\xa0%")
    assert other.words == "another colour"
    assert asked_and_got("no colour here", palette) == asked_and_got("#FF6600", []) == []


@given(NAMES, st.lists(st.tuples(NAMES, st.integers(1, 1000)), min_size=1, max_size=24))
def test_what_is_found_is_as_near_as_any(asked, palette):
    (got,) = asked_and_got(f"in {asked}", palette)
    away = [(difference(lab(read_hex(asked)), lab(read_hex(name))), share) for name, share in palette]
    nearest, nearest_fair = (
        min(away)[0],
        min(((far, share) for far, share in away if share >= FAIR_SHARE), default=(0, 0))[0],
    )
    assert (got.got, got.share) in palette
    if got.distance <= NEAR:
        assert got.distance == pytest.approx(nearest, rel=0.35, abs=0.5)
    else:
        assert got.distance == pytest.approx(nearest_fair or nearest, rel=0.35, abs=0.5)
        assert got.share >= FAIR_SHARE or all(share < FAIR_SHARE for _, share in palette)


def test_the_edge_between_two_colours_is_not_what_came_instead():
    (got,) = asked_and_got("a door in #FF6600", [("#F5F4EF", 700), ("#80370B", 60), ("#ABAAA6", 8)])
    assert got.share >= FAIR_SHARE

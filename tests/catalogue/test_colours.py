"""Colours as numbers: the published pairs of CIEDE2000, and what holds of all colours."""

from math import dist

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.numbers import colours
from gallery.catalogue.numbers.colours import Lab, Rgb, difference, lab

LEVELS = st.integers(0, 255)
COLOURS = st.builds(Rgb, LEVELS, LEVELS, LEVELS)

# Sharma, Wu, Dalal: The CIEDE2000 Color-Difference Formula (2005), table 1.
PAIRS = """
50.0000 2.6772 -79.7751 50.0000 0.0000 -82.7485 2.0425
50.0000 3.1571 -77.2803 50.0000 0.0000 -82.7485 2.8615
50.0000 2.8361 -74.0200 50.0000 0.0000 -82.7485 3.4412
50.0000 -1.3802 -84.2814 50.0000 0.0000 -82.7485 1.0000
50.0000 -1.1848 -84.8006 50.0000 0.0000 -82.7485 1.0000
50.0000 -0.9009 -85.5211 50.0000 0.0000 -82.7485 1.0000
50.0000 0.0000 0.0000 50.0000 -1.0000 2.0000 2.3669
50.0000 -1.0000 2.0000 50.0000 0.0000 0.0000 2.3669
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0009 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0010 7.1792
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0011 7.2195
50.0000 2.4900 -0.0010 50.0000 -2.4900 0.0012 7.2195
50.0000 -0.0010 2.4900 50.0000 0.0009 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0010 -2.4900 4.8045
50.0000 -0.0010 2.4900 50.0000 0.0011 -2.4900 4.7461
50.0000 2.5000 0.0000 50.0000 0.0000 -2.5000 4.3065
50.0000 2.5000 0.0000 73.0000 25.0000 -18.0000 27.1492
50.0000 2.5000 0.0000 61.0000 -5.0000 29.0000 22.8977
50.0000 2.5000 0.0000 56.0000 -27.0000 -3.0000 31.9030
50.0000 2.5000 0.0000 58.0000 24.0000 15.0000 19.4535
50.0000 2.5000 0.0000 50.0000 3.1736 0.5854 1.0000
50.0000 2.5000 0.0000 50.0000 3.2972 0.0000 1.0000
50.0000 2.5000 0.0000 50.0000 1.8634 0.5757 1.0000
50.0000 2.5000 0.0000 50.0000 3.2592 0.3350 1.0000
60.2574 -34.0099 36.2677 60.4626 -34.1751 39.4387 1.2644
63.0109 -31.0961 -5.8663 62.8187 -29.7946 -4.0864 1.2630
61.2901 3.7196 -5.3901 61.4292 2.2480 -4.9620 1.8731
35.0831 -44.1164 3.7933 35.0232 -40.0716 1.5901 1.8645
22.7233 20.0904 -46.6940 23.0331 14.9730 -42.5619 2.0373
36.4612 47.8580 18.3852 36.2715 50.5065 21.2231 1.4146
90.8027 -2.0831 1.4410 91.1528 -1.6435 0.0447 1.4441
90.9257 -0.5406 -0.9208 88.6381 -0.8985 -0.7239 1.5381
6.7747 -0.2908 -2.4247 5.8714 -0.0985 -2.2286 0.6377
2.0776 0.0795 -1.1350 0.9033 -0.0636 -0.5514 0.9082
"""


def test_ciede2000_gives_what_was_published() -> None:
    for line in PAIRS.strip().splitlines():
        *numbers, published = map(float, line.split())
        one, other = Lab(*numbers[:3]), Lab(*numbers[3:])
        assert difference(one, other) == pytest.approx(published, abs=5e-5), line
        assert difference(other, one) == pytest.approx(published, abs=5e-5), line


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("#FFFFFF", (100, 0, 0)),
        ("#000000", (0, 0, 0)),
        ("#FF0000", (53.24, 80.09, 67.20)),
        ("#00FF00", (87.73, -86.18, 83.18)),
        ("#0000FF", (32.30, 79.19, -107.86)),
    ],
)
def test_srgb_in_lab_under_daylight(text: str, expected: tuple[float, ...]) -> None:
    assert lab(colours.read_hex(text)) == pytest.approx(expected, abs=0.02)
    assert colours.read_hex(text).hex == text


@given(COLOURS, COLOURS)
def test_the_distance_of_two_colours_is_the_same_both_ways_and_none_only_of_equals(one: Rgb, other: Rgb) -> None:
    there, back = difference(lab(one), lab(other)), difference(lab(other), lab(one))
    assert there == pytest.approx(back, abs=1e-9)
    assert (there == pytest.approx(0, abs=1e-9)) == (one == other)


@given(COLOURS, st.tuples(*[st.integers(-12, 12)] * 3))
def test_in_the_uniform_space_near_colours_lie_about_as_far_apart_as_they_look(one: Rgb, step: tuple[int, ...]) -> None:
    other = Rgb(*(min(255, max(0, level + by)) for level, by in zip(one, step, strict=True)))
    looks = difference(lab(one), lab(other))
    lies = dist(colours.uniform(lab(one)), colours.uniform(lab(other)))
    assert lies <= 2.0 * looks + 0.5
    assert looks <= 2.0 * lies + 0.5

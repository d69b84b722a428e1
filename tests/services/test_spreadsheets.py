"""CSV: exact numbers, and texts that do nothing."""

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services import spreadsheets


def read_back(rows):
    text = "".join(spreadsheets.lines(rows))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 car", "-2 cats", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "＝1", '="a","b"']
)
def test_a_text_that_would_be_a_formula_is_marked_as_text(text):
    [[cell]] = read_back([[text]])
    assert cell == f"'{text.replace(chr(0), '')}"


@pytest.mark.parametrize("text", ["a red boat", "a, b", 'say "hi"', "two\nlines", "-1.500000", "12", "Łódź", ""])
def test_other_texts_and_numbers_stay_as_they_are(text):
    assert read_back([["first", text]]) == [["first", text]]


@given(st.integers(-(10**15), 10**15))
def test_dollars_are_exact(micros):
    text = spreadsheets.dollars(micros)
    whole, _, rest = text.lstrip("-").partition(".")
    assert len(rest) == 6
    assert int(whole) * 1_000_000 + int(rest) == abs(micros)
    assert text.startswith("-") == (micros < 0)
    assert read_back([[text]]) == [[text]]


def test_a_thousand_calls_at_three_and_a_half_cents():
    assert spreadsheets.dollars(1000 * 35_000) == "35.000000"

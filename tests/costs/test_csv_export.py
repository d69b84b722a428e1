"""CSV: exact numbers, and texts that do nothing."""

import csv
import io
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.tables import formulas
from gallery.services.ledger import csv_export


def read_back(rows):
    text = "".join(csv_export.csv_lines(rows))
    assert text.startswith("\ufeff")
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))


@pytest.mark.parametrize(
    "text", ["=1+1", "+1 car", "-2 cats", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\x00=1", "＝1", '="a","b"']
)
def test_a_text_that_would_be_a_formula_is_marked_as_text(text):
    [[cell]] = read_back([[text]])
    assert cell.startswith("'")
    assert cell.replace("'", "") == text.replace("\x00", "")


@pytest.mark.parametrize("text", ["a red boat", "a, b", 'say "hi"', "two\nlines", "-1.500000", "12", "Łódź", ""])
def test_other_texts_and_numbers_stay_as_they_are(text):
    assert read_back([["first", text]]) == [["first", text]]


PIECES = st.sampled_from(
    [";", "\t", "|", ",", "\n", "\r\n", "=", "+", "-", "@", "＝", "＋", "－", "＠", '"', "'", " ", "1", "A1"]
)


@given(st.lists(st.lists(PIECES, max_size=6).map("".join), min_size=1, max_size=3))
def test_no_cell_is_a_formula_whatever_parts_the_cells(texts):
    """A reader that splits by another character finds quotes in the middle of a cell, where they are text."""
    text = "".join(csv_export.csv_lines([texts])).removeprefix("\ufeff")
    for delimiter in ",;\t|":
        for rows in (csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), _split(text, delimiter)):
            for cell in (cell for row in rows for cell in row):
                assert not cell.lstrip(' "').startswith(("=", "+", "-", "@", "＝", "＋", "－", "＠")) or _is_number(
                    cell
                )


def _split(text, delimiter):
    """Read like a program that knows no quotes; with commas everybody knows them."""
    return [] if delimiter == "," else [line.split(delimiter) for line in text.splitlines()]


def _is_number(cell):
    return re.fullmatch(r"-?\d+(\.\d+)?", cell)


@pytest.mark.parametrize(
    ("text", "cell"),
    [
        ("a;=cmd", "a;'=cmd"),
        ('a;"=cmd"', 'a;\'"=cmd"'),
        ("a\t+1", "a\t'+1"),
        ("a| @x", "a|' @x"),
        ("a\n-1 b", "a\n'-1 b"),
        ("x;y=1", "x;y=1"),
        ("a - b; c", "a - b; c"),
        ("-0.010000", "-0.010000"),
        ("-5", "-5"),
    ],
)
def test_what_a_cell_becomes(text, cell):
    assert read_back([["first", text]]) == [["first", cell]]


@given(st.lists(PIECES, max_size=10).map("".join))
def test_what_is_guarded_can_be_read_back(text):
    assert formulas.unguarded(formulas.guarded(text)) == text


@given(st.integers(-(10**15), 10**15))
def test_dollars_are_exact(micros):
    text = csv_export.csv_dollars(micros)
    whole, _, rest = text.lstrip("-").partition(".")
    assert len(rest) == 6
    assert int(whole) * 1_000_000 + int(rest) == abs(micros)
    assert text.startswith("-") == (micros < 0)
    assert read_back([[text]]) == [[text]]


def test_a_thousand_calls_at_three_and_a_half_cents():
    assert csv_export.csv_dollars(1000 * 35_000) == "35.000000"

"""How a search is read; nothing that can be typed fails."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.search.grammar import parse_query
from gallery.catalogue.search.matching import matches

TEXTS = ("cat", "dog", "cat dog", "dog cat", "cat or dog", "bird", "category", "red cat and bird")


def read(text):
    return [each for each in TEXTS if matches(parse_query(text), each)]


@pytest.mark.parametrize(
    ("text", "same"),
    [
        ("cat dog", "cat AND dog"),
        ("cat AND dog OR bird", "(cat AND dog) OR bird"),
        ("bird OR cat dog", "bird OR (cat AND dog)"),
        ("NOT cat OR dog", "(NOT cat) OR dog"),
        ("cat NOT dog", "cat AND (NOT dog)"),
        ("NOT NOT cat", "cat"),
        ("cat AND *", "cat"),
        ("“cat dog”", '"cat dog"'),
        ("cat-dog", '"cat dog"'),
        ("（cat　OR dog）", "cat OR dog"),
        # What cannot be meant is looked for by its words.
        ("cat AND", "cat"),
        ("OR cat", "cat"),
        ("cat AND OR dog", "cat dog"),
        ("(cat OR dog", "cat dog"),
        ("cat) dog", "cat dog"),
        ('"cat dog', "cat dog"),
        ("()", "!"),
        ("AND", "and"),
        ("(" * 30 + "cat" + ")" * 30, "cat"),
    ],
)
def test_it_means_the_same(text, same):
    assert parse_query(text) == parse_query(same)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("cat", ["cat", "cat dog", "dog cat", "cat or dog", "red cat and bird"]),
        ('"cat dog"', ["cat dog"]),
        ("cat*", ["cat", "cat dog", "dog cat", "cat or dog", "category", "red cat and bird"]),
        ('"red ca"*', ["red cat and bird"]),
        ("cat or dog", ["cat or dog"]),
        ("dog NOT cat OR bird", ["dog", "bird", "red cat and bird"]),
        ("NOT (cat OR dog OR bird)", ["category"]),
        ("*", list(TEXTS)),
        ("", list(TEXTS)),
        ("!?", []),
        ("NOT *", []),
    ],
)
def test_it_finds(text, found):
    assert read(text) == found


@given(st.lists(st.sampled_from(["cat", "dog*", '"', "(", ")", " AND ", " OR ", " NOT ", "*", " ", "猫", "_o1"])))
def test_nothing_that_can_be_typed_fails(parts):
    query = parse_query("".join(parts))
    assert matches(query, "_ _o1 _ cat 猫") in (True, False)
    assert parse_query("".join(parts) * 300) is not None


@given(st.text())
def test_no_text_can_ask_for_a_facet(text):
    assert "_o1" not in str(parse_query(text + ' _o1 _o1* "_o1"'))

"""The words that differ between prompts, and nothing else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.services.compare import recipe_diff


def differing(texts):
    return [[words.strip() for words, differs in parts if differs] for parts in recipe_diff.diff_words(texts)]


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        (["a red door", "a blue door"], [["red"], ["blue"]]),
        (["a red door", "a red door, at night"], [[], [", at night"]]),
        (["a red door", "a blue door", "a red gate"], [["red", "door"], ["blue", "door"], ["red", "gate"]]),
        (["same", "same"], [[], []]),
        (["", "a door"], [[], ["a door"]]),
        (["one", "two"], [["one"], ["two"]]),
    ],
)
def test_words_that_are_not_in_all_are_marked(texts, expected):
    found = [" ".join(words.split()) for parts in differing(texts) for words in parts]
    assert " ".join(found).replace(" ,", ",") == " ".join(word for words in expected for word in words)


@given(texts=st.lists(st.text("ab ,.é\n", max_size=30), min_size=2, max_size=5))
def test_the_parts_are_the_text_and_what_is_common_is_the_same_in_all(texts):
    marked = recipe_diff.diff_words(texts)
    assert ["".join(words for words, _ in parts) for parts in marked] == texts
    common = {"".join("".join(words for words, differs in parts if not differs).split()) for parts in marked}
    assert len(common) == 1


def test_a_very_long_prompt_is_cut_and_costs_little():
    one, other = ("word " * 30_000), ("word " * 29_999 + "end")
    (parts, _) = recipe_diff.diff_words([one, other])
    assert parts[-1][0].endswith("…")
    assert len("".join(words for words, _ in parts)) < 5000

"""What people paste becomes what it means, all at once; what nobody sees is left out; tokens are counted by script."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.parameters.validation import clean_request
from gallery.catalogue.problems import InvalidRequest
from gallery.catalogue.prompts.prompt_variants import hints
from gallery.catalogue.text.tokens import about_tokens
from gallery.catalogue.text.typed_text import tidy, unseen

ENGLAND = "🏴\U000e0067\U000e0062\U000e0065\U000e006e\U000e0067\U000e007f"


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("a\x0bb", "a\nb"),
        ("a\x0cb\x85c\u2028d\u2029e\r\nf\rg", "a\nb\nc\nd\ne\nf\ng"),
        ("well\x1eknown, soft\x1fware", "well-known, software"),
        ("\ufeffa\u200b cat\u00ad\u2060\u200e\u202e", "a cat"),
        ("a \x93big\x94 cat \x96 it\x92s", "a “big” cat – it’s"),
        ("a\tb", "a\tb"),
        ("👩\u200d🚀 ❤\ufe0f 👍🏽", "👩\u200d🚀 ❤\ufe0f 👍🏽"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("แมว\u200bดำ", "แมว\u200bดำ"),
        ("ខ្មែរ\u200bx", "ខ្មែរx"),
        (ENGLAND, ENGLAND),
        ("cat\U000e0067\U000e0062", "cat"),
        ("pasted \ufffc picture", "pasted  picture"),
    ],
)  # fmt: skip
def test_controls_become_what_they_mean(text, meant):
    assert tidy(text) == meant
    assert clean_request("flux-2-pro", {"prompt": text, "seed": 1}).body["prompt"] == meant


@given(st.text())
def test_tidying_twice_changes_nothing_more(text):
    assert tidy(tidy(text)) == tidy(text)
    assert unseen(tidy(text)) == ()


def test_what_is_left_out_is_named():
    assert unseen("\ufeffa\u200bb\u200b") == ("U+FEFF", "U+200B")
    assert hints("a\u200b cat") == ["What nobody sees is left out: U+200B."]


def test_all_that_no_prompt_can_hold_is_named_at_once_and_taken_out_at_once():
    with pytest.raises(InvalidRequest) as refused:
        clean_request("flux-2-pro", {"prompt": "a\x00b\x1bc\x7fd\x0be\ud800", "seed": 1})
    problem = refused.value.problems["prompt"]
    assert "4 are in it (U+0000, U+001B, U+007F, U+D800)" in problem.message
    assert problem.offer == {"prompt": "abcd\ne"}
    assert clean_request("flux-2-pro", {**problem.offer, "seed": 1}).body["prompt"] == "abcd\ne"


@pytest.mark.parametrize(
    ("text", "low", "high"),
    [
        ("a red cat in fog, first light", 6, 12),
        ("猫" * 1000, 700, 1200),
        ("고양이" * 100, 200, 400),
        ("แมว" * 100, 150, 400),
        ("котёнок " * 100, 150, 400),
        ("🐈" * 100, 100, 400),
        ("1234", 1, 5),
        ("word " * 32_000, 32_000, 32_000),
        ("", 0, 0),
    ],
)
def test_tokens_are_counted_by_script(text, low, high):
    assert low <= about_tokens(text) <= high


def test_forty_thousand_characters_of_chinese_are_too_many_and_it_says_by_how_much():
    with pytest.raises(InvalidRequest) as refused:
        clean_request("flux-2-pro", {"prompt": "猫" * 40_000, "seed": 1})
    message = refused.value.problems["prompt"].message
    assert message == (
        "40,000 characters are about 40,000 tokens, which are too many. At most 32,768: about 7,232 fewer."
    )
    assert clean_request("flux-2-pro", {"prompt": "猫" * 30_000, "seed": 1})

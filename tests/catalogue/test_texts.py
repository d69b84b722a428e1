"""Names and passwords: what looks alike is alike, and what is not seen is not there."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.text import texts


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        ("Nora", "Nora"),
        ("\u202eNora\u202c", "Nora"),
        ("\u2066No\u2069ra", "Nora"),
        ("\u200fNora\u200e \u061cB.", "Nora B."),
        ("  two\n\u2028lines\u000b ", "two lines"),
        ("\ufeffNo\u00adra", "Nora"),
        ("\u200b", ""),
        ("\u3164", ""),
        ("\u2800 \u115f", ""),
        ("\u200d", ""),
        ("\u202e", ""),
        ("דנה", "דנה"),
        ("می\u200cخواهم", "می\u200cخواهم"),
        ("👩\u200d🎨", "👩\u200d🎨"),
    ],
)
def test_names(typed, name):
    assert texts.clean_name(typed) == name


def test_texts_keep_their_lines():
    assert texts.clean_text("one\n\u202etwo\u2069\n\n\u200fthree") == "one\ntwo\n\nthree"


@pytest.mark.parametrize(
    "typed",
    [
        "Grüße 2026",
        unicodedata.normalize("NFD", "Grüße 2026"),
        " Grüße 2026",
        "Grüße 2026\n",
        "\u202aGrüße 2026\u202c",
        "\ufeffGrüße\u00a02026\u200b",
        "Ｇｒüße　２０２６",
    ],
)
def test_passwords_that_look_alike_are_alike(typed):
    assert texts.clean_password(typed) == "Grüße 2026"


@pytest.mark.parametrize(
    ("one", "other"), [("Secret", "secret"), ("pass word", "password"), ("o0o", "ooo"), ("é", "e")]
)
def test_passwords_that_look_different_are_different(one, other):
    assert texts.clean_password(one) != texts.clean_password(other)


@given(st.text(min_size=1, max_size=40))
def test_however_a_password_was_kept_it_is_found_again(password):
    for kept in (password, unicodedata.normalize("NFC", password), texts.clean_password(password)):
        assert kept in texts.spellings(password)
    assert texts.clean_password(texts.clean_password(password)) == texts.clean_password(password)


def test_an_ordinary_password_is_tried_once():
    assert texts.spellings("open sesame") == ["open sesame"]

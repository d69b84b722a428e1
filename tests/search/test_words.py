"""What people take for the same word is the same."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.search.documents import MOST_PLACES, MOST_WORDS, compose_text
from gallery.catalogue.search.words import WORD_CHARACTERS, words_of


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("A Vase, 85mm: #2F4B6E IMG_2041.jpg", "a vase 85mm 2f4b6e img 2041 jpg"),
        ("Café CAFÉ cafe\u0301 ＣＡＦＥ", "cafe cafe cafe cafe"),
        ("straße STRASSE Ærø Łódź İstanbul ıstanbul", "strasse strasse aero lodz istanbul istanbul"),
        ("Nike™ 30°C soft\u00adware", "nike 30 c software"),
        ("猫が好き", "猫 が 好 き"),
        ("ｶﾞ ガ カ\u3099", "ガ ガ ガ"),
        ("แมวดำ", "แ ม ว ด ํ า"),
        ("길고양이", "길 고 양 이"),
        (unicodedata.normalize("NFD", "고양이"), "고 양 이"),
        ("हिन्दी में", "हिन्दी में"),
        ("مُحَمَّد", "محمد"),
        ("👍🏽 ❤️ ☕ 🇩🇪🇫🇷 👩‍🚀", "👍 ❤ ☕ 🇩🇪 🇫🇷 👩 🚀"),
        ("!? — …", ""),
    ],
)
def test_words(text, words):
    assert " ".join(words_of(text)) == words


@given(st.text())
def test_words_are_their_own_words_however_letters_are_composed(text):
    words = words_of(text)
    assert words_of(" ".join(words)) == words
    for form in ("NFC", "NFD"):
        assert words_of(unicodedata.normalize(form, text)) == words
    assert all(0 < len(word) <= WORD_CHARACTERS and not set(word) & set(" _'\\\"") for word in words)


def test_fields_are_parted_and_long_texts_stay_within_what_postgresql_holds():
    assert compose_text(["red car", "", "猫"], facets=["_o1"]) == "_ _o1 _ red car _ +red+car _ 猫"
    long = compose_text(["so " * 300 + "x " * MOST_WORDS, "never"], facets=[]).split(" ")
    assert len(long) == 2 * MOST_WORDS + 2
    assert (long.count("so"), long.count("x"), long.count("never")) == (MOST_PLACES, MOST_PLACES, 0)

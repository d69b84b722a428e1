"""Words in quotes: which a prompt asks for, and what is said of what was read."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gallery.catalogue.prompts.asked_words import (
    RIGHT,
    UNREAD,
    WRONG,
    Spelled,
    check_spelling,
    quoted_words,
    verdict_of,
)


@pytest.mark.parametrize(
    ("prompt", "phrases"),
    [
        ('a sign that says "OPEN  LATE" and "No. 7"', ("OPEN LATE", "No. 7")),
        ("ein Schild „Grüß Gott“, une enseigne «Café Noir», “SALE”", ("Grüß Gott", "Café Noir", "SALE")),
        ("看板「夏祭り」と『営業中』", ("夏祭り", "営業中")),
        ("a dog's bowl with 'REX' on it, the cats' too", ("REX",)),
        ("rock 'n' roll isn't a 'sign", ("n",)),
        ('the same "SALE" and "SALE"', ("SALE",)),
        ('5" by 7" print', ()),
        ('"…" and "Вход" and "ทางออก"', ()),
        ('"' + "long " * 20 + '"', ()),
        (json.dumps({"scene": 'a shop, its sign reads "OPEN"', "style": "flat"}), ("OPEN",)),
        ('{"scene": "a shop", "sign": "the word \'BAR\'"} and "CLUB"', ("BAR", "CLUB")),
        ("no words", ()),
    ],
)
def test_what_stands_in_quotes_is_asked_for(prompt, phrases):
    assert quoted_words(prompt) == phrases


@pytest.mark.parametrize(
    ("asked", "lines", "read", "verdict"),
    [
        ("SUMMER SALE", ["now", "Summer Sale!"], "SUMMER SALE", RIGHT),
        ("SUMMER SALE", ["SUMMERSALE"], "SUMMER SALE", RIGHT),
        ("SUMMER SALE", ["SUMMER", "50% off", "SALE"], "SUMMER SALE", RIGHT),
        ("TEXT", ["a TEXTT here"], "TEXTT", WRONG),
        ("HARBOUR FESTIVAL", ["HARBOUR FETSIVAL", "2026"], "HARBOUR FETSIVAL", WRONG),
        ("SALE SALE", ["SALE"], "SALE", WRONG),
        ("Café Noir", ["CAFÉ NOIR"], "Café Noir", RIGHT),
        ("Café", ["CAFE"], "CAFE", WRONG),
        ("夏祭り", ["本日夏祭り開催"], "夏祭り", RIGHT),
        ("夏祭り", ["本日夏察り開催"], "夏察り", WRONG),
        ("夏祭り", ["夏祭", "り"], "夏祭り", RIGHT),
        ("OPEN", ["CLOSED"], "", UNREAD),
        ("OPEN", [], "", UNREAD),
        ("ＯＰＥＮ", ["open"], "ＯＰＥＮ", RIGHT),
    ],
)
def test_what_was_read_is_compared_letter_by_letter(asked, lines, read, verdict):
    assert check_spelling([asked], lines) == [Spelled(asked, read, verdict)]


def test_a_picture_is_right_if_all_of_it_is_and_unread_if_nothing_is():
    right, wrong, unread = (Spelled("a", "a", verdict) for verdict in (RIGHT, WRONG, UNREAD))
    assert verdict_of([right, right]) == RIGHT
    assert verdict_of([right, unread]) == verdict_of([wrong]) == WRONG
    assert verdict_of([unread, unread]) == UNREAD


@given(st.text(max_size=200), st.lists(st.text(max_size=40), max_size=8))
def test_any_text_can_be_asked_for_and_read(prompt, lines):
    for phrase in quoted_words(prompt):
        (found,) = check_spelling([phrase], lines)
        assert (found.verdict == UNREAD) == (not found.read)
        assert check_spelling([phrase], [*lines, phrase])[0].verdict == RIGHT

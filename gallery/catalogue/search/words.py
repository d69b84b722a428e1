"""What a text is found by: its words, written so that whatever people take for the same is the same.

Case, accents, full width and how letters are composed make no difference. Characters of scripts without spaces, Korean
syllables and emoji are words of their own, so that a phrase finds one, two or three of them wherever they stand.
"""

import re
import unicodedata
from functools import lru_cache

import regex

from gallery.catalogue.text.scripts import HANGUL, POINTS, SKIN_TONES, UNSPACED

WORD_CHARACTERS = 64  # a longer word is cut: PostgreSQL takes 2 KB, and nobody types so much of one

_ASCII_WORD = re.compile("[a-z0-9]+")
# What parts words though Unicode would take it for letters or pictures.
_PARTING = dict.fromkeys(map(ord, "™℠©®"), " ")
# Letters that Unicode does not take for others with an accent, though keyboards without them do.
_PLAIN = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ħ": "h", "ŧ": "t", "ı": "i", "æ": "ae", "œ": "oe", "ð": "d", "þ": "th"}
)
# Accents, vowel signs, what asks for another form of an emoji or character, and what is not seen.
_DROPPED = regex.compile(
    rf"[\u0300-\u036f\u1ab0-\u1aff\u1dc0-\u1dff\u20d0-\u20ff\ufe00-\ufe0f\ufe20-\ufe2f\U000e0100-\U000e01ef"
    rf"{POINTS}{SKIN_TONES}\p{{Cf}}]"
)
_CHARACTER = rf"(?=[{UNSPACED}{HANGUL}])[\p{{L}}\p{{M}}\p{{N}}]"
_WORD = regex.compile(
    rf"{_CHARACTER}|(?:(?![{UNSPACED}{HANGUL}])[\p{{L}}\p{{M}}\p{{N}}])+"
    r"|[\U0001f1e6-\U0001f1ff]{2}"  # a flag
    r"|[\U0001f1e6-\U0001f1ff\p{Extended_Pictographic}]"
)


@lru_cache(maxsize=64)  # the pictures of a run have one prompt
def words_of(text: str) -> tuple[str, ...]:
    """Part a text into its words, in their order."""
    found: list[str] = _ASCII_WORD.findall(text.lower()) if text.isascii() else _WORD.findall(_folded(text))
    return tuple(word[:WORD_CHARACTERS] for word in found)


def _folded(text: str) -> str:
    decomposed = unicodedata.normalize("NFKD", text.translate(_PARTING))
    folded = unicodedata.normalize("NFKD", decomposed.casefold()).translate(_PLAIN)
    return unicodedata.normalize("NFC", _DROPPED.sub("", folded))

"""About how many tokens a text is to the model: counted by script, because only the provider can count them."""

import re
from typing import cast

# Letters of one token, about. English words are one to two tokens; what is written without spaces is about one token a
# character; letters that the vocabularies hardly know are spelled in bytes.
_LETTERS: tuple[tuple[str, float], ...] = (
    ("[A-Za-z\u00c0-\u02ff\u1e00-\u1eff]+", 6),  # Latin
    ("[\u0370-\u058f]+", 2.5),  # Greek, Cyrillic, Armenian
    ("[\u0590-\u08ff]+", 2),  # Hebrew, Arabic
    ("[0-9]", 1),
    ("[^\\W\\d_]", 1),  # all other scripts, letter by letter
    ("[\n]+", 1),
    ("[!-/:-@\\[-`{-~]+", 2),  # punctuation, and the brackets and quotes of JSON
    ("[^\\w\\s]", 1.0),  # other signs
)
_EMOJI = re.compile("[\u2600-\u27bf\U0001f000-\U0001faff]")
_EMOJI_MORE = 2  # beside the one that every sign counts
_KINDS = re.compile("|".join(f"({pattern})" for pattern, _ in _LETTERS))


def may_be_over(text: str, most: int) -> bool:
    """Say quickly whether a text may have more tokens than that: no character counts more than an emoji."""
    return len(text) * (1 + _EMOJI_MORE) > most


def about_tokens(text: str) -> int:
    """Estimate the tokens of a text. A space is part of the word behind it."""
    count = sum(-(-len(found[0]) // _LETTERS[cast("int", found.lastindex) - 1][1]) for found in _KINDS.finditer(text))
    return int(count) + _EMOJI_MORE * len(_EMOJI.findall(text))

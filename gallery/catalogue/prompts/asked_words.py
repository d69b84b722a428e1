"""Words that a prompt puts in quotes, and whether a picture shows them as they are spelled."""

import json
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from typing import Any, NamedTuple

import regex

from .json_regions import regions

MOST_PHRASES = 8  # of one prompt
MOST_LETTERS = 80  # of one phrase: more is a text about the picture rather than one in it
MOST_WORDS = 400  # of a picture that are looked through
RIGHT, WRONG, UNREAD = "right", "wrong", "unread"
LIKE = 0.5  # of the letters may differ, for what was read to be a spelling of what was asked

# Quotes of one kind belong together; an apostrophe opens none behind a letter and closes none before one.
_QUOTED = regex.compile(
    r'(?<![\p{L}\p{N}])"([^"\n]+)"(?![\p{L}\p{N}])|“([^“”"\n]+)[”"“]|„([^„“”\n]+)[“”]|«([^«»\n]+)»|「([^「」\n]+)」|『([^『』\n]+)』'
    r"|(?<![\p{L}\p{N}])['‘]([^'‘’\n]+)['’](?![\p{L}\p{N}])"
)
# What the reader knows the letters of. Signs and digits belong to all scripts.
_READABLE = regex.compile(r"[\p{Latin}\p{Han}\p{Hiragana}\p{Katakana}\p{Common}\p{Inherited}]+")
_SPOKEN = regex.compile(r"[\p{L}\p{N}]")
_UNSPACED = r"\p{Han}\p{Hiragana}\p{Katakana}ー"
_WORD = regex.compile(rf"[{_UNSPACED}]|[^\s{_UNSPACED}]+")  # no space tells where a word of these ends
_SPACE_BETWEEN = regex.compile(rf"(?<=[{_UNSPACED}]) (?=[{_UNSPACED}])")


class Spelled(NamedTuple):
    """A phrase of a prompt and what was read of it in the picture; nothing where nothing was like it."""

    asked: str
    read: str
    verdict: str

    @property
    def words(self) -> str:
        if self.verdict == RIGHT:
            return "spelled right"
        return f"reads “{self.read}”" if self.verdict == WRONG else "not read"


@lru_cache(maxsize=256)
def quoted_words(prompt: str) -> tuple[str, ...]:
    """Return the phrases in quotes that can be looked for, each once. Of JSON, those within its texts."""
    found = (" ".join(phrase.split()) for text in _texts(prompt) for phrase in _phrases(text))
    return tuple(dict.fromkeys(phrase for phrase in found if _can_be_read(phrase)))[:MOST_PHRASES]


def check_spelling(phrases: Iterable[str], lines: Sequence[str]) -> list[Spelled]:
    """Look for each phrase in the lines that were read in a picture, in reading order. Case makes no difference."""
    words = [word for line in lines for word in _WORD.findall(line)][:MOST_WORDS]
    return [_check(phrase, words) for phrase in phrases]


def verdict_of(found: Sequence[Spelled]) -> str:
    """Return what holds of a picture: right if all is, unread if nothing of it was read."""
    verdicts = {each.verdict for each in found}
    return verdicts.pop() if len(verdicts) == 1 else WRONG


def _texts(prompt: str) -> Iterator[str]:
    """Return the texts of a prompt: around its JSON, and within it."""
    position = 0
    for region in regions(prompt):
        yield prompt[position : region.start]
        if region.sound:
            yield from _texts_of(json.loads(prompt[region.start : region.end], strict=False))
        position = region.end
    yield prompt[position:]


def _texts_of(value: Any) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    for each in value.values() if isinstance(value, dict) else value if isinstance(value, list) else ():
        yield from _texts_of(each)


def _phrases(text: str) -> Iterator[str]:
    return (next(filter(None, found.groups())) for found in _QUOTED.finditer(text))


def _can_be_read(phrase: str) -> bool:
    return bool(len(phrase) <= MOST_LETTERS and _SPOKEN.search(phrase) and _READABLE.fullmatch(phrase))


def _check(phrase: str, words: Sequence[str]) -> Spelled:
    asked = _folded(phrase)
    folded = [_folded(word) for word in words]
    if _has_each_word(phrase, folded):
        return Spelled(phrase, phrase, RIGHT)
    runs = ((_edits(asked, "".join(folded[first:last])), first, last) for first, last in _runs(asked, folded))
    edits, first, last = min(runs, default=(len(asked), 0, 0))
    if edits == 0:
        return Spelled(phrase, phrase, RIGHT)
    like = edits <= LIKE * len(asked)
    read = _SPACE_BETWEEN.sub("", " ".join(words[first:last]))
    return Spelled(phrase, read, WRONG) if like else Spelled(phrase, "", UNREAD)


def _folded(text: str) -> str:
    """Leave letters and digits, in one case and width: what else is there, readers lose now and then."""
    return "".join(_SPOKEN.findall(unicodedata.normalize("NFKC", text).casefold()))


def _has_each_word(phrase: str, folded: list[str]) -> bool:
    """Say whether each word stands somewhere by itself: lettering is set in columns, too."""
    left = list(folded)
    for word in filter(None, map(_folded, phrase.split())):
        if word not in left:
            return False
        left.remove(word)
    return True


def _runs(asked: str, folded: Sequence[str]) -> Iterator[tuple[int, int]]:
    """Return the (first, last) of words in a row that are about as long together."""
    for first in range(len(folded)):
        length = 0
        for last in range(first + 1, len(folded) + 1):
            length += len(folded[last - 1])
            if length > (1 + LIKE) * len(asked):
                break
            yield first, last


def _edits(one: str, other: str) -> int:
    """Count the letters to put in, take out or exchange (Levenshtein)."""
    row = list(range(len(other) + 1))
    for n, letter in enumerate(one, 1):
        before, row[0] = row[0], n
        for m, their in enumerate(other, 1):
            before, row[m] = row[m], min(row[m] + 1, row[m - 1] + 1, before + (letter != their))
    return row[-1]

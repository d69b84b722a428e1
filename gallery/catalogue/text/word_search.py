"""A word in a text: where it stands alone, in scripts with and without spaces, however its letters are composed."""

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from gallery.catalogue.text.scripts import HANGUL, POINTS, SKIN_TONES, UNSPACED

_UNSPACED = re.compile(f"[{UNSPACED}]")
# What follows a Korean word without a space, at most three of them: cat-s-with-only.
_PARTICLES = (
    "들|은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|한테서|와|과|랑|이랑|하고|도|만|뿐|로|으로|로서|으로서"
    "|로써|으로써|부터|까지|처럼|같이|보다|마다|밖에|조차|마저|나|이나|든지|이든지|라도|이라도|야|아|여|이여|라고|이라고"
    "|인|이고|이며|며|이다|입니다|였다|이었다"
)
_FORMS = {unicodedata.normalize(form, each) for each in _PARTICLES.split("|") for form in ("NFC", "NFD")}
_SUFFIX = re.compile(f"(?:{'|'.join(sorted(_FORMS, key=len, reverse=True))}){{1,3}}(?![{HANGUL}])")
_ENDS_IN_HANGUL = re.compile(f"[{HANGUL}]")
# What stands before a noun without a space: the articles of Arabic and Hebrew, and the little words before them.
_ARTICLE = re.compile("(?:^|(?<=\\W))(?:[وف]?[بك]?ال|[وف]?لل|[וש]?ה|כשה|מה)$")
_LONGEST_ARTICLE = 4
_POINTS = re.compile(f"[{POINTS}]")
_SKIN_TONES = re.compile(f"[{SKIN_TONES}]")
_VARIATION = "\ufe0f"  # asks for the coloured form of an emoji: with it or without, it is the same word
_ZERO_WIDTH_JOINER = "\u200d"
_PLAIN = re.compile(r"[!-~]+(?: [!-~]+)*")  # ASCII, with one space between words


@dataclass(frozen=True)
class _Folded:
    """A text as it is compared, and of each of its characters which part of the text it stands for."""

    text: str
    spans: Sequence[tuple[int, int]] | None  # None: each for itself

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """Return which part of the text a match stands for; None if it begins or ends inside a character."""
        if self.spans is None:
            return start, end
        first, last = self.spans[start], self.spans[end - 1]
        begins_inside = start > 0 and self.spans[start - 1][0] == first[0]
        ends_inside = end < len(self.spans) and self.spans[end][0] == last[0]
        return None if begins_inside or ends_inside else (first[0], last[1])


def _as_written(character: str) -> str:
    return unicodedata.normalize("NFD", character)


def _caseless(character: str) -> str:
    return unicodedata.normalize("NFD", "i" if character == "İ" else character.casefold())


def _compatible(character: str) -> str:
    """Of one width, without ligatures and vowel signs."""
    return _POINTS.sub("", unicodedata.normalize("NFKD", _caseless(unicodedata.normalize("NFKC", character))))


_FOLDS = (_as_written, _caseless, _compatible)


def occurrences(word: str, text: str) -> list[tuple[int, int]]:
    """Return where a word stands alone in a text, as it is written.

    If that is nowhere, then in any capitals; else of any width and without vowel signs; else behind an article.
    """
    for fold in _FOLDS:
        if found := list(_found(word, text, fold=fold)):
            return found
    return list(_found(word, text, fold=_compatible, behind_article=True))


def _found(
    word: str, text: str, *, fold: Callable[[str], str], behind_article: bool = False
) -> Iterator[tuple[int, int]]:
    sought, folded = _fold(" ".join(word.split()), fold).text, _fold(text, fold)
    place = folded.text.find(sought) if sought else -1
    while place >= 0:
        span = folded.span(place, place + len(sought))
        alone = span is not None and _stands_alone(text, *span, behind_article=behind_article)
        if span is not None and alone:
            yield span
        place = folded.text.find(sought, place + (len(sought) if alone else 1))


@lru_cache(maxsize=64)
def _fold(text: str, fold: Callable[[str], str]) -> _Folded:
    """Write every run of blanks as one space, and each character as it is compared."""
    if _PLAIN.fullmatch(text):
        return _Folded(text if fold is _as_written else text.casefold(), None)
    letters: list[str] = []
    spans: list[tuple[int, int]] = []
    for place, character in enumerate(text):
        is_blank = character.isspace()
        written = " " if is_blank else "" if character == _VARIATION else fold(character)
        if spans and (not written or (is_blank and letters[-1] == " ")):
            spans[-1] = (spans[-1][0], place + 1)
            continue
        letters += written
        spans += [(place, place + 1)] * len(written)
    return _Folded("".join(letters), spans)


def _stands_alone(text: str, start: int, end: int, *, behind_article: bool) -> bool:
    before = not _goes_on(text, start) or (behind_article and _follows_article(text, start))
    return before and (not _goes_on(text, end) or _particles_follow(text, end))


def _follows_article(text: str, place: int) -> bool:
    return _ARTICLE.search(_POINTS.sub("", text[max(0, place - 3 * _LONGEST_ARTICLE) : place])) is not None


def _goes_on(text: str, place: int) -> bool:
    """Say whether one word reaches over this place of the text."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if _is_mark(after) or _ZERO_WIDTH_JOINER in (before, after) or _is_skin_tone(after):
        return True
    letters = _base(text, place), after
    return all(_is_letter(each) and not _UNSPACED.match(each) for each in letters)


def _base(text: str, place: int) -> str:
    """Return the letter before a place, without the marks upon it."""
    while place > 1 and unicodedata.category(text[place - 1])[0] == "M":
        place -= 1
    return text[place - 1]


def _is_mark(character: str) -> bool:
    """Say whether it stands upon the letter before it: an accent, or the sign of a half-width ｶﾞ."""
    return unicodedata.category(unicodedata.normalize("NFKD", character)[0])[0] == "M"


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_skin_tone(character: str) -> bool:
    return _SKIN_TONES.match(character) is not None


def _particles_follow(text: str, place: int) -> bool:
    return bool(_ENDS_IN_HANGUL.match(text[place - 1]) and _SUFFIX.match(text, place))

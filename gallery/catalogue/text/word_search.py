"""A word in a text: where it stands alone, in scripts with and without spaces, however its letters are composed."""

import re
import unicodedata
from collections.abc import Iterator

# Thai, Lao, Tibetan, Burmese, Khmer, Javanese; kana, bopomofo, Chinese characters: no space tells where a word ends.
_UNSPACED = re.compile(
    "[\u0e00-\u0fff\u1000-\u109f\u1780-\u17ff\u1950-\u19df\u1a20-\u1aaf\ua980-\ua9df\u3005-\u3007\u3040-\u312f"
    "\u31a0-\u31bf\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003ffff]"
)
# What follows a Korean word without a space, at most three of them: cat-s-with-only.
_PARTICLES = (
    "들|은|는|이|가|을|를|의|에|에서|에게|에게서|께|께서|한테|한테서|와|과|랑|이랑|하고|도|만|뿐|로|으로|로서|으로서"
    "|로써|으로써|부터|까지|처럼|같이|보다|마다|밖에|조차|마저|나|이나|든지|이든지|라도|이라도|야|아|여|이여|라고|이라고"
    "|인|이고|이며|며|이다|입니다|였다|이었다"
)
_HANGUL = "\u1100-\u11ff\uac00-\ud7ff"
_FORMS = {unicodedata.normalize(form, each) for each in _PARTICLES.split("|") for form in ("NFC", "NFD")}
_SUFFIX = re.compile(f"(?:{'|'.join(sorted(_FORMS, key=len, reverse=True))}){{1,3}}(?![{_HANGUL}])")
_ENDS_IN_HANGUL = re.compile(f"[{_HANGUL}]")
_VARIATION = "\ufe0f"  # asks for the coloured form of an emoji: with it or without, it is the same word
_ZERO_WIDTH_JOINER = "\u200d"


def occurrences(word: str, text: str) -> list[tuple[int, int]]:
    """Return where a word stands alone in a text; if nowhere in its own capitals, then in any."""
    return list(_found(word, text, flags=0)) or list(_found(word, text, flags=re.IGNORECASE))


def _found(word: str, text: str, *, flags: int) -> Iterator[tuple[int, int]]:
    pattern = re.compile(_pattern(word), flags)
    position = 0
    while word and (found := pattern.search(text, position)):
        if _stands_alone(text, *found.span()):
            yield found.span()
            position = found.end()
        else:
            position = found.start() + 1


def _pattern(word: str) -> str:
    """Match each letter in one piece or with its accents apart, each emoji with or without its variation."""
    composed = unicodedata.normalize("NFC", word.replace(_VARIATION, "") or word)
    return "".join(map(_letter, composed))


def _letter(letter: str) -> str:
    forms = dict.fromkeys((letter, unicodedata.normalize("NFD", letter)))
    optional = f"{_VARIATION}?" if unicodedata.category(letter) == "So" else ""
    return f"(?:{'|'.join(map(re.escape, forms))}){optional}"


def _stands_alone(text: str, start: int, end: int) -> bool:
    return not _goes_on(text, start) and (not _goes_on(text, end) or _particles_follow(text, end))


def _goes_on(text: str, place: int) -> bool:
    """Say whether one word reaches over this place of the text."""
    if not 0 < place < len(text):
        return False
    before, after = text[place - 1], text[place]
    if unicodedata.category(after)[0] == "M" or _ZERO_WIDTH_JOINER in (before, after) or _is_skin_tone(after):
        return True
    letters = _base(text, place), after
    return all(_is_letter(each) and not _UNSPACED.match(each) for each in letters)


def _base(text: str, place: int) -> str:
    """Return the letter before a place, without the marks upon it."""
    while place > 1 and unicodedata.category(text[place - 1])[0] == "M":
        place -= 1
    return text[place - 1]


def _is_letter(character: str) -> bool:
    return character.isalnum() or character == "_"


def _is_skin_tone(character: str) -> bool:
    return "\U0001f3fb" <= character <= "\U0001f3ff"


def _particles_follow(text: str, place: int) -> bool:
    return bool(_ENDS_IN_HANGUL.match(text[place - 1]) and _SUFFIX.match(text, place))

"""Several values in one field: lists and progressions such as `20, 30, 50` and `10, 20, .., 50`."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal
from functools import lru_cache

from ..numbers.digits import plain, without_brackets
from ..problems import InvalidValue, shown

MAX_VALUES = 100  # on one axis
MAX_CHARACTERS = 12_000  # of its text: a hundred values of 120
ELLIPSIS = frozenset({"..", "...", "…"})

_SEPARATORS = re.compile(r"[\s,;]+")
# A comma inside "4,5" may be a decimal one: there only with a space, or a semicolon, does it part two values.
_SURE_SEPARATORS = re.compile(r";\s*|,\s+|\s+")
_DECIMAL_COMMA = re.compile(r"(?<=[0-9]),(?=[0-9])")
_RANGE = re.compile(r"([0-9]{1,9})(?:\.{2,3}|\s*[-~]\s*)([0-9]{1,9})")
_SPACED_RANGE = re.compile(r"\A\s*([0-9]{1,9})\s*\.{2,3}\s*([0-9]{1,9})\s*\Z")  # alone: in a list it may be its steps
_WITH_ZEROS = re.compile(r"([0-9]+)\.0*")  # a whole number, as programs write what they keep as a decimal one
_COMMAS = re.compile(r"[,;\n]")
_SPARE_COMMAS = re.compile(r"\A[\s;]*(?:,(?![0-9])[\s;]*)*|[\s,;]+\Z")  # not that of ",5", which is half of one
_AROUND_COLON = re.compile(r"\s*:\s*")
# 1,024x768: no side has one digit, and three of them behind a comma are its others.
_SIDE_SIGN = r"\s*(?:px)?\s*[xX×*✕✖⨯х]\s*"
_GROUPED_SIDES = re.compile(
    rf"(?<![0-9.,])([1-9])[,.'’]([0-9]{{3}})(?={_SIDE_SIGN}[0-9])|(?<=[xX×*✕✖⨯х ])([1-9])[,'’]([0-9]{{3}})(?![0-9xX×*])"
)
_COMMA_OF_RATIO = re.compile(r"(?<![0-9:/.])([0-9]),([0-9]{1,3})(?=:[0-9])")  # 1,85:1, as no ratio is a single number
_SHAPE = re.compile(r"[0-9][0-9.]*(?:px)?[:/xX×*х][0-9][0-9.]*(?:px)?")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CHARACTERS = 12  # of a number in a progression


def listed(text: str, *, whole: bool) -> list[tuple[str, str]]:
    """Return (value, label) for a list, a range or a progression; a single value has no label.

    `whole`: the values are whole numbers or words, so that a comma always parts two of them.
    """
    _refuse_too_long(text)
    written = without_brackets(plain(text))
    words = _whole_words(written) if whole else _decimal_words(_SPARE_COMMAS.sub("", written))
    if not words:
        return [(text, "")]
    values = list(dict.fromkeys(_progressed(words)))
    refuse_too_many(len(values), "values")
    return [(value, value) for value in values] if len(values) > 1 or len(words) > 1 else [(values[0], "")]


def _refuse_too_long(text: str) -> None:
    if len(text) > MAX_CHARACTERS:
        raise InvalidValue(f"This list is too long: at most {MAX_CHARACTERS:,} characters.")


def _whole_words(text: str) -> list[str]:
    joined = _RANGE.sub(r"\1..\2", _SPACED_RANGE.sub(r"\1..\2", text))
    return [number for word in _SEPARATORS.split(joined) if word for number in _ranged(word)]


def _ranged(word: str) -> Iterable[str]:
    if zeros := _WITH_ZEROS.fullmatch(word):
        return [zeros[1]]
    found = _RANGE.fullmatch(word)
    if not found:
        return [word]
    first, last = int(found[1]), int(found[2])
    if last < first:
        raise InvalidValue(f"{first}..{last} runs backwards. Write {last}..{first}.")
    refuse_too_many(last - first + 1, "values")
    return map(str, range(first, last + 1))


def _decimal_words(text: str) -> list[str]:
    if ";" in text:  # then a comma can only be a decimal one
        text = _DECIMAL_COMMA.sub(".", text)
    words = [part for word in _SURE_SEPARATORS.split(text) if word for part in _parted_beside_points(word)]
    if len(words) == 1 and words[0].count(",") > 1:  # 3,4,5: no number has two commas
        return _parted_by_commas(words[0])
    return words


def _parted_beside_points(word: str) -> list[str]:
    """Part 3.5,4.5: a number has one decimal sign, so that the comma beside a point is none."""
    return [number for number in word.split(",") if number] if "." in word.strip(".") else [word]


def _parted_by_commas(text: str) -> list[str]:
    numbers = [number for number in text.split(",") if number]
    if len(numbers) % 2 == 0 and len(set(numbers)) < len(numbers):  # 4,5,5,5: nobody writes one value twice
        pairs = "; ".join(f"{whole}.{rest}" for whole, rest in zip(numbers[::2], numbers[1::2], strict=True))
        raise InvalidValue(f"{shown(text)} can be read in two ways. Write {pairs}, or {'; '.join(numbers)}.")
    return numbers


def parted(text: object) -> list[str]:
    """Return what stands between commas, semicolons and line ends, each once; spaces may stand inside a value."""
    return list(_parted(text)) if isinstance(text, str) else []


@lru_cache(maxsize=1000)
def _parted(text: str) -> tuple[str, ...]:
    """Kept, as the rows of a batch say the same again and again."""
    _refuse_too_long(text)
    text = _COMMA_OF_RATIO.sub(r"\1.\2", _AROUND_COLON.sub(":", plain(text)))
    text = _GROUPED_SIDES.sub(lambda found: "".join(filter(None, found.groups())), text)
    parts = [part.strip() for part in _COMMAS.split(without_brackets(text)) if part.strip()]
    return tuple(dict.fromkeys(shape for part in parts for shape in _parted_by_spaces(part)))


def _parted_by_spaces(part: str) -> list[str]:
    """Part 16:9 1:1, where each piece is a ratio or a size of its own."""
    pieces = part.split()
    return pieces if len(pieces) > 1 and all(map(_SHAPE.fullmatch, pieces)) else [part]


def refuse_too_many(count: int | Decimal, what: str) -> None:
    """Raise InvalidValue for an axis of more values than anybody can look at."""
    if count > MAX_VALUES:
        raise InvalidValue(f"These are more than {MAX_VALUES} {what}. Leave some out.")


def joined(words: Iterable[str], last_by: str = "and") -> str:
    """Write several words as people do: a, b and c."""
    *most, last = words
    return f"{', '.join(most)} {last_by} {last}" if most else last


def counted(number: int, one: str, several: str = "") -> str:
    """Write how many there are: 1 image, 1,200 images. `several`: the words for more than one if no s makes them."""
    return f"{number:,} {one if number == 1 else several or f'{one}s'}"


def _progressed(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word not in ELLIPSIS:
            yield word
        elif not 2 <= place < len(words) - 1:
            raise InvalidValue("“..” stands after two values and before the last one, like 10, 20, .., 50.")
        else:
            yield from _between(*map(_number, (words[place - 2], words[place - 1], words[place + 1])))


def _between(first: Decimal, second: Decimal, last: Decimal) -> Iterator[str]:
    step = second - first
    if not step or (last - second) / step < 0:
        raise InvalidValue(f"From {first}, {second} no steps lead to {last}.")
    refuse_too_many((last - second) / step, "values")
    value = second + step
    while (last - value) * step > 0:
        yield f"{value.normalize():f}"
        value += step


def _number(word: str) -> Decimal:
    if len(word) > _CHARACTERS or not _NUMBER.fullmatch(word):
        raise InvalidValue(f"{shown(word)} is no number that a progression could have.")
    return Decimal(word)

"""Several values in one field: lists and progressions such as `20, 30, 50` and `10, 20, .., 50`."""

import re
from collections.abc import Iterable, Iterator
from decimal import Decimal

from .problems import InvalidValue, shown

MAX_VALUES = 100  # on one axis
ELLIPSIS = frozenset({"..", "...", "…"})

# A comma inside "4,5" may be a decimal one: only with a space, or a semicolon, does it part two values.
_PARTED = re.compile(r";\s*|,\s+|\s+")
_COMMAS = re.compile(r"[,;\n]")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CHARACTERS = 12  # of a number in a progression


def listed(text: str) -> list[tuple[str, str]]:
    """Return (value, label) for a list or a progression; a single value has no label."""
    words = [word for word in _PARTED.split(text.strip()) if word]
    if len(words) == 1 and words[0].count(",") > 1:  # 20,30,40: no number has two commas
        words = words[0].split(",")
    if len(words) < 2:
        return [(text, "")]
    values = list(dict.fromkeys(_progressed(words)))
    refuse_too_many(len(values), "values")
    return [(value, value) for value in values]


def parted(text: object) -> list[str]:
    """Return what stands between commas, semicolons and line ends, each once; spaces may stand inside a value."""
    if not isinstance(text, str):
        return []
    return list(dict.fromkeys(part.strip() for part in _COMMAS.split(text) if part.strip()))


def refuse_too_many(count: int | Decimal, what: str) -> None:
    """Raise InvalidValue for an axis of more values than anybody can look at."""
    if count > MAX_VALUES:
        raise InvalidValue(f"These are more than {MAX_VALUES} {what}. Leave some out.")


def joined(words: Iterable[str]) -> str:
    """Write several words as people do: a, b and c."""
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


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

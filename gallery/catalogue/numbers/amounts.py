"""The one reader of amounts of money that people type or files bring: a text, or a whole column, as micro-dollars.

A decimal comma is read where it can mean nothing else, and thousands where they are grouped: 5,00 and 0,035, 1,250.75,
1 250,75, 1’250.75, 2.500,00, 1,00,000.50. What can mean two amounts is refused with both: 1,000 and 12.345.678.
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TypeVar

from ..problems import shown
from .currencies import CENTS, DOLLARS, FOREIGN, bare
from .money import MICROS, money, typed
from .numerals import COMMA, MOST_CHARACTERS, Reading, plain, readings

MOST_MICROS = 10**14  # a hundred million dollars, of one amount: the database adds up many
UNREADABLE = "Write dollars as a number, such as 25 or 0.035, with at most six decimals."
_NOISE = Fraction(1, 10**14)  # of the value: what sums of binary fractions leave behind, as in 0.30000000000000004
_HEAD = re.compile(r"'?([+-]?)\s*(\(?)\s*(.*?)\s*(\(?)\s*([+-]?)\s*")
_TAIL = re.compile(r"\s*([+-]?)\s*(\)?)\s*(.*?)\s*(\)?)\s*([+-]?)")
_NUMBER = re.compile(r"[.,٫]?[0-9](?:.*[0-9])?[.,٫]?")
_IN_BRACKETS = re.compile(r"\(([^()0-9]+)\)")  # a currency, as in 5.00 (USD)
_NO_CENTS = re.compile(r"(?<=[0-9])[.,]\s?-{1,2}")  # 5,- and 5.–: whole dollars, as written in German


class InvalidAmount(ValueError):
    """The text is no amount of dollars, or can mean several: `choices`, in micro-dollars."""

    def __init__(self, message: str, choices: Sequence[int] = ()):
        super().__init__(message)
        self.choices = tuple(choices)


@dataclass(frozen=True)
class _Written:
    """A text taken apart: what the number can mean, and whether it is below zero."""

    text: str
    readings: list[Reading]
    negative: bool

    def micros(self, reading: Reading) -> Fraction:
        return reading.value * (-MICROS if self.negative else MICROS)


def read_amount(text: str) -> int:
    """Read what somebody typed: micro-dollars, not negative. Raises InvalidAmount."""
    written = _take_apart(text)
    if re.search("[0-9][eE]", written.text):
        raise InvalidAmount(f"{shown(text)} is no amount. {UNREADABLE}")
    micros = _exact(written, _only(written))
    if micros < 0:
        raise InvalidAmount("Write dollars as a number that is not negative.")
    return micros


def read_column(texts: Sequence[str], *, most: int = MOST_MICROS) -> list[int | InvalidAmount]:
    """Read a column of a file, which decides together what its commas and points mean; an error stands in its place.

    With decimal points elsewhere 1,000 is a thousand. With decimal commas elsewhere 1.000 is one, and 1,000 stays
    ambiguous. Amounts below zero are a file's refunds, and 3e-02 is how programs write.
    """
    cells = {text: _attempt(_take_apart, text) for text in dict.fromkeys(texts)}  # prices repeat a thousand times
    mark = _mark_of([cell for cell in cells.values() if isinstance(cell, _Written)])
    read = {text: _attempt(_read_cell, cell, mark, most) for text, cell in cells.items()}
    return [read[text] for text in texts]


_Read = TypeVar("_Read")


def _attempt(read: Callable[..., _Read], *args: object) -> _Read | InvalidAmount:
    try:
        return read(*args)
    except InvalidAmount as invalid:
        return invalid


def _mark_of(cells: Sequence[_Written]) -> str:
    """Return the decimal mark of a column; none if no cell shows one, or if they contradict each other."""
    found = {cell.readings[0].mark for cell in cells if len(cell.readings) == 1 and cell.readings[0].marked}
    return found.pop() if len(found) == 1 else ""


def _read_cell(written: _Written | InvalidAmount, mark: str, most: int) -> int:
    if isinstance(written, InvalidAmount):
        raise written
    fitting = [each for each in written.readings if mark and each.mark == mark]
    # In a column with decimal commas a lone 1,000 can still come from somebody who groups by commas.
    decided = len(fitting) == 1 and not (mark == COMMA and fitting[0].marked)
    reading = fitting[0] if decided else _only(written)
    return _exact(written, reading, most=most, noise=_NOISE)


def _only(written: _Written) -> Reading:
    if len(written.readings) == 1:
        return written.readings[0]
    choices = sorted(int(each) for each in map(written.micros, written.readings) if each.denominator == 1)
    if len(choices) < 2:
        raise InvalidAmount(f"{shown(written.text)} is no amount. {UNREADABLE}")
    raise InvalidAmount(
        f"{shown(written.text)} can mean {' or '.join(map(money, choices))}. Write {' or '.join(map(typed, choices))}.",
        choices,
    )


def _exact(written: _Written, reading: Reading, *, most: int = MOST_MICROS, noise: Fraction = Fraction(0)) -> int:
    """Return whole micro-dollars: more decimals are refused unless they are zeros, or a program's rounding."""
    micros = written.micros(reading)
    if abs(micros) > most:
        raise InvalidAmount(f"{shown(written.text)} is too much: at most {money(most)}.")
    if abs(micros - round(micros)) > abs(micros) * noise:
        raise InvalidAmount(f"{shown(written.text)} has more than six decimals. Write at most six decimals.")
    return round(micros)


def _take_apart(text: str) -> _Written:
    """Part sign, currency and number, and read the number. Raises InvalidAmount for what stands beside it."""
    if len(text) > MOST_CHARACTERS:
        raise InvalidAmount(f"{shown(text)} is no amount. {UNREADABLE}")
    line = re.sub(" {2,}", " ", _NO_CENTS.sub("", _IN_BRACKETS.sub(r" \1 ", plain(text))))
    number = _NUMBER.search(line)
    head = _HEAD.fullmatch(line[: number.start()]) if number else None
    tail = _TAIL.fullmatch(line[number.end() :]) if number else None
    if not (number and head and tail):
        raise InvalidAmount(UNREADABLE if line else "No amount is given.")
    found = readings(number[0])
    for word in (head[3], tail[3]):
        _check_currency(text, word, found)
    return _Written(text.strip(), found, _is_negative(text, (head, tail)))


def _is_negative(text: str, around: tuple[re.Match[str], re.Match[str]]) -> bool:
    head, tail = around
    opened, closed = head[2] + head[4], tail[2] + tail[4]
    signs = head[1] + head[5] + tail[1] + tail[5] + ("-" if opened else "")
    if len(opened) != len(closed) or len(signs) > 1:
        raise InvalidAmount(f"{shown(text)} is no amount. {UNREADABLE}")
    return signs == "-"


def _check_currency(text: str, word: str, found: Sequence[Reading]) -> None:
    names = [bare(word), *map(bare, word.split())]
    if names[0] in DOLLARS or not any(names):
        return
    if strange := next((FOREIGN[name] for name in names if name in FOREIGN), ""):
        raise InvalidAmount(f"{shown(text)} is in {strange}, and the books are in US dollars.")
    if names[0] in CENTS:
        cents = [each.value * MICROS / 100 for each in found]
        choices = [int(each) for each in cents if each.denominator == 1]
        raise InvalidAmount(f"{shown(text)} is in cents. Write dollars, such as {_example(choices)}.", choices)
    raise InvalidAmount(f"What does {shown(word)} mean beside the number? {UNREADABLE}")


def _example(choices: Sequence[int]) -> str:
    return " or ".join(map(typed, choices)) or "0.03"

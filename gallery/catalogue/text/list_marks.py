"""What stands in front of the items of a list: numbers of many kinds, letters, dots, boxes to tick."""

import itertools
import re
import unicodedata
from collections.abc import Callable, Sequence
from typing import NamedTuple

_ROMAN = {"i": 1, "v": 5, "x": 10}


def _roman(digits: str) -> int:
    values = [_ROMAN[digit] for digit in digits.casefold()]
    following = [*values[1:], 0]
    return sum(-value if value < after else value for value, after in zip(values, following, strict=True))


class _Kind(NamedTuple):
    """`may_skip`: items of such a list may have been deleted; of letters and Roman numbers that is too rare."""

    mark: re.Pattern[str]
    number: Callable[[str], int]
    may_skip: bool = True


_BOLD = r"\s*(?:\*\*)?"
_NOUN = r"(?:prompt|image|picture|scene|shot|bild|no|nr|n[º°]|№)\.?\s*"
_KINDS = (
    _Kind(re.compile(rf"{_BOLD}(?:{_NOUN})?[#(（\[]?(\d{{1,4}})[.):\]、．）：]+(?:\*\*)?\s*(?=\S)", re.I), int),
    _Kind(re.compile(r"\s*(?:#|№\s?|no\.\s?|nr\.\s?)(\d{1,4})\s+(?=\S)", re.IGNORECASE), int),
    _Kind(re.compile(r"\s*([①-⑳❶-❿])\s*(?=\S)"), lambda circled: int(unicodedata.numeric(circled))),
    _Kind(re.compile(r"\s*[(（]?([a-z])[.)）]\s+(?=\S)", re.IGNORECASE), lambda one: ord(one.lower()) - 96, False),
    _Kind(re.compile(r"\s*[(（]?([ivx]{1,5})[.)）]\s+(?=\S)", re.IGNORECASE), _roman, False),
)  # fmt: skip
_DOT = re.compile(r"\s*([-*+•‣◦▪–—·●○■□✓✔➢\uf0b7\uf0a7\uf0d8])\s+(?:\[[ xX]?\]\s*)?(?=\S)")
_MOST_SKIPPED_TO = 1_000  # 1990: and 2005: are years


class Marks(NamedTuple):
    """How the items of a list begin. `is_sure`: the numbers count on from the first one, or all dots are the same."""

    pattern: re.Pattern[str]
    is_sure: bool


def find_marks(lines: Sequence[str]) -> Marks | None:
    """Tell how the items of a list begin, from its lines that are not blank; None if they are no list.

    A line in front that ends with a colon announces the list, and an indented one without a mark goes on with the item
    above it.
    """
    lines = lines[1:] if lines and lines[0].rstrip().endswith((":", "：")) else lines
    for kind in _KINDS:
        items = _items(lines, kind.mark)
        numbers = [kind.number(found[1]) for line in items if (found := kind.mark.match(line))]
        if len(numbers) < 2 or len(numbers) < len(items):
            continue
        if numbers[0] in (0, 1) and _count_on(numbers):
            return Marks(kind.mark, is_sure=len(items) == len(lines))
        if kind.may_skip and _grow(numbers):
            return Marks(kind.mark, is_sure=False)
    return _find_dots(lines)


def _find_dots(lines: Sequence[str]) -> Marks | None:
    items = _items(lines, _DOT)
    dots = [found[1] for line in items if (found := _DOT.match(line))]
    if len(dots) < 2 or len(dots) < len(items):
        return None
    return Marks(_DOT, is_sure=len(set(dots)) == 1 and len(items) == len(lines))


def _items(lines: Sequence[str], mark: re.Pattern[str]) -> list[str]:
    return [line for n, line in enumerate(lines) if n == 0 or mark.match(line) or not goes_on(line)]


def goes_on(line: str) -> bool:
    """Say whether a line without a mark belongs to the item above it: it is indented."""
    return line[:1].isspace()


def _count_on(numbers: Sequence[int]) -> bool:
    return list(numbers) == list(range(numbers[0], numbers[0] + len(numbers)))


def _grow(numbers: Sequence[int]) -> bool:
    return numbers[-1] < _MOST_SKIPPED_TO and all(one < other for one, other in itertools.pairwise(numbers))


def without_mark(line: str, marks: Marks | None) -> str:
    """Return a line without what stands in front; `marks`: of the list, else whatever kind they are."""
    patterns = [marks.pattern] if marks else [*(kind.mark for kind in _KINDS), _DOT]
    found = next((match for pattern in patterns if (match := pattern.match(line))), None)
    return line[found.end() :] if found else line


def have_marks(lines: Sequence[str]) -> bool:
    """Say whether every line begins as the items of lists do."""
    return all(without_mark(line, None) != line for line in lines)

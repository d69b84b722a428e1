"""Read the one text field for seeds: "4 random", "42, 43, 100..110", "1, 2, .., 10", and mixes of them."""

import re
import secrets
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice

from .params import SEED_HIGH, SEED_LOW
from .problems import shown

MAX_SEEDS = 400  # in one field
MAX_CHARACTERS = 8_000  # 400 seeds of ten digits with commas and spaces need 4,800

_SEPARATOR = r"[\s,;]"
# [0-9] and not \d, which also takes the digits of other scripts.
_PART = re.compile(
    r"(?:(?:(?P<count>[0-9]+)\s*)?(?P<random>random)"
    r"|(?P<first>[0-9]+)(?:\s*(?:\.{2,3}|…)\s*(?P<last>[0-9]+))?"
    r"|(?P<steps>\.{2,3}|…))"
    rf"(?={_SEPARATOR}|\Z)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(rf"{_SEPARATOR}*")
_WORD = re.compile(r"[^\s,;]+")
_DIGITS = len(str(SEED_HIGH))

Draw = Callable[[int], Iterable[int]]


class InvalidSeeds(ValueError):
    """The text is no list of seeds; the message names the wrong part."""


@dataclass(frozen=True)
class _Part:
    """Some seeds: a range of known ones, how many random ones, or the steps between its neighbours."""

    known: range = range(0)
    random: int = 0
    steps: bool = False


def draw_seeds(count: int) -> tuple[int, ...]:
    """Draw this many distinct seeds that nobody can foresee."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        drawn[secrets.randbelow(SEED_HIGH + 1)] = None
    return tuple(drawn)


def unknown(count: int) -> range:
    """Stand in for seeds that nobody has drawn yet: below zero, so that they are never taken for real ones."""
    return range(-count, 0)


def parse_seeds(text: str, *, draw: Draw = draw_seeds) -> tuple[int, ...]:
    """Read the seeds in their order, each once, at most 400, or raise InvalidSeeds.

    `draw(n)` gives n distinct integers within the seed bounds.
    """
    parts, known, random = _read(text)
    # Asking for as many more as there are known ones leaves enough after those are taken out.
    wanted = random + len(known) if random else 0
    fresh = (seed for seed in draw(wanted) if seed not in known) if wanted else iter(())
    return tuple(dict.fromkeys(_in_order(parts, fresh)))


def count_seeds(text: str) -> int:
    """Count the seeds of the text without drawing any, or raise InvalidSeeds."""
    _, known, random = _read(text)
    return len(known) + random


def draws_any(text: str) -> bool:
    """Say whether some of the seeds are drawn, or raise InvalidSeeds."""
    return _read(text)[2] > 0


def _in_order(parts: Iterable[_Part], fresh: Iterator[int]) -> Iterator[int]:
    for part in parts:
        yield from part.known
        yield from islice(fresh, part.random)


def _read(text: str) -> tuple[list[_Part], set[int], int]:
    parts: list[_Part] = []
    known: set[int] = set()
    random = 0
    for part in _stepped(list(_parts(text))):
        parts.append(part)
        known.update(part.known)
        random += part.random
        if len(known) + random > MAX_SEEDS:
            raise InvalidSeeds(f"These are more than {MAX_SEEDS} seeds. Leave some out.")
    if not parts:
        raise InvalidSeeds("Write at least one seed, like 42 or 4 random.")
    return parts, known, random


def _stepped(parts: list[_Part]) -> Iterator[_Part]:
    """Put the seeds in the place of each ".."."""
    for place, part in enumerate(parts):
        yield _steps(parts, place) if part.steps else part


def _steps(parts: list[_Part], place: int) -> _Part:
    around = [*parts[max(0, place - 2) : place], *parts[place + 1 : place + 2]]
    if len(around) != 3 or any(len(part.known) != 1 for part in around):
        raise InvalidSeeds("“..” stands after two seeds and before the last one, like 1, 2, .., 10.")
    first, second, last = (part.known[0] for part in around)
    step = second - first
    if not step or (last - second) * step < 0:
        raise InvalidSeeds(f"From {first}, {second} no steps lead to {last}.")
    if (last - second) // step > MAX_SEEDS:
        raise InvalidSeeds(f"{first}, {second}, .., {last} are more than {MAX_SEEDS} seeds. Leave some out.")
    return _Part(known=range(second + step, last, step))


def _parts(text: str) -> Iterator[_Part]:
    if not isinstance(text, str):
        raise InvalidSeeds("Write seeds as text, like 42, 43 or 4 random.")
    if len(text) > MAX_CHARACTERS:
        raise InvalidSeeds(f"This list is too long: at most {MAX_CHARACTERS:,} characters.")
    position = _SEPARATORS.match(text).end()
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            word = _WORD.match(text, position)[0]
            raise InvalidSeeds(f"{shown(word)} is no seed. Write 42, a range 100..110, or 4 random.")
        yield _part(found)
        position = _SEPARATORS.match(text, found.end()).end()


def _part(found: re.Match[str]) -> _Part:
    if found["steps"]:
        return _Part(steps=True)
    return _random_part(found) if found["random"] else _known_part(found)


def _random_part(found: re.Match[str]) -> _Part:
    digits = (found["count"] or "1").lstrip("0")
    if not digits:
        raise InvalidSeeds("0 random gives no picture. Write 1 random or more.")
    if len(digits) > _DIGITS or int(digits) > MAX_SEEDS:
        raise InvalidSeeds(f"{shown(found[0])} is too many: at most {MAX_SEEDS} seeds.")
    return _Part(random=int(digits))


def _known_part(found: re.Match[str]) -> _Part:
    first = _seed(found["first"])
    last = _seed(found["last"]) if found["last"] else first
    if last < first:
        raise InvalidSeeds(f"{first}..{last} runs backwards. Write {last}..{first}.")
    # Judged by its ends: a range of two thousand million seeds is never walked through.
    if last - first >= MAX_SEEDS:
        raise InvalidSeeds(f"{first}..{last} are {last - first + 1:,} seeds: at most {MAX_SEEDS}.")
    return _Part(known=range(first, last + 1))


def _seed(digits: str) -> int:
    significant = digits.lstrip("0") or "0"
    if len(significant) > _DIGITS or int(significant) > SEED_HIGH:
        raise InvalidSeeds(f"{shown(digits)} is too large for a seed. Use {SEED_LOW} to {SEED_HIGH}.")
    return int(significant)

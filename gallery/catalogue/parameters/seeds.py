"""Read the one text field for seeds: "4 random", "42, 43, 100..110", "1, 2, .., 10", and mixes of them."""

import itertools
import re
import secrets
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice
from typing import cast

from ..models.params import SEED_HIGH, SEED_LOW
from ..numbers.digits import plain, without_brackets
from ..problems import InvalidValue, shown

MAX_SEEDS = 400  # in one field
MAX_CHARACTERS = 8_000  # 400 seeds of ten digits with commas and spaces need 4,800

_SEPARATOR = r"[\s,;]"
_RANGE_SIGN = r"(?:\s*(?:\.{2,3}|~)\s*|-|\s+-\s+)"
_PART = re.compile(
    r"(?:(?:(?P<count>[0-9]+)\s*)?(?P<random>random)"
    rf"|\+?(?P<first>[0-9]+)(?:\.0*(?![0-9.]))?(?:{_RANGE_SIGN}(?P<last>[0-9]+)(?:\.0*(?![0-9.]))?)?"
    r"|(?P<steps>\.{2,3}))"
    rf"(?={_SEPARATOR}|\Z)",
    re.IGNORECASE,
)
_SEPARATORS = re.compile(rf"{_SEPARATOR}*")
_WORD = re.compile(r"[^\s,;]+")
_DIGITS = len(str(SEED_HIGH))

# Digits in groups of three. With a comma or a blank they may be several seeds, with other signs only one.
_ONE_GROUPED = re.compile(r"(?<![0-9.'’_])[0-9]{1,3}(?:(?:['’_\u2009\u202f][0-9]{3})+|(?:\.[0-9]{3}){2,})(?![0-9.'’_])")
_NOT_DIGITS = re.compile(r"[^0-9]")
_PERHAPS_GROUPED = re.compile(r"(?<![0-9.,])([0-9]{1,2}(?:,[0-9]{3})+|[0-9]{1,3}(?:\u00a0[0-9]{3})+)(?![0-9.]|,[0-9])")
_ELSEWHERE_RANDOM = re.compile(r"(?<![\w.,-])-1(?:\.0+)?(?![\w.-])")
_NEGATIVE = re.compile(r"-([0-9]+)(?:\.0+)?")
_SCIENTIFIC = re.compile(r"[0-9]+(?:\.[0-9]+)?e[+-]?[0-9]+", re.IGNORECASE)

# How often, but not of what: random 4, 4x, x4.
_BACKWARDS = re.compile(
    r"\s*(?:rand(?:om)?\s*[(:x×*]?\s*([0-9]{1,3})\s*\)?|([0-9]{1,3})\s*[x×*]|[x×*]\s*([0-9]{1,3}))\s*", re.IGNORECASE
)

Draw = Callable[[int], Iterable[int]]


class InvalidSeeds(InvalidValue):
    """The text is no list of seeds; the message names the wrong part, and what is offered is the whole text mended."""


@dataclass(frozen=True)
class _Part:
    """Some seeds: a range of known ones, how many random ones, or the steps between its neighbours."""

    known: range = range(0)
    random: int = 0
    steps: bool = False


def draw_seeds(count: int, *, taken: Collection[int] = ()) -> tuple[int, ...]:
    """Draw this many distinct seeds that nobody can foresee, and none that is taken."""
    drawn: dict[int, None] = {}
    while len(drawn) < count:
        seed = secrets.randbelow(SEED_HIGH + 1)
        if seed not in taken:
            drawn[seed] = None
    return tuple(drawn)


def stand_ins() -> Draw:
    """Return what stands in for a draw until somebody buys: numbers below zero, other ones each time."""
    numbers = itertools.count(-1, -1)
    return lambda count: list(islice(numbers, count))


def drawn_once(draw: Draw) -> Draw:
    """Return a draw that gives the same numbers whenever so many are asked for."""
    drawn: dict[int, list[int]] = {}
    return lambda count: drawn[count] if count in drawn else drawn.setdefault(count, list(draw(count)))


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


def _read(text: str) -> tuple[tuple[_Part, ...], frozenset[int], int]:
    if not isinstance(text, str):
        raise InvalidSeeds("Write seeds as text, like 42, 43 or 4 random.")
    return _read_text(text)


@lru_cache(maxsize=64)
def _read_text(text: str) -> tuple[tuple[_Part, ...], frozenset[int], int]:
    """Kept, as the rows of a batch say the same again and again."""
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
    return tuple(parts), frozenset(known), random


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
    if len(text) > MAX_CHARACTERS:
        raise InvalidSeeds(f"This list is too long: at most {MAX_CHARACTERS:,} characters.")
    text = without_brackets(text)
    if backwards := _BACKWARDS.fullmatch(plain(text)):
        count = next(filter(None, backwards.groups()))
        offer = f"{count} random"
        raise InvalidSeeds(f"{shown(text)} can be several seeds or one. Write {offer}, or {count}.", {"seed": offer})
    text = plain(_ONE_GROUPED.sub(_digits_only, _refuse_doubtful_groups(text)))
    position = _after_separators(text, 0)
    while position < len(text):
        found = _PART.match(text, position)
        if found is None:
            raise _no_seed(text, cast("re.Match[str]", _WORD.match(text, position)))
        yield _part(found)
        position = _after_separators(text, found.end())


def _after_separators(text: str, position: int) -> int:
    found = _SEPARATORS.match(text, position)
    assert found is not None  # none at all match too
    return found.end()


def _refuse_doubtful_groups(text: str) -> str:
    """Return the text, or raise InvalidSeeds for 1,234: one seed or two, only who wrote it knows."""
    if found := _PERHAPS_GROUPED.search(text):
        several = ", ".join(re.split("[,\u00a0]", found[0]))
        message = f"{shown(found[0])} can be one seed or several. Write {_NOT_DIGITS.sub('', found[0])}, or {several}."
        raise InvalidSeeds(message, {"seed": f"{text[: found.start()]}{several}{text[found.end() :]}"})
    return text


def _digits_only(found: re.Match[str]) -> str:
    return _NOT_DIGITS.sub("", found[0])


def _no_seed(text: str, word: re.Match[str]) -> InvalidSeeds:
    """Say what the wrong word may mean, and offer that."""
    negative = _NEGATIVE.fullmatch(word[0])
    if _ELSEWHERE_RANDOM.fullmatch(word[0]):
        message = f"{shown(word[0])} is no seed here. Elsewhere it means a random one: write 1 random."
        return InvalidSeeds(message, {"seed": _ELSEWHERE_RANDOM.sub("1 random", text)})
    if negative:
        folded = _folded(negative[1])
        message = (
            f"{shown(word[0])} is no seed: what the provider makes of one below {SEED_LOW} is documented nowhere. "
            f"Use {folded}, or 1 random."
        )
        return InvalidSeeds(message, {"seed": f"{text[: word.start()]}{folded}{text[word.end() :]}"})
    if _SCIENTIFIC.fullmatch(word[0]):
        return InvalidSeeds(
            f"{shown(word[0])} is no seed: written like this it may have lost digits. Write all of them."
        )
    return InvalidSeeds(f"{shown(word[0])} is no seed. Write 42, a range 100..110, or 4 random.")


def _folded(digits: str) -> int:
    """Bring a number into the range of seeds, as most programs do."""
    return int(digits[-300:]) % (SEED_HIGH + 1)


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
        message = f"{shown(digits)} is too large for a seed. Use {SEED_LOW} to {SEED_HIGH}, such as {_folded(digits)}."
        raise InvalidSeeds(message)
    return int(significant)

"""Axes: the values that one field of the form asks for, read from its text. Whether they are allowed, cleaning says."""

import itertools
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from math import prod

from .problems import InvalidRequest, InvalidValue, shown
from .prompts import json_prompt

MAX_VALUES = 100  # on one axis
LISTED = ("steps", "guidance")  # their text may list several values

LABEL_CHARACTERS = 60

Option = tuple[str, str]  # a value, and its label where there are several

_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")
_ELLIPSIS = frozenset({"..", "...", "…"})
# A comma inside "4,5" may be a decimal one: only with a space, or a semicolon, does it part two values.
_PARTED = re.compile(r";\s*|,\s+|\s+")
_NUMBER = re.compile(r"[0-9]+(\.[0-9]+)?")
_CHARACTERS = 12  # of a number in a progression


@dataclass(frozen=True)
class Variant:
    """One combination of the values of all axes. `labels` names those that vary: field to a short text."""

    values: Mapping[str, object]
    labels: Mapping[str, str]


def read_axes(values: Mapping[str, object]) -> dict[str, list[Option]]:
    """Return the options of every field that can hold several; one option keeps what was typed.

    `prompt_lines` among the values: every line of the prompt is a prompt of its own. Raises InvalidRequest with a
    problem for each field that cannot be read.
    """
    readers = {"prompt": prompt_lines if values.get("prompt_lines") else alternatives, **dict.fromkeys(LISTED, listed)}
    problems, axes = {}, {}
    for name, read in readers.items():
        if isinstance(values.get(name), str):
            try:
                axes[name] = read(values[name])
            except InvalidValue as wrong:
                problems[name] = wrong.problem
    if problems:
        raise InvalidRequest(problems)
    return axes


def variants(values: Mapping[str, object], axes: Mapping[str, list[Option]]) -> Iterator[Variant]:
    """Yield every combination, the last axis changing fastest."""
    for chosen in itertools.product(*axes.values()):
        named = dict(zip(axes, chosen, strict=True))
        labels = {name: label for name, (_, label) in named.items() if label}
        yield Variant({**values, **{name: value for name, (value, _) in named.items()}}, labels)


def alternatives(text: str) -> list[Option]:
    """Return (prompt, label) for every choice of `{red|blue}` in a prompt; a structured JSON prompt has none.

    The label holds what was chosen; it is empty where nothing was to choose.
    """
    if not _CHOICE.search(text) or json_prompt(text):
        return [(text, "")]
    parts = _CHOICE.split(text)  # plain text and choices in turn
    choices = [list(dict.fromkeys(option.strip() for option in choice.split("|"))) for choice in parts[1::2]]
    _refuse_too_many(prod(map(len, choices)), "prompts")
    found = [_written(parts[::2], chosen) for chosen in itertools.product(*choices)]
    if any(_CHOICE.search(prompt) for prompt, _ in found):
        raise InvalidValue("Braces inside braces are not read. Write one choice like {red|blue|pale green}.")
    return list(dict(found).items()) if prod(map(len, choices)) > 1 else [(found[0][0], "")]


def prompt_lines(text: str) -> list[Option]:
    """Return every line that is not blank as a prompt, with its choices; the label is how it begins."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    _refuse_too_many(len(lines), "prompts")
    prompts = dict.fromkeys(prompt for line in lines for prompt, _ in alternatives(line))
    _refuse_too_many(len(prompts), "prompts")
    if len(prompts) < 2:
        return [(prompt, "") for prompt in prompts] or [(text, "")]
    return [(prompt, _opening(prompt)) for prompt in prompts]


def _opening(prompt):
    return prompt if len(prompt) <= LABEL_CHARACTERS else prompt[: LABEL_CHARACTERS - 1].rstrip() + "…"


def _written(plain, chosen):
    woven = itertools.chain.from_iterable(itertools.zip_longest(plain, chosen, fillvalue=""))
    return "".join(woven), " · ".join(option or "—" for option in chosen)


def listed(text: str) -> list[Option]:
    """Return (value, label) for a list such as `20, 30, 50` or `10, 20, .., 50`; a single value has no label."""
    words = [word for word in _PARTED.split(text.strip()) if word]
    if len(words) == 1 and words[0].count(",") > 1:  # 20,30,40: no number has two commas
        words = words[0].split(",")
    if len(words) < 2:
        return [(text, "")]
    values = list(dict.fromkeys(_progressed(words)))
    _refuse_too_many(len(values), "values")
    return [(value, value) for value in values]


def _progressed(words: list[str]) -> Iterator[str]:
    for place, word in enumerate(words):
        if word not in _ELLIPSIS:
            yield word
        elif not 2 <= place < len(words) - 1:
            raise InvalidValue("“..” stands after two values and before the last one, like 10, 20, .., 50.")
        else:
            yield from _between(*map(_number, (words[place - 2], words[place - 1], words[place + 1])))


def _between(first: Decimal, second: Decimal, last: Decimal) -> Iterator[str]:
    step = second - first
    if not step or (last - second) / step < 0:
        raise InvalidValue(f"From {first}, {second} no steps lead to {last}.")
    _refuse_too_many((last - second) / step, "values")
    value = second + step
    while (last - value) * step > 0:
        yield f"{value.normalize():f}"
        value += step


def _number(word: str) -> Decimal:
    if len(word) > _CHARACTERS or not _NUMBER.fullmatch(word):
        raise InvalidValue(f"{shown(word)} is no number that a progression could have.")
    return Decimal(word)


def _refuse_too_many(count, what):
    if count > MAX_VALUES:
        raise InvalidValue(f"These are more than {MAX_VALUES} {what}. Leave some out.")

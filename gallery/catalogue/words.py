"""Several prompts from one text: choices `{red|blue}`, one prompt per line, a word replaced by others."""

import csv
import itertools
import re
from collections.abc import Iterable, Mapping
from math import prod

from . import labels
from .lists import refuse_too_many
from .problems import InvalidValue, shown
from .prompts import json_prompt

REPLACED = "replaced"  # among the values of a variant: (the word, what stands in its place)
NOTHING = "—"  # the label of an empty choice

_CHOICE = re.compile(r"\{([^{}]*\|[^{}]*)\}")


def alternatives(text: str) -> list[tuple[str, str]]:
    """Return (prompt, label) for every choice of `{red|blue}` in a prompt; a structured JSON prompt has none.

    The label holds what was chosen; it is empty where nothing was to choose.
    """
    if not _CHOICE.search(text) or json_prompt(text):
        return [(text, "")]
    parts = _CHOICE.split(text)  # plain text and choices in turn
    choices = [list(dict.fromkeys(option.strip() for option in choice.split("|"))) for choice in parts[1::2]]
    refuse_too_many(prod(map(len, choices)), "prompts")
    found = [_written(parts[::2], chosen) for chosen in itertools.product(*choices)]
    if any(_CHOICE.search(prompt) for prompt, _ in found):
        raise InvalidValue("Braces inside braces are not read. Write one choice like {red|blue|pale green}.")
    return _told_apart(dict(found).items()) if prod(map(len, choices)) > 1 else [(found[0][0], "")]


def _written(plain, chosen):
    woven = itertools.chain.from_iterable(itertools.zip_longest(plain, chosen, fillvalue=""))
    return "".join(woven), " · ".join(option or NOTHING for option in chosen)


def prompt_lines(text: str) -> list[tuple[str, str]]:
    """Return every line that is not blank as a prompt, with its choices; the label is how it begins."""
    lines = list(dict.fromkeys(line.strip() for line in text.splitlines() if line.strip()))
    refuse_too_many(len(lines), "prompts")
    prompts = dict.fromkeys(prompt for line in lines for prompt, _ in alternatives(line))
    refuse_too_many(len(prompts), "prompts")
    if len(prompts) < 2:
        return [(prompt, "") for prompt in prompts] or [(text, "")]
    return _told_apart((prompt, prompt) for prompt in prompts)


def _told_apart(labelled: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Shorten the labels so that each value of the axis has one of its own."""
    prompts, texts = zip(*labelled, strict=True)
    return list(zip(prompts, labels.told_apart(texts), strict=True))


def replacements(text: str, *, prompt: object) -> list[tuple[str, str]]:
    """Read `lighthouse, windmill, water tower`: a word of the prompt, then what else to try in its place.

    Return (the word, what stands there) for each, the word itself first; nothing for a blank text. What holds a comma
    stands in double quotes.
    """
    names = list(dict.fromkeys(name.strip() for line in text.splitlines() for name in _columns(line) if name.strip()))
    if not names:
        return []
    word = names[0]
    if len(names) < 2:
        raise InvalidValue(f"{shown(word)}: write after a comma what else to try, like red, blue, pale green.")
    refuse_too_many(len(names), "words")
    if isinstance(prompt, str) and not _pattern(word).search(prompt):
        raise InvalidValue(f"{shown(word)} does not stand in the prompt. The first word is the one to replace.")
    return [(word, name) for name in names]


def _columns(line: str) -> list[str]:
    try:
        return next(csv.reader([line], skipinitialspace=True), [])
    except csv.Error:
        raise InvalidValue("This list of words cannot be read. Write red, blue, pale green.") from None


def replaced(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values with the word of the prompt replaced that they name; others as they are."""
    if REPLACED not in values:
        return values
    (word, other), prompt = values[REPLACED], values["prompt"]
    rest = {name: value for name, value in values.items() if name != REPLACED}
    return rest | {"prompt": _pattern(word).sub(lambda _: other, prompt)}


def _pattern(word: str) -> re.Pattern[str]:
    """Match it as a whole word: red, not the end of hundred."""
    return re.compile(rf"(?<!\w){re.escape(word)}(?!\w)")

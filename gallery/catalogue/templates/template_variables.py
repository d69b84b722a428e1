"""Prompt templates: `{{product}}` is a place to fill, `{{light=soft daylight}}` has something in it already."""

import itertools
import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import prod

from ..problems import InvalidRequest, InvalidValue, Problem, shown
from ..prompts import prompt_variants
from ..prompts.json_regions import regions
from ..text import value_lists

MAX_PLACES = 20
VALUE_CHARACTERS = 4_000
PART = "|"  # between several values: each makes a prompt of its own

_PARTS = re.compile(r"(?:(?<!\\)|(?<=[^\\]\\\\))\|")  # not the escaped ones
_PLACE = re.compile(r"\{\{([^{}]*)\}\}")
_NAME = re.compile(r"[^\W\d_](?:[\w -]{0,38}\w)?")


@dataclass(frozen=True)
class Place:
    """One thing to fill in; `default` is None where something must be written."""

    name: str
    default: str | None = None


@dataclass(frozen=True)
class Filled:
    """What goes into the studio: one prompt, perhaps with choices, or with `lines` one prompt on each line."""

    prompt: str
    lines: bool = False
    count: int = 1


def places(text: str) -> list[Place]:
    """List the places of a template in their order, each once. Raises InvalidValue where one cannot be read."""
    found: dict[str, Place] = {}
    for written in _PLACE.findall(text):
        place = _read(written)
        known = found.setdefault(place.name, place)
        if known.default is None:
            found[place.name] = place
        elif place.default not in (None, known.default):
            raise InvalidValue(f"{shown(place.name)} has two defaults. Write one of them, once.")
    if "{{" in _PLACE.sub("", text):
        raise InvalidValue("A place begins with {{ and ends nowhere. Write it like {{product}}, without other braces.")
    if len(found) > MAX_PLACES:
        raise InvalidValue(f"{len(found)} places are more than anybody fills in. At most {MAX_PLACES}.")
    return list(found.values())


def _read(written: str) -> Place:
    name, has_default, default = written.partition("=")
    name = " ".join(name.split())
    if not _NAME.fullmatch(name):
        raise InvalidValue(f"{shown(name)} is no name of a place. Letters, digits and spaces: {{{{hex colour}}}}.")
    return Place(name, default.strip() if has_default else None)


def fill(text: str, values: Mapping[str, str]) -> Filled:
    """Write the values into a template; those that are missing are its defaults.

    Several values between `|` make a choice of them, {red|blue}; where the prompt could not be read that way (a
    place that stands twice, JSON) every combination becomes a line. Raises InvalidValue if the template itself is
    wrong, InvalidRequest with a problem for each place that is.
    """
    options = _options(places(text), values)
    count = prod(map(len, options.values()))
    if count == 1:
        return Filled(_written(text, {name: only for name, (only,) in options.items()}))
    try:
        value_lists.refuse_too_many(count, "prompts")
    except InvalidValue as many:
        raise InvalidRequest({_longest(options): many.problem}) from None
    prompts = [_written(text, chosen) for chosen in _combinations(options)]
    inline = _written(text, {name: _choice(each) for name, each in options.items()})
    if _makes(inline) == [prompt for each in prompts for prompt in _makes(each)]:
        return Filled(inline, count=count)
    return Filled("\n".join(map(_on_one_line, prompts)), lines=True, count=count)


def parts(text: str, values: Mapping[str, str]) -> list[tuple[str, str]]:
    """Cut a template into (what stands there, name of the place or nothing), to show what is filled and what is not."""
    given = {place.name: values.get(place.name, place.default) for place in places(text)}
    cut = [(piece, "") for piece in _PLACE.split(text)]
    for index in range(1, len(cut), 2):
        name = _read(cut[index][0]).name
        cut[index] = (given[name] or f"{{{{{name}}}}}", name)
    return [(piece, name) for piece, name in cut if piece]


def _options(found: Iterable[Place], values: Mapping[str, str]) -> dict[str, list[str]]:
    options, problems = {}, {}
    for place in found:
        value = values.get(place.name, place.default) or ""
        if not value.strip() and place.default is None:
            problems[place.name] = Problem(f"Write what stands for {place.name}.")
        elif len(value) > VALUE_CHARACTERS:
            problems[place.name] = Problem(f"{len(value):,} characters are too many. At most {VALUE_CHARACTERS:,}.")
        options[place.name] = _several(value)
    if problems:
        raise InvalidRequest(problems)
    return options


def _several(value: str) -> list[str]:
    """Read `red | blue`. With braces in it, it is one value: its choices are the prompt's own."""
    if "{" in value or "}" in value:
        return [value.strip()]
    return list(dict.fromkeys(each.strip() for each in _PARTS.split(value)))


def _choice(options: list[str]) -> str:
    return options[0] if len(options) == 1 else f"{{{PART.join(options)}}}"


def _combinations(options: Mapping[str, list[str]]) -> Iterable[dict[str, str]]:
    return (dict(zip(options, chosen, strict=True)) for chosen in itertools.product(*options.values()))


def _longest(options: Mapping[str, list[str]]) -> str:
    return max(options, key=lambda name: len(options[name]))


def _written(text: str, values: Mapping[str, str]) -> str:
    structured = [region for region in regions(text) if region.sound]

    def written(found: re.Match[str]) -> str:
        value = values[_read(found[1]).name]
        inside = any(region.start < found.start() < region.end for region in structured)
        return _inside_quotes(value) if inside else value

    return _PLACE.sub(written, text).strip()


def _inside_quotes(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _makes(prompt: str) -> list[str]:
    """List the prompts that the studio reads from this one; none where it could not."""
    try:
        return [each for each, _ in prompt_variants.alternatives(prompt)]
    except InvalidValue:
        return []


def _on_one_line(prompt: str) -> str:
    return " ".join(line.strip() for line in prompt.splitlines() if line.strip())

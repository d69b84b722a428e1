"""Several prompts from one text: choices `{red|blue}`, one prompt per line, a word replaced by others."""

import contextlib
import itertools
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from math import prod
from typing import cast

from ..problems import InvalidValue, shown
from ..text import labels, list_marks
from ..text.typed_text import tidy, unseen
from ..text.value_lists import refuse_too_many
from ..text.word_search import occurrences
from . import foreign_syntax
from .json_regions import is_fence, regions, undivided_lines
from .prompt_syntax import Reading, read

REPLACED = "replaced"  # among the values of a variant: (the word, what stands in its place)
_HEADING_CHARACTERS = 200
_TAG = re.compile(r"<[/?!]?[A-Za-z][^<>]{0,200}>")
_VALUE = re.compile(  # as in YAML, of a field that is none of the prompt
    r"[\s{,-]*[\"']?(?:model|seed|size|width|height|aspect[ _]ratio|steps|guidance|output[ _]format|safety[ _]tolerance"
    r"|prompt[ _]upsampling)[\"']?\s*[:=]\s*\S[^:=]{0,40}",
    re.IGNORECASE,
)
NOTHING = "—"  # the label of an empty choice

# The commas of all keyboards part words; what holds one stands in double quotes, straight or curly.
_COMMA = ",;，、､；،؛﹐﹑"
_PLAIN_ITEM = re.compile(rf"()()([^{_COMMA}]*)(?:[{_COMMA}]|$)")
_ITEM = re.compile(rf'\s*(?:"((?:[^"]|"")*)"|[“„]([^“”„]*[{_COMMA}][^“”„]*)”|([^{_COMMA}]*))\s*(?:[{_COMMA}]|$)')

_SURELY_PARTED = re.compile(r"[,;]\s|;")
_COMMA_OF_NUMBER = re.compile(r"(?<=[0-9]),(?=[0-9])")
_HELD = "\0"  # no form lets it in


def alternatives(text: str) -> list[tuple[str, str]]:
    """Return (prompt, label) for every choice of `{red|blue}` in a prompt, also inside the texts of JSON.

    The label holds what was chosen; it is empty where nothing was to choose.
    """
    reading = read(text)
    if not reading.choices:
        return [(reading.write(()), "")]
    count = prod(len(choice.options) for choice in reading.choices)
    refuse_too_many(count, "prompts")
    every = itertools.product(*(choice.options for choice in reading.choices))
    found = {reading.write(chosen): _label(reading, chosen) for chosen in every}
    return _told_apart(found.items()) if count > 1 else [(prompt, "") for prompt in found]


def _label(reading: Reading, chosen: tuple[str, ...]) -> str:
    options = zip(reading.choices, chosen, strict=True)
    return " · ".join(choice.label(option) or NOTHING for choice, option in options)


def prompt_lines(text: str) -> list[tuple[str, str]]:
    """Return every line that is not blank as a prompt, with its choices; the label is how it begins."""
    lines = typed_lines(text)
    refuse_too_many(len(lines), "prompts")
    prompts = dict.fromkeys(prompt for line in lines for prompt, _ in alternatives(line))
    refuse_too_many(len(prompts), "prompts")
    if len(prompts) < 2:
        return [(prompt, "") for prompt in prompts] or [(text, "")]
    return _told_apart((prompt, " ".join(prompt.split())) for prompt in prompts)


def typed_lines(text: str) -> list[str]:
    """List the prompts of a text of which every line is one, each once; JSON is one, however many lines it has."""
    return list(dict.fromkeys(line.strip() for line in undivided_lines(text) if line.strip()))


def doubts(text: str, *, lines: bool = False) -> list[str]:
    """Return sentences about what looks like a choice and is none, or the other way round: to be agreed to first."""
    prompts = typed_lines(tidy(text)) if lines else [tidy(text)]
    found = dict.fromkeys(line_doubts(prompts) if lines else ())
    found.pop("", None)
    for prompt in prompts:
        with contextlib.suppress(InvalidValue):  # which is said beside the field
            found |= dict.fromkeys(read(prompt).doubts)
    return list(found)


def line_doubts(lines: Sequence[str]) -> list[str]:
    """Say of each of several lines, each a prompt of its own, why it is hardly meant as one; nothing of most."""
    if len(lines) < 2:
        return [""] * len(lines)
    return [_line_doubt(line.strip(), is_last=place == len(lines)) for place, line in enumerate(lines, 1)]


def _line_doubt(line: str, *, is_last: bool) -> str:
    if "\n" in line:
        return f"{shown(line.partition(chr(10))[0])} opens a code fence, and is sent with it." if is_fence(line) else ""
    if not is_last and line.endswith((":", "：")) and len(line) <= _HEADING_CHARACTERS:
        return (
            f"{shown(line)} ends with a colon, and is sold as a prompt of its own. Leave it out, or write both in one "
            "line."
        )
    if _TAG.fullmatch(line):
        return f"{shown(line)} is a mark of a document, and is sold as a prompt of its own."
    if _VALUE.fullmatch(line):
        return f"{shown(line)} names a value and no picture, and is sold as a prompt of its own."
    return (
        ""
        if any(map(_says_something, line))
        else f"{shown(line)} has no word in it, and is sold as a prompt of its own."
    )


def _says_something(character: str) -> bool:
    """Say whether it is a letter, a digit or an emoji, and no line or sign."""
    category = unicodedata.category(character)
    return category[0] in "LNMC" or (category == "So" and not "\u2500" <= character <= "\u259f")


def hints(text: str, *, lines: bool = False) -> list[str]:
    """Return sentences about what is sent as it stands though it may not be meant so. Nothing stands in the way."""
    found = foreign_syntax.hints(text)
    if codes := unseen(text):
        found.append(f"What nobody sees is left out: {', '.join(codes[:5])}{', …' if len(codes) > 5 else ''}.")
    prompts = typed_lines(tidy(text)) if lines else []
    if len(prompts) > 1 and list_marks.have_marks(prompts):
        found.append("The numbers or bullets at the beginning of each line are sent with it.")
    return found


def _told_apart(labelled: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Shorten the labels so that each value of the axis has one of its own."""
    prompts, texts = zip(*labelled, strict=True)
    return list(zip(prompts, labels.told_apart(texts), strict=True))


def replacements(text: str, *, prompts: Iterable[str]) -> list[tuple[str, str]]:
    """Read `lighthouse, windmill, water tower`: a word of the prompts, then what else to try in its place.

    Return (the word, what stands there) for each, the word itself first; nothing for a blank text. What holds a comma
    stands in double quotes.
    """
    names = list(dict.fromkeys(name for line in text.splitlines() for name in _columns(line) if name))
    if not names:
        return []
    word = names[0]
    if len(names) < 2:
        raise InvalidValue(f"{shown(word)}: write after a comma what else to try, like red, blue, pale green.")
    refuse_too_many(len(names), "words")
    if not any(occurrences(word, prompt) for prompt in prompts):
        raise InvalidValue(f"{shown(word)} does not stand in the prompt. The first word is the one to replace.")
    return [(word, name) for name in names]


def _columns(line: str) -> list[str]:
    if _SURELY_PARTED.search(line):  # then the comma of 5,00 belongs to its number
        line = _COMMA_OF_NUMBER.sub(_HELD, line)
    found, position = [], 0
    while position < len(line):
        item = _ITEM.match(line, position) or _PLAIN_ITEM.match(line, position)
        assert item is not None  # a plain item may be anything
        quoted, curly, plain = item.groups()
        written = quoted.replace('""', '"') if quoted is not None else curly or plain or ""
        found.append(written.replace(_HELD, ",").strip())
        position = item.end()
    return found


def replaced(values: Mapping[str, object]) -> Mapping[str, object]:
    """Return the values with the word of the prompt replaced that they name; others as they are."""
    if REPLACED not in values:
        return values
    word, other = cast("tuple[str, str]", values[REPLACED])
    prompt = cast("str", values["prompt"])
    rest = {name: value for name, value in values.items() if name != REPLACED}
    return rest | {"prompt": prompt if word == other else _with_other(prompt, word, other)}


def _with_other(prompt: str, word: str, other: str) -> str:
    parts, position = [], 0
    quoted = json.dumps(other, ensure_ascii=False)[1:-1]
    inside = [region for region in regions(prompt) if region.sound] if quoted != other else []
    for start, end in occurrences(word, prompt):
        in_json = any(region.start < start < region.end for region in inside)
        parts += [prompt[position:start], _in_capitals(quoted if in_json else other, word, prompt[start:end])]
        position = end
    return "".join([*parts, prompt[position:]])


def _in_capitals(other: str, word: str, found: str) -> str:
    """Write another word as the one that was found: Cat becomes Dog, CAT becomes DOG."""
    if not word.islower() or found.islower():
        return other
    return other.upper() if found.isupper() and len(found) > 1 else other[:1].upper() + other[1:]

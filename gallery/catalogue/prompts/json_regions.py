"""Where JSON stands in a prompt: alone, behind a line of text, in a code fence, several in a row."""

import json
import re
from dataclasses import dataclass
from functools import lru_cache

_MOST_ATTEMPTS = 200  # at text that is none: each may read to the end
_START = re.compile(r'\{\s*"|\[\s*["{\[]')
# Written as JSON and perhaps not sound: a name in quotes of any kind, or without any, then a colon.
_WRITTEN_AS_JSON = re.compile(
    r"""\{\s*(?:["“”„'‘’][^"“”‘’{}|\n]{1,80}["“”'‘’]\s*:|[\w-][\w -]{0,60}["”]?\s*:\s*["“”„'‘’\[{])"""
)
_OPENING = re.compile(r"(?<!\\)(?:\\\\)*([{\[])")  # behind no backslash, or behind pairs of them
_BRACES = re.compile(r'"(?:[^"\\\n]|\\.)*"|[{}]')
# `\{` is no escape of JSON but one of ours: two characters that JSON reads stand in for it while it is judged.
_OUR_ESCAPE = re.compile(r"(?<!\\)((?:\\\\)*)\\([{}|])")
_FENCE = re.compile(r"^[ \t]*(```+|~~~+)([^`~\n]*)$", re.MULTILINE)
_LINE_END = re.compile("\n")
_DECODER = json.JSONDecoder(strict=False)  # a line break inside a text is a fault to tell, and still no other prompt


@dataclass(frozen=True)
class Region:
    """A part of a text. `sound`: it can be read as JSON; else it was only written like it."""

    start: int
    end: int
    sound: bool


@lru_cache(maxsize=4)  # one prompt is asked about from several sides
def regions(text: str) -> tuple[Region, ...]:
    """Return the parts of a text that are JSON, or are written as JSON, in their order."""
    lenient = _OUR_ESCAPE.sub(r"\1\\n", text)
    found, position, attempts = [], 0, 0
    while attempts < _MOST_ATTEMPTS and (opening := _OPENING.search(text, position)):
        start = opening.start(1)
        position = start + 1
        region = _region_at(lenient if opening[1] == "{" else text, start)
        attempts += region is None
        if region:
            found.append(region)
            position = region.end
    return tuple(found)


def as_json(text: str) -> str:
    """Write our `\\{` the way JSON writes it: a backslash inside its texts is two."""
    return _OUR_ESCAPE.sub(r"\1\\\\\2", text)


def undivided_lines(text: str) -> list[str]:
    """Cut a text at its line ends, but for those inside JSON and inside a fenced block."""
    held = [(region.start, region.end) for region in regions(text)]
    held += _fences(text)
    inside = {end.start() for start, stop in held for end in _LINE_END.finditer(text, start, stop)}
    cuts = [end.start() for end in _LINE_END.finditer(text) if end.start() not in inside]
    return [text[start:end] for start, end in zip([0, *(cut + 1 for cut in cuts)], [*cuts, len(text)], strict=True)]


def is_fence(text: str) -> bool:
    """Say whether a text begins with a fenced block."""
    return any(start == 0 for start, _ in _fences(text))


def _fences(text: str) -> list[tuple[int, int]]:
    """Return where fenced blocks stand: from a line with a fence to the next one that has the same and nothing else."""
    found: list[tuple[int, int]] = []
    open_at: dict[str, int] = {}
    for line in _FENCE.finditer(text):
        fence, words = line[1], line[2].strip()
        if not words and fence in open_at:
            found.append((open_at[fence], line.end()))
            open_at.clear()  # what was opened inside of it was part of it
        else:
            open_at.setdefault(fence, line.start())
    return found


def _region_at(text: str, start: int) -> Region | None:
    if _START.match(text, start):
        try:
            _, end = _DECODER.raw_decode(text, start)
            return Region(start, end, sound=True)
        except (ValueError, RecursionError):  # no JSON; a number of thousands of digits; brackets without end
            pass
    if _WRITTEN_AS_JSON.match(text, start):
        return Region(start, _end_of_braces(text, start), sound=False)
    return None


def _end_of_braces(text: str, start: int) -> int:
    """Return where the brace at `start` is closed; the end of the text if it never is."""
    depth = 0
    for found in _BRACES.finditer(text, start):
        depth += {"{": 1, "}": -1}.get(found[0], 0)
        if depth == 0 and found[0] == "}":
            return found.end()
    return len(text)

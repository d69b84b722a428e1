"""The syntax of a prompt: choices `{red|blue}`, also in the texts of JSON, and `\\{`, `\\}`, `\\|` for the characters.

Backslashes count only in front of a brace or a pipe: there two of them are one, and an odd one takes the meaning away.
"""

import itertools
import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from typing import NamedTuple, cast

from ..problems import InvalidValue, shown
from ..text.typed_text import FORBIDDEN_CHARACTERS
from . import foreign_syntax
from .json_regions import Region, regions

_MARKS = re.compile(r"(?<!\\)(\\*)([{}|])")
_MEANS_SOMETHING = re.compile(r"[{}|\[｛｝｜]|__")  # to us, to JSON or to other tools; most prompts have none of it
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"', re.DOTALL)
_PLACE = re.compile(r"\{\{([^{}|]*)\}\}")
_SHOWN = 60  # characters of what is doubtful
_MOST_MARKS = 20_000  # in plain text, beside JSON
_MOST_DOUBTS = 12  # about one prompt: nobody reads more


@dataclass(frozen=True)
class Choice:
    """Several texts for one place of a prompt, each once. `quoted`: they stand inside a text of JSON."""

    options: tuple[str, ...]
    quoted: bool = False

    def label(self, option: str) -> str:
        """Write an option as people read it; half a character stays written as JSON writes it."""
        read_back = json.loads(f'"{option}"', strict=False) if self.quoted else option
        return option if FORBIDDEN_CHARACTERS.search(read_back) else " ".join(read_back.split())


@dataclass
class Reading:
    """A prompt as it was read: texts and choices in turn. `doubts`: sentences about what may be meant otherwise."""

    pieces: list[str | Choice] = field(default_factory=list)
    doubts: list[str] = field(default_factory=list)

    @property
    def choices(self) -> list[Choice]:
        return [piece for piece in self.pieces if isinstance(piece, Choice)]

    def write(self, chosen: tuple[str, ...]) -> str:
        """Write the prompt with these options, one for each choice."""
        following = iter(chosen)
        return "".join(next(following) if isinstance(piece, Choice) else piece for piece in self.pieces)


class _Token(NamedTuple):
    """`kind` is a brace, a pipe, or empty for what stands as it is; `written`: how it was typed; `inner`: of JSON."""

    kind: str
    text: str
    written: str
    inner: tuple[str | Choice, ...] = ()


def read(text: str) -> Reading:
    """Read a prompt. Raises InvalidValue for what is no syntax of ours and would be bought wrongly."""
    if not _MEANS_SOMETHING.search(text):
        return Reading([text])
    reading, position = Reading(), 0
    tokens: list[_Token] = []
    for region in regions(text):
        tokens += _tokens(text[position : region.start])
        tokens.append(_json_token(text, region, reading.doubts))
        position = region.end
    tokens += _tokens(text[position:])
    reading.pieces = _joined(_pieces(tokens, reading.doubts))
    reading.doubts += foreign_syntax.doubts(text)
    return reading


def escaped(prompt: str) -> str:
    """Write a finished prompt so that it is read as just this: what could be a choice in it is none."""
    if _is_plain(prompt):
        return prompt
    parts, position = [], 0
    for region in regions(prompt):
        parts += [_escaped_text(prompt[position : region.start]), _escaped_region(prompt, region)]
        position = region.end
    careful = "".join([*parts, _escaped_text(prompt[position:])])
    return careful if _reads_as(careful, prompt) else _escaped_text(prompt)


def _is_plain(prompt: str) -> bool:
    return not _MARKS.search(prompt) or _reads_as(prompt, prompt)


def _reads_as(text: str, prompt: str) -> bool:
    try:
        reading = read(text)
    except InvalidValue:
        return False
    return not reading.choices and not _own(reading.doubts, text) and reading.write(()) == prompt


def _own(doubts: list[str], text: str) -> list[str]:
    """Leave out the doubts about the syntax of others: no backslash takes those away."""
    foreign = foreign_syntax.doubts(text)
    return [doubt for doubt in doubts if doubt not in foreign]


def _escaped_text(text: str) -> str:
    return _MARKS.sub(lambda found: f"{found[1] * 2}{'' if found[2] == '|' else chr(92)}{found[2]}", text)


def _escaped_region(prompt: str, region: Region) -> str:
    written = prompt[region.start : region.end]
    if not region.sound:
        return _escaped_text(written)
    return _STRING.sub(lambda found: f'"{_escaped_string(found[1])}"', written)


def _escaped_string(source: str) -> str:
    # Inside JSON a backslash is written twice, so that what is put back is JSON still.
    return _MARKS.sub(lambda found: f"{found[1] * 2}{'' if found[2] == '|' else chr(92) * 2}{found[2]}", source)


def _tokens(text: str) -> Iterator[_Token]:
    """Cut plain text at its braces and pipes."""
    if sum(map(text.count, "{}|")) > _MOST_MARKS:
        raise InvalidValue(f"More than {_MOST_MARKS:,} braces and bars are in it. Leave some out.")
    position = 0
    for found in _MARKS.finditer(text):
        yield _Token("", before := text[position : found.start()], before)
        backslashes, mark = found[1], found[2]
        kept = backslashes[: len(backslashes) // 2]
        yield from _marked(kept, mark, found[0], escapes=len(backslashes) % 2 == 1)
        position = found.end()
    yield _Token("", rest := text[position:], rest)


def _marked(kept: str, mark: str, written: str, *, escapes: bool) -> Iterator[_Token]:
    if escapes:
        yield _Token("", kept + mark, written)
        return
    yield _Token("", kept, written[: -len(mark)])
    yield _Token(mark, mark, mark)


def _string_tokens(source: str) -> Iterator[_Token]:
    """Cut the source of a JSON text: there a backslash is two, and `\\{` with one is taken as meant."""
    position = 0
    for found in _MARKS.finditer(source):
        yield _Token("", before := source[position : found.start()], before)
        backslashes, alone = divmod(len(found[1]), 2)
        kept = "\\\\" * (backslashes if alone else backslashes // 2)
        yield from _marked(kept, found[2], found[0], escapes=bool(alone or backslashes % 2))
        position = found.end()
    yield _Token("", rest := source[position:], rest)


def _json_token(text: str, region: Region, doubts: list[str]) -> _Token:
    written = text[region.start : region.end]
    if not region.sound:
        if "|" in written or foreign_syntax.is_full_width(written):  # else nothing in it could be taken for a choice
            doubts.append(f"{_cut(written)} is written like JSON and is not sound, so nothing is chosen in it.")
        return _Token("", written, written)
    pieces: list[str | Choice] = []
    position = 0
    for found in _STRING.finditer(written):
        pieces.append(written[position : found.start(1)])
        inside = _pieces(list(_string_tokens(found[1])), doubts)
        pieces += [replace(piece, quoted=True) if isinstance(piece, Choice) else piece for piece in inside]
        position = found.end(1)
    return _Token("", "", written, inner=tuple(_joined([*pieces, written[position:]])))


def _pieces(tokens: list[_Token], doubts: list[str]) -> list[str | Choice]:
    closed_by = _pairs(tokens)
    paired = {*closed_by, *closed_by.values()}
    pieces: list[str | Choice] = []
    place = 0
    while place < len(tokens):
        end = closed_by.get(place, place)
        group = tokens[place : end + 1]
        if end > place:
            pieces += _group(group, doubts)
        else:
            pieces += _literal(group)
            if tokens[place].kind in ("{", "}") and place not in paired and len(doubts) < _MOST_DOUBTS:
                doubts.append(_unpaired(tokens, place))
        place = end + 1
    return pieces


def _literal(tokens: list[_Token]) -> list[str | Choice]:
    return [piece for token in tokens for piece in token.inner or (token.text,)]


def _pairs(tokens: list[_Token]) -> dict[int, int]:
    """Return where the brace that opens at a place is closed."""
    open_at, pairs = [], {}
    for place, token in enumerate(tokens):
        if token.kind == "{":
            open_at.append(place)
        elif token.kind == "}" and open_at:
            pairs[open_at.pop()] = place
    return pairs


def _group(tokens: list[_Token], doubts: list[str]) -> list[str | Choice]:
    """Read what stands in two braces as a choice; if there is nothing to choose it stays, and is doubted."""
    inner = tokens[1:-1]
    written, inner_text = ("".join(token.written for token in each) for each in (tokens, inner))
    nested = any(token.kind == "{" or any(isinstance(piece, Choice) for piece in token.inner) for token in inner)
    if nested and any(token.kind == "|" for token in inner):
        raise InvalidValue("Braces inside braces are not read. Write one choice like {red|blue|pale green}.")
    foreign_syntax.refuse(written, inner_text)
    options = _options(inner) if not nested else []
    if len(doubts) < _MOST_DOUBTS and (doubt := _doubt(written, inner_text, options)):
        doubts.append(doubt)
    if len(options) > 1 and any(options):
        return [Choice(tuple(dict.fromkeys(options)))]
    return _literal(tokens)


def _options(inner: list[_Token]) -> list[str]:
    options = [""]
    for token in inner:
        if token.kind == "|":
            options.append("")
        else:
            options[-1] += "".join(cast("tuple[str, ...]", token.inner)) if token.inner else token.text
    return [option.strip() for option in options]


def _doubt(written: str, inner: str, options: list[str]) -> str:
    if place := _PLACE.fullmatch(written):
        return f"{_cut(written)} is a place of a template, and {shown(place[1])} is not filled in here."
    if options and not any(options):
        return f"{_cut(written)} is empty: there is nothing to choose."
    if len(options) < 2:
        if foreign_syntax.has_name(inner) or foreign_syntax.is_full_width(written):  # code or JSON; or doubted there
            return ""
        return f"{_cut(written)} looks like a choice and is none: nothing in it is parted by |."
    if len(set(options)) == 1:
        return f"{_cut(written)} says the same {len(options)} times: there is nothing to choose."
    if "" in options[1:-1]:
        return f"{_cut(written)} has an empty choice in its middle: one prompt would be made without it."
    if any(option.count('"') % 2 for option in options):
        return f"{_cut(written)} is a choice of {len(options)}, cut inside double quotes."
    if foreign_syntax.has_name(inner):
        return f"{_cut(written)} is a choice of {len(options)}, not JSON: there the names stand in double quotes."
    return ""


def _unpaired(tokens: list[_Token], place: int) -> str:
    if tokens[place].kind == "{":
        around = "".join(token.written for token in tokens[place : place + 8])
        return f"{_cut(around)}: this brace is never closed, so nothing is chosen."
    around = "".join(token.written for token in tokens[max(0, place - 7) : place + 1])
    return f"{_cut(around, end=True)}: this brace was never opened, so nothing is chosen."


def _cut(written: str, *, end: bool = False) -> str:
    line = " ".join(written.split())
    if len(line) > _SHOWN:
        line = f"…{line[-_SHOWN:]}" if end else f"{line[:_SHOWN]}…"
    return f"“{line}”"


def _joined(pieces: list[str | Choice]) -> list[str | Choice]:
    """Join texts that stand beside each other."""
    joined: list[str | Choice] = []
    for is_choice, group in itertools.groupby(pieces, key=lambda piece: isinstance(piece, Choice)):
        beside = list(group)
        joined += beside if is_choice else ["".join(cast("list[str]", beside))]
    return joined

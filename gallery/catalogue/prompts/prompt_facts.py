"""What can be told about a prompt before it is sent: its colours, and whether its JSON is sound."""

import json
import math
import re
from dataclasses import dataclass
from functools import lru_cache

from ..text.typed_text import FORBIDDEN_CHARACTERS, tidy
from .json_regions import as_json, regions

MAX_COLOURS = 12
# Levels of brackets in a JSON prompt. Every level indents all lines inside it: at a depth of 900 a prompt of the
# allowed length would grow to more than a hundred megabytes when made pretty.
MAX_DEPTH = 32

# The provider's structured prompt: name -> names inside it. Keys are free; these are the usual ones.
KNOWN_KEYS: dict[str, tuple[str, ...]] = {
    "scene": (),
    "subjects": ("description", "position", "action"),
    "style": (),
    "color_palette": (),
    "lighting": (),
    "mood": (),
    "background": (),
    "composition": (),
    "camera": ("angle", "lens", "depth_of_field"),
}

# Not preceded by & either, or the character reference &#123; would be a colour.
_COLOUR = re.compile(r"(?<![\w#&])#([0-9a-fA-F]{6}|[0-9a-fA-F]{3})(?!\w)")

_CHOICE_FIRST = re.compile(r'\s*\{(?:[^{}"]|"[^{}":|]*")*\|')
_LIST_FIRST = re.compile(r'\s*\[\s*(?:["{\[\]0-9-]|NaN|Infinity|true|false|null|$)')

_TOO_DEEP = "The brackets are nested too deeply."

_JSON_FAULTS = {
    "Expecting ',' delimiter": "a comma is missing",
    "Expecting ':' delimiter": "a colon is missing after the name",
    "Expecting property name enclosed in double quotes": "a name in double quotes is expected",
    "Illegal trailing comma before end of object": "the last comma is one too many",
    "Illegal trailing comma before end of array": "the last comma is one too many",
    "Expecting value": "a value is missing or not in double quotes",
    "Unterminated string starting at": "this text has no closing quote",
    "Extra data": "there is text after the end of the JSON",
    "Invalid control character at": "a line break or tab inside a text must be written as \\n or \\t",
    "Invalid \\escape": "a backslash inside a text must be written twice",
}


@dataclass(frozen=True)
class JsonPrompt:
    """A prompt with JSON in it: either `pretty` holds it indented, or `error` says what is wrong and where."""

    valid: bool
    error: str = ""
    pretty: str = ""


class _UnsoundJson(ValueError):
    """JSON that Python would read, but that could not be written again as it was."""


def hex_colours(text: str) -> tuple[str, ...]:
    """List the colours that a text names as #RGB or #RRGGBB: as #RRGGBB in capitals, each once, at most 12."""
    colours = (_six_digits(found[1]) for found in _COLOUR.finditer(text))
    return tuple(dict.fromkeys(colours))[:MAX_COLOURS]


def _six_digits(digits: str) -> str:
    whole = digits if len(digits) == 6 else "".join(digit * 2 for digit in digits)
    return f"#{whole.upper()}"


def json_prompt(text: str) -> JsonPrompt | None:
    """Check the JSON of a prompt, wherever it stands in it; None if there are only choices {red|blue} and words."""
    found = [(region.start, region.end) for region in regions(text)]
    if _begins_as_json(text) and not (found and not text[: found[0][0]].strip()):
        found = [(0, len(text))]  # meant as one, also where only parts of it are sound
    if not found:
        return None
    pretty, position = [], 0
    for start, end in found:
        try:
            pretty += [text[position:start], _pretty(as_json(text[start:end]))]
        except json.JSONDecodeError as wrong:
            return JsonPrompt(valid=False, error=f"{_where(text, start + wrong.pos)}: {_fault(wrong.msg)}")
        except _UnsoundJson as wrong:
            return JsonPrompt(valid=False, error=str(wrong))
        except RecursionError:
            return JsonPrompt(valid=False, error=_TOO_DEEP)
        position = end
    return JsonPrompt(valid=True, pretty="".join([*pretty, text[position:]]).strip())


def _begins_as_json(text: str) -> bool:
    if text.lstrip().startswith("{"):
        return not _CHOICE_FIRST.match(text)
    return bool(_LIST_FIRST.match(text))


def _where(text: str, place: int) -> str:
    before = text[:place]
    return f"line {before.count(chr(10)) + 1}, column {place - before.rfind(chr(10))}"


def _fault(message: str) -> str:
    for start, sentence in _JSON_FAULTS.items():
        if message.startswith(start):
            return sentence
    return message[:1].lower() + message[1:]


def _pretty(text: str) -> str:
    read = json.loads(
        text,
        object_pairs_hook=_without_doubles,
        parse_constant=_refuse_constant,
        parse_float=_finite,
        parse_int=_short_enough,
    )
    if _is_deeper(read, than=MAX_DEPTH):
        raise _UnsoundJson(_TOO_DEEP)
    pretty = json.dumps(read, indent=2, ensure_ascii=False)
    # "\ud800" and "\u007f" came in as escapes and stay escapes: as characters no prompt could hold them.
    return "".join(map(_kept, pretty))


@lru_cache(maxsize=4096)
def _kept(character: str) -> str:
    around = f"a{character}a"
    stays = tidy(around) == around and not FORBIDDEN_CHARACTERS.match(character)
    if stays:
        return character
    return f"\\u{ord(character):04x}" if character <= "\uffff" else json.dumps(character)[1:-1]


def _is_deeper(value: object, *, than: int) -> bool:
    if not isinstance(value, dict | list):
        return False
    inner = value.values() if isinstance(value, dict) else value
    return than == 0 or any(_is_deeper(item, than=than - 1) for item in inner)


def _without_doubles(pairs: list[tuple[str, object]]) -> dict[str, object]:
    # Python keeps the last of two equal names; pretty-printing would silently lose the first.
    seen: dict[str, object] = {}
    for name, value in pairs:
        if name in seen:
            raise _UnsoundJson(f"The name {json.dumps(name)[:60]} stands twice in one object.")
        seen[name] = value
    return seen


def _refuse_constant(name: str) -> float:
    raise _UnsoundJson(f"{name} is no JSON number.")


def _finite(digits: str) -> float:
    number = float(digits)
    if not math.isfinite(number):
        raise _UnsoundJson("A number is too large.")
    return number


def _short_enough(digits: str) -> int:
    # int() refuses texts of more than 4,300 digits with an error that nobody outside Python understands.
    if len(digits) > 300:
        raise _UnsoundJson("A number has too many digits.")
    return int(digits)

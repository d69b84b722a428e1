"""Read one raw value, from a form or from JSON, as what its parameter wants: a value or InvalidValue."""

import math
import re
from collections.abc import Callable
from typing import Final, TypeVar

from ..models.params import PROMPT_TOKENS, Param
from ..numbers.digits import plain
from ..problems import InvalidValue, shown
from ..text.tokens import about_tokens, may_be_over
from ..text.typed_text import FORBIDDEN_CHARACTERS, is_blank, is_plain_line, tidy

_FORBIDDEN_NAMED = 5  # of the characters that no prompt can hold

# [0-9] and not \d, which also takes the digits of other scripts.
_WHOLE = re.compile(r"([+-]?[0-9]+)(?:\.0+)?")  # 42.0 is how a table of numbers writes 42
# 1,024 is one thousand where only one whole number can stand; 1.024 too, as no number of ours has three decimals.
_GROUPED = re.compile(r"[0-9]{1,3}(?:[ ,'’_][0-9]{3})+|[1-9](?:\.[0-9]{3})+")
_GROUP_SIGN = re.compile(r"[ ,.'’_]")
_DECIMAL = re.compile(r"[+-]?(?:[0-9]{1,18}(?:\.[0-9]{0,18})?|\.[0-9]{1,18})")
# int() refuses texts of more than 4,300 digits with an error of its own; so many are out of every bound anyway.
_WHOLE_DIGITS: Final = 18

TRUE = frozenset({"true", "on", "yes", "1"})
FALSE = frozenset({"false", "off", "no", "0"})

_Number = TypeVar("_Number", bound=float)


def read_value(param: Param, raw: object) -> str | int | float | bool:
    """Read a value by its parameter's kind (not the shapes), or raise InvalidValue."""
    return _READERS[param.kind](param, raw)


def whole(raw: object) -> int:
    """Read a whole number without bounds, or raise InvalidValue, which offers nothing yet."""
    if type(raw) is int:  # not isinstance: True is no number
        return raw
    text = plain(raw).strip() if isinstance(raw, str) else ""
    if _GROUPED.fullmatch(text):
        return _integer(_GROUP_SIGN.sub("", text))
    if found := _WHOLE.fullmatch(text):
        return _integer(found[1])
    raise InvalidValue(f"{shown(raw)} is no whole number.")


def _integer(text: str) -> int:
    if len(text) > _WHOLE_DIGITS:
        return -(10**_WHOLE_DIGITS) if text.startswith("-") else 10**_WHOLE_DIGITS
    return int(text)


def rounded(raw: object) -> int | None:
    """Round what is a number but not a whole one, to offer it; None when it is no number."""
    number = _number(raw)
    return None if number is None else round(number)


def _number(raw: object) -> int | float | None:
    if type(raw) is int or type(raw) is float:
        return raw if math.isfinite(raw) else None
    if isinstance(raw, str) and _DECIMAL.fullmatch(plain(raw).strip()):
        return float(plain(raw).strip())
    return None


def _read_integer(param: Param, raw: object) -> int:
    try:
        number = whole(raw)
    except InvalidValue as wrong:
        near = rounded(raw)
        offer = {} if near is None else {param.name: _clamped(param, near)}
        raise InvalidValue(f"{wrong} {_use(param)}", offer) from None
    return _within(param, number, raw)


def _read_number(param: Param, raw: object) -> float:
    # An int is compared before it becomes a float: the float of a very large one is an OverflowError.
    number = raw if type(raw) is int else _number(raw)
    if number is None:
        comma = _with_comma(raw) if isinstance(raw, str) else None
        if isinstance(raw, str) and comma is not None and not _are_two(param, raw):
            return float(_within(param, comma, raw))
        offer = {} if comma is None else {param.name: _clamped(param, comma)}
        if isinstance(raw, str) and comma is not None:
            raise InvalidValue(f"{shown(raw)} is no number with a point. {_one_or_two(param, comma, raw)}", offer)
        raise InvalidValue(f"{shown(raw)} is no number like {param.default}. {_use(param)}", offer)
    return float(_within(param, number, raw))


def shows_decimal_comma(param: Param, raw: str) -> bool:
    """Say whether the comma of a number can only be a decimal one: others of its column have decimal commas too."""
    number, (low, high) = _with_comma(raw), _bounds(param)
    return "," in plain(raw) and number is not None and low <= number <= high and not _are_two(param, raw)


def _with_comma(raw: str) -> int | float | None:
    return _number(plain(raw).replace(",", "."))


def _are_two(param: Param, raw: str) -> bool:
    """Say whether a number with a comma in it may be two: 4,5 may, in 4,50 and 1,5 one of both is out of bounds."""
    low, high = _bounds(param)
    parts = [_number(part) for part in plain(raw).split(",")]
    return all(part is not None and low <= part <= high for part in parts)


def _one_or_two(param: Param, comma: float, raw: str) -> str:
    """Say how to write a number with a comma in it as what it may mean."""
    parts = [part.strip() for part in plain(raw).split(",") if part.strip()]
    low, high = _bounds(param)
    one = f"{comma:g}" if low <= comma <= high else ""
    two = f"{'; '.join(parts)} for two" if len(parts) > 1 else ""
    return f"Write {', or '.join(filter(None, [one, two]))}." if one or two else _use(param)


def _within(param: Param, number: _Number, raw: object) -> _Number:
    low, high = _bounds(param)
    if low <= number <= high:
        return number
    side = "below" if number < low else "above"
    bound = low if number < low else high
    offer = {param.name: _clamped(param, number)}
    raise InvalidValue(f"{_named(number, raw)} is {side} {bound}. {_use(param)}", offer)


def _named(number: int | float, raw: object) -> str:
    # A number that could be read is shown plain; one that is too long keeps the safe wording.
    return shown(raw if isinstance(raw, str) and len(raw) > _WHOLE_DIGITS else number)


def _clamped(param: Param, number: int | float) -> str:
    low, high = _bounds(param)
    return str(min(max(number, low), high))


def _bounds(param: Param) -> tuple[int | float, int | float]:
    """Return the bounds that every number and every text has."""
    assert param.low is not None
    assert param.high is not None
    return param.low, param.high


def _use(param: Param) -> str:
    return f"Use {param.low} to {param.high}."


def _read_choice(param: Param, raw: object) -> str:
    choice = raw.strip().lower() if isinstance(raw, str) else ""
    if choice in param.choices:
        return choice
    raise InvalidValue(f"{shown(raw)} is not one of {', '.join(param.choices)}.", {param.name: str(param.default)})


def _read_boolean(param: Param, raw: object) -> bool:
    word = raw.strip().lower() if isinstance(raw, str) else raw
    # By type first: an unhashable value cannot be looked up in a set, and 1.0 equals 1.
    if type(word) in (bool, int) and word in (0, 1):
        return bool(word)
    if isinstance(word, str) and word in TRUE | FALSE:
        return word in TRUE
    raise InvalidValue(f"{shown(raw)} is neither on nor off.", {param.name: "false"})


def _read_text(param: Param, raw: object) -> str:
    if not isinstance(raw, str):
        raise InvalidValue(f"{shown(raw)} is no text.")
    # One form for all, or the same recipe would count as two: browsers send a text area's lines with CRLF.
    text = tidy(raw)
    _refuse_too_long(param, text)
    _refuse_forbidden(param, text)
    if is_blank(text):
        raise InvalidValue("Write what the picture should show.")
    return text


def _refuse_too_long(param: Param, text: str) -> None:
    _, high = _bounds(param)
    if len(text) > high:
        raise InvalidValue(f"{len(text):,} characters are too many. At most {high:,}, about 32K tokens.")
    tokens = about_tokens(text) if may_be_over(text, PROMPT_TOKENS) else 0
    if tokens > PROMPT_TOKENS:
        most = f"At most {PROMPT_TOKENS:,}: about {tokens - PROMPT_TOKENS:,} fewer."
        raise InvalidValue(f"{len(text):,} characters are about {tokens:,} tokens, which are too many. {most}")


def _refuse_forbidden(param: Param, text: str) -> None:
    """Name all of them at once, and offer the text without them."""
    found = [] if is_plain_line(text) else list(FORBIDDEN_CHARACTERS.finditer(text))
    if not found:
        return
    without = FORBIDDEN_CHARACTERS.sub("", text).strip()
    first = found[0]
    message = f"Character {first.start() + 1:,} is {_kind(first[0])}, which no prompt can hold. Remove it."
    if len(found) > 1:
        codes = dict.fromkeys(f"U+{ord(each[0]):04X}" for each in found)
        named = ", ".join([*list(codes)[:_FORBIDDEN_NAMED], *(["…"] if len(codes) > _FORBIDDEN_NAMED else [])])
        message = f"No prompt can hold control characters: {len(found):,} are in it ({named}). Remove them."
    raise InvalidValue(message, {} if is_blank(without) else {param.name: without})


def _kind(character: str) -> str:
    kind = "half of a character" if character >= "\ud800" else "a control character"
    return f"{kind} (U+{ord(character):04X})"


_READERS: dict[str, Callable[[Param, object], str | int | float | bool]] = {
    "text": _read_text,
    "integer": _read_integer,
    "number": _read_number,
    "choice": _read_choice,
    "boolean": _read_boolean,
}

"""Numbers as people and programs write them: every value that a text can mean, exactly.

Whether a comma parts thousands or decimals is not decided here: `1,000` has two readings, and the reader chooses.
"""

import re
import unicodedata
from dataclasses import dataclass
from fractions import Fraction

POINT, COMMA, ARABIC_POINT = ".", ",", "٫"
MOST_CHARACTERS = 60  # of a number and what stands beside it: patterns that give way are slow on long texts
_GROUPS = {POINT: ",' ", COMMA: ".' ", ARABIC_POINT: "' "}  # what parts thousands beside each decimal mark
_APOSTROPHES = "’‘‛′ʹʼ`´＇٬"  # the last one: the Arabic thousands separator
_MINUS = "−‐‑‒–—﹣－"
_FULL_WIDTH = {
    "，": ",",
    "．": ".",
    "＄": "$",
    "￥": "¥",
    "￡": "£",
    "￦": "₩",
    "（": "(",
    "）": ")",
    "＋": "+",
    "％": "%",
    "／": "/",
    "：": ":",
}
_FORMS = str.maketrans(dict.fromkeys(_APOSTROPHES, "'") | dict.fromkeys(_MINUS, "-") | _FULL_WIDTH)
_SOFT_HYPHEN = "\xad"  # in some exports a minus sign: not one of those that may be dropped
_EXPONENT = re.compile(r"(.*[0-9.,])[eE]([+-]?[0-9]{1,3})")
_MANTISSA = re.compile(r"([0-9]*)(?:([.,])([0-9]*))?")


def _pattern(mark: str, group: str) -> re.Pattern[str]:
    """Write a number with this decimal mark and thousands parted by this, as an expression."""
    part = re.escape(group)
    grouped = rf"[1-9][0-9]{{0,2}}(?:{part}[0-9]{{3}})+"
    indian = r"|[1-9][0-9]?(?:,[0-9]{2})+,[0-9]{3}" if (mark, group) == (POINT, ",") else ""
    return re.compile(rf"({grouped}{indian}|[0-9]*)(?:({re.escape(mark)})([0-9]*))?")


_PATTERNS = [(mark, _pattern(mark, group)) for mark, groups in _GROUPS.items() for group in groups]


@dataclass(frozen=True)
class Reading:
    """One value that a text can mean. `mark`: the decimal mark of who writes so; `marked`: it stands in the text."""

    value: Fraction
    mark: str
    marked: bool


def plain(text: str) -> str:
    """Write every digit, blank, apostrophe, minus and full-width sign in its plain form; drop what nobody sees."""
    return (
        "".join(map(_plain, text.translate(_FORMS))).strip() if not text.isascii() else text.replace("`", "'").strip()
    )


def _plain(character: str) -> str:
    category = unicodedata.category(character)
    if category == "Nd":
        return str(unicodedata.decimal(character))
    if category == "Zs":
        return " "
    return "" if category == "Cf" and character != _SOFT_HYPHEN else character


def readings(text: str) -> list[Reading]:
    """List the values that a number without sign and unit, in plain form, can mean; none if it is no number.

    Of the ways to write one value the first is listed, so that a text of one meaning has one reading.
    """
    if len(text) > MOST_CHARACTERS or not re.search("[0-9]", text):
        return []
    if exponent := _EXPONENT.fullmatch(text):
        return _scientific(*exponent.groups())
    matches = [(mark, pattern.fullmatch(text)) for mark, pattern in _PATTERNS]
    found = [Reading(_value(match[1], match[3]), mark, bool(match[2])) for mark, match in matches if match]
    found += _slipped(text) if found else []
    return list({each.value: each for each in reversed(found)}.values())[::-1]


def _value(whole: str, decimals: str | None) -> Fraction:
    digits = re.sub("[^0-9]", "", whole)
    return Fraction(int(f"0{digits}{decimals or ''}"), 10 ** len(decimals or ""))


def _slipped(text: str) -> list[Reading]:
    """Read 12.345.678 and 1,234,567 with the last one as a decimal mark as well: nobody writes so, but fingers do."""
    found = re.fullmatch(r"([1-9][0-9]{0,2}(?:([.,])[0-9]{2,3})(?:\2[0-9]{2,3})*)\2([0-9]{3})", text)
    return [Reading(_value(found[1], found[3]), "", True)] if found else []


def _scientific(mantissa: str, exponent: str) -> list[Reading]:
    """Read 3e-02 and 3,5E+01. Such a number is never grouped, so that its mark is a decimal one."""
    found = _MANTISSA.fullmatch(mantissa)
    if not found:
        return []
    value = _value(found[1], found[3]) * Fraction(10) ** int(exponent)
    return [Reading(value, found[2] or POINT, bool(found[2]))]

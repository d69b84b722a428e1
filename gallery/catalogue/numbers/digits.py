"""Numbers as people paste them: digits, commas, dashes and spaces of all keyboards become those of this one."""

import re
import unicodedata

_SIGNS = str.maketrans(
    {
        **dict.fromkeys("、،﹑", ","),
        "؛": ";",
        "٫": ".",
        **dict.fromkeys("∶﹕꞉", ":"),
        **dict.fromkeys("⁄∕", "/"),
        **dict.fromkeys("‐‑‒–—−﹣", "-"),
        "〜": "~",
        "‥": "..",
        "…": "...",
    }
)
_BRACKETED = re.compile(r"\s*(?:\[([^\[\](){}]*)\]|\(([^\[\](){}]*)\)|\{([^\[\](){}|]*)\})\s*")
_FULL_WIDTH = range(0xFF01, 0xFF5F)
_TO_ASCII = 0xFEE0


def plain(text: str) -> str:
    """Write a text of numbers with the digits and signs that the readers know; what is no number stays as it is."""
    return text if text.isascii() else "".join(map(_plain, text)).translate(_SIGNS)


def _plain(character: str) -> str:
    if ord(character) in _FULL_WIDTH:
        return chr(ord(character) - _TO_ASCII)
    if character.isdecimal():
        return str(unicodedata.decimal(character))
    return {"Zs": " ", "Cf": ""}.get(unicodedata.category(character), character)


def without_brackets(text: str) -> str:
    """Return what stands in the one pair of brackets around a list, as programs write it: [42, 43], (42, 43)."""
    found = _BRACKETED.fullmatch(text)
    return next(part for part in found.groups() if part is not None) if found else text

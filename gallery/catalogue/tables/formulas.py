"""What a spreadsheet would compute, and how it is told not to: an apostrophe in front says "this is text".

A file that we write with commas is opened with semicolons in half of Europe, and some programs take tabs or bars:
then a cell begins behind each of these too, and behind every line end, whatever quotes stand around it.
"""

import re

_BLANK = " \u00a0\u3000\ufeff\u200b"
_COMPUTED = "=+\\-@＝＋－＠"
_BEGINS = re.compile(rf"(?='*[{_BLANK}\"']*[{_COMPUTED}\t\r\n])")
_PARTED = re.compile(rf"(?<=[;|\t\r\n])(?=[{_BLANK}\"']*[{_COMPUTED}])")
_GUARD = re.compile(rf"(?<=[;|\t\r\n])'(?=[{_BLANK}\"']*[{_COMPUTED}])")
_NUMBER = re.compile(r"-?\d+(\.\d+)?", re.ASCII)


def guarded(text: str) -> str:
    """Return a text that nothing computes wherever it is opened; a number stays a number."""
    if _NUMBER.fullmatch(text):
        return text
    marked = _PARTED.sub("'", text)
    return f"'{marked}" if _BEGINS.match(text) else marked


def unguarded(text: str) -> str:
    """Return what `guarded` was given."""
    marked = text.startswith("'") and _BEGINS.match(text[1:])
    return _GUARD.sub("", text[1:] if marked else text)

"""Letters for pictures: a font that is always there, others of the system for what it lacks, lines that fit."""

from functools import lru_cache
from itertools import islice

import font_lato
from PIL import ImageFont

REGULAR, BOLD = font_lato.font_files["Lato"], font_lato.font_files["LatoBold"]
# Lato has the letters of western and central Europe. Pillow looks for these in the folders of the system.
ELSEWHERE = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc")
NOBODY_HAS_IT = "\uffff"
LINE = 1.28  # of the size, from one line to the next
CUT = "…"


def font_for(text, size, *, bold=False):
    """Return the font in which this text can be read: ours, else the first of the system that has all its letters."""
    letters = frozenset(text) - {" "}
    own = BOLD if bold else REGULAR
    names = (own, *ELSEWHERE)
    return _font(next((name for name in names if all(_has(name, letter) for letter in letters)), own), size)


@lru_cache(maxsize=64)
def _font(name, size):
    try:
        return ImageFont.truetype(name, size)
    except OSError:  # not installed here
        return None


@lru_cache(maxsize=4096)
def _has(name, letter):
    font = _font(name, 16)
    return font is not None and _drawn(font, letter) != _drawn(font, NOBODY_HAS_IT)


def _drawn(font, letter):
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


def line_height(size):
    return round(size * LINE)


def wrap(text, size, *, width, lines, bold=False):
    """Break a text into at most so many lines of this width in pixels; what does not fit is cut with an ellipsis."""
    words = text.split()
    if not words:
        return []
    font = font_for("".join(words), size, bold=bold)
    broken = list(islice(_broken(words, font, width), lines + 1))
    if len(broken) <= lines:
        return broken
    return [*broken[: lines - 1], _cut(broken[lines - 1], font, width)]


def _broken(words, font, width):
    """Yield lines; a word that is wider than a line is broken too."""
    line = ""
    for word in words:
        longer = f"{line} {word}" if line else word
        if font.getlength(longer) <= width:
            line = longer
            continue
        if line:
            yield line
        *whole, line = _pieces(word, font, width)
        yield from whole
    yield line


def _pieces(word, font, width):
    piece = ""
    for letter in word:
        if piece and font.getlength(piece + letter) > width:
            yield piece
            piece = ""
        piece += letter
    yield piece


def _cut(line, font, width):
    while line and font.getlength(line + CUT) > width:
        line = line[:-1]
    return line.rstrip() + CUT

"""Fonts for pictures: one that is always there, and whatever the system has for the scripts that it lacks."""

import os
import sys
from collections.abc import Iterable
from functools import cache, lru_cache
from pathlib import Path

import font_lato
from PIL import ImageFont

REGULAR, BOLD = font_lato.font_files["Lato"], font_lato.font_files["LatoBold"]
# Lato has the letters of western and central Europe. These come next, then whatever else is installed.
FIRST = ("NotoSans-Regular.ttf", "DejaVuSans.ttf", "NotoSansCJK-Regular.ttc", "wqy-microhei.ttc")
EMOJI = ("NotoColorEmoji.ttf", "Apple Color Emoji.ttc", "seguiemj.ttf", "NotoEmoji-Regular.ttf")
OTHERWISE = ("bold", "italic", "oblique", "light", "thin", "black", "mono", "condensed", "serif", "emoji", "ui-")
MOST_FONTS = 250
BITMAP_SIZE = 109  # pixels: the only size that fonts of coloured pictures have
NOBODY_HAS_IT = "\uffff"


@lru_cache(maxsize=512)
def load_font(name: str, size: int) -> ImageFont.FreeTypeFont | None:
    """Return a font, one of coloured pictures in the size that it has; None where it is not installed."""
    for each in (size, BITMAP_SIZE):
        try:
            return ImageFont.truetype(name, each)
        except OSError:
            continue
    return None


@lru_cache(maxsize=16_384)
def find_font(character: str, *, bold: bool = False, emoji: bool = False) -> str | None:
    """Return the name of the font that has all letters of a character, or None. `emoji`: in colour if possible."""
    own = BOLD if bold else REGULAR
    names = (*EMOJI, own, *FIRST) if emoji else (own, *FIRST, *EMOJI)
    letters = [letter for letter in character if not _joins(letter)]
    near = next((name for name in names if has_glyphs(name, letters)), None)
    return near or next((name for name in list_installed() if has_glyphs(name, letters)), None)


def has_glyphs(name: str, text: Iterable[str]) -> bool:
    return all(has_glyph(name, letter) for letter in text if not _joins(letter) and letter != " ")


def _joins(letter: str) -> bool:
    """Whether it is never seen itself: joiners, selectors of a variant, tags of a flag."""
    return letter in "\u200c\u200d\ufe0e\ufe0f" or "\U000e0020" <= letter <= "\U000e007f"


@lru_cache(maxsize=65_536)
def has_glyph(name: str, letter: str) -> bool:
    """Whether a font draws this letter otherwise than one that no font has."""
    font = _plain_font(name)
    return font is not None and _drawn(font, letter) != _drawn(font, NOBODY_HAS_IT)


@lru_cache(maxsize=512)
def _plain_font(name: str) -> ImageFont.FreeTypeFont | None:
    """Return a font without what shapes letters: that draws a ring under a mark, be the mark there or not."""
    for size in (16, BITMAP_SIZE):
        try:
            return ImageFont.truetype(name, size, layout_engine=ImageFont.Layout.BASIC)
        except OSError:
            continue
    return None


def _drawn(font: ImageFont.FreeTypeFont, letter: str) -> tuple[tuple[int, int], bytes]:
    mask = font.getmask(letter)
    return mask.size, bytes(mask)


@cache
def list_installed() -> list[str]:
    """Return the paths of the plain fonts of this system, sans serif before others."""
    found = [path for folder in _folders() for path in folder.rglob("*") if path.suffix in (".ttf", ".otf", ".ttc")]
    plain = [path for path in found if not any(word in path.stem.lower() for word in OTHERWISE)]
    return [str(path) for path in sorted(plain, key=lambda path: ("sans" not in path.stem.lower(), path.name))][
        :MOST_FONTS
    ]


def _folders() -> list[Path]:
    """Return where Pillow looks for fonts too."""
    if sys.platform == "win32":
        return [Path(os.environ.get("WINDIR", r"C:\Windows")) / "fonts"]
    if sys.platform == "darwin":
        return [Path("/System/Library/Fonts"), Path("/Library/Fonts"), Path.home() / "Library/Fonts"]
    data = os.environ.get("XDG_DATA_DIRS") or "/usr/local/share:/usr/share"
    home = os.environ.get("XDG_DATA_HOME") or str(Path.home() / ".local/share")
    return [Path(each) / "fonts" for each in (home, *data.split(":"))]

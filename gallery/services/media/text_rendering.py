"""Letters for pictures: every script in a font that has it, both directions, lines that fit.

What no font here has is said in words: an empty box tells nobody anything.
"""

import unicodedata
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby, islice
from typing import Any

import regex
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont, features

from gallery.catalogue.text.labels import CUT, characters
from gallery.services.media import fonts

LINE = 1.28  # of the size, from one line to the next
SHAPES = features.check("raqm")  # without it letters stand unjoined, from left to right
ASCII = regex.compile(r"[ -~]*")
EMOJI = regex.compile(r"\p{Emoji_Presentation}|.*\ufe0f|\p{Regional_Indicator}{2}")
FLAG, FIRST_OF_FLAGS = regex.compile(r"\p{Regional_Indicator}{2}"), "\U0001f1e6"
REPEATED = regex.compile(r"(\[[^\[\]]*: no font\])(?: ?\1)+")
UNSEEN = regex.compile(r"[\p{Cc}\p{Cf}--[\u200c\u200d\U000E0020-\U000E007F]]", regex.V1)  # marks of direction too
NO_BLANKS = r"[\p{Han}\p{Hiragana}\p{Katakana}\p{Bopomofo}ー々〆]"
OPENING, CLOSING = (
    r"[「『（〈《【〔［｛“‘(]",
    r"[、。，．・：；！？」』）〉》】〕］｝”’…ー々ぁぃぅぇぉっゃゅょァィゥェォッャュョ)]",
)
# Where a line may end: behind each letter of a script without blanks, not before what closes, not behind what opens.
ATOM = regex.compile(rf"{OPENING}*{NO_BLANKS}\p{{M}}*{CLOSING}*|(?:(?!{OPENING}*{NO_BLANKS})\X)+|\X")
LEFT, RIGHT = "ltr", "rtl"

Ink = tuple[int, int, int]
Fits = Callable[[str], bool]


@dataclass(frozen=True)
class TextRun:
    """Letters of one font and one direction. `scale`: of fonts of coloured pictures, which have one size only."""

    text: str
    font: ImageFont.FreeTypeFont
    direction: str
    scale: float

    @property
    def shaping(self) -> dict[str, Any]:
        return {"direction": self.direction} if SHAPES else {}

    @property
    def width(self) -> float:
        return self.font.getlength(self.text, **self.shaping) * self.scale


def measure_text(text: str, size: int, *, bold: bool = False) -> float:
    """Return how wide a line is, in pixels."""
    return sum(run.width for run in text_runs(to_drawable(text, bold=bold), size, bold))


def line_height(size: int) -> int:
    return round(size * LINE)


def draw_text(
    canvas: Pillow.Image, place: tuple[float, float], text: str, size: int, *, ink: Ink, bold: bool = False
) -> None:
    """Write a line onto a picture; `place`: its upper left corner."""
    x, y = place
    own = fonts.load_font(fonts.BOLD if bold else fonts.REGULAR, size)
    assert own is not None, "the font that is always there"
    baseline = y + own.getmetrics()[0]
    pen = ImageDraw.Draw(canvas)
    for run in text_runs(to_drawable(text, bold=bold), size, bold):
        if run.scale == 1:
            pen.text((x, baseline), run.text, font=run.font, fill=ink, anchor="ls", **run.shaping)
        else:
            _paste(canvas, run, (x, baseline), ink)
        x += run.width


def _paste(canvas: Pillow.Image, run: TextRun, place: tuple[float, float], ink: Ink) -> None:
    """Paste letters that are pictures themselves."""
    left, top, right, bottom = run.font.getbbox(run.text, anchor="ls", **run.shaping)
    drawn = Pillow.new("RGBA", (max(1, int(right - left)), max(1, int(bottom - top))))
    pen = ImageDraw.Draw(drawn)
    pen.text((-left, -top), run.text, font=run.font, fill=ink, anchor="ls", embedded_color=True, **run.shaping)
    small = drawn.resize([max(1, round(side * run.scale)) for side in drawn.size], Pillow.Resampling.LANCZOS)
    x, y = place
    canvas.paste(small, (round(x + left * run.scale), round(y + top * run.scale)), small)


# -- which font, which direction ---------------------------------------------------------------------------------------


@lru_cache(maxsize=2_048)
def to_drawable(text: str, *, bold: bool = False) -> str:
    """Return a text as one line that can be drawn here: what no font has in words, what is never seen left out."""
    if ASCII.fullmatch(text):
        return text
    text = UNSEEN.sub("", " ".join(text.split()))
    shown = [_drawable(each, bold) for each in characters(text)]
    words = (_in_words(group) if isinstance(key, str) else "".join(group) for key, group in _grouped(shown))
    drawable: str = REPEATED.sub(r"\1", "".join(words))
    return drawable


def _drawable(character: str, bold: bool) -> tuple[str, bool]:
    """Return a character, or what is compatible with it, and whether a font has it."""
    for each in (character, unicodedata.normalize("NFKC", character)):
        if each.isspace() or all(fonts.find_font(part, bold=bold, emoji=_is_emoji(part)) for part in characters(each)):
            return each, True
    return character, False


def _grouped(shown: list[tuple[str, bool]]) -> Iterator[tuple[bool | str, list[str]]]:
    """Yield (True, characters) of what can be drawn, ("letters" or "signs", characters) of what cannot."""
    for key, group in groupby(shown, key=lambda pair: pair[1] or ("letters" if _script(pair[0]) else "signs")):
        yield key, [character for character, _ in group]


def _in_words(missing: list[str]) -> str:
    """Name what cannot be drawn: [fire], [CJK, Hiragana: no font]."""
    scripts = dict.fromkeys(map(_script, missing))
    return f"[{', '.join(scripts)}: no font]" if all(scripts) else f"[{', '.join(dict.fromkeys(map(_name, missing)))}]"


def _name(character: str) -> str:
    if FLAG.match(character):
        return "flag " + "".join(chr(ord(each) - ord(FIRST_OF_FLAGS) + ord("A")) for each in character[:2])
    return unicodedata.name(character[0], "symbol").lower()


def _script(character: str) -> str:
    """Return the script of a letter as its name begins, as Thai; nothing for what all scripts share."""
    if unicodedata.category(character[0])[0] not in "LM":
        return ""
    usual = unicodedata.normalize("NFKC", character)[0]  # ﾊ is Katakana, however wide it is
    first = unicodedata.name(usual, "").partition(" ")[0].partition("-")[0]
    return first if first == "CJK" else first.capitalize()


def _is_emoji(character: str) -> bool:
    return EMOJI.match(character) is not None


@lru_cache(maxsize=4_096)
def text_runs(text: str, size: int, bold: bool) -> list[TextRun]:
    """Return the runs of a line from left to right."""
    if ASCII.fullmatch(text):
        return [_run(text, fonts.BOLD if bold else fonts.REGULAR, LEFT, size)]
    found = []
    base = next((way for way in map(_direction, text) if way), LEFT)
    for direction, part in _directed(characters(text), base):
        runs = [_run(letters, name, direction, size) for name, letters in _in_fonts(part, bold)]
        found.append((direction, runs[::-1] if direction == RIGHT else runs))
    if base == RIGHT:
        found.reverse()
    return [run for _, runs in found for run in runs]


def _run(text: str, name: str, direction: str, size: int) -> TextRun:
    font = fonts.load_font(name, size)
    assert font is not None, "a font that was found"
    return TextRun(text, font, direction, size / font.size if font.size != size else 1)


def _direction(character: str) -> str:
    """Return the way in which a letter is written; nothing for digits, blanks and signs, which go with what they are
    beside."""
    return {"L": LEFT, "R": RIGHT, "AL": RIGHT}.get(unicodedata.bidirectional(character[0]), "")


def _directed(parts: list[str], base: str) -> Iterator[tuple[str, list[str]]]:
    """Yield (direction, characters): what has none goes with both its neighbours if they agree, else with the line."""
    ways = [_direction(each) for each in parts]
    last = base
    before = [last := way or last for way in ways]
    last = base
    behind = [last := way or last for way in reversed(ways)][::-1]
    settled = [
        one if one == other or each[0].isdigit() else base
        for one, other, each in zip(before, behind, parts, strict=True)
    ]
    for way, group in groupby(zip(settled, parts, strict=True), key=lambda pair: pair[0]):
        yield way, [each for _, each in group]


def _in_fonts(parts: list[str], bold: bool) -> list[tuple[str, str]]:
    """Yield (name of a font, text): one font for each run of a script where one has all of it."""
    runs: list[tuple[str, str]] = []
    for script, group in groupby(parts, key=_script):
        letters = list(group)
        for name, text in _one_font(letters, bold) if script else _each_font(letters, bold, runs):
            if runs and runs[-1][0] == name:
                runs[-1] = (name, runs[-1][1] + text)
            else:
                runs.append((name, text))
    return runs


def _one_font(letters: list[str], bold: bool) -> Iterable[tuple[str, str]]:
    text = "".join(letters)
    names = dict.fromkeys(fonts.find_font(each, bold=bold) for each in letters)
    whole = next((name for name in names if name and fonts.has_glyphs(name, text)), None)
    return [(whole, text)] if whole else _each_font(letters, bold, [])


def _each_font(letters: list[str], bold: bool, before: list[tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """Choose for each character; blanks and signs stay in the font before them if it has them."""
    name = before[-1][0] if before and before[-1][0] not in fonts.EMOJI else None
    for each in letters:
        emoji = _is_emoji(each)
        if emoji or not (name and fonts.has_glyphs(name, each)):
            name = fonts.find_font(each, bold=bold, emoji=emoji) or (fonts.BOLD if bold else fonts.REGULAR)
        yield name, each
        name = None if emoji else name


# -- lines -------------------------------------------------------------------------------------------------------------


def wrap_text(text: str, size: int, *, width: int, lines: int, bold: bool = False) -> list[str]:
    """Break a text into at most so many lines of this width in pixels; what does not fit is cut with an ellipsis."""
    atoms = _atoms(to_drawable(" ".join(text.split()), bold=bold))
    if not atoms:
        return []

    def fits(line: str) -> bool:
        return measure_text(line, size, bold=bold) <= width

    broken = list(islice(_broken(atoms, fits), lines + 1))
    if len(broken) <= lines:
        return broken
    return [*broken[: lines - 1], _cut(broken[lines - 1], fits)]


def _atoms(text: str) -> list[tuple[str, str]]:
    """Return what is not torn while a line has room for it: (blank before it, letters)."""
    return [
        (" " if n == 0 else "", atom) for word in text.split() for n, atom in enumerate(ATOM.findall(word))
    ]  # fmt: skip


def _broken(atoms: list[tuple[str, str]], fits: Fits) -> Iterator[str]:
    """Yield lines; an atom that is wider than a line is broken too."""
    line = ""
    for blank, atom in atoms:
        longer = f"{line}{blank}{atom}" if line else atom
        if fits(longer):
            line = longer
            continue
        if line:
            yield line
        *whole, line = _pieces(atom, fits)
        yield from whole
    yield line


def _pieces(word: str, fits: Fits) -> Iterator[str]:
    piece = ""
    for character in characters(word):
        if piece and not fits(piece + character):
            yield piece
            piece = ""
        piece += character
    yield piece


def _cut(line: str, fits: Fits) -> str:
    parts = characters(line)
    while parts and not fits("".join(parts) + CUT):
        parts.pop()
    return "".join(parts).rstrip() + CUT

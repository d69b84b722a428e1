"""Letters on sheets: every script in a font that has it, no boxes, both directions, lines that fit."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageChops

from gallery.services.media import fonts, text_rendering
from gallery.services.media.text_rendering import measure_text, to_drawable, wrap_text

LATO = {fonts.REGULAR, fonts.BOLD}
DEJAVU = fonts.load_font("DejaVuSans.ttf", 16)
needs_dejavu = pytest.mark.skipif(DEJAVU is None, reason="DejaVu is not installed")


@pytest.fixture
def only_ours(monkeypatch):
    """A machine with no fonts but Lato."""
    monkeypatch.setattr(fonts, "FIRST", ())
    monkeypatch.setattr(fonts, "EMOJI", ())
    monkeypatch.setattr(fonts, "list_installed", list)
    _forget()
    yield
    _forget()


@pytest.fixture
def with_dejavu(monkeypatch):
    """A machine with Lato and DejaVu."""
    monkeypatch.setattr(fonts, "FIRST", ("DejaVuSans.ttf",))
    monkeypatch.setattr(fonts, "EMOJI", ())
    monkeypatch.setattr(fonts, "list_installed", list)
    _forget()
    yield
    _forget()


def _forget():
    for cached in (fonts.find_font, text_rendering.to_drawable, text_rendering.text_runs):
        cached.cache_clear()


def runs(text):
    return [
        (run.text, run.font.getname()[0], run.direction)
        for run in text_rendering.text_runs(to_drawable(text), 20, False)
    ]


def drawn(text, *, width=900):
    canvas = Pillow.new("RGB", (width, 60), "white")
    text_rendering.draw_text(canvas, (10, 10), text, 20, ink=(0, 0, 0))
    return canvas


@needs_dejavu
def test_each_script_of_a_title_has_a_font_that_has_it(with_dejavu):
    assert runs("a дверь, ein Käfer") == [
        ("a ", "Lato", "ltr"), ("дверь, ", "DejaVu Sans", "ltr"), ("ein Käfer", "Lato", "ltr"),
    ]  # fmt: skip


@needs_dejavu
def test_a_word_is_not_torn_into_two_fonts(with_dejavu):
    assert runs("12 Käfer") == [("12 Käfer", "Lato", "ltr")]
    assert runs("12 Kǭfer") == [("12 ", "Lato", "ltr"), ("Kǭfer", "DejaVu Sans", "ltr")]


@needs_dejavu
@pytest.mark.parametrize(
    ("text", "from_left"),
    [
        ("start שלום עולם end", ["start ", "שלום עולם", " end"]),
        ("שלום start עולם", ["עולם", "start", "שלום"]),
        ("مرحبا 2024 flux (نص) end", ["end", "نص", "flux", "مرحبا 2024"]),
        ("שלום", ["שלום"]),
        ("a (שלום) 12", ["a (", "שלום", ") 12"]),
    ],
)
def test_what_is_read_from_the_right_stands_from_the_right(with_dejavu, text, from_left):
    shown = "".join(run.text for run in text_rendering.text_runs(to_drawable(text), 20, False))
    places = [shown.index(part) for part in from_left]
    assert places == sorted(places)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("門の前に猫", "[CJK, Hiragana: no font]"),
        ("a ประภาคาร and ประภาคาร", "a [Thai: no font] and [Thai: no font]"),
        ("नमस्ते नमस्ते", "[Devanagari: no font]"),
        ("한국어 등대", "[Hangul: no font]"),
        ("fire 🔥 end", "fire [fire] end"),
        ("a 👩‍👩‍👧‍👦 walks", "a [woman] walks"),
        ("🇩🇪🇫🇷", "[flag DE, flag FR]"),
        ("👍🏽", "[thumbs up sign]"),
        ("𝐁𝐨𝐥𝐝 ＡＢＣ，①", "Bold ABC,1"),
        ("\ue000\U0001fbff", "[symbol]"),
        ("ein Käfer – “groß”", "ein Käfer – “groß”"),
        ("one\u202eowt\u202c\u200f\u00ad\x00", "oneowt"),
        ("two\nlines\tand  blanks", "two lines and blanks"),
    ],
)
def test_what_no_font_has_is_said_in_words(only_ours, text, shown):
    assert to_drawable(text) == shown
    assert to_drawable(shown) == shown


@given(st.text(max_size=40))
@settings(max_examples=60, deadline=None)
def test_no_box_is_ever_drawn(text):
    for run in text_rendering.text_runs(to_drawable(text), 20, False):
        name = run.font.path
        assert all(fonts.has_glyphs(name, letter) or letter.isspace() for letter in run.text), (run.text, name)


@needs_dejavu
@pytest.mark.parametrize(
    ("text", "shown"),
    [("က\u102c", "[Myanmar: no font]"), ("က္ကမ္ဘာ", "[Myanmar: no font]"), ("ﾊﾝ", "[Katakana: no font]")],
)
def test_a_mark_that_a_font_lacks_is_no_ring_with_a_box(with_dejavu, text, shown):
    assert to_drawable(text) == shown


@needs_dejavu
def test_letters_stand_where_they_are_measured(with_dejavu):
    for text in ("a door", "дверь и door", "start שלום end", "é" * 30):
        left, _, right, _ = ImageChops.invert(drawn(text)).getbbox()
        assert 8 <= left <= 14
        assert right <= 10 + measure_text(text, 20) + 3
        assert right >= 10 + measure_text(text, 20) - 6


@needs_dejavu
def test_fonts_of_one_line_stand_on_one_base_line(with_dejavu):
    """An n has no foot and no head: in either font it ends where the line stands."""
    one, other = (ImageChops.invert(drawn(text)).getbbox()[3] for text in ("n", "п"))
    assert one == other


def test_lines_fit_and_nothing_is_lost():
    text = "A lighthouse in fog, photographed from the sea at dawn with a very-long-word-that-is-wider " + "x" * 80
    lines = wrap_text(text, 20, width=200, lines=20)
    assert all(measure_text(line, 20) <= 200 for line in lines)
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")


def test_a_cut_line_ends_with_an_ellipsis_behind_a_whole_character():
    (line,) = wrap_text("e\u0301" * 80, 20, width=200, lines=1)
    assert line.endswith("e\u0301…")
    assert measure_text(line, 20) <= 200


@pytest.fixture
def every_letter(monkeypatch):
    """As if our font had every letter: where lines break does not depend on what is installed here."""
    monkeypatch.setattr(fonts, "has_glyph", lambda name, letter: name in LATO)
    _forget()
    yield
    _forget()


def test_scripts_without_blanks_break_anywhere_but_before_what_closes(every_letter):
    text = "中文标题和emoji混排，不留空格的长句子需要换行，而且标点不能在行首。这是「第二句」（括号）。" * 2
    for width in range(60, 300, 7):
        lines = wrap_text(text, 20, width=width, lines=99)
        assert "".join(lines) == text
        assert not any(line[0] in "，。」）" for line in lines)
        assert not any(line[-1] in "「（" for line in lines)
        assert all("emoji" in line or not set("emoji") & set(line) for line in lines) or width < 100


def test_words_and_letters_without_blanks_share_a_line(every_letter):
    assert wrap_text("a cat 黒い猫が窓辺に座る", 20, width=110, lines=9)[0].startswith("a cat 黒")


def test_nothing_has_no_lines_and_a_font_that_is_nowhere_is_none():
    assert wrap_text("  ", 16, width=100, lines=2) == []
    assert fonts.load_font("no such font.ttf", 16) is None


def test_letters_that_are_pictures_are_pasted_in_the_size_of_the_line():
    """Their fonts have one size only; the letters of Lato stand in for one, so that no machine needs such a font."""
    run = text_rendering.TextRun("B", fonts.load_font(fonts.REGULAR, fonts.BITMAP_SIZE), "ltr", 16 / fonts.BITMAP_SIZE)
    canvas = Pillow.new("RGB", (40, 40), "white")
    text_rendering._paste(canvas, run, (10, 30), "black")
    left, top, right, bottom = ImageChops.invert(canvas).getbbox()
    assert 10 <= left < right <= 24
    assert 10 <= top < bottom <= 31


@pytest.mark.parametrize(("platform", "folder"), [("win32", "fonts"), ("darwin", "Fonts"), ("linux", "fonts")])
def test_fonts_are_looked_for_where_the_machine_has_them(monkeypatch, platform, folder):
    monkeypatch.setattr(fonts.sys, "platform", platform)
    assert {each.name for each in fonts._folders()} == {folder}

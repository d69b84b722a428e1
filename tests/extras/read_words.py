"""The reader of words, as it is installed, reads what is drawn: `python -m tests.extras.read_words`.

Needs nothing but requirements-ocr.txt.
"""

from PIL import Image, ImageDraw, ImageFont

from gallery.services.media.seeing.word_reader import installed_reader

LINES = ("SUMMER SALE 50%", "Coffee & Cake", "TEXTT of Grand Opening")


def drawn(*lines):
    picture = Image.new("RGB", (768, 512), "#224466")
    draw = ImageDraw.Draw(picture)
    for n, line in enumerate(lines):
        draw.text((60, 60 + 140 * n), line, font=ImageFont.load_default(56 - 8 * n), fill="white")
    return picture


def main():
    reader = installed_reader()
    assert reader, "requirements-ocr.txt is not installed here"
    read = reader([drawn(*LINES), drawn(), drawn(LINES[0]), Image.new("RGB", (1, 1))])
    assert read == [list(LINES), [], [LINES[0]], []], read
    print(f"read as drawn: {', '.join(LINES)}")


if __name__ == "__main__":
    main()

"""Text as people paste it: what a character of a word processor means, and what nobody sees is left out."""

import re
import unicodedata

# What a word processor or a web page breaks a line with: U+000B stands in Word's own text, U+2028 in that of a Mac.
_LINE_BREAK = re.compile("\r\n|[\r\x0b\x0c\x1c\x1d\x85\u2028\u2029]")
# Word writes its hyphens as control characters. The others are what a page in Windows' own encoding leaves behind when
# it is read as Latin-1: quotation marks, dashes, the euro sign.
_MEANT = {0x1E: "-", 0x1F: ""} | {
    code: meant for code in range(0x80, 0xA0) if (meant := bytes([code]).decode("cp1252", "ignore"))
}
# Word's bullets, ticks and arrows are letters of its own fonts, which no other font has.
_MEANT |= {0xF0B7: "•", 0xF0A7: "▪", 0xF0A8: "□", 0xF0D8: "➢", 0xF0FC: "✓", 0xF0E0: "→", 0xF0DF: "←", 0xF076: "❖"}
# Marks of the byte order, soft hyphens, signs for the direction of writing, places of pasted objects, and tags, with
# which text can be hidden in text. The joiners U+200C and U+200D stay: Persian, Hindi and emoji are written with them.
_UNSEEN = re.compile(
    "[\u00ad\u061c\u180e\u200e\u200f\u202a-\u202e\u2060-\u206f\ufeff\ufff9-\ufffc]"
    "|(?<![\U0001f3f4\U000e0020-\U000e007f])[\U000e0000-\U000e007f]+"  # behind a black flag they say whose it is
    # A space without width parts words only where they are written without spaces: Thai, Lao, Burmese, Khmer.
    "|(?<![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])\u200b|\u200b(?![\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff])"
)
# What is left of the control characters, and halves of characters, which UTF-8 cannot carry: no prompt can hold them.
FORBIDDEN_CHARACTERS = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def tidy(text: str) -> str:
    """Write a text with one kind of line break and without what nobody sees. Twice is as good as once."""
    if is_plain_line(text):
        return text.strip()
    text = one_line_break(text).translate(_MEANT)
    return _UNSEEN.sub("", text).strip()


def is_plain_line(text: str) -> bool:
    """Say quickly of most texts that nothing in them has to be looked for: one line of ASCII that is seen."""
    return text.isascii() and text.isprintable()


def one_line_break(text: str) -> str:
    """Write every kind of line break as the usual one."""
    return _LINE_BREAK.sub("\n", text)


def unseen(text: str) -> tuple[str, ...]:
    """List the characters that `tidy` leaves out, each once, as U+200B."""
    found = dict.fromkeys(character for part in _UNSEEN.findall(text) for character in part)
    return tuple(f"U+{ord(character):04X}" for character in found)


def is_blank(text: str) -> bool:
    """Say whether nothing in the text would be seen: spaces, control and invisible characters only."""
    return all(unicodedata.category(character)[0] in "ZC" for character in text)

"""What people type beside prompts, names and passwords: what looks alike is alike, and nothing in it turns the page."""

import re
import unicodedata

# Overrides, embeddings, isolates and the old shaping controls reach beyond the text that they stand in; a mark in front
# decides which way a whole paragraph runs.
TURNING = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u206f]")
# What a name has no use for: zero-width spaces, soft hyphens. Scripts and emoji need joiners.
UNSEEN_IN_NAMES = re.compile("[\u00ad\u180e\u200b\u2060-\u2064\ufeff]")
# Letters by their category that draw nothing.
BLANK_LETTERS = frozenset("\u034f\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
UNSEEN_CATEGORIES = frozenset(("Cc", "Cf", "Zl", "Zp", "Zs"))


def clean_text(text: str) -> str:
    """Return a text of several lines without what turns the page around it."""
    return TURNING.sub("", text)


def clean_name(text: str) -> str:
    """Return a name on one line, without what is not seen; one of which nothing is seen is empty."""
    name = " ".join(UNSEEN_IN_NAMES.sub("", clean_text(text)).split())
    return name if any(map(_is_seen, name)) else ""


def _is_seen(character: str) -> bool:
    return character not in BLANK_LETTERS and unicodedata.category(character) not in UNSEEN_CATEGORIES


def clean_password(typed: str) -> str:
    """Return one spelling of a password: letters composed, digits of usual width, nothing unseen, no blanks around.

    What comes along when a password is copied, and what keyboards compose differently, is not a part of it.
    """
    composed = unicodedata.normalize("NFKC", typed)
    seen = "".join(each for each in composed if unicodedata.category(each) != "Cf").strip()
    return seen or typed


def spellings(typed: str) -> list[str]:
    """List how a password that was typed can have been kept: cleaned, or as it was before passwords were cleaned."""
    clean = clean_password(typed)
    before = [typed, *(unicodedata.normalize(form, each) for each in (typed, clean) for form in ("NFC", "NFD"))]
    return list(dict.fromkeys([clean, *before]))

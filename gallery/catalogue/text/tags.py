"""Tags as they are typed: cleaned, compared, several at once."""

import re
import unicodedata

from gallery.catalogue.text import texts

TAG_LENGTH = 60  # characters as it is shown
FOLDED_LENGTH = 4 * TAG_LENGTH  # as it is compared: a ligature can be a whole sentence
# What parts several, also as Chinese, Japanese and Arabic do it.
_BETWEEN = re.compile("[,;\n\r\u3001\uff0c\uff1b\u060c]")


def split_tags(typed: str) -> list[str]:
    """Return the tags that were typed, each once, as they are shown."""
    found: dict[str, str] = {}
    for part in _BETWEEN.split(typed):
        name = texts.clean_name(part)
        if name:
            found.setdefault(fold_tag(name), name)
    return list(found.values())


def fold_tag(name: str) -> str:
    """Return a tag as it is compared: case, width and the way in which letters are composed do not count."""
    folded = unicodedata.normalize("NFKC", name).casefold()
    return " ".join(unicodedata.normalize("NFKC", folded).split())


def is_too_long(name: str) -> bool:
    return len(name) > TAG_LENGTH or len(fold_tag(name)) > FOLDED_LENGTH

"""How the text of a batch is read: in which encoding, as what, and what its columns are. All of it can be changed."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from gallery.catalogue.tables import batches, encodings
from gallery.catalogue.tables.pasted import Choice

SAMPLE_CHARACTERS = 80
SAMPLE_BYTES = 20_000
MOST_READINGS = 6  # shown with a sample; the others stand in a list
MOST_COLUMNS = 500


@dataclass(frozen=True)
class Source:
    """The text of a batch. `encoding` and `name` are those of the file it came from; empty for what was pasted."""

    text: str
    encoding: str = ""
    name: str = ""
    is_sure: bool = True

    @property
    def encoding_name(self) -> str:
        return encodings.ENCODINGS.get(self.encoding, "")


@dataclass(frozen=True)
class Reading:
    """What a file would say in one encoding."""

    encoding: str
    name: str
    sample: str


def read_source(cleaned: Mapping[str, Any]) -> Source:
    """Return what is to be read: a file just chosen, else what stands in the field, in the encoding chosen for it.

    Raises InvalidValue for a file that is none.
    """
    if file := cleaned.get("file"):
        decoded = batches.decode(file.read(batches.MAX_BYTES + 1))
        return Source(decoded.text, decoded.encoding, file.name or "", decoded.is_sure)
    text, read_in, name = cleaned.get("rows") or "", cleaned.get("read_in"), cleaned.get("file_name") or ""
    encoding = cleaned.get("encoding") or read_in
    if read_in not in encodings.ENCODINGS or encoding not in encodings.ENCODINGS:
        return Source(text)
    if encoding != read_in:
        text = encodings.decode_anew(text, read_as=read_in, encoding=encoding)
    return Source(text, encoding, name)


def list_readings(source: Source) -> list[Reading]:
    """List what the file would say in each encoding that it could have, as it was read first."""
    try:
        content = source.text.encode(source.encoding)
    except (LookupError, UnicodeEncodeError):  # pasted, or changed since
        return []
    decoded = encodings.decode(content)
    possible = dict.fromkeys([source.encoding, decoded.encoding, *decoded.others])
    found = [
        Reading(each, encodings.ENCODINGS[each], _sample(content[:SAMPLE_BYTES].decode(each, "replace")))
        for each in possible
    ]
    return found if len(found) > 1 else []


def _sample(text: str) -> str:
    """Return the first words that tell encodings apart."""
    lines = [line.strip() for line in text.splitlines() if not line.isascii()]
    return " / ".join(lines[:3])[:SAMPLE_CHARACTERS]


def read_choice(cleaned: Mapping[str, Any]) -> Choice | None:
    """Return how somebody said that the text is to be read, or None."""
    key, kind = cleaned.get("read_of"), cleaned.get("read_as")
    if not (key and kind):
        return None
    return Choice(key, kind, cleaned.get("names") != "no", tuple(cleaned.get("column") or ()))


def read_line_numbers(text: str | None) -> frozenset[int]:
    """Read the numbers of lines, as our own button sends them."""
    return frozenset(
        int(word) for word in (text or "").split(",") if word.isascii() and word.isdecimal() and len(word) < 9
    )

"""The texts in an open picture that may be a recipe: found by their heads, and no more of them read than may be parsed.

The pixels are never read, packed texts are unpacked no further than the cap, and only so many chunks are looked at.
"""

import struct
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import IO

from gallery.catalogue.recipes.reading import COMMENT, KEYWORDS, OWN
from gallery.catalogue.recipes.recipe import TEXT_BYTES
from gallery.services.media.metadata import chunks, exif, xmp
from gallery.services.media.metadata.chunks import EXIF_START, XMP_START

MOST_CHUNKS = 10_000
EXIF_BYTES = 256 * 1024  # of EXIF, in which a small picture may stand in front of its words
KEYWORD_BYTES = 80

Read = Callable[[], bytes]


@dataclass
class Texts:
    """`found`: by keyword, in small letters. `too_long`: there is more, of which nothing was read."""

    found: dict[str, str] = field(default_factory=dict)
    too_long: bool = False


def read_texts(file: IO[bytes]) -> Texts:
    """Return the texts of an open JPEG, PNG or WebP that a recipe may stand in, TEXT_BYTES together at most.

    Those that are believed first are taken first. Nothing of what is broken raises.
    """
    file.seek(0)
    walk = _walker(file.read(12))
    texts, room, places = Texts(), TEXT_BYTES, dict(walk(file)) if walk else {}
    for keyword in (each for each in KEYWORDS if each in places):
        content = places[keyword]()
        if len(content) > room:
            texts.too_long = True
        elif content:
            room -= len(content)
            texts.found[keyword] = _decoded(keyword, content)
    return texts


def _decoded(keyword: str, content: bytes) -> str:
    return exif.decode_comment(content) if keyword == COMMENT else content.decode("utf-8", "replace")


def _walker(head: bytes) -> Callable[[IO[bytes]], Iterator[tuple[str, Read]]] | None:
    if head.startswith(chunks.PNG_START):
        return _in_png
    if head.startswith(chunks.JPEG_START):
        return _in_jpeg
    return _in_webp if head[:4] == b"RIFF" and head[8:12] == b"WEBP" else None


def _in_png(file: IO[bytes]) -> Iterator[tuple[str, Read]]:
    """Yield (keyword, what reads its text); of two of one name the last counts, as everywhere."""
    for kind, at, length in _heads(file, 8, ">L4s", behind=4):
        if kind == b"eXIf":
            yield from _of_exif(_read(file, at, min(length, EXIF_BYTES)))
        elif kind in UNPACKED:
            name = _read(file, at, min(length, KEYWORD_BYTES)).partition(b"\0")[0].decode("latin-1")
            if name.lower() in KEYWORDS:
                yield name.lower(), _later(file, kind, at + len(name) + 1, length - len(name) - 1)


def _heads(file: IO[bytes], at: int, head: str, *, behind: int) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, where its body begins, length) of chunks whose heads are a length and four letters, or otherwise."""
    for _ in range(MOST_CHUNKS):
        first = _read(file, at, 8)
        if len(first) < 8:
            return
        told = struct.unpack(head, first)
        length, kind = told if isinstance(told[0], int) else told[::-1]
        yield kind, at + 8, length
        if kind == b"IEND":
            return
        at += 8 + length + behind + (length % 2 if behind == 0 else 0)


def _read(file: IO[bytes], at: int, length: int) -> bytes:
    file.seek(at)
    return file.read(length)


def _later(file: IO[bytes], kind: bytes, at: int, length: int) -> Read:
    return lambda: UNPACKED[kind](_read(file, at, max(0, min(length, TEXT_BYTES + KEYWORD_BYTES))))


def _plain_text(body: bytes) -> bytes:
    return body.decode("latin-1").encode()


def _packed_text(body: bytes) -> bytes:
    return _plain_text(_unpacked(body[1:]))


def _international_text(body: bytes) -> bytes:
    is_packed = body[:1] == b"\1"
    text = body[2:].partition(b"\0")[2].partition(b"\0")[2]
    return _unpacked(text) if is_packed else text


UNPACKED: dict[bytes, Callable[[bytes], bytes]] = {
    b"tEXt": _plain_text, b"zTXt": _packed_text, b"iTXt": _international_text,
}  # fmt: skip


def _unpacked(packed: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(packed, TEXT_BYTES + 1)
    except zlib.error:
        return b""


def _in_jpeg(file: IO[bytes]) -> Iterator[tuple[str, Read]]:
    at = 2
    for _ in range(MOST_CHUNKS):
        head = _read(file, at, 4)
        if len(head) < 4 or head[0] != 0xFF or head[1] == chunks.SOS:
            return
        if head[1] == 0xFF:  # filled up
            at += 1
            continue
        length = int.from_bytes(head[2:])
        if head[1] == chunks.APP1:
            yield from _of_segment(_read(file, at + 4, max(0, length - 2)))
        at += 2 + length


def _of_segment(body: bytes) -> Iterator[tuple[str, Read]]:
    if body.startswith(EXIF_START):
        yield from _of_exif(body)
    elif body.startswith(XMP_START):
        yield from _of_xmp(body)


def _in_webp(file: IO[bytes]) -> Iterator[tuple[str, Read]]:
    for kind, at, length in _heads(file, 12, "<4sL", behind=0):
        if kind == b"EXIF":
            yield from _of_exif(_read(file, at, min(length, EXIF_BYTES)))
        elif kind == b"XMP ":
            yield from _of_xmp(_read(file, at, min(length, EXIF_BYTES)))


def _of_exif(body: bytes) -> Iterator[tuple[str, Read]]:
    for keyword, text in exif.read_texts(body.removeprefix(EXIF_START), most_bytes=TEXT_BYTES):
        yield keyword, lambda text=text: text  # type: ignore[misc]


def _of_xmp(packet: bytes) -> Iterator[tuple[str, Read]]:
    if (text := xmp.read_own(packet)) is not None:
        yield OWN, lambda: text

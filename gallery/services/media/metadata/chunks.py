"""The containers of pictures: JPEG segments, PNG and WebP chunks, as they follow one another and as they are written.

Nothing here decodes a pixel. Offsets and lengths are in bytes.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
SOS, APP0, APP1 = 0xDA, 0xE0, 0xE1
RESTARTS = range(0xD0, 0xD8)
JPEG_BODY_BYTES = 65_533  # of one segment
EXIF_START, XMP_START = b"Exif\0\0", b"http://ns.adobe.com/xap/1.0/\0"

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_XMP = b"XML:com.adobe.xmp"

WEBP_EXIF, WEBP_XMP, WEBP_ALPHA, WEBP_PROFILE = 0x08, 0x04, 0x10, 0x20  # flags in the head of the long form


class BrokenContainer(Exception):
    """Cut, or built in a way that is not understood."""


# -- JPEG -------------------------------------------------------------------------------------------------------------


def jpeg_segments(content: bytes, *, to_scan: bool = False) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end); the segment of a scan reaches to the next marker. What follows the end is not read.

    `to_scan`: only what stands in front of the first scan. Raises BrokenContainer.
    """
    if content[:2] != JPEG_START:
        raise BrokenContainer("no JPEG")
    at = 2
    while (found := _marker(content, at))[0] != JPEG_END[1]:
        marker, at = found
        if to_scan and marker == SOS:
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        end = _end_of_scan(content, end) if marker == SOS else end
        if end > len(content):
            raise BrokenContainer("ends early")
        yield marker, at, end
        at = end


def _marker(content: bytes, at: int) -> tuple[int, int]:
    """Return a marker and where it begins, behind what it is filled up with."""
    if content[at : at + 1] != b"\xff":
        raise BrokenContainer("no marker where one should be")
    while content[at + 1] == 0xFF:
        at += 1
    return content[at + 1], at


def _end_of_scan(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) >= 0:
        if content[at + 1] and content[at + 1] not in RESTARTS and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    raise BrokenContainer("the scan has no end")


def jpeg_segment(marker: int, body: bytes) -> bytes:
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


# -- PNG --------------------------------------------------------------------------------------------------------------


def png_chunks(content: bytes) -> Iterator[tuple[bytes, int, int]]:
    """Yield (kind, start, end) up to the end; what follows it is not read. Raises BrokenContainer."""
    if content[:8] != PNG_START:
        raise BrokenContainer("no PNG")
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">L4s", content, at)
        end = at + 12 + (0 if kind == b"IEND" else length)
        if end > len(content):
            raise BrokenContainer("ends early")
        yield kind, at, end
        at = end


def png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def png_text(keyword: bytes, text: bytes) -> bytes:
    """Return a chunk of UTF-8 that is not packed."""
    return png_chunk(b"iTXt", keyword + b"\0\0\0\0\0" + text)


# -- WebP -------------------------------------------------------------------------------------------------------------


def webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, body). Raises BrokenContainer."""
    riff, length, webp = struct.unpack_from("<4sL4s", content)
    if riff != b"RIFF" or webp != b"WEBP" or length + 8 > len(content):
        raise BrokenContainer("no WebP, or not all of one")
    at = 12
    while at + 8 <= length + 8:
        kind, size = struct.unpack_from("<4sL", content, at)
        if at + 8 + size > length + 8:
            raise BrokenContainer("ends early")
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def write_webp(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(kind + struct.pack("<L", len(part)) + part + b"\0" * (len(part) % 2) for kind, part in chunks)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


def lengthen_webp(chunks: list[tuple[bytes, bytes]], flags: int) -> list[tuple[bytes, bytes]]:
    """Return the chunks in the long form, whose head says by flags what else is in it."""
    if chunks[0][0] != b"VP8X":
        chunks = [(b"VP8X", bytes([_alpha(chunks[0]), 0, 0, 0]) + _canvas(chunks[0])), *chunks]
    kind, head = chunks[0]
    return [(kind, bytes([head[0] | flags]) + head[1:]), *chunks[1:]]


def _alpha(chunk: tuple[bytes, bytes]) -> int:
    kind, body = chunk
    return WEBP_ALPHA if kind == b"VP8L" and body[4] & 0x10 else 0


def _canvas(chunk: tuple[bytes, bytes]) -> bytes:
    """Return width and height, each less one, in three bytes: as VP8X writes what VP8 and VP8L know.

    Raises BrokenContainer.
    """
    kind, body = chunk
    width: int
    height: int
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<L", body, 1)
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        width, height = (size & 0x3FFF for size in struct.unpack_from("<HH", body, 6))
        width, height = width - 1, height - 1
        if min(width, height) < 0:
            raise BrokenContainer("a picture without width or height")
    return width.to_bytes(3, "little") + height.to_bytes(3, "little")

"""What browsers forgive around the pixels of a picture and Pillow does not: left out or put right, in a copy.

The stored file stays as it came; whoever decodes it gets the copy. Pixels are never made up: what is missing of them
is missing in the copy too. Only heads of chunks are read unless there is something to mend.
"""

import re
import struct
import zlib
from collections.abc import Iterator
from typing import IO

TAIL_BYTES = 64 * 1024  # within which a sound file ends, whatever was put behind it
CHUNK_LIMIT = 1_000_000  # bytes that a compressed profile may have unpacked; Pillow refuses more
JPEG_END = b"\xff\xd9"
SCAN, NEXT_MARKER = 0xDA, re.compile(rb"\xff[^\x00\xd0-\xd7\xff]")
WITHOUT_LENGTH = {0x01, *range(0xD0, 0xD9)}
# Segments without which a JPEG looks different: EXIF (it may be turned), the profile, which colours these are.
LOOKS = ((0xE0, b"JFIF\0"), (0xE1, b"Exif\0\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe"))
APP0, APP15 = 0xE0, 0xEF

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_LOOKS = {b"tRNS", b"iCCP", b"eXIf"}  # what may be left out and a picture looks different without
PNG_PACKED = {b"zTXt", b"iTXt", b"iCCP"}  # they may be larger than Pillow takes
PNG_MOVES = {b"acTL", b"fcTL", b"fdAT"}  # only the first picture is shown
PNG_LENGTHS = {b"gAMA": 4, b"cHRM": 32, b"sRGB": 1, b"pHYs": 9}  # Pillow reads these without looking
# Lengths of tRNS by the type of colour: grey, colours, palette; others have transparency of their own.
PNG_CLEAR_BYTES = {b"\0": {2}, b"\2": {6}, b"\3": set(range(1, 257))}
PNG_COLOUR_TYPE = slice(25, 26)  # where its head tells the type of colour
WEBP_MOST_BYTES = 40_000_000  # of a chunk that is filled up: its length may be a lie
WEBP_PIXELS = {b"VP8 ", b"VP8L"}
WEBP_FRAMES = {b"VP8X", b"ALPH", b"VP8 ", b"VP8L", b"ANIM", b"ANMF", b"ICCP", b"EXIF"}


def mend_image(file: IO[bytes], image_format: str) -> bytes | None:
    """Return the bytes to decode instead of an open file, or None if it can be decoded as it is."""
    file.seek(0)
    mended = {"jpeg": _mend_jpeg, "png": _mend_png, "webp": _mend_webp}[image_format](file)
    file.seek(0)
    return mended


def strip_segments(content: bytes, image_format: str) -> Iterator[bytes]:
    """Yield a picture without what it looks the same without, then without any: what is odd may be odd there only."""
    if image_format == "jpeg":
        yield _bare_jpeg(content, LOOKS)
        yield _bare_jpeg(content, ())


def lacks_end(file: IO[bytes]) -> bool:
    """Say whether an open JPEG or WebP was cut before its end: its last pixels may be missing."""
    file.seek(0)
    if _is_webp(file.read(4)):
        return any(kind in WEBP_PIXELS and len(body) < length for kind, length, body in _webp_parts(_whole(file)))
    return not _ends_soon(file) and _end_of_jpeg(_whole(file)) is None


def with_end(content: bytes, filling: bytes = b"") -> bytes:
    """Return a JPEG or WebP that was cut with an end, and this nonsense in the place of what is missing."""
    if _is_webp(content):
        return _whole_webp(content, filling or b"\0")
    return strip_padding(content) + filling + JPEG_END


# -- JPEG: an end marker that is missing ------------------------------------------------------------------------------


def _mend_jpeg(file: IO[bytes]) -> bytes | None:
    return with_end(_whole(file)) if lacks_end(file) else None


def strip_padding(content: bytes) -> bytes:
    """Return what came before the zeros that a file was filled up with, and before half a marker."""
    sound = content.rstrip(b"\0")
    if not sound.endswith(b"\xff"):
        return sound
    return sound[:-1] if sound == content else sound + b"\0"  # FF 00 is a pixel's


def _ends_soon(file: IO[bytes]) -> bool:
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    return strip_padding(file.read()).endswith(JPEG_END)


def _whole(file: IO[bytes]) -> bytes:
    file.seek(0)
    return file.read()


def _end_of_jpeg(content: bytes) -> int | None:
    """Return where the first picture of a JPEG ends, None if it does not."""
    for marker, _, end in _segments(content):
        if marker == JPEG_END[1]:
            return end
    return None


def _segments(content: bytes) -> Iterator[tuple[int, int, int]]:
    """Yield (marker, start, end) of each segment as far as they make sense; that of a scan reaches to the next one."""
    at = 2
    while (at := content.find(b"\xff", at)) >= 0:
        while content[at + 1 : at + 2] == b"\xff":  # filled up
            at += 1
        marker = content[at + 1] if at + 1 < len(content) else 0
        if marker == JPEG_END[1]:
            yield marker, at, at + 2
            return
        end = at + 2 if marker in WITHOUT_LENGTH else _end_of_segment(content, at, marker)
        if end is None:
            return
        yield marker, at, end
        at = end


def _end_of_segment(content: bytes, at: int, marker: int) -> int | None:
    if at + 4 > len(content):
        return None
    end = at + 2 + int.from_bytes(content[at + 2 : at + 4])
    if marker == SCAN:
        found = NEXT_MARKER.search(content, end)
        return found.start() if found else None
    return end


def _bare_jpeg(content: bytes, looks: tuple[tuple[int, bytes], ...]) -> bytes:
    parts, rest = [content[:2]], 2
    for marker, start, end in _segments(content):
        kept = any(marker == of and content.startswith(word, start + 4) for of, word in looks)
        if kept or not APP0 <= marker <= APP15:
            parts.append(content[start:end])
        rest = end
    return b"".join([*parts, content[rest:]])


# -- PNG: what may be left out and is odd, or larger than Pillow takes -----------------------------------------------


def _mend_png(file: IO[bytes]) -> bytes | None:
    if not any(is_odd(*chunk) for chunk in _png_heads(file)):
        return None
    content = _whole(file)
    return b"".join([PNG_START, *_sound_chunks(content)])


def _png_heads(file: IO[bytes]) -> Iterator[tuple[bytes, bytes, bytes, bytes]]:
    """Yield (kind, body, checksum, type of colour); the body of what may be left out only, which alone is read."""
    size, at = file.seek(0, 2), len(PNG_START)
    file.seek(PNG_COLOUR_TYPE.start)
    colour = file.read(1)
    while at + 12 <= size:
        file.seek(at)
        length, kind = struct.unpack(">L4s", file.read(8))
        if kind == b"IEND" or at + 12 + length > size:
            return
        if _may_be_left_out(kind):
            body = file.read(length)
            yield kind, body, file.read(4), colour
        at += 12 + length


def _may_be_left_out(kind: bytes) -> bool:
    return bool(kind[0] & 0x20)  # a small first letter: ancillary


def is_odd(kind: bytes, body: bytes, crc: bytes, colour: bytes) -> bool:
    """Say whether Pillow stumbles over a chunk that may be left out, or reads it otherwise than browsers."""
    if kind in PNG_PACKED | PNG_MOVES or PNG_LENGTHS.get(kind, len(body)) != len(body):
        return True
    return zlib.crc32(kind + body).to_bytes(4) != crc or (kind == b"tRNS" and not _is_clear(body, colour))


def _is_clear(body: bytes, colour: bytes) -> bool:
    return len(body) in PNG_CLEAR_BYTES.get(colour, ())


def _sound_chunks(content: bytes) -> Iterator[bytes]:
    """Yield the chunks that say how the picture looks, as they are. What is cut stays cut."""
    at, colour = len(PNG_START), content[PNG_COLOUR_TYPE]
    while at + 12 <= len(content):
        length, kind = struct.unpack_from(">L4s", content, at)
        chunk = content[at : at + 12 + length]
        if not _may_be_left_out(kind) or _is_sound(kind, chunk[8:-4], chunk[-4:], colour):
            yield chunk
        if kind == b"IEND":
            return
        at += 12 + length
    yield content[at:]


def _is_sound(kind: bytes, body: bytes, crc: bytes, colour: bytes) -> bool:
    if kind not in PNG_LOOKS or zlib.crc32(kind + body).to_bytes(4) != crc:
        return False
    if kind == b"tRNS":
        return _is_clear(body, colour)
    return kind != b"iCCP" or _is_profile(body)


def _is_profile(body: bytes) -> bool:
    name, _, packed = body.partition(b"\0")
    return bool(name) and packed[:1] == b"\0" and _unpacks_small(packed[1:])


def _unpacks_small(packed: bytes) -> bool:
    unpacker = zlib.decompressobj()
    try:
        unpacker.decompress(packed, CHUNK_LIMIT)
    except zlib.error:
        return False
    return not unpacker.unconsumed_tail


# -- WebP: a length that does not fit ---------------------------------------------------------------------------------


def _mend_webp(file: IO[bytes]) -> bytes | None:
    size = file.seek(0, 2)
    file.seek(4)
    length = int.from_bytes(file.read(4), "little") + 8
    if length <= size and _webp_end(file, size) == length:
        return None
    return _whole_webp(_whole(file), b"\0")


def _webp_end(file: IO[bytes], size: int) -> int:
    """Return where the last chunk of a picture ends that is known, or where the file does."""
    at = 12
    while at + 8 <= size:
        file.seek(at)
        kind, length = struct.unpack("<4sL", file.read(8))
        if kind not in WEBP_FRAMES | {b"XMP "}:
            break
        at += 8 + length + length % 2
    return at


def _is_webp(content: bytes) -> bool:
    return content[:4] == b"RIFF"


def _whole_webp(content: bytes, filling: bytes) -> bytes:
    chunks = b"".join(_webp_chunks(content, filling))
    return b"RIFF" + struct.pack("<L", len(chunks) + 4) + b"WEBP" + chunks


def _webp_chunks(content: bytes, filling: bytes) -> Iterator[bytes]:
    """Yield the chunks that are known; of those that are cut only pixels, filled up, so that what came can be seen."""
    for kind, length, body in _webp_parts(content):
        missing = length - len(body)
        if missing and (kind not in WEBP_PIXELS or length > WEBP_MOST_BYTES):
            continue
        body += (filling * (missing // len(filling) + 1))[:missing]
        yield struct.pack("<4sL", kind, length) + body.ljust(length + length % 2, b"\0")


def _webp_parts(content: bytes) -> Iterator[tuple[bytes, int, bytes]]:
    """Yield (kind, announced length, body) of the chunks that a picture is made of; a body that is cut is shorter."""
    at = 12
    while at + 8 <= len(content):
        kind, length = struct.unpack_from("<4sL", content, at)
        if kind in WEBP_FRAMES:
            yield kind, length, content[at + 8 : at + 8 + length]
        at += 8 + length + length % 2

"""The containers of pictures: everything that is not the picture is taken out, without touching a pixel; a text put in.

What may stay is listed, not what must go: metadata that nobody has thought of yet goes too.
"""

import struct
import zlib
from collections.abc import Iterable, Iterator
from xml.sax.saxutils import escape

from gallery.services.media import repair

JPEG_START, JPEG_END = b"\xff\xd8", b"\xff\xd9"
SOS, COM, APP0, APP14 = 0xDA, 0xFE, 0xE0, 0xEE
RESTARTS = range(0xD0, 0xD8)
# Quantization, Huffman and arithmetic tables, frames (SOFn), restart interval, lines, the scan itself.
JPEG_KEPT = {0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)}
JPEG_KEPT |= {*range(0xCD, 0xD0)}
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"  # as plain as it can be
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
JPEG_TEXT_BYTES = 65_533  # in one comment; a longer text takes several

PNG_START = b"\x89PNG\r\n\x1a\n"
PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PNG_COLOUR = {b"iCCP", b"gAMA", b"cHRM", b"cICP"}  # without these it might look different

WEBP_PIXELS = {b"VP8 ", b"VP8L"}
WEBP_KEPT = {b"VP8X", b"ALPH"} | WEBP_PIXELS
WEBP_XMP, WEBP_ALPHA = 0x04, 0x10
EXIF_ORIENTATION = 0x0112
XMP = (
    '<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    '<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/"><dc:description><rdf:Alt>'
    '<rdf:li xml:lang="x-default">{}</rdf:li></rdf:Alt></dc:description></rdf:Description></rdf:RDF></x:xmpmeta>'
)


# What the IPTC calls a picture that a trained model made: who looks for it finds it here, and nothing else.
MADE_BY_MODEL = (
    b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">'
    b'<rdf:Description rdf:about="" xmlns:Iptc4xmpExt="http://iptc.org/std/Iptc4xmpExt/2008-02-29/">'
    b"<Iptc4xmpExt:DigitalSourceType>http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia"
    b"</Iptc4xmpExt:DigitalSourceType></rdf:Description></rdf:RDF></x:xmpmeta>"
)


class CannotStrip(Exception):
    """Cannot be stripped without a loss, or is built in a way that is not understood: draw it anew."""


def strip_metadata(content: bytes, image_format: str) -> bytes:
    """Return the bytes with nothing but the picture in them. Raises CannotStrip."""
    try:
        return {"jpeg": _strip_jpeg, "png": _strip_png, "webp": _strip_webp}[image_format](content)
    except (struct.error, IndexError) as error:
        raise CannotStrip("ends early") from error


def embed_description(content: bytes, image_format: str, text: str) -> bytes:
    """Put a text into stripped bytes: a comment in JPEG, `Description` in PNG, that of XMP in WebP."""
    return {"jpeg": _describe_jpeg, "png": _describe_png, "webp": _describe_webp}[image_format](content, text)


# -- JPEG: segments ---------------------------------------------------------------------------------------------------


def _strip_jpeg(content: bytes) -> bytes:
    kept = [JPEG_START]
    for marker, segment in _segments(content):
        if marker in JPEG_KEPT:
            kept.append(segment)
        elif marker == APP0 and segment[4:9] == b"JFIF\0" and len(kept) == 1:
            kept.append(JFIF)
        elif marker == APP14 and segment[4:9] == b"Adobe":
            kept.append(ADOBE + segment[15:16])  # which colours these are, nothing else
        elif _turns_or_colours(marker, segment):
            raise CannotStrip("turned or coloured by its metadata")
    return b"".join([*kept, JPEG_END])


def _segments(content: bytes) -> Iterator[tuple[int, bytes]]:
    """Yield (marker, segment); the one of a scan reaches to the next marker. What follows the end is not read."""
    if content[:2] != JPEG_START:
        raise CannotStrip("no JPEG")
    at = 2
    while True:
        if content[at] != 0xFF:
            raise CannotStrip("no marker where one should be")
        while content[at + 1] == 0xFF:  # filled up
            at += 1
        marker = content[at + 1]
        if marker == JPEG_END[1]:
            return
        (length,) = struct.unpack_from(">H", content, at + 2)
        end = at + 2 + length
        end = _end_of_scan(content, end) if marker == SOS else end
        if end > len(content):
            raise CannotStrip("ends early")
        yield marker, content[at:end]
        at = end


def _end_of_scan(content: bytes, at: int) -> int:
    while (at := content.find(b"\xff", at)) >= 0:
        if content[at + 1] and content[at + 1] not in RESTARTS and content[at + 1] != 0xFF:
            return at
        at += 1 if content[at + 1] == 0xFF else 2
    raise CannotStrip("the scan has no end")


def _turns_or_colours(marker: int, segment: bytes) -> bool:
    body = segment[4:]
    return body.startswith(b"ICC_PROFILE\0") or (body.startswith(b"Exif\0\0") and _is_turned(body[6:]))


def _is_turned(exif: bytes) -> bool:
    """Whether EXIF (a small TIFF) says that the picture stands otherwise than its pixels; unreadable is a yes."""
    order = {b"II": "<", b"MM": ">"}.get(exif[:2])
    try:
        (at,) = struct.unpack_from(f"{order}L", exif, 4)
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        tags = (struct.unpack_from(f"{order}HHLH", exif, at + 2 + 12 * n) for n in range(count))
        return any(tag == EXIF_ORIENTATION and value != 1 for tag, _, _, value in tags)
    except struct.error:
        return True


def _describe_jpeg(content: bytes, text: str) -> bytes:
    body = text.encode()
    parts = [body[at : at + JPEG_TEXT_BYTES] for at in range(0, len(body), JPEG_TEXT_BYTES)]
    comments = (struct.pack(">BBH", 0xFF, COM, len(part) + 2) + part for part in parts)
    at = 2 + len(JFIF) if content[2 : 2 + len(JFIF)] == JFIF else 2
    return b"".join([content[:at], *comments, content[at:]])


# -- PNG: chunks ------------------------------------------------------------------------------------------------------


def _strip_png(content: bytes) -> bytes:
    kept = [PNG_START]
    for kind, chunk in _png_chunks(content):
        if kind == b"tRNS" and repair.is_odd(kind, chunk[8:-4], chunk[-4:], content[repair.PNG_COLOUR_TYPE]):
            raise CannotStrip("its transparency is damaged")
        if kind in PNG_KEPT:
            kept.append(chunk)
        elif kind in PNG_COLOUR or (kind == b"eXIf" and _is_turned(chunk[8:-4])):
            raise CannotStrip("turned or coloured by its metadata")
    return b"".join(kept)


def _png_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """Yield (kind, chunk) up to the end; what follows it is not read."""
    if content[:8] != PNG_START:
        raise CannotStrip("no PNG")
    at, kind = 8, b""
    while kind != b"IEND":
        length, kind = struct.unpack_from(">L4s", content, at)
        end = at + 12 + (0 if kind == b"IEND" else length)
        if end > len(content):
            raise CannotStrip("ends early")
        yield kind, _png_chunk(b"IEND", b"") if kind == b"IEND" else content[at:end]
        at = end


def _png_chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def _describe_png(content: bytes, text: str) -> bytes:
    chunk = _png_chunk(b"iTXt", b"Description\0\0\0\0\0" + text.encode())
    at = 8 + 25  # behind the head
    return content[:at] + chunk + content[at:]


# -- WebP: RIFF chunks ------------------------------------------------------------------------------------------------


def _strip_webp(content: bytes) -> bytes:
    kept = []
    for kind, body in _webp_chunks(content):
        if kind == b"VP8X":
            kept.append((kind, bytes([body[0] & WEBP_ALPHA, 0, 0, 0]) + body[4:10]))
        elif kind in WEBP_KEPT:
            kept.append((kind, body))
        elif kind in (b"ICCP", b"ANIM") or (kind == b"EXIF" and _is_turned(body.removeprefix(b"Exif\0\0"))):
            raise CannotStrip("turned, coloured or moved by its metadata")
    if not WEBP_PIXELS & {kind for kind, _ in kept}:
        raise CannotStrip("no picture within the length that it claims")
    return _webp(kept)


def _webp_chunks(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    riff, length, webp = struct.unpack_from("<4sL4s", content)
    if riff != b"RIFF" or webp != b"WEBP" or length + 8 > len(content):
        raise CannotStrip("no WebP, or not all of one")
    at = 12
    while at + 8 <= length + 8:
        kind, size = struct.unpack_from("<4sL", content, at)
        if at + 8 + size > length + 8:
            raise CannotStrip("ends early")
        yield kind, content[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _webp(chunks: Iterable[tuple[bytes, bytes]]) -> bytes:
    body = b"".join(kind + struct.pack("<L", len(part)) + part + b"\0" * (len(part) % 2) for kind, part in chunks)
    return b"RIFF" + struct.pack("<L", len(body) + 4) + b"WEBP" + body


def _describe_webp(content: bytes, text: str) -> bytes:
    chunks = list(_webp_chunks(content))
    if chunks[0][0] != b"VP8X":
        chunks.insert(0, (b"VP8X", bytes([_alpha(chunks[0]), 0, 0, 0]) + _canvas(chunks[0])))
    kind, head = chunks[0]
    chunks[0] = (kind, bytes([head[0] | WEBP_XMP]) + head[1:])
    return _webp([*chunks, (b"XMP ", _xmp(text))])


def _alpha(chunk: tuple[bytes, bytes]) -> int:
    kind, body = chunk
    return WEBP_ALPHA if kind == b"VP8L" and body[4] & 0x10 else 0


def _canvas(chunk: tuple[bytes, bytes]) -> bytes:
    """Return width and height, each less one, in three bytes: as VP8X writes what VP8 and VP8L know."""
    kind, body = chunk
    width: int
    height: int
    if kind == b"VP8L":
        (bits,) = struct.unpack_from("<L", body, 1)
        width, height = bits & 0x3FFF, bits >> 14 & 0x3FFF
    else:
        width, height = (size & 0x3FFF for size in struct.unpack_from("<HH", body, 6))
        width, height = width - 1, height - 1
    return width.to_bytes(3, "little") + height.to_bytes(3, "little")


def _xmp(text: str) -> bytes:
    return XMP.format(escape(text)).encode()

"""A recipe put into a picture as other programs read it, and the mark that a model made it: no pixel is touched.

What the provider wrote stays. A signature of theirs (C2PA) stays too, and does not fit what is in the file any more.
"""

import hashlib
import struct
from collections.abc import Mapping

from gallery.catalogue.recipes import infotext, own
from gallery.catalogue.recipes.reading import OWN, PARAMETERS
from gallery.services.media.metadata import chunks, exif, xmp
from gallery.services.media.metadata.chunks import APP0, APP1, EXIF_START, XMP_START, BrokenContainer

EXTENDED_START = b"http://ns.adobe.com/xmp/extension/\0"
EXTENDED_BYTES = 65_000  # of a piece of a packet that is too long for one segment
NOTE = 'xmlns:xmpNote="http://ns.adobe.com/xmp/note/"'
HAS_EXTENDED = f'<rdf:Description rdf:about="" {NOTE} xmpNote:HasExtendedXMP="{{}}"/>'


class CannotEmbed(Exception):
    """Built in a way that is not understood: nothing can be put in."""


def embed_recipe(content: bytes, image_format: str, facts: Mapping[str, object], *, marked: bool) -> bytes:
    """Return the bytes with facts in them, by API name, and if `marked` that a model made the picture.

    Raises CannotEmbed.
    """
    if not (facts or marked):
        return content
    try:
        return {"jpeg": _in_jpeg, "png": _in_png, "webp": _in_webp}[image_format](content, facts, marked)
    except (BrokenContainer, struct.error, IndexError) as error:
        raise CannotEmbed(str(error)) from error


def _packet(existing: bytes | None, facts: Mapping[str, object], *, marked: bool, words: bool = True) -> bytes | None:
    """Return the packet to write; None where what is there cannot be added to."""
    there = existing or b""
    said = marked and b"DigitalSourceType" not in there
    described = xmp.describe(facts, marked=said, words=words and b"dc:description" not in there)
    if existing is None:
        return xmp.packet(described)
    return xmp.merged(existing, described) if described else existing


def _comment(existing: bytes, facts: Mapping[str, object]) -> bytes | None:
    """Return EXIF with the recipe as its comment; None where there is nothing to say, or no place to say it."""
    text = infotext.write_infotext(facts)
    try:
        return exif.with_comment(existing or exif.EMPTY, text) if text else None
    except exif.UnreadableExif:
        return None


# -- PNG --------------------------------------------------------------------------------------------------------------


def _in_png(content: bytes, facts: Mapping[str, object], marked: bool) -> bytes:
    """In front of the pixels, where readers look that do not read to the end; of two texts they believe the last."""
    found = list(chunks.png_chunks(content))
    at = next((start for kind, start, _ in found if kind == b"IDAT"), None)
    if at is None:
        raise BrokenContainer("no pixels")
    texts = [chunks.png_text(PARAMETERS.encode(), text.encode())] if (text := infotext.write_infotext(facts)) else []
    texts += [chunks.png_text(OWN.encode(), own.write_own(facts).encode())] if facts else []
    key = b"iTXt" + chunks.PNG_XMP + b"\0"
    there = next(((start, end) for _, start, end in found if content.startswith(key, start + 4)), None)
    if there is None:
        packet = _packet(None, facts, marked=marked)
        return b"".join([content[:at], *texts, chunks.png_text(chunks.PNG_XMP, packet or b""), content[at:]])
    start, end = there
    replaced = _merged_png_text(content[start + 8 : end - 4], facts, marked) or content[start:end]
    spliced = content[:start] + replaced + content[end:]
    at += len(replaced) - (end - start) if start < at else 0
    return b"".join([spliced[:at], *texts, spliced[at:]])


def _merged_png_text(body: bytes, facts: Mapping[str, object], marked: bool) -> bytes | None:
    """Return a chunk of XMP with the recipe put to it; None of one that is packed or written otherwise than usual."""
    keyword, _, rest = body.partition(b"\0")
    language, _, following = rest[2:].partition(b"\0")
    translated, _, existing = following.partition(b"\0")
    if rest[:1] != b"\0":
        return None
    packet = _packet(existing, facts, marked=marked)
    return chunks.png_chunk(b"iTXt", b"\0".join([keyword, rest[:2] + language, translated, packet])) if packet else None


# -- JPEG -------------------------------------------------------------------------------------------------------------


def _in_jpeg(content: bytes, facts: Mapping[str, object], marked: bool) -> bytes:
    found = [(start, end) for marker, start, end in chunks.jpeg_segments(content, to_scan=True) if marker == APP1]
    there = {
        key: next(((start, end) for start, end in found if content.startswith(key, start + 4)), None)
        for key in (EXIF_START, XMP_START)
    }
    written = {EXIF_START: _jpeg_comment(_body(content, there[EXIF_START], EXIF_START) or b"", facts)}
    written[XMP_START] = _jpeg_packet(_body(content, there[XMP_START], XMP_START), facts, marked)
    first = _behind_jfif(content)
    pieces = [(*(there[key] or (first, first)), each) for key, each in written.items() if each]
    return _spliced(content, sorted(pieces, key=lambda piece: piece[:2]))


def _body(content: bytes, place: tuple[int, int] | None, key: bytes) -> bytes | None:
    return content[place[0] + 4 + len(key) : place[1]] if place else None


def _behind_jfif(content: bytes) -> int:
    """JFIF stands first; EXIF next, as readers want it."""
    segments = chunks.jpeg_segments(content, to_scan=True)
    first = next(segments, None)
    return first[2] if first and first[0] == APP0 else 2


def _spliced(content: bytes, pieces: list[tuple[int, int, bytes]]) -> bytes:
    """Put pieces in the place of what is there; of those for one place in their order."""
    parts, at = [], 0
    for start, end, piece in pieces:
        parts += [content[at:start], piece]
        at = end
    return b"".join([*parts, content[at:]])


def _jpeg_comment(existing: bytes, facts: Mapping[str, object]) -> bytes | None:
    body = _comment(existing, facts)
    fits = body is not None and len(EXIF_START) + len(body) <= chunks.JPEG_BODY_BYTES
    return chunks.jpeg_segment(APP1, EXIF_START + body) if body is not None and fits else None


def _jpeg_packet(existing: bytes | None, facts: Mapping[str, object], marked: bool) -> bytes | None:
    """Return the segments of XMP: with all words, with our JSON alone, or in several pieces, whichever fits first."""
    for words in (True, False):
        packet = _packet(existing, facts, marked=marked, words=words)
        if packet is not None and len(XMP_START) + len(packet) <= chunks.JPEG_BODY_BYTES:
            return chunks.jpeg_segment(APP1, XMP_START + packet)
    return _extended(facts, marked) if existing is None else None


def _extended(facts: Mapping[str, object], marked: bool) -> bytes:
    """Return a short packet that names a long one by its digest, and the long one in pieces."""
    whole = xmp.packet(xmp.describe(facts, marked=False, words=False))
    digest = hashlib.md5(whole, usedforsecurity=False).hexdigest().upper()
    short = xmp.packet(HAS_EXTENDED.format(digest) + xmp.describe({}, marked=marked))
    pieces = (
        EXTENDED_START + digest.encode() + struct.pack(">LL", len(whole), at) + whole[at : at + EXTENDED_BYTES]
        for at in range(0, len(whole), EXTENDED_BYTES)
    )
    return b"".join(chunks.jpeg_segment(APP1, body) for body in [XMP_START + short, *pieces])


# -- WebP -------------------------------------------------------------------------------------------------------------


def _in_webp(content: bytes, facts: Mapping[str, object], marked: bool) -> bytes:
    found = list(chunks.webp_chunks(content))
    there = dict(reversed(found))
    comment = _comment(there.get(b"EXIF", b"").removeprefix(EXIF_START), facts)
    written = {b"EXIF": comment, b"XMP ": _packet(there.get(b"XMP "), facts, marked=marked)}
    replaced = [(kind, written.pop(kind, None) or body) for kind, body in found]
    new = [(kind, body) for kind, body in written.items() if body]
    flags = {b"EXIF": chunks.WEBP_EXIF, b"XMP ": chunks.WEBP_XMP}
    told = sum({flags.get(kind, 0) for kind, _ in [*replaced, *new]})
    return chunks.write_webp(chunks.lengthen_webp([*replaced, *new], told))

"""A picture alone: everything else is taken out of its container, without touching a pixel.

What may stay is listed, not what must go: metadata that nobody has thought of yet goes too. Its colour profile stays,
and how it stands by its EXIF: without these it would look different.
"""

import struct
import zlib
from collections.abc import Callable, Iterator

from gallery.services.media import repair
from gallery.services.media.metadata import chunks, exif, profiles
from gallery.services.media.metadata.chunks import APP0, APP1, EXIF_START, BrokenContainer

APP2, APP14 = 0xE2, 0xEE
# Quantization, Huffman and arithmetic tables, frames (SOFn), restart interval, lines, the scan itself.
JPEG_KEPT = {0xC4, 0xCC, 0xDA, 0xDB, 0xDC, 0xDD, *range(0xC0, 0xC4), *range(0xC5, 0xC8), *range(0xC9, 0xCC)}
JPEG_KEPT |= {*range(0xCD, 0xD0)}
JFIF = b"\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00"  # as plain as it can be
ADOBE = b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00"
PROFILE_START = b"ICC_PROFILE\0"

PNG_KEPT = {b"IHDR", b"PLTE", b"tRNS", b"IDAT", b"IEND"}
PNG_COLOUR = {b"gAMA": 4, b"cHRM": 32, b"cICP": 4, b"sRGB": 1}  # with their lengths: nothing else fits in
PROFILE_NAME = b"ICC"  # in a PNG a profile has one

Profile = Callable[[bytes], bytes]

WEBP_PIXELS = {b"VP8 ", b"VP8L"}
WEBP_KEPT = {b"VP8X", b"ALPH"} | WEBP_PIXELS


class CannotStrip(Exception):
    """Cannot be stripped without a loss, or is built in a way that is not understood."""


def strip_metadata(content: bytes, image_format: str, *, read_profile: Profile = profiles.sound_profile) -> bytes:
    """Return the bytes with nothing but the picture in them. Raises CannotStrip.

    `read_profile`: what is kept of its colour profile.
    """
    try:
        return {"jpeg": _strip_jpeg, "png": _strip_png, "webp": _strip_webp}[image_format](content, read_profile)
    except BrokenContainer as error:
        raise CannotStrip(str(error)) from error
    except exif.UnreadableExif as error:
        raise CannotStrip("perhaps turned by an EXIF that cannot be read") from error
    except (struct.error, IndexError) as error:
        raise CannotStrip("ends early") from error


# -- JPEG -------------------------------------------------------------------------------------------------------------


def _strip_jpeg(content: bytes, read_profile: Profile) -> bytes:
    segments = [(marker, content[start:end]) for marker, start, end in chunks.jpeg_segments(content)]
    kept: list[bytes] = []
    for marker, segment in segments:
        if marker in JPEG_KEPT:
            kept.append(segment)
        elif marker == APP0 and segment[4:9] == b"JFIF\0" and not kept:
            kept.append(JFIF)
        elif marker == APP14 and segment[4:9] == b"Adobe":
            kept.append(ADOBE + segment[15:16])  # which colours these are, nothing else
    at = 1 if kept and kept[0] == JFIF else 0
    kept[at:at] = [*_turning_segment(segments), *_profile_segments(segments, read_profile)]
    return b"".join([chunks.JPEG_START, *kept, chunks.JPEG_END])


def _turning_segment(segments: list[tuple[int, bytes]]) -> Iterator[bytes]:
    """Yield how the first EXIF says that the picture stands, as browsers read it."""
    body = next((each[4:] for marker, each in segments if marker == APP1 and each[4:10] == EXIF_START), None)
    if body is not None and (turned := exif.read_orientation(body[len(EXIF_START) :])) != 1:
        yield chunks.jpeg_segment(APP1, EXIF_START + exif.write_orientation(turned))


def _profile_segments(segments: list[tuple[int, bytes]], read_profile: Profile) -> Iterator[bytes]:
    """Yield the profile anew, from however many pieces."""
    start = len(PROFILE_START)
    bodies = [each[4:] for marker, each in segments if marker == APP2 and each[4:].startswith(PROFILE_START)]
    pieces = sorted((body[start], body[start + 2 :]) for body in bodies if len(body) > start + 2)
    profile = read_profile(b"".join(piece for _, piece in pieces))
    room = chunks.JPEG_BODY_BYTES - start - 2
    parts = [profile[at : at + room] for at in range(0, len(profile), room)]
    for number, part in enumerate(parts, 1):
        yield chunks.jpeg_segment(APP2, PROFILE_START + bytes([number, len(parts)]) + part)


# -- PNG --------------------------------------------------------------------------------------------------------------


def _strip_png(content: bytes, read_profile: Profile) -> bytes:
    kept = [chunks.PNG_START]
    for kind, start, end in chunks.png_chunks(content):
        body = content[start + 8 : end - 4]
        if kind == b"tRNS" and repair.is_odd(kind, body, content[end - 4 : end], content[repair.PNG_COLOUR_TYPE]):
            raise CannotStrip("its transparency is damaged")
        kept += _kept_of_png(kind, body, content[start:end], read_profile)
    return b"".join(kept)


def _kept_of_png(kind: bytes, body: bytes, chunk: bytes, read_profile: Profile) -> Iterator[bytes]:
    if kind == b"IEND":
        yield chunks.png_chunk(b"IEND", b"")
    elif kind in PNG_KEPT or PNG_COLOUR.get(kind) == len(body):
        yield chunk
    elif kind == b"iCCP" and (profile := read_profile(_unpacked(body))):
        yield chunks.png_chunk(b"iCCP", PROFILE_NAME + b"\0\0" + zlib.compress(profile))
    elif kind == b"eXIf" and (turned := exif.read_orientation(body)) != 1:
        yield chunks.png_chunk(b"eXIf", exif.write_orientation(turned))


def _unpacked(body: bytes) -> bytes:
    packed = body.partition(b"\0")[2][1:]
    try:
        return zlib.decompressobj().decompress(packed, profiles.MOST_BYTES)
    except zlib.error:
        return b""


# -- WebP -------------------------------------------------------------------------------------------------------------


def _strip_webp(content: bytes, read_profile: Profile) -> bytes:
    flags = 0
    kept: list[tuple[bytes, bytes]] = []
    before: list[tuple[bytes, bytes]] = []
    behind: list[tuple[bytes, bytes]] = []
    for kind, body in chunks.webp_chunks(content):
        if kind == b"VP8X":
            kept.append((kind, bytes([body[0] & chunks.WEBP_ALPHA, 0, 0, 0]) + body[4:10]))
        elif kind in WEBP_KEPT:
            kept.append((kind, body))
        elif kind == b"ANIM":
            raise CannotStrip("it moves")
        elif kind == b"ICCP" and not before and (profile := read_profile(body)):
            before, flags = [(kind, profile)], flags | chunks.WEBP_PROFILE
        elif kind == b"EXIF" and not behind and (turned := exif.read_orientation(body.removeprefix(EXIF_START))) != 1:
            behind, flags = [(kind, exif.write_orientation(turned))], flags | chunks.WEBP_EXIF
    if not WEBP_PIXELS & {kind for kind, _ in kept}:
        raise CannotStrip("no picture within the length that it claims")
    if flags:
        kept = chunks.lengthen_webp(kept, flags)
    return chunks.write_webp([*kept[:1], *before, *kept[1:], *behind])

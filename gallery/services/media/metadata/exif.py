"""EXIF, a small TIFF: a comment put into it and read out of it, as AUTOMATIC1111 writes it; and nothing else changed.

Source: TIFF 6.0 and Exif 2.32; of the comment piexif, with which that program writes.
"""

import struct
from collections.abc import Iterator

EXIF_IFD, USER_COMMENT, ORIENTATION = 0x8769, 0x9286, 0x0112
LONG, UNDEFINED, SHORT = 4, 7, 3
UNICODE, ASCII, UNKNOWN = b"UNICODE\0", b"ASCII\0\0\0", b"\0" * 8
ORDERS = {b"II*\0": "<", b"MM\0*": ">"}
MOST_ENTRIES = 400  # of one directory
EMPTY = b"MM\0*" + struct.pack(">LHL", 8, 0, 0)  # a directory with nothing in it
# ComfyUI writes its graphs into tags that are meant for makers of cameras, each behind its name.
TEXT_TAGS = (0x010E, 0x010F, 0x0110)

Entry = tuple[int, int, int, bytes]  # tag, type, count, and the value or where it is


class UnreadableExif(ValueError):
    """No TIFF, or one whose directories lead out of it."""


def with_comment(exif: bytes, text: str) -> bytes | None:
    """Return EXIF (EMPTY for none) with a comment in it; None if it has one already, which stays.

    What is there stays where it is, byte for byte: new directories are written behind it. Raises UnreadableExif.
    """
    order, first = _header(exif)
    entries, following = _directory(exif, order, first)
    inner, inner_following = _inner(exif, order, entries)
    if any(tag == USER_COMMENT for tag, *_ in inner):
        return None
    body = exif + b"\0" * (len(exif) % 2)
    comment = UNICODE + text.encode("utf-16-be")  # whatever the order of the rest: so readers take it
    at = len(body)
    body += comment + b"\0" * (len(comment) % 2)
    inner.append((USER_COMMENT, UNDEFINED, len(comment), struct.pack(f"{order}L", at)))
    inner_at = len(body)
    body += _written(inner, order, inner_following)
    outer = [entry for entry in entries if entry[0] != EXIF_IFD]
    outer.append((EXIF_IFD, LONG, 1, struct.pack(f"{order}L", inner_at)))
    return body[:4] + struct.pack(f"{order}L", len(body)) + body[8:] + _written(outer, order, following)


def write_orientation(value: int) -> bytes:
    """Return EXIF that says how the picture stands, and nothing else."""
    entry = (ORIENTATION, SHORT, 1, struct.pack(">HH", value, 0))
    return EMPTY[:8] + _written([entry], ">", 0)


def read_orientation(exif: bytes) -> int:
    """Return how a picture stands by its EXIF, 1 to 8. Raises UnreadableExif."""
    order, first = _header(exif)
    for tag, _, _, value in _directory(exif, order, first)[0]:
        if tag == ORIENTATION and 1 <= (found := struct.unpack(f"{order}HH", value)[0]) <= 8:
            return int(found)
    return 1


def read_texts(exif: bytes, *, most_bytes: int) -> Iterator[tuple[str, bytes]]:
    """Yield (keyword, text as it stands) of the comment and of what ComfyUI wrote; nothing of what cannot be read."""
    try:
        order, first = _header(exif)
        entries = _directory(exif, order, first)[0]
        inner = _inner(exif, order, entries)[0]
    except UnreadableExif:
        return
    for tag, _, count, where in [*inner, *entries]:
        if tag not in (USER_COMMENT, *TEXT_TAGS) or count <= 4:
            continue
        (at,) = struct.unpack(f"{order}L", where)
        text = exif[at : at + min(count, most_bytes + 1)]
        if tag == USER_COMMENT:
            yield "usercomment", text
        elif (parts := text.partition(b":"))[0].lower() in (b"prompt", b"workflow"):
            yield parts[0].decode().lower(), parts[2].rstrip(b"\0")


def decode_comment(content: bytes) -> str:
    """Return a comment of EXIF: eight bytes say how it is written, and often do not say in which order."""
    kind, body = content[:8], content[8:]
    if kind == UNICODE:
        return body.decode(_order_of(body), "ignore").strip("\0")
    return (body if kind in (ASCII, UNKNOWN) else content).decode("utf-8", "replace").strip("\0 ")


def _order_of(body: bytes) -> str:
    """Every recipe has ASCII in it: its empty halves tell which comes first."""
    if body[:2] in (b"\xff\xfe", b"\xfe\xff"):
        return "utf-16"
    return "utf-16-be" if body[::2].count(0) >= body[1::2].count(0) else "utf-16-le"


def _header(exif: bytes) -> tuple[str, int]:
    order = ORDERS.get(exif[:4])
    if order is None or len(exif) < 8:
        raise UnreadableExif("no TIFF")
    return order, struct.unpack_from(f"{order}L", exif, 4)[0]


def _directory(exif: bytes, order: str, at: int) -> tuple[list[Entry], int]:
    """Return the entries of a directory, and where the next one is."""
    try:
        (count,) = struct.unpack_from(f"{order}H", exif, at)
        if count > MOST_ENTRIES:
            raise UnreadableExif("too many entries")
        entries = [struct.unpack_from(f"{order}HHL4s", exif, at + 2 + 12 * n) for n in range(count)]
        end = at + 2 + 12 * count
        return entries, struct.unpack_from(f"{order}L", exif, end)[0] if end + 4 <= len(exif) else 0
    except struct.error:
        raise UnreadableExif("a directory leads out of it") from None


def _inner(exif: bytes, order: str, entries: list[Entry]) -> tuple[list[Entry], int]:
    """Return the directory that has the comment; an empty one if there is none."""
    for tag, _, _, where in entries:
        if tag == EXIF_IFD:
            return _directory(exif, order, struct.unpack(f"{order}L", where)[0])
    return [], 0


def _written(entries: list[Entry], order: str, following: int) -> bytes:
    packed = (struct.pack(f"{order}HHL4s", *entry) for entry in sorted(entries))
    return struct.pack(f"{order}H", len(entries)) + b"".join(packed) + struct.pack(f"{order}L", following)

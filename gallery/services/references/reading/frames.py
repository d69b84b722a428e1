"""How many pictures are in a file, counted by its blocks: none of them is decoded."""

import contextlib
import struct
from collections.abc import Callable, Iterator
from itertools import islice
from typing import IO

GIF_PICTURE, GIF_EXTENSION = b"\x2c", b"\x21"


def count_frames(file: IO[bytes], kind: str, *, most: int) -> int:
    """Return the number of pictures in an open file, at least 1 and at most `most`; counting stops where it is cut."""
    walk = WALKS.get(kind)
    if walk is None:
        return 1
    count = 0
    with contextlib.suppress(struct.error, IndexError):
        for _ in islice(walk(file), most):
            count += 1
    file.seek(0)
    return max(1, count)


def _gif_frames(file: IO[bytes]) -> Iterator[None]:
    file.seek(10)
    _skip_colours(file, file.read(3)[0])
    while (block := file.read(1)) in (GIF_PICTURE, GIF_EXTENSION):
        if block == GIF_PICTURE:
            yield None
            _skip_colours(file, file.read(9)[8])
        file.seek(1, 1)  # the label of an extension, or how its pixels are coded
        while length := file.read(1)[0]:
            file.seek(length, 1)


def _skip_colours(file: IO[bytes], flags: int) -> None:
    if flags & 0x80:
        file.seek(3 << (flags & 7) + 1, 1)


def _png_frames(file: IO[bytes]) -> Iterator[None]:
    """An animated PNG tells their number before its first picture."""
    at = 8
    while True:
        file.seek(at)
        length, kind = struct.unpack(">L4s", file.read(8))
        if kind == b"acTL":
            yield from (None for _ in range(int.from_bytes(file.read(4))))
        if kind in (b"acTL", b"IDAT", b"IEND"):
            return
        at += 12 + length


def _webp_frames(file: IO[bytes]) -> Iterator[None]:
    size, at = file.seek(0, 2), 12
    while at + 8 <= size:
        file.seek(at)
        kind, length = struct.unpack("<4sL", file.read(8))
        if kind == b"ANMF":
            yield None
        at += 8 + length + length % 2


WALKS: dict[str, Callable[[IO[bytes]], Iterator[None]]] = {"gif": _gif_frames, "png": _png_frames, "webp": _webp_frames}

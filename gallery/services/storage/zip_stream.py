"""A ZIP as a stream: one file in memory at a time, however many there are; and few streams at once."""

import zipfile
from collections.abc import Generator, Iterable, Iterator

from gallery.services.operations import stream_slots

LONG_AGO = (1980, 1, 1, 0, 0, 0)  # the earliest a ZIP can say: when something was made is nobody's business
SLICE_BYTES = 256 * 1024  # so small that a slow reader is told from one that takes a large picture


class GaveWay(Exception):
    """Its reader was so slow that somebody else got the slot: the connection breaks, as nothing can end it well."""


class Stream:
    """The bytes of a ZIP of (name, content) pairs, made while they are read, in a slot that `stream_slots` gave.

    The slot is given back when it is closed, which a response does in any case, also if it was never read.
    """

    def __init__(self, files: Iterable[tuple[str, bytes]], *, slot: stream_slots.Slot) -> None:
        self.slices = _slices(files)
        self.slot = slot

    def __iter__(self) -> "Stream":
        return self

    def __next__(self) -> bytes:
        self.slot.took()
        if self.slot.lost:
            raise GaveWay
        part = next(self.slices)
        self.slot.handed_out()
        return part

    def close(self) -> None:
        stream_slots.release_slot(self.slot)
        self.slices.close()


def _slices(files: Iterable[tuple[str, bytes]]) -> Generator[bytes, None, None]:
    for part in _parts(files):
        for start in range(0, len(part), SLICE_BYTES):
            yield part[start : start + SLICE_BYTES]


def _parts(files: Iterable[tuple[str, bytes]]) -> Iterator[bytes]:
    """Pictures are compressed already: they are stored."""
    pipe = _Pipe()
    with zipfile.ZipFile(pipe, "w", zipfile.ZIP_STORED) as archive:  # type: ignore[call-overload]  # it closes no pipe
        for name, content in files:
            archive.writestr(zipfile.ZipInfo(name, LONG_AGO), content)
            yield pipe.take()
    yield pipe.take()


class _Pipe:
    """What a ZipFile writes to: keeps the bytes until they are taken. It cannot seek, and so nothing is held back."""

    def __init__(self) -> None:
        self.parts: list[bytes] = []

    def write(self, data: bytes) -> int:
        self.parts.append(bytes(data))
        return len(data)

    def flush(self) -> None:
        pass

    def take(self) -> bytes:
        parts, self.parts = self.parts, []
        return b"".join(parts)

"""A ZIP as a stream: one file in memory at a time, however many there are; and few streams at once."""

from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count

from zipstream.ng import ZipStream

from gallery.services.operations import stream_slots

SLICE_BYTES = 256 * 1024  # so small that a slow reader is told from one that takes a large picture


class GaveWay(Exception):
    """Its reader was so slow that somebody else got the slot: the connection breaks, as nothing can end it well."""


class NotAsLong(Exception):
    """A file is not as long as was said before: the connection breaks, so that nobody takes what came for the whole."""


@dataclass(slots=True)
class Entry:
    """A file of a ZIP whose length is known before it is made."""

    name: str
    size: int


@dataclass(slots=True)
class Planned:
    """A picture of a ZIP. `name`: with its number; `size`: of its file, if it is known before it is made."""

    image_id: int
    name: str
    size: int | None


def known_entries(planned: Iterable[Planned]) -> list[Entry] | None:
    """Return all of them as entries, or None if the length of one is not known."""
    found = [Entry(each.name, each.size) if each.size is not None else None for each in planned]
    known = [entry for entry in found if entry is not None]
    return known if len(known) == len(found) else None


def number_names(first: int, *, of: int) -> Iterator[str]:
    """Yield the numbers with which names begin, as wide as the last of `of` pictures needs."""
    width = max(3, len(str(of)))
    return (f"{number:0{width}d}" for number in count(first))


@dataclass(slots=True)
class Files:
    """What goes into a ZIP, one after the other, made when it is asked for. Each content comes in pieces.

    `entries`: the names and lengths of all of them, if they are known; then `contents` yields as many.
    """

    contents: Iterator[tuple[str, Iterable[bytes]]]
    entries: Sequence[Entry] | None = None


class Stream:
    """The bytes of a ZIP, made while they are read, in a slot that `stream_slots` gave.

    `length`: how many bytes it will have, where that is known. The slot is given back when it is closed, which a
    response does in any case, also if it was never read.
    """

    def __init__(self, files: Files, *, slot: stream_slots.Slot) -> None:
        self.length: int | None = None
        if files.entries is None:
            self.slices = _packed(files.contents)
        else:
            archive = _sized(files.entries, files.contents)
            self.length = archive.__len__()  # len() ends where the integers of C do
            self.slices = _packed_as_said(archive)
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


def _packed(contents: Iterable[tuple[str, Iterable[bytes]]]) -> Generator[bytes, None, None]:
    """Pictures are compressed already: they are stored."""
    archive = ZipStream()
    for name, pieces in contents:
        archive.add(b"".join(pieces), name)
        yield from _slices(archive.file())
    yield from _slices(archive.footer())


def _packed_as_said(archive: ZipStream) -> Generator[bytes, None, None]:
    while archive.num_queued():
        yield from _slices(archive.file())
    yield from _slices(archive.footer())


def _slices(parts: Iterable[bytes]) -> Iterator[bytes]:
    """Yield slices of at most so many bytes; what is short waits for what follows in the same file."""
    kept = bytearray()
    for part in parts:
        for start in range(0, len(part), SLICE_BYTES):
            kept += part[start : start + SLICE_BYTES]
            if len(kept) >= SLICE_BYTES:
                yield bytes(kept[:SLICE_BYTES])
                del kept[:SLICE_BYTES]
    if kept:
        yield bytes(kept)


def _sized(entries: Sequence[Entry], contents: Iterator[tuple[str, Iterable[bytes]]]) -> ZipStream:
    archive = ZipStream(sized=True)
    for entry in entries:
        archive.add(_Promised(entry, contents), entry.name, size=entry.size)
    return archive


@dataclass(slots=True)
class _Promised:
    """The next content, which must be that of its entry and as long as was said. Raises NotAsLong."""

    entry: Entry
    contents: Iterator[tuple[str, Iterable[bytes]]]

    def __iter__(self) -> Iterator[bytes]:
        name, pieces = next(self.contents, ("", ()))
        left = self.entry.size
        for piece in pieces:
            left -= len(piece)
            if left < 0:
                break
            yield piece
        if left or name != self.entry.name:
            raise NotAsLong(f"{self.entry.name}: {self.entry.size - left} bytes instead of {self.entry.size}")

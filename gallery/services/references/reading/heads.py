"""What a file says of itself before any of it is decoded: format, size in pixels, how many pictures are in it."""

from dataclasses import dataclass
from typing import IO

from gallery.services.media import validation
from gallery.services.references import refusals
from gallery.services.references.reading import frames
from gallery.services.references.refusals import Unfit

BYTES_MOST = 20 * 1024 * 1024
FRAMES_MOST = 250
SCANS_MOST = 100  # of a progressive JPEG: a usual one has ten, and each costs as much as a decode
TAKEN = ("png", "jpeg", "webp", "avif", "gif", "heic")
JPEG_SCAN = b"\xff\xda"


@dataclass(frozen=True)
class Head:
    """format: as `sniff` names it. size: as its pixels lie; None for HEIC, which only its own decoder can tell.

    shrinks: reading less of it takes less memory, as of a usual JPEG; a progressive one takes 120 MB of 20 MP anyway.
    """

    format: str
    size: tuple[int, int] | None
    frames: int
    lossless: bool
    shrinks: bool = False


def read_head(file: IO[bytes]) -> Head:
    """Return the head of an open file that may be decoded. Raises Unfit with a reason for people."""
    _check_bytes(file.seek(0, 2))
    kind = validation.detect_format(file)
    if kind not in TAKEN:
        raise Unfit(refusals.say_other_kind(kind, is_text=_is_text(file)))
    head = Head(kind, None, frames=1, lossless=False) if kind == "heic" else _read(file, kind)
    if head.frames > FRAMES_MOST:
        raise Unfit(f"More than {FRAMES_MOST} pictures in one file: save the one that is meant.")
    return head


def _check_bytes(count: int) -> None:
    if not count:
        raise Unfit("An empty file.")
    if count > BYTES_MOST:
        raise Unfit(refusals.say_too_many_bytes(count, most=BYTES_MOST))


def _is_text(file: IO[bytes]) -> bool:
    start = file.read(4096)
    try:
        start.decode()
    except UnicodeDecodeError as error:
        return error.start > len(start) - 4  # cut within a letter
    return b"\0" not in start


def _read(file: IO[bytes], kind: str) -> Head:
    if kind == "jpeg":
        _check_scans(file)
    if kind == "webp" and (told := _size_of_webp(file)):
        refusals.check_size(*told)  # opening takes memory for the whole of it, twice
    try:
        with validation.open_to_look(file) as picture:
            size = picture.size
            count = getattr(picture, "n_frames", 1) if kind == "avif" else 0  # others would go through all of it
            shrinks = kind == "jpeg" and not picture.info.get("progressive")
    except validation.NotAnImage:
        raise Unfit(refusals.FAR_TOO_LARGE) from None
    except (validation.TruncatedImage, *validation.DAMAGE):
        raise Unfit(refusals.DAMAGED) from None
    refusals.check_size(*size)
    count = count or frames.count_frames(file, kind, most=FRAMES_MOST + 1)
    return Head(kind, size, count, _is_lossless(file, kind), shrinks)


def _check_scans(file: IO[bytes]) -> None:
    file.seek(0)
    if file.read().count(JPEG_SCAN) > SCANS_MOST:
        raise Unfit("A JPEG in so many layers that reading it takes too long: save it anew.")


def _size_of_webp(file: IO[bytes]) -> tuple[int, int] | None:
    file.seek(0)
    head = file.read(30).ljust(30, b"\0")
    if head[12:16] == b"VP8X":
        return 1 + int.from_bytes(head[24:27], "little"), 1 + int.from_bytes(head[27:30], "little")
    if head[12:16] == b"VP8L":
        bits = int.from_bytes(head[21:25], "little")
        return 1 + (bits & 0x3FFF), 1 + (bits >> 14 & 0x3FFF)
    if head[12:16] == b"VP8 ":
        return int.from_bytes(head[26:28], "little") & 0x3FFF, int.from_bytes(head[28:30], "little") & 0x3FFF
    return None


def _is_lossless(file: IO[bytes], kind: str) -> bool:
    """Say whether its pixels are as they were drawn, so that a JPEG of it would be the first to add fringes."""
    file.seek(0)
    return kind in ("png", "gif") or (kind == "webp" and b"VP8L" in file.read())

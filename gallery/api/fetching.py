"""The bytes of a result: judged by their head, capped, counted and hashed on their way into a file."""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from .errors import ResultGone, ResultRefused, ResultUnavailable
from .wire import MAX_RESULT_BYTES

LONGEST_MAGIC_BYTES = 12


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What was written. file_format by the first bytes ("jpeg", "png", "webp"): headers and endings may lie.

    listed: False when the host is public but nobody vouched for it; keep the file aside.
    """

    size_bytes: int
    sha256: str
    file_format: str
    listed: bool
    host: str


def check_head(status: int, headers: Mapping[str, str]) -> None:
    """Return if a body worth reading follows. Raises ResultGone, ResultUnavailable or ResultRefused."""
    if 300 <= status < 400:
        raise ResultRefused("the address leads elsewhere", status=status)
    if status in (404, 410):
        raise ResultGone(f"{status}: the address is dead", status=status)
    if status != 200:
        raise ResultUnavailable(f"{status} instead of the picture", status=status)
    if headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
        raise ResultRefused("the picture came compressed although we take none", status=status)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > MAX_RESULT_BYTES):
        raise ResultRefused("the file is too large", status=status)


def copy_picture(chunks: Iterable[bytes], into: BinaryIO) -> tuple[int, str, str]:
    """Write the chunks and return (bytes, SHA-256, format). Nothing is written unless the head is a picture's.

    Raises ResultRefused for no picture or too much of it, ResultUnavailable for nothing at all; OSError of `into`.
    """
    size_bytes, digest, file_format = 0, hashlib.sha256(), ""
    for chunk in _with_whole_head(chunks):
        file_format = file_format or _format_of(chunk)
        size_bytes += len(chunk)
        if size_bytes > MAX_RESULT_BYTES:
            raise ResultRefused("the file is too large")
        digest.update(chunk)
        into.write(chunk)
    if not size_bytes:
        raise ResultUnavailable("an empty file")
    return size_bytes, digest.hexdigest(), file_format


def _with_whole_head(chunks: Iterable[bytes]) -> Iterable[bytes]:
    """Yield the same bytes, the first chunk long enough to tell its format unless the file is shorter."""
    head = b""
    for chunk in chunks:
        if head is None:
            yield chunk
        elif len(head := head + chunk) >= LONGEST_MAGIC_BYTES:
            yield head
            head = None
    if head:
        yield head


def _format_of(head: bytes) -> str:
    if head.startswith(b"\xff\xd8\xff"):
        return "jpeg"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head[:4] == b"RIFF" and head[8:12] == b"WEBP":
        return "webp"
    raise ResultRefused("the file is no JPEG, PNG or WebP")

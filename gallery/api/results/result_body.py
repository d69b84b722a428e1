"""The bytes of a result: judged by their head, capped, counted and hashed on their way into a file.

What they are decides nothing here: it has been paid for, and is kept whatever it is.
"""

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import IO

from ..errors import ResultGone, ResultRefused, ResultUnavailable
from ..requests import MAX_RESULT_BYTES
from . import encodings
from .formats import HEAD_BYTES, sniff

CHUNK_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Downloaded:
    """What was written. file_format by the first bytes ("jpeg", "gif", "" for unknown ones): headers may lie.

    listed: False when the host is public but nobody vouched for it; keep the file aside. complete: nothing is missing
    of what was sent, so another try brings the same. note: what is odd about it, in a few words of ours.
    """

    size_bytes: int
    sha256: str
    file_format: str
    listed: bool
    host: str
    complete: bool = True
    note: str = ""


def check_head(status: int, headers: Mapping[str, str], *, most_bytes: int | None = None) -> None:
    """Return if a body worth reading follows. Raises ResultGone, ResultUnavailable or ResultRefused.

    most_bytes: instead of those of a result, here and below.
    """
    if 300 <= status < 400:
        raise ResultRefused("the address leads elsewhere", status=status)
    if status in (404, 410):
        raise ResultGone(f"{status}: the address is dead", status=status)
    if status not in (200, 203):  # 203: a proxy on the way has changed something, perhaps the compression
        raise ResultUnavailable(f"{status} instead of the picture", status=status)
    length = headers.get("content-length", "")
    if length.isascii() and length.isdigit() and (len(length) > 15 or int(length) > (most_bytes or MAX_RESULT_BYTES)):
        raise ResultRefused("the file is too large", status=status)


def is_framed(headers: Mapping[str, str]) -> bool:
    """Say whether a body that ended is whole: its length or its last chunk was announced. Else a cut looks alike."""
    return "content-length" in headers or "chunked" in headers.get("transfer-encoding", "").lower()


def copy_picture(chunks: Iterable[bytes], into: IO[bytes], *, most_bytes: int | None = None) -> tuple[int, str, str]:
    """Write the chunks and return (bytes, SHA-256, format).

    Raises ResultRefused for too much of it, ResultUnavailable for nothing at all; OSError of `into`.
    """
    size_bytes, digest, head = 0, hashlib.sha256(), b""
    for chunk in chunks:
        size_bytes += len(chunk)
        if size_bytes > (most_bytes or MAX_RESULT_BYTES):
            raise ResultRefused("the file is too large")
        head += chunk[: max(0, HEAD_BYTES - len(head))]
        digest.update(chunk)
        into.write(chunk)
    if not size_bytes:
        raise ResultUnavailable("an empty file")
    return size_bytes, digest.hexdigest(), sniff(head)


def copy_inline(content: IO[bytes], *, into: IO[bytes]) -> Downloaded:
    """Write a picture that came within an answer into an empty file, under the same cap as one that is fetched."""
    facts = copy_picture(iter(lambda: content.read(CHUNK_BYTES), b""), into)
    return Downloaded(*facts, listed=True, host="")


def unpack(into: IO[bytes], encoding: str, *, most_bytes: int | None = None) -> tuple[int, str, str] | None:
    """Undo a compression of what was written; return its new facts, or None if it stays as it came."""
    into.seek(0)
    packed = into.read()
    try:
        plain = encodings.undo(packed, encoding, limit=most_bytes or MAX_RESULT_BYTES)
    except encodings.CannotUndo:
        return None
    into.seek(0)
    into.truncate()
    return copy_picture([plain], into)

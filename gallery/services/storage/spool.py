"""Answers on disk: what a paid call brought is written here before the database hears of it, and removed after."""

import json
import os
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any, BinaryIO

from django.conf import settings

SUFFIX = ".json"
UNFINISHED = ".part"
CONTENT_SUFFIX = ".content"  # an answer that carries the picture itself: a line of facts, then the bytes


def save_answer(attempt_key: str, facts: Mapping[str, Any]) -> None:
    """Write an answer, synced, readable only by us (its address carries a signature)."""
    _write(f"{attempt_key}{SUFFIX}", json.dumps(facts).encode())


def save_content(attempt_key: str, facts: Mapping[str, Any], content: bytes) -> None:
    """Write an answer that carries its picture, synced and in one piece: it stays until the picture is stored."""
    _write(f"{attempt_key}{CONTENT_SUFFIX}", json.dumps(facts).encode() + b"\n" + content)


def _write(name: str, content: bytes) -> None:
    into = spool_folder()
    unfinished = into / f"{name}{UNFINISHED}"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "wb") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(into / name)


def sweep_unfinished(is_nobodys: Callable[[str], bool]) -> None:
    """Take away answers whose writing was cut, if `is_nobodys` says so of their attempt. A whole one is replayed."""
    for part in spool_folder().glob(f"*{UNFINISHED}"):
        whole = part.with_suffix("")
        if not is_nobodys(whole.stem):
            continue
        with suppress(FileNotFoundError):  # another process did the same just now
            part.rename(whole) if whole.suffix == SUFFIX and _is_json(part) else part.unlink()


def _is_json(path: Path) -> bool:
    try:
        return isinstance(json.loads(path.read_bytes()), dict)
    except ValueError:
        return False


def remove_answer(attempt_key: str) -> None:
    (spool_folder() / f"{attempt_key}{SUFFIX}").unlink(missing_ok=True)


def remove_content(attempt_key: str) -> None:
    (spool_folder() / f"{attempt_key}{CONTENT_SUFFIX}").unlink(missing_ok=True)


def open_content(attempt_key: str) -> BinaryIO:
    """Open the bytes that came within an answer. Raises FileNotFoundError: it may have been another machine's."""
    file = (spool_folder() / f"{attempt_key}{CONTENT_SUFFIX}").open("rb")
    file.readline()
    return file


def read_facts(attempt_key: str) -> dict[str, Any]:
    """Return what else is known of an answer that carries its picture."""
    with (spool_folder() / f"{attempt_key}{CONTENT_SUFFIX}").open("rb") as file:
        facts: dict[str, Any] = json.loads(file.readline())
    return facts


def list_contents(*, unless: Iterable[str] = ()) -> list[str]:
    """Return the attempt keys of all bytes that lie here, except those of the attempts named."""
    return sorted({path.stem for path in spool_folder().glob(f"*{CONTENT_SUFFIX}")} - set(unless))


def list_answers(*, unless: Collection[str] = ()) -> Iterator[tuple[str, str]]:
    """Yield (attempt key, text) of every answer that lies here, except those of the attempts named."""
    for path in sorted(spool_folder().glob(f"*{SUFFIX}")):
        if path.stem in unless:
            continue
        try:
            yield path.stem, path.read_text()
        except FileNotFoundError:
            continue  # its worker recorded it just now


def set_aside(attempt_key: str, suffix: str = SUFFIX) -> None:
    """Keep an answer that nobody can read where a person finds it."""
    path = spool_folder() / f"{attempt_key}{suffix}"
    path.rename(path.with_suffix(".bad"))


def spool_folder() -> Path:
    """Return the folder of the answers; it is made if it is not there."""
    found = Path(settings.SPOOL)
    found.mkdir(parents=True, exist_ok=True, mode=0o700)
    return found

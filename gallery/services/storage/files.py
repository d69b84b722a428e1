"""Files in the storage: space for them, publishing them whole or not at all, taking them away."""

import os
import shutil
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage, storages

from gallery.models import Attempt, Image, Sheet, Statement
from gallery.services.operations import workers
from gallery.services.storage import spool
from gallery.services.storage.error_words import StorageTrouble as StorageTrouble
from gallery.services.storage.error_words import name_trouble

FREE_BYTES = 200 * 1024 * 1024  # below this nothing is bought: a result can have 40 MB, and the database needs room too
PROBE_SECONDS = 20  # how long a successful look at a remote storage is believed
STALE_SECONDS = 3600  # a temporary file this old belongs to nobody
PIECE_BYTES = 256 * 1024  # of a file that is read in pieces
SAMPLES = "demo"  # the folder of files that many demo pictures show

MOST_MISSED = 10_000  # files of which this process remembers that they were not there

missed: set[str] = set()
probes: dict[str, Any] = {"good_until": 0.0, "failed_at": 0.0, "trouble": None}
probing = threading.Lock()  # one at a time: of many threads that ask, one asks the service and the others believe it


class ReadyFile(File):  # type: ignore[type-arg]  # Django's takes none when it runs
    """A complete local file that the storage may take over by renaming it (FileSystemStorage asks for its path)."""

    def temporary_file_path(self) -> str | None:
        return self.name


def check_storage(*, free_bytes: int | None = None) -> None:
    """Raise StorageTrouble unless a result could be stored now: paying for what cannot be kept is the worst outcome."""
    for folder in (incoming_folder, spool.spool_folder):  # either may have a disk of its own
        _check_folder(folder, free_bytes or FREE_BYTES)
    if not is_local_storage():
        _check_remote()


def _check_folder(folder: Callable[[], Path], free_bytes: int) -> None:
    try:
        path = folder()
        is_writable, free = os.access(path, os.W_OK | os.X_OK), shutil.disk_usage(path).free
    except OSError as error:
        words = f"The storage folder cannot be used: {error.strerror or type(error).__name__}."
        raise StorageTrouble(words, is_disk=True) from error
    if not is_writable:
        words = "FLUXWEB_DATA has a folder that cannot be written to."
        raise StorageTrouble(words, is_refusal=True, is_disk=True)
    if free < free_bytes:
        words = f"The disk is nearly full: {free // 2**20} MB left, {free_bytes // 2**20} MB needed."
        raise StorageTrouble(words, is_disk=True)


def _check_remote() -> None:
    asked_at = time.monotonic()
    with probing:
        if time.monotonic() < probes["good_until"]:
            return
        if probes["failed_at"] > asked_at:  # while we waited for our turn
            raise probes["trouble"]
        try:
            default_storage.save("probe", ContentFile(b"fluxweb"))
        except Exception as error:  # whatever the S3 library raises: its classes are many
            probes.update(failed_at=time.monotonic(), trouble=_named(error))
            raise probes["trouble"] from error
        probes["good_until"] = time.monotonic() + PROBE_SECONDS


def _named(error: Exception) -> StorageTrouble:
    storage: Any = default_storage  # that of an S3 service
    return name_trouble(error, secrets=(storage.access_key, storage.secret_key))


def is_local_storage() -> bool:
    return isinstance(storages["default"], FileSystemStorage)


def incoming_folder() -> Path:
    """The folder of unfinished files: beside the media, in the same file system, so that a rename is atomic."""
    folder = Path(settings.MEDIA_ROOT) / ".incoming"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def incoming_file() -> Iterator["tempfile._TemporaryFileWrapper[bytes]"]:
    """An open temporary file that is gone afterwards unless `publish_file` took it over."""
    with tempfile.NamedTemporaryFile(dir=incoming_folder(), prefix=f"{workers.own_file_tag()}-", delete=False) as file:
        try:
            yield file
        finally:
            Path(file.name).unlink(missing_ok=True)


def publish_file(file: IO[bytes], name: str) -> str:
    """Store a complete temporary file under `name`, synced and at once: nobody ever sees half of it."""
    file.flush()
    os.fsync(file.fileno())
    try:
        stored = _save(file, name)
    except OSError:
        raise
    except Exception as error:  # whatever a remote storage's library raises: the file is not there
        probes["good_until"] = 0.0  # the next call looks before it pays
        raise _named(error) from error
    if is_local_storage():
        _sync_folder(Path(default_storage.path(stored)).parent)
    return stored


def _save(file: IO[bytes], name: str) -> str:
    with Path(file.name).open("rb") as reader:
        return default_storage.save(name, ReadyFile(reader, name=file.name))


def _sync_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def publish_bytes(content: bytes, name: str) -> str:
    with incoming_file() as file:
        file.write(content)
        return publish_file(file, name)


def file_name_of(attempt: Attempt | Sheet | Statement, folder: str, suffix: str = "") -> str:
    """Return the name of an attempt's file: made from its key, so that the same fetch done twice is one file."""
    return file_name(attempt.key, folder, suffix)


def file_name(key: str, folder: str, suffix: str = "") -> str:
    """Return the name of a file, in a part of its folder: no file system likes a million names in one."""
    return f"{folder}/{key[:2]}/{key}{suffix}"


def view_name(image: Image) -> str:
    """Return the name of the view that guests see of a picture, once one was drawn."""
    return file_name(image.file_key, "views", ".webp")


def sample_name(digest: str, folder: str, suffix: str) -> str:
    """Return the name of a file that many demo pictures show."""
    return f"{folder}/{SAMPLES}/{digest[:16]}{suffix}"


def is_sample(name: str) -> bool:
    """Say whether a file is not one picture's alone."""
    return name.split("/")[1:2] == [SAMPLES]


def list_files(folder: str) -> Iterator[tuple[str, str]]:
    """Yield the name and the attempt's key of every file of a folder that `file_name_of` named."""
    for part in _listed(folder)[0]:
        for name in _listed(f"{folder}/{part}")[1]:
            yield f"{folder}/{part}/{name}", name.partition(".")[0]


def _listed(folder: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(folder)
    except FileNotFoundError:
        return [], []


def open_file(name: str) -> "File[bytes]":
    try:
        return default_storage.open(name, "rb")
    except OSError:
        raise
    except Exception as error:  # whatever a remote storage's library raises
        raise _named(error) from error


def stored_size(name: str, *, said: int) -> int | None:
    """Return how many bytes a file has; None if it is not there.

    A remote storage is not asked, for that takes long: what its row says is believed, unless it was missed before.
    """
    if not is_local_storage():
        return None if name in missed else said
    try:
        return Path(default_storage.path(name)).stat().st_size
    except FileNotFoundError:
        return None


def note_missed(name: str) -> None:
    """Remember of a file that it was not there."""
    if len(missed) < MOST_MISSED:
        missed.add(name)


def pieces_of(name: str) -> Iterator[bytes]:
    """Yield a file piece by piece, so that it is never in memory as a whole; it is opened for the first."""
    try:
        file = open_file(name)
    except FileNotFoundError:
        note_missed(name)
        raise
    with file:
        yield from file.chunks(PIECE_BYTES)


def remove_file(name: str) -> None:
    """Remove a file if it is there."""
    default_storage.delete(name)


def sweep_files_of_dead_workers() -> None:
    """Remove the temporary files of workers that were found dead, by the marks in their names."""
    left = list(incoming_folder().iterdir())
    gone = workers.file_tags(gone=True) if left else ()
    for path in left:
        if _tag(path) in gone:
            path.unlink(missing_ok=True)


def sweep_incoming() -> None:
    """Remove temporary files that are old and of no worker that lives: of processes that nobody knows any more."""
    before, living = time.time() - STALE_SECONDS, workers.file_tags(gone=False)
    for path in incoming_folder().iterdir():
        with suppress(FileNotFoundError):  # taken over just now
            if path.stat().st_mtime < before and _tag(path) not in living:
                path.unlink()


def _tag(path: Path) -> str:
    return path.name.partition("-")[0]

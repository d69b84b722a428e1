"""A ZIP with a table of pairs and the pictures it names: nothing of it is ever written to a path that it names."""

import contextlib
import io
import posixpath
import re
import stat
import unicodedata
import zipfile
import zlib
from collections import defaultdict
from dataclasses import replace
from typing import IO

from gallery.catalogue.problems import InvalidValue, shown
from gallery.catalogue.tables.batches import MAX_BYTES, LineProblem
from gallery.services.references.pairs.tables import PairRow, Pairs, is_address, read_pairs
from gallery.services.references.reading.heads import BYTES_MOST

ENTRIES_MOST = 5_000
UNPACKED_MOST = 2_000_000_000  # bytes of all files together
DIRECTORY_MOST = 2_000_000  # bytes of the list of files, which is read whole
TAIL_BYTES = 66_000  # in which that list is announced
END, END_64 = b"PK\x05\x06", b"PK\x06\x07"
TABLES = (".csv", ".tsv")
UTF_8_NAME, ENCRYPTED = 0x800, 0x1
# What systems leave behind.
OURS = re.compile(r"(?:^|/)(?:__MACOSX/|\.[^/]*$|Thumbs\.db$|desktop\.ini$)", re.IGNORECASE)
OUTSIDE = re.compile(r"^[/~]|^[A-Za-z]:|\0|(?:^|/)\.\.(?:/|$)")
UNPACKED_IN_PIECES = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # others may become gigabytes in one
NO_ZIP = "This is no ZIP file that can be read."
DAMAGED = (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, OSError, ValueError)


class PairArchive:
    """An open ZIP. `pairs`: its rows, which name each picture as it stands in the ZIP, or by its address.

    `unused`: pictures that no row names. Raises InvalidValue for what concerns all of it.
    """

    def __init__(self, file: IO[bytes]) -> None:
        _check_directory(file)
        try:
            self._archive = zipfile.ZipFile(file)
        except DAMAGED:
            raise InvalidValue(NO_ZIP) from None
        self._members = _members(self._archive)
        table = _only_table(list(self._members))
        self.pairs = _matched(read_pairs(self._read(table, MAX_BYTES)), self._members, posixpath.dirname(table))
        used = {name for row in self.pairs.rows for name in row.references}
        self.unused = tuple(name for name in self._members if name not in used and name != table)

    def open_picture(self, name: str) -> IO[bytes]:
        """Return a picture of the ZIP, in memory. Raises InvalidValue if it is damaged or larger than 20 MB."""
        return io.BytesIO(self._read(name, BYTES_MOST))

    def _read(self, name: str, most: int) -> bytes:
        member = self._members[name]
        if member.file_size > most:
            raise InvalidValue(f"{shown(name)} is larger than {most / 1_000_000:.0f} MB.")
        try:
            with self._archive.open(member) as file:
                return file.read(most)
        except DAMAGED:
            raise InvalidValue(f"{shown(name)} in the ZIP is damaged.") from None


def _check_directory(file: IO[bytes]) -> None:
    """Refuse a list of files so long that reading it would take all memory."""
    size = file.seek(0, 2)
    file.seek(max(0, size - TAIL_BYTES))
    tail = file.read()
    file.seek(0)
    at = tail.rfind(END)
    if at < 0 or len(tail) < at + 22:
        raise InvalidValue(NO_ZIP)
    if END_64 in tail[max(0, at - 20) : at] or int.from_bytes(tail[at + 12 : at + 16], "little") > DIRECTORY_MOST:
        raise InvalidValue(f"This ZIP holds more than {ENTRIES_MOST:,} files. Split it.")


def _members(archive: zipfile.ZipFile) -> dict[str, zipfile.ZipInfo]:
    """Return the files by their names. Raises InvalidValue for what no honest ZIP of pictures has."""
    found: dict[str, zipfile.ZipInfo] = {}
    for member in archive.infolist():
        name = _name(member)
        if not name or name.endswith("/") or OURS.search(name):
            continue
        if OUTSIDE.search(name) or stat.S_ISLNK(member.external_attr >> 16):
            raise InvalidValue(f"{shown(name)} points out of the ZIP. Make it anew, of a folder with the files in it.")
        if member.flag_bits & ENCRYPTED:
            raise InvalidValue("This ZIP has a password. Make it anew without one.")
        if member.compress_type not in UNPACKED_IN_PIECES:
            raise InvalidValue(f"{shown(name)} is packed in an unusual way. Make the ZIP anew.")
        if name in found:
            raise InvalidValue(f"{shown(name)} is in the ZIP twice.")
        found[name] = member
    if len(found) > ENTRIES_MOST:
        raise InvalidValue(f"This ZIP holds more than {ENTRIES_MOST:,} files. Split it.")
    if sum(member.file_size for member in found.values()) > UNPACKED_MOST:
        raise InvalidValue(f"Unpacked, this ZIP is larger than {UNPACKED_MOST // 1_000_000_000} GB. Split it.")
    return found


def _name(member: zipfile.ZipInfo) -> str:
    """macOS writes names in UTF-8 without saying so, old Windows programs part folders with backslashes."""
    name = member.orig_filename
    if not member.flag_bits & UTF_8_NAME:
        with contextlib.suppress(UnicodeError):
            name = name.encode("cp437").decode()
    return unicodedata.normalize("NFC", name.replace("\\", "/"))


def _only_table(names: list[str]) -> str:
    tables = [name for name in names if name.lower().endswith(TABLES)]
    if len(tables) == 1:
        return tables[0]
    if not tables:
        raise InvalidValue("There is no CSV file in this ZIP that says which pictures belong together.")
    raise InvalidValue(f"There are several tables in this ZIP: {shown(tables[0])}, {shown(tables[1])}. Leave one.")


def _matched(pairs: Pairs, names: dict[str, zipfile.ZipInfo], folder: str) -> Pairs:
    """Return the rows with the names that their pictures have in the ZIP; where one is not there, a problem."""
    finder = _Finder(list(names), folder)
    matched = Pairs(problems=list(pairs.problems))
    for row in pairs.rows:
        problems, references = finder.find_all(row)
        matched.problems += problems
        if not problems:
            matched.rows.append(replace(row, references=references))
    matched.problems.sort(key=lambda problem: problem.line)
    return matched


class _Finder:
    """Finds the file that a table means: by its path, from the table or the top; else by its name alone."""

    def __init__(self, names: list[str], folder: str) -> None:
        self._folder = folder
        self._paths: dict[str, list[str]] = defaultdict(list)
        self._names: dict[str, list[str]] = defaultdict(list)
        for name in names:
            self._paths[_plain(name)].append(name)
            self._names[_plain(posixpath.basename(name))].append(name)

    def find_all(self, row: PairRow) -> tuple[list[LineProblem], tuple[str, ...]]:
        problems, references = [], []
        for reference in row.references:
            found = [reference] if is_address(reference) else self._find(reference)
            if len(found) == 1:
                references.append(found[0])
            else:
                several = f"Several files are called {shown(reference)}: write the folder too."
                message = several if found else f"{shown(reference)} is not in the ZIP."
                problems.append(LineProblem(row.line, "", message))
        return problems, tuple(references)

    def _find(self, reference: str) -> list[str]:
        path = reference.replace("\\", "/").removeprefix("./")
        for known in (posixpath.join(self._folder, path), path):
            if found := self._paths.get(_plain(known)):
                return [known] if known in found else found
        return self._names.get(_plain(posixpath.basename(path)), []) if "/" not in path else []


def _plain(name: str) -> str:
    return unicodedata.normalize("NFC", name).casefold()

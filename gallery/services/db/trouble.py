"""When the database is locked, away, full or read-only: which of these it is, and what a request had done by then."""

import errno
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction

LOCKED = "The database was busy with something else for too long."
AWAY = "The database cannot be reached."
FULL = "The disk of the server is full."
BROKEN = "The database could not be written."
READ_ONLY = "The server cannot write to its disk."

# https://www.sqlite.org/rescode.html: the low byte is the primary code.
OF_SQLITE = {5: LOCKED, 6: LOCKED, 8: READ_ONLY, 10: BROKEN, 13: FULL, 14: AWAY}
# https://www.postgresql.org/docs/current/errcodes-appendix.html, the longest beginning that fits.
OF_POSTGRESQL = {
    "08": AWAY, "57P": AWAY, "53": AWAY, "53100": FULL, "55P03": LOCKED, "57014": LOCKED, "40": LOCKED,
    "25006": READ_ONLY, "58": BROKEN,
}  # fmt: skip
OF_SYSTEM: dict[int | None, str] = {errno.ENOSPC: FULL, errno.EDQUOT: FULL, errno.EROFS: READ_ONLY}

WRITES = re.compile(r"\s*(?:INSERT|UPDATE|DELETE)\b", re.IGNORECASE)
# Who is signed in, how often somebody tried, missing rows of the gates, what stands in the studio: nothing that was
# asked for.
ALONG_THE_WAY = re.compile(
    r"django_session|gallery_ratecounter|gallery_studiodraft|\bcache\b|last_login|INSERT\b.*\bgallery_gate\b",
    re.IGNORECASE,
)


def trouble_of(error: BaseException | None) -> str | None:
    """Return in words what is wrong if the database or the disk is, or None: then the error is a fault of ours."""
    seen = set()
    while error is not None and id(error) not in seen:
        if said := _of_one(error):
            return said
        seen.add(id(error))
        error = error.__cause__ or error.__context__
    return None


def _of_one(error: BaseException) -> str | None:
    if isinstance(error, DatabaseError):
        return _of_database(error.__cause__ or error)
    return OF_SYSTEM.get(error.errno) if isinstance(error, OSError) else None


def _of_database(error: BaseException) -> str | None:
    if code := getattr(error, "sqlite_errorcode", None):
        return OF_SQLITE.get(code & 0xFF)
    if state := getattr(error, "sqlstate", None):
        return next((OF_POSTGRESQL[state[:n]] for n in (5, 3, 2) if state[:n] in OF_POSTGRESQL), None)
    lost = type(error).__name__ in ("OperationalError", "ConnectionTimeout", "AdminShutdown", "InterfaceError")
    return AWAY if lost and type(error).__module__.startswith("psycopg") else None


@dataclass
class RequestWrites:
    """What the statements of one request have come to; an execute_wrapper of its connection."""

    committed: bool = False
    pending: bool = False  # written in a transaction whose end we have not heard of
    met: Exception | None = None  # by any statement, whatever became of it
    failure: Exception | None = None  # of the last statement: its transaction has been given up, for certain

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        try:
            result = execute(sql, params, many, context)
        except Exception as error:
            self.failure = self.met = error
            raise
        self.failure = None
        if WRITES.match(sql) and not ALONG_THE_WAY.search(sql):
            self._note_write()
        return result

    def _note_write(self) -> None:
        if not connection.in_atomic_block:
            self.committed = True
        else:
            self.pending = True
            transaction.on_commit(self._note_commit)

    def _note_commit(self) -> None:
        self.committed, self.pending = True, False

    def nobody_knows(self, trouble: str | None) -> bool:
        """Return whether the commit itself was cut, so that it may have been made."""
        return self.pending and self.failure is None and trouble in (AWAY, BROKEN)

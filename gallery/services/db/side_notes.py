"""What is written down because somebody looked: a page that only reads does not fail, nor wait long, for it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import Error as DatabaseError
from django.db import connection, transaction

from gallery.services.db.trouble import trouble_of

PATIENCE_MS = 1000  # a slice of long work is over in a tenth of that


@contextmanager
def write_if_possible() -> Iterator[None]:
    """Open a transaction for what a page can do without: where the database stays locked or full, it is left out."""
    try:
        with _little_patience(), transaction.atomic():
            if connection.vendor == "postgresql":
                _execute(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            yield
    except DatabaseError as error:
        if trouble_of(error) is None:
            raise


@contextmanager
def _little_patience() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    [(usual,)] = _execute("PRAGMA busy_timeout")
    _execute(f"PRAGMA busy_timeout = {min(usual, PATIENCE_MS)}")
    try:
        yield
    finally:
        _execute(f"PRAGMA busy_timeout = {usual}")


def _execute(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []

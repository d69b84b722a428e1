"""What is written down because somebody looked: a page that only reads does not fail, nor wait long, for it."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import Error as DatabaseError
from django.db import connection, transaction

from gallery.services.db.statements import execute_statement
from gallery.services.db.trouble import trouble_of

PATIENCE_MS = 1000  # a slice of long work is over in a tenth of that


@contextmanager
def write_if_possible() -> Iterator[None]:
    """Open a transaction for what a page can do without: where the database stays locked or full, it is left out."""
    try:
        with _little_patience(), transaction.atomic():
            if connection.vendor == "postgresql":
                execute_statement(f"SET LOCAL lock_timeout = {PATIENCE_MS}")
            yield
    except DatabaseError as error:
        if trouble_of(error) is None:
            raise


@contextmanager
def _little_patience() -> Iterator[None]:
    if connection.vendor != "sqlite":
        yield
        return
    [(usual,)] = execute_statement("PRAGMA busy_timeout")
    execute_statement(f"PRAGMA busy_timeout = {min(usual, PATIENCE_MS)}")
    try:
        yield
    finally:
        execute_statement(f"PRAGMA busy_timeout = {usual}")

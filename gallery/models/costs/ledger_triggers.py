"""The journal of money: triggers on the attempts, so that no statement can change their money unnoticed.

They write how much each sum changes, and never touch a sum: workers that record at the same moment would queue for the
row of the day on PostgreSQL, or lock two of them in opposite orders. services/ledger/entries.py applies the rows later.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.backends.utils import CursorWrapper

from gallery.models.calls import Attempt
from gallery.models.costs.ledger import AMOUNTS, COLUMNS, DIMENSIONS, LedgerEntry, terms

ATTEMPTS, ENTRIES = Attempt._meta.db_table, LedgerEntry._meta.db_table
NEW, OLD = terms("NEW"), terms("OLD")

_Rows = list[tuple[str, str]]  # NEW or OLD, and what it adds
_Trigger = tuple[str, str, str, _Rows]


def install(*, using: str = "default") -> bool:
    """Make the triggers that are missing or out of date; return whether any was: then changes may have been missed.

    SQLite changes a table by making it anew, which takes its triggers away without a word.
    """
    connection = connections[using]
    if not _is_migrated(connection):
        return False  # back to before there was a journal, or to columns of other names
    find, make = POSTGRESQL if connection.vendor == "postgresql" else SQLITE
    with connection.cursor() as cursor:
        there = find(cursor)
        wrong = [trigger for trigger in _triggers() if there.get(trigger[0]) != make(*trigger)[-1]]
        for trigger in wrong:
            for statement in make(*trigger)[:-1]:
                cursor.execute(statement)
    return bool(wrong)


def remove(*, using: str = "default") -> None:
    """Take the triggers away: SQLite renames no table they write to, PostgreSQL changes no column they read."""
    connection = connections[using]
    if ATTEMPTS in connection.introspection.table_names():  # what they write to may have had another name then
        on = f" ON {ATTEMPTS}" if connection.vendor == "postgresql" else ""
        with connection.cursor() as cursor:
            for name, *_ in _triggers():
                cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on}")


@contextmanager
def suspended() -> Iterator[None]:
    """Let many attempts be written without an entry for each. Call inside a transaction: others wait for its end.

    Whoever writes them adds the entries by `add_entries`.
    """
    remove()
    yield
    install()


def add_entries(first: int, last: int) -> None:
    """Write what the attempts from one id to another add to each sum, in as few entries as there are places."""
    places = ", ".join(DIMENSIONS)
    sums = ", ".join(f"SUM({term})" for term in terms(ATTEMPTS))
    with connections["default"].cursor() as cursor:
        cursor.execute(
            f"INSERT INTO {ENTRIES} ({places}, {', '.join(AMOUNTS)}) SELECT {places}, {sums} FROM {ATTEMPTS}"  # noqa: S608
            f" WHERE id BETWEEN %s AND %s GROUP BY {places}",
            [first, last],
        )


def _is_migrated(connection: BaseDatabaseWrapper) -> bool:
    """Whether the tables are there, with the columns that the triggers read."""
    if not {ATTEMPTS, ENTRIES} <= set(connection.introspection.table_names()):
        return False
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT * FROM {ATTEMPTS} LIMIT 0")  # noqa: S608  a name of ours; introspection takes 10 ms
        return set(COLUMNS) <= {name for name, *_ in cursor.description}


def _triggers() -> tuple[_Trigger, ...]:
    """Return (name, event, condition, rows to write) of each: what is new, what changes, what changes its place."""
    same = " AND ".join(_same(column) for column in DIMENSIONS)
    counted = " OR ".join(f"({new}) <> ({old})" for new, old in zip(NEW, OLD, strict=True))
    more = ", ".join(f"({new}) - ({old})" for new, old in zip(NEW, OLD, strict=True))
    less = ", ".join(f"-({old})" for old in OLD)
    all_of_it = ", ".join(NEW)
    columns = ", ".join(f'"{name}"' for name in COLUMNS)
    event = f"UPDATE OF {columns}"
    return (
        ("attempt_begins", "INSERT", "true", [("NEW", all_of_it)]),
        ("attempt_changes", event, f"{same} AND ({counted})", [("NEW", more)]),
        ("attempt_moves", event, f"NOT ({same})", [("OLD", less), ("NEW", all_of_it)]),
    )


def _same(column: str) -> str:
    """Only a project can be missing, and no two databases spell "both missing" alike."""
    old, new = (
        f"COALESCE({row}.{column}, 0)" if column == "project_id" else f"{row}.{column}" for row in ("OLD", "NEW")
    )
    return f"{old} = {new}"


def _write(rows: _Rows) -> str:
    names = ", ".join((*DIMENSIONS, *AMOUNTS))
    return " ".join(
        f"INSERT INTO {ENTRIES} ({names}) SELECT {', '.join(f'{row}.{name}' for name in DIMENSIONS)}, {amounts};"
        for row, amounts in rows
    )


# For each database: the triggers that are there, by name; and the statements that make one, with what then is there.


def _find_in_sqlite(cursor: CursorWrapper) -> dict[str, str]:
    cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = %s", [ATTEMPTS])
    return dict(cursor.fetchall())


def _make_in_sqlite(name: str, event: str, when: str, rows: _Rows) -> tuple[str, ...]:
    made = f"CREATE TRIGGER {name} AFTER {event} ON {ATTEMPTS} WHEN {when} BEGIN {_write(rows)} END"
    return f"DROP TRIGGER IF EXISTS {name}", made, made


def _find_in_postgresql(cursor: CursorWrapper) -> dict[str, str]:
    cursor.execute(
        "SELECT tgname, prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgrelid = %s::regclass",
        [ATTEMPTS],
    )
    return dict(cursor.fetchall())


def _make_in_postgresql(name: str, event: str, when: str, rows: _Rows) -> tuple[str, ...]:
    body = f"/* {event} */ BEGIN IF {when} THEN {_write(rows)} END IF; RETURN NULL; END"
    function = f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS $${body}$$"
    trigger = f"CREATE OR REPLACE TRIGGER {name} AFTER {event} ON {ATTEMPTS} FOR EACH ROW EXECUTE FUNCTION {name}()"
    return function, trigger, body


SQLITE = (_find_in_sqlite, _make_in_sqlite)
POSTGRESQL = (_find_in_postgresql, _make_in_postgresql)

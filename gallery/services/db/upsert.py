"""Rows that are added to where they are there: the database counts, so that two at the same moment lose nothing.

(The ORM's upsert can only overwrite.)
"""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any

from django.db import connection
from django.db.models import Model

from gallery.services.db.raw_updates import PLAIN, placeholders, to_db_value


def add_rows(
    model: type[Model], rows: Iterable[Sequence[Any]], *,
    columns: Sequence[str], once: Sequence[str], add: Sequence[str], replace: Sequence[str] = (),
) -> None:  # fmt: skip
    """Insert rows, each the values of `columns`; one that is there gets `add` on top, and `replace` in its place.

    `once`: the columns, or expressions, that tell whether it is there. Rows that others may write at the same moment
    come in the same order each time, or two would lock each other out. Call inside a transaction.
    """
    statement = _statement(model, tuple(columns), tuple(once), tuple(add), tuple(replace))
    values = [[_value(model, *pair) for pair in zip(columns, row, strict=True)] for row in rows]
    if values:
        with connection.cursor() as cursor:
            cursor.executemany(statement, values)


@cache
def _statement(
    model: type[Model], columns: tuple[str, ...], once: tuple[str, ...], add: tuple[str, ...], replace: tuple[str, ...]
) -> str:
    table = model._meta.db_table
    more = [f"{name} = {table}.{name} + excluded.{name}" for name in add]
    more += [f"{name} = excluded.{name}" for name in replace]
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({placeholders(columns)})"  # noqa: S608  names from our own code
        f" ON CONFLICT ({', '.join(once)}) DO UPDATE SET {', '.join(more)}"
    )


def _value(model: type[Model], column: str, value: Any) -> Any:
    return value if isinstance(value, PLAIN) else to_db_value(model, column, value)

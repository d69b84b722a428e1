"""Fixed statements for what every paid call does a dozen times.

Django compiles an UPDATE anew each time, about a millisecond under the interpreter's lock, while SQLite runs it in a
twentieth of that. With 64 calls in flight these milliseconds are what the next calls wait for.
"""

from collections.abc import Sequence
from functools import cache
from typing import Any

from django.db import connection, connections
from django.db.models import Field, JSONField, Model

PLAIN = (int, str, type(None))  # what a database takes as it is

NEXT_IDS = "SELECT nextval(pg_get_serial_sequence(%s, 'id')) FROM generate_series(1, %s)"
# What AUTOINCREMENT reads and writes; a table without a row has none there.
START_IDS = (
    "INSERT INTO sqlite_sequence (name, seq) SELECT %s, 0 WHERE NOT EXISTS"
    " (SELECT 1 FROM sqlite_sequence WHERE name = %s)"
)
TAKE_IDS = "UPDATE sqlite_sequence SET seq = seq + %s WHERE name = %s RETURNING seq"


def update_rows(model: type[Model], where: dict[str, Any], **fields: Any) -> int:
    """Set `fields` on the rows of a model that match `where`; return how many did. Call inside a transaction.

    `where`: field names to a value, or to a tuple of values (any of them). Values may be rows.
    """
    shape = tuple((name, _shape(value)) for name, value in where.items())
    values = [to_db_value(model, name, value) for name, value in fields.items()]
    for name, value in where.items():
        values += [to_db_value(model, name, each) for each in _several(value)]
    with connection.cursor() as cursor:
        cursor.execute(_statement(model, tuple(fields), shape), values)
        changed: int = cursor.rowcount
        return changed


@cache
def _statement(model: type[Model], names: tuple[str, ...], shape: tuple[tuple[str, str], ...]) -> str:
    columns = ", ".join(f"{_column(model, name)} = %s" for name in names)
    conditions = " AND ".join(f"{_column(model, name)} {how}" for name, how in shape)
    return f"UPDATE {model._meta.db_table} SET {columns} WHERE {conditions}"  # noqa: S608  names from our own code


def _shape(value: Any) -> str:
    return f"IN ({placeholders(value)})" if isinstance(value, tuple) else "= %s"


def placeholders(values: Sequence[Any]) -> str:
    """Write a placeholder for each value of a list, which is never empty: PostgreSQL has no empty lists."""
    return ", ".join(["%s"] * len(values))


def _several(value: Any) -> tuple[Any, ...]:
    return value if isinstance(value, tuple) else (value,)


def _column(model: type[Model], name: str) -> str:
    return column_name(model._meta.get_field(name))


def column_name(field: Any) -> str:
    """Return the name of the column of a field, as it stands in a statement."""
    return connection.ops.quote_name(field.column)


class PreparedRows:
    """New rows, turned into what the database takes before anybody waits for their transaction.

    Django compiles an INSERT of 2,000 jobs for longer than SQLite takes to run it, and all of that under the lock.
    """

    def __init__(self, rows: Sequence[Model]) -> None:
        self.model = type(rows[0])
        is_numbered = rows[0].pk is not None
        fields = self.model._meta.concrete_fields
        self.fields: list[Any] = [field for field in fields if is_numbered or not field.primary_key]
        columns = [_prepared(field, rows) for field in self.fields]
        self.values: list[list[Any]] = [list(row) for row in zip(*columns, strict=True)]

    def insert(self, **fields: Any) -> None:
        """Insert them; `fields` are the same in all and were not known before. Call inside a transaction."""
        for name, value in fields.items():
            column = self.fields.index(self.model._meta.get_field(name))
            for row in self.values:
                row[column] = to_db_value(self.model, name, value)
        columns = ", ".join(_column(self.model, field.name) for field in self.fields)
        with connection.cursor() as cursor:
            cursor.executemany(
                f"INSERT INTO {self.model._meta.db_table} ({columns}) VALUES ({placeholders(self.fields)})",  # noqa: S608
                self.values,
            )


def take_ids(model: type[Model], count: int) -> Sequence[int]:
    """Take ids for rows to come, which then can point at each other before they are written.

    Call inside a transaction of its own: nobody else gets them, also if nothing is written after all.
    """
    table = model._meta.db_table
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute(NEXT_IDS, [table, count])
            return [number for (number,) in cursor.fetchall()]
        cursor.execute(START_IDS, [table, table])
        cursor.execute(TAKE_IDS, [count, table])
        last: int = cursor.fetchone()[0]
        return range(last - count + 1, last + 1)


def _prepared(field: "Field[Any, Any]", rows: Sequence[Model]) -> list[Any]:
    """Return one column. Most rows have the very value of the row before: it is turned once."""
    database = connections[connection.alias]  # not looked up anew for every value
    is_json = isinstance(field, JSONField)
    column, value, turned = [], object(), None
    for row in rows:
        before, value = value, field.pre_save(row, add=True)
        if value is not before:
            is_plain = isinstance(value, PLAIN) and not is_json
            turned = value if is_plain else field.get_db_prep_save(value, database)
        column.append(turned)
    return column


def to_db_value(model: type[Model], name: str, value: Any) -> Any:
    """Return a value as the database wants it for this field."""
    field: Any = model._meta.get_field(name)
    return field.get_db_prep_save(getattr(value, "pk", value), connection)

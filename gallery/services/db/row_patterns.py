"""Rows by the hundred thousand: what is the same in many is turned only once into what the database takes."""

from collections.abc import Callable, Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Field, JSONField, Model
from django.db.models.expressions import DatabaseDefault

from gallery.services.db.raw_updates import PLAIN, column_name, placeholders

_Row = tuple[Any, ...]


class RowPattern:
    """Rows of one table that are like one another but for some columns, which are named by `varying`."""

    def __init__(self, row: Model, *varying: str) -> None:
        fields = {field.attname: field for field in row._meta.concrete_fields}
        same = [field for name, field in fields.items() if name not in varying and _is_given(field, row)]
        self.table = row._meta.db_table
        self.columns = [column_name(field) for field in [*same, *(fields[name] for name in varying)]]
        self.same = tuple(_to_database(field, field.pre_save(row, add=True)) for field in same)


class NewRows:
    """Rows of many tables that wait to be written, as the database takes them."""

    def __init__(self) -> None:
        self._tables: dict[str, tuple[list[str], list[_Row]]] = {}

    def add(self, pattern: RowPattern, *values: Any) -> None:
        """Add a row of a pattern: `values` are those of what varies, in that order, as the database takes them."""
        _, rows = self._tables.setdefault(pattern.table, (pattern.columns, []))
        rows.append(pattern.same + values)

    def insert(self) -> None:
        """Insert them all. Call inside a transaction."""
        for table, (columns, rows) in self._tables.items():
            _insert(table, ", ".join(columns), rows)


def moment_writer() -> Callable[[datetime], Any]:
    """Return what turns a moment of UTC into what the database takes, in an eighth of the time that Django needs."""
    return _same if connection.vendor == "postgresql" else _moment_text


def day_value(day: date) -> Any:
    """Return a day as the database takes it."""
    return day if connection.vendor == "postgresql" else str(day)


def _same(moment: datetime) -> datetime:
    return moment


def _moment_text(moment: datetime) -> str:
    return str(moment.replace(tzinfo=None))


def _insert(table: str, columns: str, rows: Iterable[_Row]) -> None:
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            with cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        # Past what looks through every value for what no database stores: these come from no form.
        cursor.cursor.executemany(f"INSERT INTO {table} ({columns}) VALUES ({placeholders(columns.split(', '))})", rows)  # noqa: S608


def _is_given(field: "Field[Any, Any]", row: Model) -> bool:
    """Whether the row has a value of it, so that the database need not fill it in."""
    value = getattr(row, field.attname)
    return not isinstance(value, DatabaseDefault) and not (field.primary_key and value is None)


def _to_database(field: "Field[Any, Any]", value: Any) -> Any:
    is_plain = isinstance(value, PLAIN) and not isinstance(field, JSONField)
    return value if is_plain else field.get_db_prep_save(value, connection)

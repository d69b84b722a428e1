"""Statements that the ORM has no words for."""

from collections.abc import Sequence
from typing import Any

from django.db import connection


def execute_statement(statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """Run one statement on the database; return its rows, if it has any."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchall() if cursor.description else []


def read_column(statement: str, values: Sequence[Any] = ()) -> list[Any]:
    """Return the first column of what a statement finds."""
    return [row[0] for row in execute_statement(statement, values)]

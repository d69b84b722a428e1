"""Queries that are turned into SQL once: what stands around every page took longer to compile than to be read."""

from collections.abc import Mapping
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, Model, QuerySet
from django.db.models.sql.compiler import SQLCompiler


class Gap(Expression):
    """A value that is not known yet, under a name; it stands in a query where the value would."""

    def __init__(self, name: str, output_field: "Field[Any, Any]") -> None:
        super().__init__(output_field)
        self.name = name

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, list[Any]]:
        return "%s", [self]


class CompiledQuery:
    """A query as SQL, with gaps; made for the database that is connected."""

    def __init__(self, rows: QuerySet[Any]) -> None:
        self.model: type[Model] = rows.model
        self.statement, self.parameters = rows.query.sql_with_params()

    def read(self, values: Mapping[str, Any]) -> list[Any]:
        """Return the rows for these values of the gaps, by their names."""
        filled = [_fill(each, values) for each in self.parameters]
        return list(self.model._default_manager.raw(self.statement, filled))


def _fill(parameter: Any, values: Mapping[str, Any]) -> Any:
    if not isinstance(parameter, Gap):
        return parameter
    return parameter.output_field.get_db_prep_value(values[parameter.name], connection)

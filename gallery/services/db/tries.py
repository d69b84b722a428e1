"""Work that waits as rows: of many workers one does each, and what kills its worker is not tried for ever."""

from collections.abc import Callable
from typing import TypeVar

from django.db.models import F, Model, QuerySet

Row = TypeVar("Row", bound=Model)


def try_first(due: QuerySet[Row], make: Callable[[Row], object], *, tries: str = "tries") -> bool:
    """Call `make` with the first row that is due, unless another worker has begun it; return whether there was one.

    The try is counted before it is made, in the field `tries`.
    """
    row = due.first()
    if row is None:
        return False
    unchanged = due.model._default_manager.filter(pk=row.pk, **{tries: getattr(row, tries)})
    if unchanged.update(**{tries: F(tries) + 1}):
        make(row)
    return True

"""Pages of long lists by keyset: a page begins after a row, so none is counted, skipped or shown twice.

The address names that row: `?before=<key>`. Rows are newest first.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class KeysetPage:
    """Rows of one page. `last`: the row that the next page begins after, None on the last page."""

    rows: list[Any]
    last: Any

    @property
    def older(self) -> str | None:
        """The key that leads to the next page."""
        return self.last.key if self.last else None


def read_keyset_page(rows: Any, *, size: int) -> KeysetPage:
    """Read at most so many of these rows (a query, or anything else that can be sliced)."""
    found = list(rows[: size + 1])
    return KeysetPage(found[:size], found[size - 1] if len(found) > size else None)


def rows_after_cursor(request: Any, rows: Any, find: Callable[[str], Any]) -> Any:
    """Leave the rows that follow the one which the address names; `find` reads it, or answers 404."""
    cursor = request.GET.get("before", "")
    return rows.filter(id__lt=find(cursor).id) if cursor else rows

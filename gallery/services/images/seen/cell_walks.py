"""Walks along many cells of colours at once: the newest of all of them, or those of the nearest cells first.

In the index each cell has its pictures in order. The database merges them in one statement, of which Django builds the
part of one cell: to build one for each of a hundred cells takes longer than to run them.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from django.db import connection
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.expressions import RawSQL

from gallery.models import Image, ImageColour, User
from gallery.services.images.walks import Place, Walk

NEWEST, OLDEST = 2**63 - 1, -1  # all pictures come before the one number, and after the other
FIRST = 16  # of the nearest cells, which fill a page as a rule: PostgreSQL looks into each that it is asked for
# Each row is the picture of a cell that was met last. The first in order leaves the queue, and the next of its cell
# takes its place: no more are met than are returned.
SQLITE = """
WITH RECURSIVE merged(cell, image_id, rank, met) AS (
  SELECT json_extract(value, '$[0]') AS cell, json_extract(value, '$[1]') AS image_id,
    json_extract(value, '$[2]') AS rank, 0 FROM json_each(%s)
  UNION ALL
  SELECT cell, ({one_cell} LIMIT 1), rank, 1 FROM merged WHERE image_id IS NOT NULL
  ORDER BY {order}
)
SELECT DISTINCT {columns} FROM merged WHERE met AND image_id IS NOT NULL LIMIT %s
"""
NEARER_SQLITE = "SELECT value FROM json_each(%s) WHERE key < merged.rank"
POSTGRESQL = """
SELECT DISTINCT {columns} FROM (
  SELECT merged.rank, found.image_id FROM unnest(%s::int[], %s::bigint[], %s::int[]) AS merged(cell, image_id, rank)
  CROSS JOIN LATERAL ({one_cell} LIMIT %s) AS found
) AS merged ORDER BY {order} LIMIT %s
"""
NEARER_POSTGRESQL = "SELECT unnest((%s::int[])[:merged.rank])"  # which counts from one


class Found(NamedTuple):
    """A picture, and how many cells are nearer than the nearest of its own."""

    image_id: int
    rank: int


@dataclass(frozen=True)
class _Seed:
    """Where a cell begins."""

    cell: int
    start: int
    rank: int


@dataclass(frozen=True)
class CellWalk(Walk):
    """Pictures of one member with a colour in any of these cells, which come in the order of their distance."""

    table: type[ImageColour] = ImageColour
    owner: User | None = None
    cells: Sequence[int] = ()

    @classmethod
    def of(cls, owner: User, cells: Sequence[int]) -> "CellWalk":
        return cls(Q(owner=owner, cell__in=cells), owner=owner, cells=cells)

    def firsts(self, rest: Q, *, after: Place | None, oldest: bool, limit: int) -> Any:
        start = after.id if after else OLDEST if oldest else NEWEST
        one_cell = self._one_cell(rest, oldest=oldest)
        seeds = [_Seed(cell, start, 0) for cell in self.cells]
        order = "image_id" if oldest else "image_id DESC"
        return [image_id for (image_id,) in _merge(one_cell, seeds, order=order, columns="image_id", limit=limit)]

    def nearest(self, rest: Q, *, after: Place | None, limit: int) -> list[Found]:
        """Return the first pictures of the nearest cells, each cell newest first, from a place on."""
        rank, start = (after.rank, after.id) if after else (0, NEWEST)
        seeds = [_Seed(cell, NEWEST, n) for n, cell in enumerate(self.cells[rank:], rank)]
        seeds[:1] = [_Seed(seed.cell, start, seed.rank) for seed in seeds[:1]]
        one_cell = self._one_cell(rest, oldest=False).exclude(self._nearer())
        found: list[Found] = []
        for part in (seeds[:FIRST], seeds[FIRST:]):
            if part and (left := limit - len(found)):
                rows = _merge(one_cell, part, order="rank, image_id DESC", columns="image_id, rank", limit=left)
                found += [Found(*row) for row in rows]
        return found

    def rank_of(self, image_id: int) -> int | None:
        """Return how many cells are nearer than the nearest of a picture; None if none of its own is here."""
        of_it = set(ImageColour.objects.filter(owner=self.owner, image=image_id).values_list("cell", flat=True))
        return next((rank for rank, cell in enumerate(self.cells) if cell in of_it), None)

    def _one_cell(self, rest: Q, *, oldest: bool) -> QuerySet[ImageColour, Any]:
        cell, last = (RawSQL(f"merged.{name}", []) for name in ("cell", "image_id"))  # noqa: S611  names of ours
        beyond = Q(image_id__gt=last) if oldest else Q(image_id__lt=last)
        asked = Exists(Image.objects.filter(rest, pk=OuterRef("image_id")))
        rows = ImageColour.objects.filter(beyond, owner=self.owner, cell=cell).filter(asked)
        return rows.order_by("image_id" if oldest else "-image_id").values("image_id")

    def _nearer(self) -> Q:
        """Say that a picture has a colour in a nearer cell, too: it stands there."""
        cells = list(self.cells)
        select = (NEARER_POSTGRESQL, [cells]) if _on_postgresql() else (NEARER_SQLITE, [json.dumps(cells)])
        nearer = RawSQL(*select)  # noqa: S611  values are passed apart
        return Q(Exists(ImageColour.objects.filter(image=OuterRef("image_id"), cell__in=nearer)))


def _on_postgresql() -> bool:
    return connection.vendor == "postgresql"


def _merge(
    one_cell: QuerySet[ImageColour, Any], seeds: Sequence[_Seed], *, order: str, columns: str, limit: int
) -> list[Any]:
    part, values = one_cell.query.sql_with_params()
    statement = (POSTGRESQL if _on_postgresql() else SQLITE).format(one_cell=part, order=order, columns=columns)
    each = [[seed.cell, seed.start, seed.rank] for seed in seeds]
    if _on_postgresql():
        given = [*(list(column) for column in zip(*each, strict=True)), *values, limit, limit]
    else:
        given = [json.dumps(each), *values, limit]
    with connection.cursor() as cursor:
        cursor.execute(statement, given)
        rows: list[Any] = cursor.fetchall()
        return rows

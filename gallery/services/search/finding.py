"""Finds pictures: one function over both indexes, newest first. Ids come in batches, rows say which may be seen."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from django.db.models import Q

from gallery.catalogue.search.grammar import parse_query
from gallery.catalogue.search.matching import matches
from gallery.catalogue.search.queries import Constant, Query, with_facets
from gallery.models import Image, ImageText
from gallery.models.images import ImageQuerySet
from gallery.services.search.engines import engine

FEW = 2_000  # rows whose texts are read one by one rather than the index


@dataclass(frozen=True)
class FoundImages:
    """The rows that a query leaves, newest first, or `oldest` first. Sliced like the rows, from the front only."""

    rows: ImageQuerySet
    query: Query
    beyond_id: int | None = None
    oldest: bool = False

    def before(self, image_id: int | None) -> "FoundImages":
        """Those older than this row id: the next page, however deep."""
        return replace(self, beyond_id=image_id)

    def after(self, image_id: int | None) -> "FoundImages":
        """Those newer than this row id, the oldest first."""
        return replace(self, beyond_id=image_id, oldest=True)

    def ids_if_few(self) -> list[int] | None:
        """Return the ids that the index finds, if they are few."""
        ids: list[int] = []
        if isinstance(self.query, Constant):
            return None if self.query.value else ids
        for batch in engine().find_batches(self.query, beyond=None, first=FEW):
            ids += batch
            if len(ids) > FEW:
                return None
        return ids

    def among(self, ids: Sequence[int]) -> list[int]:
        """Return those of these ids that are found, told by their texts."""
        texts = dict(ImageText.objects.filter(pk__in=ids).values_list("pk", "text"))
        return [pk for pk in ids if pk in texts and matches(self.query, texts[pk])]

    def __getitem__(self, part: slice) -> list[Image]:
        if isinstance(self.query, Constant):
            return list(self._in_order(self.rows)[: part.stop]) if self.query.value else []
        return list(self._read(most=part.stop))

    def __iter__(self) -> Iterator[Image]:
        """All of them, in batches: a million rows are never held at once."""
        if isinstance(self.query, Constant):
            return self._in_order(self.rows).iterator() if self.query.value else iter(())
        return self._read(most=None)

    def _in_order(self, rows: ImageQuerySet) -> ImageQuerySet:
        if self.oldest:
            return (rows if self.beyond_id is None else rows.filter(id__gt=self.beyond_id)).order_by("id")
        return rows.before(self.beyond_id)

    def _read(self, *, most: int | None) -> Iterator[Image]:
        lost, order = 0, "id" if self.oldest else "-id"
        last = self.beyond_id
        for ids in engine().find_batches(self.query, beyond=last, first=most or FEW, oldest=self.oldest):
            found = list(self.rows.filter(id__in=ids).order_by(order)[:most]) if ids else []
            yield from found
            if most is not None and not (most := most - len(found)):
                return
            last, lost = ids[-1] if ids else last, lost + len(ids) - len(found)
            if lost > FEW:
                rest = replace(self, beyond_id=last)
                if (few := rest.ids_of_few_rows()) is not None:
                    yield from rest.read_few(few)[:most]
                    return
                lost = 0

    def ids_of_few_rows(self) -> Sequence[int] | None:
        """Return the ids of the rows, if they are few: the index has more that are none of these."""
        ids = self._in_order(self.rows).values_list("id", flat=True)[: FEW + 1]
        return list(ids) if len(ids) <= FEW else None

    def read_few(self, ids: Sequence[int]) -> ImageQuerySet:
        """Return those of these rows that are found."""
        return self._in_order(self.rows.filter(id__in=self.among(ids)))


def find_images(rows: ImageQuerySet, text: str, *, facets: Sequence[str] = ()) -> FoundImages:
    """Return those of `rows` (what may be seen, filtered in whatever way) that are found by what somebody typed.

    `facets` (of catalogue/search/documents.py) say again what the rows are filtered by, owner and model first: the
    index then looks at no others. The rows are the searcher's own: tags are looked through, which are for nobody else.
    """
    return FoundImages(rows, with_facets(parse_query(text), facets))


def found_condition(text: str, *, facets: Sequence[str] = ()) -> Q:
    """Return the same as a condition among others, where one page of the newest is not all that is asked for."""
    condition: Q = engine().condition(with_facets(parse_query(text), facets))
    return condition

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
    """The rows that a query leaves, newest first. It is sliced like the rows themselves, from the front only."""

    rows: ImageQuerySet
    query: Query
    before_id: int | None = None

    def before(self, image_id: int | None) -> "FoundImages":
        """Those older than this row id: the next page, however deep."""
        return replace(self, before_id=image_id)

    def __getitem__(self, part: slice) -> list[Image]:
        if isinstance(self.query, Constant):
            return list(self._older()[: part.stop]) if self.query.value else []
        return list(self._read(most=part.stop))

    def __iter__(self) -> Iterator[Image]:
        """All of them, in batches: a million rows are never held at once."""
        if isinstance(self.query, Constant):
            return self._older().iterator() if self.query.value else iter(())
        return self._read(most=None)

    def _older(self) -> ImageQuerySet:
        return self.rows.before(self.before_id)

    def _read(self, *, most: int | None) -> Iterator[Image]:
        lost, before_id = 0, self.before_id
        for ids in engine().find_batches(self.query, before_id=before_id, first=most or FEW):
            found = list(self.rows.filter(id__in=ids).order_by("-id")[:most]) if ids else []
            yield from found
            if most is not None and not (most := most - len(found)):
                return
            before_id, lost = ids[-1] if ids else before_id, lost + len(ids) - len(found)
            if lost > FEW:
                if (few := self._few(before_id)) is not None:
                    yield from self._matching(few)[:most]
                    return
                lost = 0

    def _few(self, before_id: int | None) -> Sequence[int] | None:
        """Return the ids of the rows that are left, if they are few: the index has more that are none of these."""
        ids = self.rows.before(before_id).values_list("id", flat=True)[: FEW + 1]
        return list(ids) if len(ids) <= FEW else None

    def _matching(self, ids: Sequence[int]) -> ImageQuerySet:
        texts = ImageText.objects.filter(pk__in=ids).values_list("pk", "text")
        found = [pk for pk, text in texts if matches(self.query, text)]
        return self.rows.filter(id__in=found).order_by("-id")


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

"""Holds the texts against the pictures: what a crash, a restored database or another version left is put right."""

from collections.abc import Callable, Iterable, Iterator

from gallery.models import Image, ImageText
from gallery.services.db import slices
from gallery.services.db.slices import Pace, write_in_slices
from gallery.services.search.engines import engine
from gallery.services.search.index import find_wrong, index_changes, write_texts

LOOKED_AT = 500  # pictures at a time whose texts are compared


def sweep_index() -> None:
    """Once a night: go through all pictures, write the texts that differ, then merge what is dead out of the index."""
    index_changes()
    for ids in _all_ids(lambda: LOOKED_AT):
        write_in_slices(find_wrong(ids), write_texts)
    engine().merge()


def rebuild_index() -> Iterator[int]:
    """Write the texts that differ and the whole index anew, newest first; yield how many pictures are done.

    What was there serves those who search until the end.
    """
    pace, done = Pace(slices.LEAST), 0
    engine().begin_rebuild()
    for ids in _all_ids(lambda: pace.size):
        with pace.slice():
            write_texts(ids)
            engine().rebuild_rows(ids)
        done += len(ids)
        yield done
    engine().end_rebuild()
    engine().merge()


def _all_ids(size: Callable[[], int]) -> Iterator[list[int]]:
    """Give the ids of all pictures and texts, newest first, so many at a time: a text may be of a picture long gone."""
    before: dict[str, int] = {}
    while ids := sorted({*_ids(Image, before, size()), *_ids(ImageText, before, size())}, reverse=True)[: size()]:
        yield ids
        before = {"pk__lt": ids[-1]}


def _ids(model: type[Image] | type[ImageText], before: dict[str, int], most: int) -> Iterable[int]:
    return model.objects.filter(**before).order_by("-pk").values_list("pk", flat=True)[:most]

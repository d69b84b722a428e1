"""Holds the texts against the pictures: what a crash, a restored database or another version left is put right."""

from collections.abc import Iterable, Iterator

from gallery.models import Image, ImageText
from gallery.services.db import slices
from gallery.services.db.slices import Pace, write_in_slices
from gallery.services.search.engines import engine
from gallery.services.search.index import find_wrong, index_changes, write_texts

LOOKED_AT = 500  # pictures at a time whose texts are compared


def follow_emptied_tables() -> None:
    """After somebody has emptied the tables, as `flush` does: the index knows nothing of that."""
    if not ImageText.objects.exists():
        engine().forget_all()


def sweep_index() -> None:
    """Once a night: go through all pictures, write the texts that differ, then merge what is dead out of the index."""
    index_changes()
    for ids in _all_ids():
        write_in_slices(find_wrong(ids), write_texts)
    engine().merge()


def rebuild_index() -> Iterator[int]:
    """Write the texts that differ and the whole index anew, newest first; yield how many pictures are done.

    What was there serves those who search until the end.
    """
    pace, done = Pace(slices.LEAST), 0
    engine().begin_rebuild()
    for ids in _all_ids():
        write_in_slices(find_wrong(ids), write_texts)
        write_in_slices(ids, engine().rebuild_rows, pace=pace)
        done += len(ids)
        yield done
    engine().end_rebuild()
    engine().merge()


def _all_ids() -> Iterator[list[int]]:
    """Give the ids of all pictures and texts, newest first, some at a time: a text may be of a picture long gone."""
    before: dict[str, int] = {}
    while ids := sorted({*_ids(Image, before), *_ids(ImageText, before)}, reverse=True)[:LOOKED_AT]:
        yield ids
        before = {"pk__lt": ids[-1]}


def _ids(model: type[Image] | type[ImageText], before: dict[str, int]) -> Iterable[int]:
    return model.objects.filter(**before).order_by("-pk").values_list("pk", flat=True)[:LOOKED_AT]

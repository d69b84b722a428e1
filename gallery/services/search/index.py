"""Keeps the texts as the pictures are: whoever changes one notes it in the same transaction, and it is done later.

That is at once for a few pictures, else within a second by the worker. A process that dies between the two leaves
the row that says so. Several processes may do it at once.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from django.db import transaction

from gallery.catalogue.search.queries import Phrase
from gallery.models import FacetChange, ImageChange, ImageText
from gallery.services.db import slices
from gallery.services.db.slices import Pace
from gallery.services.db.transactions import write_transaction
from gallery.services.search.engines import engine
from gallery.services.search.texts import read_texts

AT_ONCE = 50  # pictures whose texts are written before the page comes back


def mark_changed(image_ids: Iterable[int], *, at_once: bool = True) -> None:
    """Note that pictures, or what they are found by, were made, changed, trashed, restored or deleted.

    Call in the transaction of the change. A few are in the index when it has been committed, if `at_once`.
    """
    changes = ImageChange.objects.bulk_create(ImageChange(image_id=image_id) for image_id in image_ids)
    if at_once and 0 < len(changes) <= AT_ONCE:
        transaction.on_commit(partial(_write_now, changes), robust=True)


def mark_facet_changed(facet: str) -> None:
    """Note that a tag, a collection or a project has another name or is gone: its pictures are found by the index.

    Call in the transaction of the change, with a facet of catalogue/search/documents.py.
    """
    FacetChange.objects.create(facet=facet)
    transaction.on_commit(_write_some_of_facet, robust=True)


def index_changes(stopped: Callable[[], bool] = lambda: False) -> None:
    """Write the texts of all that was noted, a slice at a time, until that is done or one is `stopped`."""
    pace = Pace(slices.LEAST)
    while not stopped() and (_write_changes(pace) or _write_facet(pace)):
        pass


def _write_now(changes: Sequence[ImageChange]) -> None:
    with write_transaction():
        _settle(changes)


def _write_some_of_facet() -> None:
    with write_transaction():
        _settle_facet(most=AT_ONCE)


def _write_changes(pace: Pace) -> bool:
    """Write the texts of the next slice; return whether there was one. Looking costs no lock."""
    if not ImageChange.objects.exists():
        return False
    with pace.slice():
        _settle(ImageChange.objects.order_by("id")[: pace.size])
    return True


def _settle(noted: Iterable[ImageChange]) -> None:
    changes = list(noted)
    write_texts(sorted({change.image_id for change in changes}))
    ImageChange.objects.filter(pk__in=[change.pk for change in changes]).delete()


def _write_facet(pace: Pace) -> bool:
    """Write the texts of the newest pictures of a facet that are not done; return whether there may be more to do."""
    if not FacetChange.objects.exists():
        return False
    with pace.slice():
        _settle_facet(most=pace.size)
    return True


def _settle_facet(*, most: int) -> None:
    engine().take_turn()
    change = FacetChange.objects.order_by("id").first()
    if change is None:
        return
    batches = engine().find_batches(Phrase((change.facet,)), beyond=change.before_id, first=most)
    ids: list[int] = next((batch[:most] for batch in batches if batch), [])
    write_texts(ids)
    if ids:
        change.before_id = ids[-1]
        change.save(update_fields=["before_id"])
    else:
        change.delete()


def find_wrong(image_ids: Sequence[int]) -> list[int]:
    """Return those of these pictures, newest first, whose texts are not as they should be."""
    texts, there = read_texts(image_ids), _texts_there(image_ids)
    return sorted((pk for pk in {*texts, *there} if texts.get(pk) != there.get(pk)), reverse=True)


def write_texts(image_ids: Sequence[int]) -> None:
    """Write the texts of these pictures where they differ. Call inside a transaction."""
    engine().take_turn()
    texts, there = read_texts(image_ids), _texts_there(image_ids)
    gone = [pk for pk in there if pk not in texts]
    changed = [pk for pk, text in texts.items() if there.get(pk) != text]
    engine().forget_rows([*gone, *(pk for pk in changed if pk in there)])
    ImageText.objects.filter(pk__in=gone).delete()
    rows = [ImageText(image_id=pk, text=texts[pk]) for pk in changed]
    ImageText.objects.bulk_create(rows, update_conflicts=True, unique_fields=["image"], update_fields=["text"])
    engine().add_rows(changed)


def add_texts(image_ids: Sequence[int]) -> None:
    """Put pictures into the index whose texts were just written, and were not there. Call in that transaction."""
    engine().add_rows(image_ids)


def _texts_there(image_ids: Sequence[int]) -> dict[int, str]:
    return dict(ImageText.objects.filter(pk__in=image_ids).values_list("pk", "text"))

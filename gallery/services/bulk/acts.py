"""Acts on more pictures than one press waits for: begun, done slice by slice in a worker, undone the same way.

What is meant is frozen when it is pressed. A slice is done, and what undoes it written down, in one transaction: after
a kill the next worker goes on with the next one.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import structlog
from django.db.models import F
from django.utils import timezone

from gallery.models import BulkAct, BulkSlice, Image, Selection, User
from gallery.models.operations.bulk import Stage, Verb
from gallery.services.bulk.verbs import VERBS, own_images
from gallery.services.db.slices import Pace, delete_in_slices, write_in_slices
from gallery.services.db.transactions import write_transaction
from gallery.services.images import selection

SLICE = 250  # pictures
LISTED = 50  # acts of a member
MOST_TRIES = 5  # of one slice
PAUSE = timedelta(minutes=1)  # after the first try that failed; after the second twice as long

log = structlog.get_logger("fluxweb.bulk")


def is_large(chosen: Selection) -> bool:
    """Say whether a selection is more than one press acts on at once."""
    found = selection.selected_images(chosen).values_list("pk", flat=True)
    return len(found[: selection.MOST + 1]) > selection.MOST


def begin_act(chosen: Selection, verb: Verb, *, owner: User, said: str, **fields: Any) -> BulkAct:
    """Write down what is meant and what shall be done; a worker does it. `said`: in words, for the page of the act."""
    ids = sorted(selection.ids_of(chosen))  # the oldest first: what comes to the front of a collection last is newest
    act = BulkAct.objects.create(owner=owner, verb=verb, fields=fields, said=said[:400], total=len(ids))
    starts = range(0, len(ids), SLICE)
    parts = [BulkSlice(act=act, number=n, images=ids[at : at + SLICE]) for n, at in enumerate(starts)]
    write_in_slices(parts, BulkSlice.objects.bulk_create)
    _move(act, Stage.GOING, if_stage=[Stage.FREEZING])
    log.info("bulk act begun", act=act.key, verb=verb, images=len(ids))
    return act


def acts_of(owner: User) -> list[BulkAct]:
    """Return the newest acts of a member."""
    return list(BulkAct.objects.of(owner).order_by("-id")[:LISTED])


def undo_act(act: BulkAct) -> bool:
    """Undo what is done of it, and do no more; return whether that can be."""
    return act.can_be_undone and _move(act, Stage.BACK, if_stage=[Stage.GOING, Stage.DONE, Stage.FAILED])


def _move(act: BulkAct, stage: Stage, *, if_stage: Sequence[Stage]) -> bool:
    with write_transaction():
        found = BulkAct.objects.filter(pk=act.pk, stage__in=if_stage)
        return found.update(stage=stage, tries=0, next_at=timezone.now()) == 1


def work_next() -> bool:
    """Do or undo the next slice of the act whose turn it is; return whether there was one."""
    act = BulkAct.objects.due(timezone.now()).select_related("owner").first()
    if act is None:
        return False
    goes_back = act.stage == Stage.BACK
    rows = BulkSlice.objects.filter(act=act, is_done=goes_back)
    part = rows.order_by("-number" if goes_back else "number").first()
    if part is None:
        _move(act, Stage.UNDONE if goes_back else Stage.DONE, if_stage=[Stage(act.stage)])
        return True
    try:
        with Pace().slice():
            _work(act, part, goes_back=goes_back)
    except Exception:  # whatever it was: it must not hold up the acts of others
        _note_failure(act)
        log.exception("bulk act failed", act=act.key, slice=part.number)
    return True


def _note_failure(act: BulkAct) -> None:
    """Let others go first for a while; what has failed too often stops."""
    tries = act.tries + 1
    stage = Stage.FAILED if tries >= MOST_TRIES else act.stage
    with write_transaction():
        found = BulkAct.objects.filter(pk=act.pk, stage=act.stage)
        found.update(stage=stage, tries=tries, next_at=timezone.now() + tries * PAUSE)


def _work(act: BulkAct, part: BulkSlice, *, goes_back: bool) -> None:
    """Do it unless somebody else did, or the act was turned round just now."""
    current = BulkAct.objects.select_for_update().filter(pk=act.pk, stage=act.stage).exists()
    if not current or not BulkSlice.objects.filter(pk=part.pk, is_done=goes_back).update(is_done=not goes_back):
        return
    doing = VERBS[act.verb]
    lost = (doing.undo(act, part.was or []) if goes_back else 0) or 0
    was = None if goes_back else doing.do(act, own_images(act, part.images))
    BulkSlice.objects.filter(pk=part.pk).update(was=was)
    step = -len(part.images) if goes_back else len(part.images)
    BulkAct.objects.filter(pk=act.pk).update(
        done=F("done") + step, lost=F("lost") + lost, tries=0, next_at=timezone.now()
    )


def shown_images(chosen: Selection, *, most: int) -> list[Image]:
    """Return the first pictures of a selection, to show what is meant."""
    found = Image.objects.in_bulk(selection.ids_of(chosen, most=most))
    return list(found.values())


def delete_old_acts() -> None:
    """Forget what nobody undoes any more."""
    old = BulkAct.objects.old(timezone.now())
    delete_in_slices(BulkSlice.objects.filter(act__in=old))
    delete_in_slices(old)

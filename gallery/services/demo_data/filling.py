"""Fills a gallery: finished demo runs with jobs, attempts and images, and what their owner made of them."""

from collections.abc import Iterator, Sequence
from itertools import islice
from random import Random

from django.db.models import Model
from django.utils import timezone

from gallery.models import Attempt, Image, Job, Run, User
from gallery.models.costs import ledger_triggers
from gallery.services.db import slices
from gallery.services.db.raw_updates import take_ids
from gallery.services.db.slices import Pace
from gallery.services.db.transactions import write_transaction
from gallery.services.demo_data.curating import make_shelves
from gallery.services.demo_data.presses import Press, draw_presses
from gallery.services.demo_data.rows import Ids, RowMaker
from gallery.services.demo_data.samples import Sample
from gallery.services.jobs import gates
from gallery.services.ledger import entries
from gallery.services.runs import prompt_history
from gallery.services.search import index

CHUNK = 1000  # runs between two words of progress
MANY = 20_000  # images: who asks for more has a gallery to measure, and nobody who waits for the database


def fill_gallery(owner: User, samples: Sequence[Sample], *, images: int) -> Iterator[int]:
    """Give the owner this many finished demo images, oldest first; yield how many there are after each chunk."""
    draw, pace, made = Random(), Pace(slices.LEAST, rests=False), 0  # noqa: S311  guards nothing
    maker = RowMaker(make_shelves(owner, samples), samples, draw)
    presses = draw_presses(draw, samples, images=images, now=timezone.now())
    while chunk := list(islice(presses, CHUNK)):
        if images > MANY:
            made += _write_at_once(chunk, maker)
        else:
            made += sum(_write_some(part, maker, pace) for part in _parts(chunk, pace))
            _settle(chunk, maker)
        yield made


def _parts(presses: Sequence[Press], pace: Pace) -> Iterator[Sequence[Press]]:
    """Give a few presses at a time."""
    first = 0
    while part := presses[first : first + pace.size]:
        first += len(part)
        yield part


def _write_some(presses: Sequence[Press], maker: RowMaker, pace: Pace) -> int:
    """Write a few presses; return how many pictures. What others wait for is only the writing, not the making."""
    rows, images = maker.rows_of(presses, _take_ids(presses))
    with pace.slice():
        rows.insert()
        index.add_texts(images)
    return len(images)


def _write_at_once(presses: Sequence[Press], maker: RowMaker) -> int:
    """Write presses in one transaction, their money as a few sums; return how many pictures."""
    with write_transaction():
        gates.lock_gates()
        with ledger_triggers.suspended():  # before ids are taken: then nobody else's lie between them
            ids = _take_ids(presses)
            rows, images = maker.rows_of(presses, ids)
            rows.insert()
            ledger_triggers.add_entries(ids[Attempt][0], ids[Attempt][-1])
        index.add_texts(images)
        _settle(presses, maker)
    return len(images)


def _settle(presses: Sequence[Press], maker: RowMaker) -> None:
    """Remember the prompts, and count the money."""
    prompts, owner = [press.prompt for press in reversed(presses)], maker.shelves.owner
    prompt_history.remember_prompts(prompts, owner=owner, at=presses[-1].at)
    entries.apply_entries()


def _take_ids(presses: Sequence[Press]) -> Ids:
    jobs, uploads = sum(press.size for press in presses), sum(len(press.uploads) for press in presses)
    counts: dict[type[Model], int] = {Run: len(presses), Job: jobs, Attempt: jobs, Image: jobs + uploads}
    with write_transaction():
        return {model: take_ids(model, count) for model, count in counts.items()}

"""Long work in short transactions: nobody waits longer for the one writer of SQLite than for a press.

Between two slices everybody else has as long as the last one took. What is written so must be resumable: a process may
be killed between any two of them.
"""

import gc
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any, TypeVar

from django.db import connection
from django.db.models import QuerySet

from gallery.services.db.transactions import write_transaction

MOST_SECONDS = 0.025  # aimed at: beside other work on the machine a slice takes up to four times as long
FIRST, LEAST, MOST = 100, 10, 1000  # rows

Row = TypeVar("Row")


class Pace:
    """How many rows a slice may have, as the slices before it have taught.

    `rests` false: what happens between the slices takes as long as they do anyway.
    """

    def __init__(self, size: int = FIRST, *, rests: bool = True) -> None:
        self.size = size
        self.rests = rests

    @contextmanager
    def slice(self) -> Iterator[None]:
        """Open the transaction of one slice; others may write before the next."""
        with _no_collection(), write_transaction():
            began = time.monotonic()
            yield
        took = time.monotonic() - began
        self._learn(took)
        if self.rests and not connection.in_atomic_block:
            time.sleep(min(took, MOST_SECONDS))

    def _learn(self, took: float) -> None:
        if took > MOST_SECONDS:
            self.size = max(LEAST, self.size // 2)
        elif took < MOST_SECONDS / 3:
            self.size = min(MOST, self.size * 2)


@contextmanager
def _no_collection() -> Iterator[None]:
    """Let Python's garbage collector wait: going through all objects of a worker took 80 ms, with the lock held."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collects:
            gc.enable()


def write_in_slices(rows: Sequence[Row], write: Callable[[Sequence[Row]], object], *, pace: Pace | None = None) -> None:
    """Call `write` with some of the rows at a time, each time in a transaction of its own.

    Within a transaction of the caller, which holds the lock anyway, with as many as one statement takes.
    """
    if connection.in_atomic_block:
        for first in range(0, len(rows), MOST):
            write(rows[first : first + MOST])
        return
    pace, first = pace or Pace(), 0
    while part := rows[first : first + pace.size]:
        first += len(part)
        with pace.slice():
            write(part)


def delete_in_slices(rows: QuerySet[Any]) -> int:
    """Delete what a query finds, a slice at a time; return how many rows, with what hangs on them."""
    pace, gone = Pace(), 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[: pace.size]):
        with pace.slice():
            gone += rows.model._base_manager.filter(pk__in=ids).delete()[0]
    return gone

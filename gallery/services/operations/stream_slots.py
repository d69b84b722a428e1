"""How many long answers may be on their way: a few, fewer of one link and to one address; slow readers give way.

Each holds one of twelve threads of this process for as long as its reader takes, and half of them are left for those
who work. As long as nobody else waits, a reader may be as slow as they like. Who finds no slot waits in line without
holding anything: their browser asks again, and has its place as long as it does.
"""

import itertools
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import TypeVar

SLOTS = 6
OF_LINK = 4
OF_ADDRESS = 5
SLOW_SECONDS = 10  # waited for one slice: by then another may have the slot
SLICE_SECONDS = 4  # that a slice of 256 KiB may take on average: half a megabit a second
SLICES = 4  # the last ones, by which a reader is judged
WAIT_SECONDS = 3  # after which whoever waits asks again
GONE_SECONDS = 10  # without asking, after which nobody waits any more
MOST_WAITING = 500  # whoever comes then has no place in line, and may be lucky

clock = time.monotonic
_lock = threading.Lock()
taken_slots: list["Slot"] = []
waiting: dict[str, "Waiting"] = {}  # by reader, in the order in which they came


class TooManyStreams(Exception):
    """As many streams as may be are on their way, and none of their readers is slow.

    `place`: in line, from 1. `is_new`: the first time that this reader hears of it.
    """

    def __init__(self, place: int, *, is_new: bool) -> None:
        super().__init__(f"{place} in line")
        self.place = place
        self.is_new = is_new


def _nothing() -> None:
    pass


@dataclass(eq=False)
class Slot:
    """One stream: of which link, to which address, how fast it is read; `hang_up` ends its connection."""

    link: str
    address: str
    hang_up: Callable[[], None] = _nothing
    lost: bool = False
    waits_since: float | None = field(default_factory=lambda: clock())
    waits: deque[float] = field(default_factory=lambda: deque(maxlen=SLICES))

    def handed_out(self) -> None:
        """From now on its reader is waited for."""
        self.waits_since = clock()

    def took(self) -> None:
        """Its reader asks for more: what it takes to make that is not their fault."""
        if self.waits_since is not None:
            self.waits.append(clock() - self.waits_since)
        self.waits_since = None

    def slowness(self) -> float:
        """Return by how many times its reader was slower than they may be when others wait: now, or on average.

        The average alone would be mild with whom the buffers on the way have served well until they were full.
        """
        now = 0 if self.waits_since is None else clock() - self.waits_since
        average = (sum(self.waits) + now) / max(SLOW_SECONDS, SLICE_SECONDS * (len(self.waits) + 1))
        return max(now / SLOW_SECONDS, average)


@dataclass(eq=False)
class Waiting:
    """Somebody who waits for a slot; `seen`: when they asked last."""

    link: str
    address: str
    seen: float


_Stream = TypeVar("_Stream", Slot, Slot | Waiting)


def take_slot(link: str, address: str, *, reader: str = "", hang_up: Callable[[], None] = _nothing) -> Slot:
    """Return a slot, perhaps that of a slow reader, who loses it. Raises TooManyStreams: then `reader` asks again.

    Whoever has waited longer goes first, unless it is for their own link or address that they wait.
    """
    with _lock:
        is_new = reader not in waiting
        mine = _stand_in_line(reader, link, address)
        while not _is_next(mine):
            _end_slowest(_crowd(taken_slots, mine), mine, is_new=is_new)
        waiting.pop(reader, None)
        slot = Slot(link, address, hang_up)
        taken_slots.append(slot)
    return slot


def _stand_in_line(reader: str, link: str, address: str) -> Waiting:
    """Return the place of a reader, behind those who wait already; nobody is kept a place who does not ask."""
    now = clock()
    for gone in [each for each, place in waiting.items() if now - place.seen > GONE_SECONDS]:
        del waiting[gone]
    mine = waiting.get(reader) or Waiting(link, address, now)
    mine.seen = now
    if reader and len(waiting) < MOST_WAITING:
        waiting[reader] = mine
    return mine


def _is_next(mine: Waiting) -> bool:
    """Say whether there is a slot for this one when all who came before have got theirs."""
    streams: list[Slot | Waiting] = [*taken_slots]
    for each in _before(mine):
        if not _crowd(streams, each):
            streams.append(each)
    return not _crowd(streams, mine)


def _before(mine: Waiting) -> Iterator[Waiting]:
    return itertools.takewhile(lambda each: each is not mine, waiting.values())


def _end_slowest(crowd: list[Slot], mine: Waiting, *, is_new: bool) -> None:
    """Take the slot of the slowest reader in a crowd. Raises TooManyStreams if none is slow."""
    slowest = max(crowd, key=Slot.slowness, default=None)
    if slowest is None or slowest.slowness() <= 1:
        raise TooManyStreams(1 + len(list(_before(mine))), is_new=is_new)
    taken_slots.remove(slowest)
    slowest.lost = True
    slowest.hang_up()


def _crowd(streams: list[_Stream], mine: Slot | Waiting) -> list[_Stream]:
    """Return the streams of which one has to end before another may begin."""
    of_link = [each for each in streams if each.link == mine.link]
    to_address = [each for each in streams if each.address == mine.address]
    for crowd, most in ((of_link, OF_LINK), (to_address, OF_ADDRESS), (streams, SLOTS)):
        if len(crowd) >= most:
            return crowd
    return []


def release_slot(slot: Slot) -> None:
    with _lock:
        if slot in taken_slots:
            taken_slots.remove(slot)

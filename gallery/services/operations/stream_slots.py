"""How many long answers may be on their way: a few, fewer of one link and to one address; slow readers give way.

Each holds one of twelve threads of this process for as long as its reader takes, and half of them are left for those
who work. As long as nobody else waits, a reader may be as slow as they like.
"""

import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field

SLOTS = 6
OF_LINK = 4
OF_ADDRESS = 5
SLOW_SECONDS = 10  # waited for one slice: by then another may have the slot
SLICE_SECONDS = 4  # that a slice of 256 KiB may take on average: half a megabit a second
SLICES = 4  # the last ones, by which a reader is judged
BUSY_SECONDS = SLOW_SECONDS  # after which it is worth coming again

clock = time.monotonic
_lock = threading.Lock()
taken_slots: list["Slot"] = []


class TooManyStreams(Exception):
    """As many streams as may be are on their way, and none of their readers is slow."""


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


def take_slot(link: str, address: str, *, hang_up: Callable[[], None] = _nothing) -> Slot:
    """Return a slot, perhaps that of a slow reader, who loses it. Raises TooManyStreams instead of waiting."""
    with _lock:
        while crowd := _crowd(link, address):
            slowest = max(crowd, key=Slot.slowness)
            if slowest.slowness() <= 1:
                raise TooManyStreams
            taken_slots.remove(slowest)
            slowest.lost = True
            slowest.hang_up()
        slot = Slot(link, address, hang_up)
        taken_slots.append(slot)
    return slot


def _crowd(link: str, address: str) -> list[Slot]:
    """Return the streams of which one has to end before another may begin."""
    of_link = [each for each in taken_slots if each.link == link]
    to_address = [each for each in taken_slots if each.address == address]
    for streams, most in ((of_link, OF_LINK), (to_address, OF_ADDRESS), (taken_slots, SLOTS)):
        if len(streams) >= most:
            return streams
    return []


def release_slot(slot: Slot) -> None:
    with _lock:
        if slot in taken_slots:
            taken_slots.remove(slot)

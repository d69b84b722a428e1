"""What is said of trouble that goes on: a line when it begins, one a minute with a count, one when it is over."""

import threading
import time
from typing import Any

SAY_SECONDS = 60  # between two lines of one trouble
CALM_SECONDS = 10  # what was well for so long and fails again is news; what comes and goes faster is one trouble
KINDS_MAX = 1000  # of repeated lines that are remembered


class Seldom:
    """Lets the first of a kind be said at once, and then one a minute."""

    def __init__(self) -> None:
        # kind -> (monotonic time of the last line, how many were left out since)
        self.said: dict[object, tuple[float, int]] = {}
        self.lock = threading.Lock()

    def left_out(self, kind: object) -> int | None:
        """Return how many of this kind were left out before this one, or None if this one is to be left out too."""
        with self.lock:
            now = time.monotonic()
            at, left_out = self.said.get(kind, (None, 0))
            if at is not None and now - at < SAY_SECONDS:
                self.said[kind] = at, left_out + 1
                return None
            self._forget_old(now)
            self.said[kind] = now, 0
            return left_out

    def _forget_old(self, now: float) -> None:
        if len(self.said) >= KINDS_MAX:
            self.said = {kind: told for kind, told in self.said.items() if now - told[0] < SAY_SECONDS}


class Outage:
    """Whether something is away, and what the log hears of it, however many threads meet it."""

    def __init__(self, log: Any, name: str) -> None:
        """`name` begins the lines that `log` gets."""
        self.log, self.name = log, name
        self.is_on = self.is_told = False
        self.began = self.said = self.ended = float("-inf")
        self.left_out = 0
        self.lock = threading.Lock()

    def met(self, why: str, **facts: object) -> None:
        """Note that something failed; `facts` go into the line if one is said now."""
        with self.lock:
            now = time.monotonic()
            is_new = self._begin(now)
            if now - self.said < SAY_SECONDS:
                self.left_out += 1
                return
            left_out, self.left_out, self.said, self.is_told = self.left_out, 0, now, True
        event = f"{self.name} away; tried again by itself" if is_new else f"{self.name} still away"
        self.log.warning(event, why=why, **facts, **({"left_out": left_out} if left_out else {}))

    def _begin(self, now: float) -> bool:
        if self.is_on:
            return False
        if now - self.ended >= CALM_SECONDS:
            self.said, self.left_out = float("-inf"), 0
        self.is_on, self.is_told, self.began = True, False, now
        return True

    def over(self) -> None:
        """Note that something succeeded which could not while this lasts."""
        if not self.is_on:
            return
        with self.lock:
            if not self.is_on:
                return
            self.is_on, self.ended = False, time.monotonic()
        if self.is_told:
            self.log.warning(f"{self.name} is back", seconds=round(self.ended - self.began), left_out=self.left_out)

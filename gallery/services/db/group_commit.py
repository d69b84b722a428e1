"""Threads that want the same short transaction at the same moment: the first one does it for all of them."""

import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any


@dataclass(eq=False)
class Request:
    """What one thread asks for, and what came of it."""

    content: object
    alone: bool = False
    served: bool = False
    result: object = None


class GroupCommit:
    """Calls `serve(contents)` for those who ask while it is busy; it returns one result for each, in their order.

    Where it fails, everybody is served alone, so that one bad request harms nobody else's.
    """

    def __init__(self, serve: Callable[[list[Any]], Sequence[Any]], *, most: int) -> None:
        self.serve = serve
        self.most = most
        self.waiting: deque[Request] = deque()
        self.serving = threading.Lock()

    def submit(self, content: object) -> Any:
        """Return the result for this; raises what `serve` raises."""
        mine = Request(content)
        self.waiting.append(mine)
        with self.serving:
            if not mine.served:
                self.waiting.remove(mine)
                self._serve(mine)
        return mine.result

    def _serve(self, mine: Request) -> None:
        batch = [mine, *self._others(mine)]
        try:
            results = self.serve([request.content for request in batch])
        except Exception:
            if len(batch) == 1:
                raise
            self._separate(batch[1:])
            results = self.serve([mine.content])
            batch = [mine]
        for request, result in zip(batch, results, strict=True):
            request.result, request.served = result, True

    def _others(self, mine: Request) -> list[Request]:
        if mine.alone:
            return []
        others = [request for request in list(self.waiting) if not request.alone][: self.most - 1]
        for request in others:
            self.waiting.remove(request)
        return others

    def _separate(self, requests: list[Request]) -> None:
        for request in requests:
            request.alone = True
        self.waiting.extend(requests)

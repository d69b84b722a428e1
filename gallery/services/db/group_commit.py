"""Threads that want the same short transaction at the same moment: the first one does it for all of them."""

import threading
from collections import deque
from dataclasses import dataclass


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

    def __init__(self, serve, *, most):
        self.serve = serve
        self.most = most
        self.waiting = deque()
        self.serving = threading.Lock()

    def submit(self, content):
        """Return the result for this; raises what `serve` raises."""
        mine = Request(content)
        self.waiting.append(mine)
        with self.serving:
            if not mine.served:
                self.waiting.remove(mine)
                self._serve(mine)
        return mine.result

    def _serve(self, mine):
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

    def _others(self, mine):
        if mine.alone:
            return []
        others = [request for request in list(self.waiting) if not request.alone][: self.most - 1]
        for request in others:
            self.waiting.remove(request)
        return others

    def _separate(self, requests):
        for request in requests:
            request.alone = True
        self.waiting.extend(requests)

"""Threads that want the same short transaction at the same moment: the first one does it for all of them."""

import threading
from collections import deque
from dataclasses import dataclass


@dataclass(eq=False)
class Place:
    """One thread's place in the line."""

    request: object
    alone: bool = False
    served: bool = False
    result: object = None


class Together:
    """Calls `serve(requests)` for those who ask while it is busy; it returns one result for each, in their order.

    Where it fails, everybody is served alone, so that one bad request harms nobody else's.
    """

    def __init__(self, serve, *, most):
        self.serve = serve
        self.most = most
        self.line = deque()
        self.serving = threading.Lock()

    def ask(self, request):
        """Return the result for this request; raises what `serve` raises."""
        mine = Place(request)
        self.line.append(mine)
        with self.serving:
            if not mine.served:
                self.line.remove(mine)
                self._serve(mine)
        return mine.result

    def _serve(self, mine):
        places = [mine, *self._others(mine)]
        try:
            results = self.serve([place.request for place in places])
        except Exception:
            if len(places) == 1:
                raise
            self._separate(places[1:])
            results = self.serve([mine.request])
            places = [mine]
        for place, result in zip(places, results, strict=True):
            place.result, place.served = result, True

    def _others(self, mine):
        if mine.alone:
            return []
        others = [place for place in list(self.line) if not place.alone][: self.most - 1]
        for place in others:
            self.line.remove(place)
        return others

    def _separate(self, places):
        for place in places:
            place.alone = True
        self.line.extend(places)

"""Races: the same thing done by several threads at once, or something done between two statements of another."""

import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

from django.db import connection

SOON = 20  # seconds: far longer than threads take to begin


def at_once(act, each):
    """Call act(one) for each of these in a thread of its own, all let go together; return what came of them in order.

    Raises what the first of them raised.
    """
    each = list(each)
    start = threading.Barrier(len(each))

    def act_with_the_others(one):
        start.wait(SOON)
        try:
            return act(one)
        finally:
            connection.close()

    with ThreadPoolExecutor(len(each)) as pool:
        return list(pool.map(act_with_the_others, each))


@contextmanager
def after_statement(part, act, *, times=1):
    """Let something happen between a statement with this in it and the next one, as by another process just then."""
    left, due = [times], [False]

    def watch(execute, sql, params, many, context):
        if due[0]:
            due[0] = False
            act()
        if part in sql and left[0]:
            left[0], due[0] = left[0] - 1, True
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert (left, due) == ([0], [False]), f"nothing came after {part}"

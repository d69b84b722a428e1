"""Short transactions of many threads: they queue in the process, and hold no connection while they wait for others."""

import threading
from contextlib import contextmanager, nullcontext

from django.db import connection, transaction

# Queueing at SQLite instead means its busy handler, which sleeps up to 100 ms between tries and knows no order.
ONE_WRITER = threading.RLock()


@contextmanager
def committing():
    """Open a transaction, one at a time among the threads of this process where the database has one writer anyway."""
    with ONE_WRITER if _is_a_file() else nullcontext(), transaction.atomic():
        yield


def give_connection_back():
    """Before waiting for the network: a server has few connections. Opening a file again costs a millisecond."""
    if not _is_a_file():
        connection.close()


def _is_a_file():
    return connection.vendor == "sqlite"

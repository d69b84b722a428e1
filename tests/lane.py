"""Tests may run in several processes (pytest -n): which of them this is, and what each has for itself."""

import os

IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def own_redis(address):
    """Return the address of a database of our own on the same Redis: `redis://host/9` and the next ones."""
    server, _, database = address.rpartition("/")
    return f"{server}/{int(database) + NUMBER}"

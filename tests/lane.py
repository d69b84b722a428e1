"""Tests may run in several processes (pytest -n): which of them this is, and what each has for itself."""

import os

from xdist.scheduler import LoadGroupScheduling

IS_ONE_OF_SEVERAL = "PYTEST_XDIST_WORKER" in os.environ
NUMBER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))


def own_redis(address):
    """Return the address of a database of our own on the same Redis: `redis://host/9` and the next ones."""
    server, _, database = address.rpartition("/")
    return f"{server}/{int(database) + NUMBER}"


class Lanes(LoadGroupScheduling):
    """Runs what belongs together in one process, one after the other: towns live by the clock, Firefox starts slowly.

    By their names, because pytest 9.2 does not see the groups that xdist 3.8 writes into them (xdist_group).
    """

    FOLDERS = ("tests/processes/", "tests/browser/test_firefox.py")

    def _split_scope(self, nodeid):
        return next(filter(nodeid.startswith, self.FOLDERS), nodeid)

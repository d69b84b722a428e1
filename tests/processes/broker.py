"""A Redis of a test's own, and the ways in which one can be away."""

import contextlib
import signal
import subprocess

from redis import Redis
from redis.exceptions import RedisError

from tests.processes.town import free_port, wait_until


class Broker:
    """A Redis server at one address, whether it runs at the moment or not."""

    def __init__(self, folder):
        self.folder = folder
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self.server = None

    def start(self):
        command = ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--save", "", "--dir", self.folder]
        self.server = subprocess.Popen(command, stdout=subprocess.DEVNULL)
        wait_until(self._answers)

    def kill(self):
        if self.server:
            self.server.kill()
            self.server.wait()

    def freeze(self):
        """It takes connections and never says a word."""
        self.server.send_signal(signal.SIGSTOP)

    def thaw(self):
        self.server.send_signal(signal.SIGCONT)

    def fill(self):
        """It gives what it has, and takes nothing more."""
        self._ask("config", "set", "maxmemory", "1")

    def empty(self):
        self._ask("config", "set", "maxmemory", "0")

    def refuse(self):
        """It answers, and neither takes nor gives: as a replica does."""
        self._ask("replicaof", "127.0.0.1", "1")

    def accept(self):
        self._ask("replicaof", "no", "one")

    def _answers(self):
        with contextlib.suppress(RedisError):
            return self._ask("ping")

    def _ask(self, *words):
        with Redis(port=self.port) as asked:
            return asked.execute_command(*words)

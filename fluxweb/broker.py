"""huey's storage on a Redis that may be away: nobody waits long for it, and a worker goes on by wake-ups of its own."""

import contextlib
import queue
import threading
import time

import structlog
from huey import Huey
from huey.storage import PriorityRedisStorage
from redis import ConnectionPool
from redis.exceptions import RedisError

from fluxweb.outages import Outage

READ_SECONDS = 0.2  # how long Redis is asked to wait for a wake-up
TIMEOUT_SECONDS = 2  # for a connection and for an answer: a press waits for it
LOOK_SECONDS = 1  # between two looks at a Redis that is away, by one thread at a time

log = structlog.get_logger("fluxweb.broker")


class BrokerAway(Exception):
    """Redis did not answer, or refused."""


def redis_queue(name: str, *, url: str, serializer) -> Huey:
    """Return huey on the Redis of this address."""
    return Huey(name, storage_class=PatientStorage, url=url, results=False, serializer=serializer)


class PatientStorage(PriorityRedisStorage):
    """While Redis is away, what a consuming process wakes stays within it; any other process raises BrokerAway.

    That loses nothing: wake-ups carry nothing, and the rows say what is to be done.
    """

    def __init__(self, name, *, url):
        pool = ConnectionPool.from_url(url, socket_timeout=TIMEOUT_SECONDS, socket_connect_timeout=TIMEOUT_SECONDS)
        super().__init__(name, connection_pool=pool, read_timeout=READ_SECONDS)
        self.consumes = False  # whether this process takes wake-ups
        self.own = queue.SimpleQueue()  # wake-ups of this process that Redis could not take
        self.outage = Outage(log, "Redis")
        self.next_look = 0.0
        self.lock = threading.Lock()

    def enqueue(self, data, priority=None):
        try:
            self._ask(super().enqueue, data, priority)
        except BrokerAway:
            if not self.consumes:
                raise
            self.own.put(data)

    def dequeue(self):
        self.consumes = True
        with contextlib.suppress(queue.Empty):
            return self.own.get_nowait()
        try:
            return self._ask(self._take)
        except BrokerAway:
            return self._take_own()

    def _take(self):
        """huey's own takes a Redis that is silent for one that is empty."""
        taken = self.conn.bzpopmin(self.queue_key, timeout=self.read_timeout)
        return taken and taken[1][8:]  # (key, time of 8 bytes and data, priority)

    def _take_own(self):
        """Return soon: that is when a thread sees that it is to stop, or that Redis is back."""
        with contextlib.suppress(queue.Empty):
            return self.own.get(timeout=self.read_timeout)

    def queue_size(self):
        try:
            return self._ask(super().queue_size) + self.own.qsize()
        except BrokerAway:
            if not self.consumes:
                raise
            return self.own.qsize()

    def read_schedule(self, ts):
        self.consumes = True  # a scheduler may come first, and wakes too
        try:
            return self._ask(super().read_schedule, ts)
        except BrokerAway:
            return []

    def peek_many(self, keys):
        """huey asks before every task whether it was revoked. Nobody revokes a wake-up."""
        return {}

    def delete_data(self, key):
        """huey forgets after every task that it was revoked."""
        return False

    def _ask(self, act, *arguments):
        if not self._may_ask():
            raise BrokerAway("Redis is away")
        try:
            answer = act(*arguments)
        except (RedisError, OSError) as error:
            self.next_look = time.monotonic() + LOOK_SECONDS
            self.outage.met(f"{type(error).__name__}: {error}")
            raise BrokerAway(str(error)) from error
        self.outage.over()
        return answer

    def _may_ask(self):
        """While Redis is away one look at a time: with a silent host each takes a thread for seconds."""
        if not self.outage.is_on:
            return True
        with self.lock:
            now = time.monotonic()
            if now < self.next_look:
                return False
            self.next_look = now + LOOK_SECONDS + 2 * TIMEOUT_SECONDS  # unless it ends earlier
            return True

"""The web process: waitress in front of Django. `python -m fluxweb.server --bind 127.0.0.1:8000`.

It serves people without a proxy between, so slow clients must cost it nothing: one thread receives and sends for all
connections, and a thread of Django's gets a request only when it is whole, and gives its answer away. What takes
longer than its deadline is hung up on. (Measured against gunicorn's gthread and gevent, granian, uvicorn with a2wsgi
and cheroot: tests/benchmarks/README.md.)
"""

import argparse
import contextlib
import logging
import re
import resource
import signal
import socket
import sys
import threading
import time
from collections.abc import Iterator
from wsgiref.types import WSGIApplication

from django.core.exceptions import ImproperlyConfigured
from waitress import wasyncore
from waitress.adjustments import Adjustments
from waitress.channel import HTTPChannel
from waitress.server import TcpWSGIServer
from waitress.task import WSGITask

THREADS = 12
CONNECTIONS_MAX = 4000
FILES_BESIDE = 256  # open files that are no connections: databases, media, logs
BACKLOG = 1024
PORT_MAX = 65535
HEAD_SECONDS = 20  # for the head of a request, from its first byte
BODY_SECONDS = 60  # for its body, and as much more as a client gets that sends this much:
BODY_BYTES_PER_SECOND = 4096
IDLE_SECONDS = 60  # an open connection over which nothing comes, or that takes nothing of its answer
LOOK_SECONDS = 2  # between two looks for connections that are late
BODY_BYTES_MAX = 64 * 1024 * 1024
WAITING_BYTES = 1024 * 1024  # of an answer that is made as it goes: what may wait for a slow reader
GRACE_SECONDS = 30  # for running requests, once told to stop


HANG_UP = "fluxweb.hang_up"  # in the environ of a request: ends its connection, from whatever thread


class Task(WSGITask):
    def get_environment(self) -> dict:
        return super().get_environment() | {HANG_UP: self.channel.hang_up}


class Channel(HTTPChannel):
    """A connection whose request has a deadline: waitress alone waits as long as a byte drips now and then."""

    task_class = Task
    began = None  # when the request that is being received began
    received_bytes = 0

    def received(self, data: bytes) -> bool:
        if self.request is None:
            self.began, self.received_bytes = time.monotonic(), 0
        self.received_bytes += len(data)
        return super().received(data)

    def is_late(self) -> bool:
        """Tell whether the request that is being received takes longer than it may."""
        return self.request is not None and time.monotonic() > self.began + self.seconds_allowed()

    def seconds_allowed(self) -> float:
        if not self.request.headers_finished:
            return HEAD_SECONDS
        return HEAD_SECONDS + BODY_SECONDS + self.received_bytes / BODY_BYTES_PER_SECOND

    def hang_up(self) -> None:
        """End the connection, also of a client that takes nothing: waitress closes one only where it can write."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)


class Server(TcpWSGIServer):
    channel_class = Channel

    def maintenance(self, now: float) -> None:
        super().maintenance(now)
        for channel in self.active_channels.values():
            if channel.will_close or channel.is_late():
                channel.hang_up()

    def is_idle(self) -> bool:
        """Tell whether every request that came whole is answered to its last byte."""
        return not any(each.requests or each.total_outbufs_len for each in self.active_channels.values())


def read_bind(text: str) -> tuple[str, int]:
    """Read HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000; raise ValueError with a sentence."""
    host, colon, port = text.rpartition(":")
    if not colon or not host.strip("[]") or (":" in host and not re.fullmatch(r"\[.+\]", host)):
        raise ValueError(f"--bind takes HOST:PORT, such as 127.0.0.1:8000 or [::1]:8000, not {text!r}")
    if not re.fullmatch(r"[0-9]{1,5}", port) or int(port) > PORT_MAX:
        raise ValueError(f"--bind has a port that is no number from 0 to {PORT_MAX}: {port!r}")
    return host.strip("[]"), int(port)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens already, so that nobody else gets the address; raise OSError if it cannot be had."""
    family, *_, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0]
    found = socket.socket(family, socket.SOCK_STREAM)
    with contextlib.ExitStack() as undo:
        undo.callback(found.close)
        found.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        found.bind(address)
        found.listen(BACKLOG)
        undo.pop_all()
    return found


def serve(found: socket.socket) -> None:
    """Serve fluxweb over a listening socket until SIGTERM or SIGINT; let what runs then end first."""
    from fluxweb.wsgi import application  # here, so that `listen` needs no Django

    told = threading.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: told.set())
    with one_key():
        answer(application, found, until=told)


@contextlib.contextmanager
def one_key() -> Iterator[None]:
    """Say as long as this process serves that it uses its secret key. Raises where one that lives uses another."""
    from gallery.services.operations import secret_keys

    stop = threading.Event()
    holder = secret_keys.hold_key_or_wait("web")
    beats = threading.Thread(target=secret_keys.keep_holding, args=("web", holder, stop), daemon=True)
    beats.start()
    try:
        yield
    finally:
        stop.set()
        beats.join(GRACE_SECONDS)


def answer(application: WSGIApplication, found: socket.socket, *, until: threading.Event) -> None:
    """Answer requests until the event is set, then those that have come whole."""
    logging.getLogger("waitress.queue").setLevel(logging.ERROR)  # it warns of every request that waits for a thread
    channels = {}
    sockinfo = (found.family, found.type, found.proto, found.getsockname())
    adjustments = _adjustments(found)
    server = Server(
        heads_only(application), channels, _sock=found, bind_socket=False, sockinfo=sockinfo, adj=adjustments
    )
    while not until.is_set():
        _look_once(channels)
    _end(server, channels)


def heads_only(application: WSGIApplication) -> WSGIApplication:
    """Answer HEAD without a body: Django leaves that to the server, and waitress sends whatever it is given."""

    def answered(environ, start_response):
        body = application(environ, start_response)
        if environ["REQUEST_METHOD"] != "HEAD":
            return body
        getattr(body, "close", int)()
        return iter(())

    return answered


def _adjustments(found):
    return Adjustments(
        sockets=[found],
        threads=THREADS,
        backlog=BACKLOG,
        connection_limit=_most_connections(),
        asyncore_use_poll=True,  # select() knows no file beyond the 1024th
        channel_timeout=IDLE_SECONDS,
        cleanup_interval=LOOK_SECONDS,
        max_request_body_size=BODY_BYTES_MAX,
        outbuf_high_watermark=WAITING_BYTES,
        # Whom to believe is decided in one place: gallery.services.operations.trusted_proxies.
        clear_untrusted_proxy_headers=False,
        ident=None,
    )


def _most_connections():
    """Return how many connections fit, after asking for as many open files as this process may have."""
    low, high = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = CONNECTIONS_MAX + FILES_BESIDE
    if low != resource.RLIM_INFINITY and low < wanted:
        low = wanted if high == resource.RLIM_INFINITY else min(wanted, high)
        resource.setrlimit(resource.RLIMIT_NOFILE, (low, high))
    return CONNECTIONS_MAX if low == resource.RLIM_INFINITY else min(CONNECTIONS_MAX, low - FILES_BESIDE)


def _look_once(channels):
    wasyncore.loop(timeout=1, use_poll=True, map=channels, count=1)


def _end(server, channels):
    """Take no new connection, answer what came whole, then let go of the rest."""
    server.accepting = False
    give_up = time.monotonic() + GRACE_SECONDS
    while not server.is_idle() and time.monotonic() < give_up:
        _look_once(channels)
    server.task_dispatcher.shutdown(timeout=1)
    wasyncore.close_all(channels)


def say_why(bind: str | None, trouble: Exception) -> str:
    """Say in a sentence why nothing can be served at an address."""
    return f"--bind {bind}: {trouble.strerror or trouble}" if isinstance(trouble, OSError) else str(trouble)


def main() -> None:
    parser = argparse.ArgumentParser(description="Serves fluxweb's pages. `manage.py up` starts it by itself.")
    where = parser.add_mutually_exclusive_group(required=True)
    where.add_argument("--bind", metavar="HOST:PORT")
    where.add_argument("--fd", type=int, help="a bound socket that was inherited")
    asked = parser.parse_args()
    try:
        inherited = asked.fd is not None
        serve(socket.socket(fileno=asked.fd) if inherited else listen(*read_bind(asked.bind)))
    except (ValueError, OSError, ImproperlyConfigured) as trouble:
        sys.exit(f"fluxweb cannot start: {say_why(asked.bind, trouble)}")


if __name__ == "__main__":
    main()

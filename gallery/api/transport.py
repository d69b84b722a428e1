"""The connection of one call: a total deadline, the moment of the first byte, a guard on addresses.

httpx has no total deadline (a server that drips one byte a second holds a call for ever) and cannot say whether a
failed request had begun to leave us. Both decide about money, so the sockets are ours: httpx and httpcore do the
HTTP, this module connects, reads and writes. Each call has a pool of its own that dies with it: no line is ever used
twice and threads share nothing but the SSL context (measured: as fast as kept clients).
"""

import contextlib
import socket
import ssl
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import httpcore
import httpx

from .errors import NotExecuted, ResultRefused

CHUNK_BYTES = 64 * 1024


@dataclass
class Call:
    """The state of one call. All times are `time.monotonic()` seconds.

    first_byte_by: writing must have begun by then. allows: whether a resolved address may be connected.
    wrote: true from just before the request's first byte; until then nothing can have been executed.
    """

    deadline: float
    first_byte_by: float | None = None
    allows: Callable[[str], bool] | None = None
    wrote: bool = False

    def is_over(self) -> bool:
        return time.monotonic() >= self.deadline

    def seconds_to_set_up(self, timeout: float | None) -> float:
        """Return how long connecting may still take. Raises httpcore.ConnectTimeout when that is over."""
        return self._left(timeout, httpcore.ConnectTimeout, self.deadline, self.first_byte_by)

    def seconds_to_wait(self, timeout: float | None) -> float:
        """Return how long one read or send may still take. Raises httpcore.ReadTimeout past the deadline."""
        return self._left(timeout, httpcore.ReadTimeout, self.deadline)

    def begin(self) -> None:
        """Note that the first byte leaves now. Raises NotExecuted if it is too late for that."""
        if self.wrote:
            return
        if self.first_byte_by is not None and time.monotonic() > self.first_byte_by:
            raise NotExecuted("given up: too long between the mark and the first byte")
        self.wrote = True

    def _left(self, timeout: float | None, too_late: type[Exception], *ends: float | None) -> float:
        left = min(end for end in ends if end is not None) - time.monotonic()
        if left <= 0:
            raise too_late("no time left")
        return left if timeout is None else min(timeout, left)


class GuardedStream(httpcore.NetworkStream):
    """One socket that asks its call how long it may still take."""

    def __init__(self, sock: socket.socket, call: Call) -> None:
        self._sock = sock
        self._call = call

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        with _renamed(httpcore.ReadTimeout, httpcore.ReadError):
            self._sock.settimeout(self._call.seconds_to_wait(timeout))
            return self._sock.recv(max_bytes)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        rest = memoryview(buffer)
        with _renamed(httpcore.WriteTimeout, httpcore.WriteError):
            while rest:
                self._sock.settimeout(self._call.seconds_to_wait(timeout))
                self._call.begin()
                rest = rest[self._sock.send(rest[:CHUNK_BYTES]) :]

    def close(self) -> None:
        # A reset while closing must not turn an answer that was read in full into an unknown outcome.
        with contextlib.suppress(OSError):
            self._sock.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> "GuardedStream":
        try:
            self._sock.settimeout(self._call.seconds_to_set_up(timeout))
            secure = ssl_context.wrap_socket(self._sock, server_hostname=server_hostname)
        except TimeoutError:
            self.close()
            raise httpcore.ConnectTimeout("TLS took too long") from None
        except (OSError, ValueError):  # ssl.SSLError is an OSError; ValueError: a name that TLS cannot carry
            self.close()
            raise httpcore.ConnectError("TLS failed") from None
        except httpcore.ConnectTimeout:
            self.close()
            raise
        return GuardedStream(secure, self._call)

    def get_extra_info(self, info: str) -> Any:
        return self._sock if info == "ssl_object" and isinstance(self._sock, ssl.SSLSocket) else None


class Network(httpcore.NetworkBackend):
    """Connects for one call: resolves once, checks every address, connects to those very addresses."""

    def __init__(self, call: Call) -> None:
        self._call = call

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> GuardedStream:
        places = _resolve(host, port)
        self._refuse_inward(places)
        give_up_at = time.monotonic() + self._call.seconds_to_set_up(timeout)
        for tries_left in range(len(places), 0, -1):
            # A fair share for each: a dead IPv6 route must not eat the time of the IPv4 address behind it.
            share = self._call.seconds_to_set_up(max(give_up_at - time.monotonic(), 0.001) / tries_left)
            family, address = places[-tries_left]
            try:
                return GuardedStream(connect(family, address, share), self._call)
            except OSError as error:
                failure = error
        if isinstance(failure, TimeoutError):
            raise httpcore.ConnectTimeout("connecting took too long")
        raise httpcore.ConnectError("connection refused or host unreachable")

    def _refuse_inward(self, places: list[tuple[int, Any]]) -> None:
        allows = self._call.allows
        if allows is not None and not all(allows(address[0]) for _, address in places):
            raise ResultRefused("the host's address is not public")


class Transport(httpx.HTTPTransport):
    """httpx's own transport with our network below it: HTTP/1.1, no retries, no proxy, no kept connections."""

    def __init__(self, call: Call, ssl_context: ssl.SSLContext) -> None:
        # Not super().__init__(): it offers no way to hand in a network backend (httpx 0.28.1).
        self._pool = httpcore.ConnectionPool(
            ssl_context=ssl_context,
            max_connections=1,
            max_keepalive_connections=0,
            http2=False,
            retries=0,
            network_backend=Network(call),
        )


def _resolve(host: str, port: int) -> list[tuple[int, Any]]:
    """Return (family, address) for each address of the host. getaddrinfo has no timeout but its own (some 10 s)."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):  # UnicodeError: a label too long for the wire
        raise httpcore.ConnectError("name not found") from None
    return [(family, address) for family, _, _, _, address in found]


def connect(family: int, address: Any, timeout: float) -> socket.socket:
    """Return a connected socket; `timeout` in seconds. Raises OSError."""
    sock = socket.socket(family, socket.SOCK_STREAM)
    try:
        sock.settimeout(timeout)
        sock.connect(address)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    except BaseException:
        sock.close()
        raise
    return sock


@contextlib.contextmanager
def _renamed(timeout: type[Exception], broken: type[Exception]) -> Iterator[None]:
    """Speak httpcore's exceptions instead of the socket's."""
    try:
        yield
    except TimeoutError:
        raise timeout("no time left") from None
    except OSError:
        raise broken("the connection broke") from None

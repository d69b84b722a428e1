"""A raw loopback server that plays a script of bytes: cut lines and dripping ones need a server that misbehaves.

One script for every connection. A step is bytes to send, or one of the words below.
"""

import contextlib
import socket
import ssl
import struct
import threading
from dataclasses import dataclass
from enum import Enum


class Word(Enum):
    """Steps that are no bytes. Their names also name tests, the same in every process."""

    HANG = "say nothing until the test is over"
    RESET = "close with a TCP reset"
    UNREAD = "first step only: do not read the request"


HANG, RESET, UNREAD = Word


@dataclass(frozen=True)
class Drip:
    """Send `data` again and again, with a pause, until the test is over or nobody listens."""

    data: bytes
    pause_seconds: float = 0.02


def answer(status: str = "200 OK", body: bytes = b"", *headers: str, length: int | None = None) -> bytes:
    """Return a raw HTTP answer. length: what Content-Length claims, when that is a lie."""
    lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Loopback:
    """Serve the script on 127.0.0.1 from threads of its own. `requests` holds every request as raw bytes."""

    def __init__(self, *script, ssl_context: ssl.SSLContext | None = None) -> None:
        self.script = list(script)
        self.requests: list[bytes] = []
        self.connections = 0
        self._ssl_context = ssl_context
        self._over = threading.Event()
        self._threads: list[threading.Thread] = []
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.port = self._listener.getsockname()[1]

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def __enter__(self) -> "Loopback":
        self._start(self._accept)
        return self

    def __exit__(self, *exc_info) -> None:
        self._over.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        for thread in self._threads:
            thread.join(timeout=10)
            assert not thread.is_alive()

    def _start(self, target, *args) -> None:
        thread = threading.Thread(target=target, args=args, daemon=True)
        self._threads.append(thread)
        thread.start()

    def _accept(self) -> None:
        while not self._over.is_set():
            try:
                line, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            self._start(self._serve, line)

    def _serve(self, line: socket.socket) -> None:
        with contextlib.suppress(OSError), contextlib.ExitStack() as stack:
            stack.callback(line.close)
            line.settimeout(10)
            if self._ssl_context:
                line = self._ssl_context.wrap_socket(line, server_side=True)
                stack.callback(line.close)
            if UNREAD not in self.script:
                self.requests.append(_read_request(line))
            for step in self.script:
                self._play(step, line)

    def _play(self, step, line: socket.socket) -> None:
        if isinstance(step, bytes):
            line.sendall(step)
        elif step is HANG:
            self._over.wait(10)
        elif step is RESET:
            line.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        elif isinstance(step, Drip):
            while not self._over.wait(step.pause_seconds):
                line.sendall(step.data)


def _read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        data += _more(line)
    head, _, body = data.partition(b"\r\n\r\n")
    length = next((int(row[15:]) for row in head.split(b"\r\n") if row.lower().startswith(b"content-length:")), 0)
    while len(body) < length:
        body += _more(line)
    return head + b"\r\n\r\n" + body


def _more(line: socket.socket) -> bytes:
    chunk = line.recv(65536)
    if not chunk:
        raise ConnectionError("the client left early")
    return chunk

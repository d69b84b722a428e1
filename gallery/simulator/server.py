"""Serves a world on loopback: one thread and one request per connection, lines that can be cut or dripped."""

from __future__ import annotations

import io
import signal
import socket
import socketserver
import struct
import sys
import threading
from urllib.parse import unquote

from gallery.simulator.app import make_app
from gallery.simulator.faults import RawLine

QUIET = (ConnectionError, TimeoutError, socket.timeout)
IDLE_SECONDS = 60
LINE_BYTES = 65536
POLL_SECONDS = 0.02
STOP_SECONDS = 3
LINGER_ZERO = struct.pack("ii", 1, 0)


class LoopbackServer:
    """A simulator on a port of its own, also as a context manager. Started again, it comes back on that port."""

    def __init__(self, world, port=0, *, host="127.0.0.1"):
        self.world, self.host, self.port = world, host, port
        self._server = None
        self._thread = None

    @property
    def origin(self):
        """The origin of the API and of the result addresses, such as http://127.0.0.1:9000."""
        return f"http://{self.host}:{self.port}"

    @property
    def api_url(self):
        """What FLUX_API_URL or the SDK's base_url wants."""
        return f"{self.origin}/v1"

    def start(self):
        """Bind, listen and serve in the background; when this returns, a client can connect."""
        self.world.closing.clear()
        self._server = _Server((self.host, self.port), make_app(self.world))
        self.port = self._server.server_address[1]
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(POLL_SECONDS,), name="simulator", daemon=True
        )
        self._thread.start()
        return self

    def stop(self):
        """Refuse new lines, end every wait, cut what still runs. Harmless when it does not run."""
        if self._server is None:
            return
        self.world.closing.set()
        self.world.release()
        self._server.shutdown()
        self._server.server_close()
        self._server.cut_all()
        self._thread.join(STOP_SECONDS)
        self._server = None

    def __enter__(self):
        return self.start()

    def __exit__(self, *_):
        self.stop()


def serve(port, world, *, host="127.0.0.1", ready=None):
    """Serve until SIGTERM or SIGINT; call `ready(server)` once it listens. Main thread only."""
    ended = threading.Event()
    before = {number: signal.signal(number, lambda *_: ended.set()) for number in (signal.SIGTERM, signal.SIGINT)}
    try:
        with LoopbackServer(world, port, host=host) as server:
            if ready:
                ready(server)
            ended.wait()
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


class _Server(socketserver.ThreadingTCPServer):
    request_queue_size = 512
    daemon_threads = True
    allow_reuse_address = True

    def __init__(self, address, app):
        self.app = app
        self._lines = {}
        self._lock = threading.Lock()
        super().__init__(address, _Handler)

    def process_request_thread(self, request, client_address):
        with self._lock:
            self._lines[request] = threading.current_thread()
        try:
            super().process_request_thread(request, client_address)
        finally:
            with self._lock:
                del self._lines[request]

    def shutdown_request(self, request):
        """Close properly, but leave the FIN out where a RST was asked for."""
        if request.getsockopt(socket.SOL_SOCKET, socket.SO_LINGER, 8) == LINGER_ZERO:
            self.close_request(request)
        else:
            super().shutdown_request(request)

    def handle_error(self, request, client_address):
        """Stay silent when the client left; anything else is a mistake of ours and shown."""
        if not isinstance(sys.exc_info()[1], QUIET):
            super().handle_error(request, client_address)

    def cut_all(self):
        """Wake the threads that read or write, and wait a moment for them, so that no socket outlives the server."""
        with self._lock:
            lines = list(self._lines.items())
        for line, _ in lines:
            try:
                line.shutdown(socket.SHUT_RDWR)
            except OSError:
                continue
        for _, thread in lines:
            thread.join(STOP_SECONDS)


class _Handler(socketserver.StreamRequestHandler):
    """One request. Reads the head itself: http.server's parser would cost more than all the rest."""

    timeout = IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle(self):
        """Read the whole request, let the app answer, close. A body that never came whole is no POST."""
        first, headers = self._read_head()
        words = first.split(" ")
        if len(words) != 3:
            return
        if headers.get("expect", "").lower() == "100-continue":
            self.connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        claimed = headers.get("content-length", "")
        length = int(claimed) if claimed.isdecimal() else 0
        content = self.rfile.read(length)
        if len(content) == length:
            self._answer(words[0], self._environ(words, headers, content))

    def _read_head(self):
        lines = []
        while (line := self.rfile.readline(LINE_BYTES).decode("latin-1")).strip():
            lines.append(line.strip())
        pairs = (line.partition(":") for line in lines[1:])
        return (lines[0] if lines else ""), {name.lower(): value.strip() for name, _, value in pairs}

    def _environ(self, words, headers, content):
        path, _, query = words[1].partition("?")
        host, port = self.server.server_address[:2]
        return {
            "REQUEST_METHOD": words[0],
            "PATH_INFO": unquote(path, "latin-1"),
            "QUERY_STRING": query,
            "SERVER_NAME": host,
            "SERVER_PORT": str(port),
            "CONTENT_LENGTH": str(len(content)),
            "CONTENT_TYPE": headers.get("content-type", ""),
            "wsgi.url_scheme": "http",
            "wsgi.input": io.BytesIO(content),
            **{"HTTP_" + name.upper().replace("-", "_"): value for name, value in headers.items()},
        }

    def _answer(self, method, environ):
        try:
            chunks = self.server.app(environ, self._start)
        except RawLine as line:
            self._send_raw(line)
        else:
            self._send(chunks, silent=method == "HEAD")

    def _start(self, status, headers):
        lines = [f"HTTP/1.1 {status}", "Connection: close", *(f"{name}: {value}" for name, value in headers)]
        self._head = "\r\n".join([*lines, "", ""]).encode("latin-1", "replace")

    def _send(self, chunks, *, silent):
        self.connection.sendall(self._head)
        for chunk in () if silent else chunks:
            self.connection.sendall(chunk)

    def _send_raw(self, line):
        for chunk in line.chunks:
            self.connection.sendall(chunk)
        if line.reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, LINGER_ZERO)

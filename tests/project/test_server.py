"""The web server: what comes slowly costs it nothing, and is hung up on after its deadline; a stop lets answers end."""

import contextlib
import http.client
import io
import socket
import threading
from wsgiref.util import FileWrapper

import pytest

from fluxweb import server

PATIENCE_SECONDS = 60  # no test waits so long unless something is broken
SLOW_READERS = 3 * server.THREADS
BIG = 8 * 1024 * 1024  # more than the sockets between take


class Watched(io.BytesIO):
    """A file that tells when the server closes it: the answer has gone, or nobody takes it any more."""

    def close(self):
        self.closing.set()
        super().close()


class Site:
    """A small application on a server of its own, in a thread of this process."""

    def __init__(self):
        self.address = server.listen("127.0.0.1", 0)
        self.port = self.address.getsockname()[1]
        self.told, self.began, self.go_on = threading.Event(), threading.Event(), threading.Event()
        self.served, self.closed = threading.Event(), threading.Event()
        self.thread = threading.Thread(
            target=server.answer, args=(self.application, self.address), kwargs={"until": self.told}
        )
        self.thread.start()

    def application(self, environ, start_response):
        length = int(environ.get("CONTENT_LENGTH") or 0)
        read = environ["wsgi.input"].read(length)
        body = {"/big": b"x" * BIG, "/wait": b"ended"}.get(environ["PATH_INFO"], b"%d" % len(read))
        if environ["PATH_INFO"] == "/wait":
            self.began.set()
            self.go_on.wait(PATIENCE_SECONDS)
        start_response("200 OK", [("Content-Length", str(len(body)))])
        file = Watched(body)
        file.closing = self.closed
        self.served.set()
        return environ.get("wsgi.file_wrapper", FileWrapper)(file)

    def ask(self, path="/", method="GET", body=None):
        with contextlib.closing(http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_SECONDS)) as line:
            line.request(method, path, body)
            return line.getresponse().read()

    def connect(self, first=b""):
        line = socket.create_connection(("127.0.0.1", self.port), timeout=PATIENCE_SECONDS)
        line.sendall(first)
        return line

    def close(self):
        self.go_on.set()
        self.told.set()
        self.thread.join(PATIENCE_SECONDS)
        self.address.close()


@pytest.fixture
def site():
    found = Site()
    yield found
    found.close()


HALF_HEAD = b"GET / HTTP/1.1\r\nHost: a\r\nX-A: "
HALF_BODY = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 100000\r\n\r\nhalf of it"


def test_slow_clients_take_no_thread(site):
    with contextlib.ExitStack() as lines:
        for first in (b"", HALF_HEAD, HALF_BODY):
            for _ in range(2 * server.THREADS):
                lines.enter_context(site.connect(first))
        assert site.ask(method="POST", body=b"whole") == b"5"


def test_slow_readers_of_files_take_no_thread(site):
    with contextlib.ExitStack() as lines:
        for _ in range(SLOW_READERS):
            lines.enter_context(site.connect(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n")).recv(1)
        assert site.ask() == b"0"


def test_who_takes_nothing_of_an_answer_is_hung_up_on(site, monkeypatch):
    monkeypatch.setattr(server, "IDLE_SECONDS", 0)
    impatient = Site()
    try:
        with impatient.connect(b"GET /big HTTP/1.1\r\nHost: a\r\n\r\n") as line, contextlib.suppress(ConnectionError):
            assert impatient.served.wait(PATIENCE_SECONDS)
            assert impatient.closed.wait(PATIENCE_SECONDS)
            assert len(b"".join(iter(lambda: line.recv(65536), b""))) < BIG
    finally:
        impatient.close()


@pytest.mark.parametrize("first", [HALF_HEAD, HALF_BODY], ids=["head", "body"])
def test_a_request_that_drips_is_hung_up_on_after_its_deadline(site, monkeypatch, first):
    monkeypatch.setattr(server, "HEAD_SECONDS", 0.1)
    monkeypatch.setattr(server, "BODY_SECONDS", 0.1)
    with site.connect(first) as line, contextlib.suppress(ConnectionError):
        line.settimeout(0.05)
        for _ in range(int(PATIENCE_SECONDS / 0.05)):
            line.sendall(b"a")  # waitress alone would wait as long as something comes
            with contextlib.suppress(TimeoutError):
                assert line.recv(1) == b""
                break
        else:
            pytest.fail("nobody hung up")
    assert site.ask() == b"0"


def test_a_body_that_comes_steadily_gets_the_time_it_needs(site):
    """A deadline of 60 s would cut off 160 MB over a phone's line."""
    with site.connect(HALF_BODY) as line:
        line.sendall(b"x" * (100_000 - len(b"half of it")))
        assert line.recv(100).startswith(b"HTTP/1.1 200 OK")
    channel = object.__new__(server.Channel)
    channel.began, channel.received_bytes = 0.0, 1000 * server.BODY_BYTES_PER_SECOND
    channel.request = type("Request", (), {"headers_finished": True})
    assert channel.seconds_allowed() == server.HEAD_SECONDS + server.BODY_SECONDS + 1000


def test_only_the_head_of_a_head_request_is_sent(site):
    with site.connect(b"HEAD /big HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as line:
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert f"Content-Length: {BIG}".encode() in answer
    assert answer.endswith(b"\r\n\r\n")


def test_a_body_larger_than_any_form_is_refused(site):
    with site.connect(
        b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: %d\r\n\r\n" % (server.BODY_BYTES_MAX + 1)
    ) as line:
        assert line.recv(100).startswith(b"HTTP/1.1 413")


def test_a_stop_lets_a_running_answer_end(site):
    with site.connect(b"GET /wait HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n") as line:
        assert site.began.wait(PATIENCE_SECONDS)
        site.told.set()
        site.go_on.set()
        answer = b"".join(iter(lambda: line.recv(65536), b""))
    assert answer.endswith(b"ended")
    site.thread.join(PATIENCE_SECONDS)
    assert not site.thread.is_alive()

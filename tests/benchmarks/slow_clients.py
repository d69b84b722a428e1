"""`manage.py up` while hundreds of clients send their requests drop by drop, or not at all.

python -m tests.benchmarks.slow_clients [--silent 200] [--heads 200] [--bodies 50]
"""

import argparse
import contextlib
import os
import socket
import statistics
import tempfile
import threading
import urllib.request

from tests.benchmarks import measuring, stand

# A form with the cookie that makes Django read it: without one it is refused before its body is looked at.
BODY = (
    b"POST /accounts/login/ HTTP/1.1\r\nHost: 127.0.0.1\r\nCookie: csrftoken=abcdefghijklmnopqrstuvwxyz012345\r\n"
    b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1000000\r\n\r\na="
)
HEAD = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX-A: "
GOALS = {"/healthz": 1000, "/accounts/login/": 2000}  # ms
TIMES = 20


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--silent", type=int, default=200)
    parser.add_argument("--heads", type=int, default=200)
    parser.add_argument("--bodies", type=int, default=50)
    asked = parser.parse_args()
    firsts = [b""] * asked.silent + [HEAD] * asked.heads + [BODY] * asked.bodies
    with _running() as port:
        before = _measure(port)
        with _connected(port, firsts):
            beside = _measure(port)
    measuring.print_table(
        f"{asked.silent} silent, {asked.heads} half-headed, {asked.bodies} slow-body connections",
        [
            (f"{path}, worst (median), ms", f"{max(beside[path]):.0f} ({statistics.median(beside[path]):.0f})",
             f"< {goal}; without them {max(before[path]):.0f} ({statistics.median(before[path]):.0f})")
            for path, goal in GOALS.items()
        ],
    )  # fmt: skip


@contextlib.contextmanager
def _running():
    with tempfile.TemporaryDirectory() as folder:
        port = stand.free_port()
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
        with stand.process("manage.py", "up", "--bind", f"127.0.0.1:{port}", env=kept | {"FLUXWEB_DATA": folder}):
            stand.wait_until(lambda: stand.is_ready(port), seconds=120)
            yield port


@contextlib.contextmanager
def _connected(port, firsts):
    """Open connections with these first words, then send one byte a second over each that has begun to speak."""
    ended = threading.Event()
    with contextlib.ExitStack() as lines:
        opened = [(lines.enter_context(socket.create_connection(("127.0.0.1", port))), first) for first in firsts]
        for line, first in opened:
            line.sendall(first)
        dripping = threading.Thread(target=_drip, args=([line for line, first in opened if first], ended))
        dripping.start()
        yield
        ended.set()
        dripping.join()


def _drip(lines, ended):
    while not ended.wait(1):
        for line in lines:
            with contextlib.suppress(OSError):  # the server may hang up on it
                line.sendall(b"a")


def _measure(port):
    return {
        path: [1000 * measuring.seconds_of(lambda path=path: _get(port, path)) for _ in range(TIMES)] for path in GOALS
    }


def _get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=60) as answer:
        answer.read()


if __name__ == "__main__":
    main()

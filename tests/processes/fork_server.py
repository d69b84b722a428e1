"""Starts Python processes by forking one that has imported the libraries: half of what a start costs is their import.

What is imported here reads no settings; each child imports fluxweb itself, with the environment it was given.
"""

import contextlib
import gc
import importlib
import json
import os
import random
import runpy
import signal
import socket
import subprocess
import sys
import time

LIBRARIES = [
    "charset_normalizer", "cryptography", "csp.middleware", "django.contrib.auth.hashers",
    "django.contrib.postgres.fields", "django.contrib.sessions.backends.db", "django.contrib.staticfiles.finders",
    "django.core.management", "django.core.management.commands.check", "django.db.backends.postgresql.base",
    "django.db.backends.sqlite3.base", "django.db.models", "django.forms", "django.http", "django.middleware.csrf",
    "django.shortcuts", "django.template.defaultfilters", "django.template.defaulttags", "django.template.loader",
    "django.test", "django.urls", "django.utils.autoreload", "django.views.debug", "django.views.generic",
    "django_htmx.http", "gallery.api", "gallery.catalogue", "heroicons", "httpx", "huey", "huey.api",
    "huey.consumer", "huey.storage", "PIL.Image", "PIL.ImageDraw", "PIL.ImageFont", "PIL.JpegImagePlugin",
    "PIL.PngImagePlugin", "PIL.WebPImagePlugin", "psycopg", "redis", "storages", "structlog", "structlog.stdlib",
    "waitress", "whitenoise.middleware",
]  # fmt: skip
REQUEST_BYTES = 100_000


class Child:
    """A forked process, with as much of subprocess.Popen as is used: its pid, its pipes, how it ended."""

    def __init__(self, line, *, stdin, stdout):
        self.line, self.stdin, self.stdout = line, stdin, stdout
        self.returncode = None
        self.pid = int(self._read(None))

    def _read(self, timeout):
        self.line.settimeout(timeout)
        return self.line.recv(100).decode()

    def poll(self):
        if self.returncode is None:
            with contextlib.suppress(BlockingIOError):
                self._end(self._read(0))
        return self.returncode

    def wait(self, timeout=None):
        if self.returncode is None:
            self._end(self._read(timeout))
        return self.returncode

    def _end(self, told):
        self.returncode = int(told)
        self.line.close()

    def send_signal(self, number):
        if self.poll() is None:
            os.kill(self.pid, number)

    def terminate(self):
        self.send_signal(signal.SIGTERM)

    def kill(self):
        self.send_signal(signal.SIGKILL)


class ForkServer:
    def __init__(self):
        self.line, end = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with end:
            command = [sys.executable, "-m", "tests.processes.fork_server", str(end.fileno())]
            self.process = subprocess.Popen(command, pass_fds=[end.fileno()], stdin=subprocess.DEVNULL)

    def start(self, arguments, *, cwd, env, stderr, stdin=False, stdout=False):
        """Start Python with these arguments in a session of its own; `stdin`, `stdout`: with a pipe to read or write.

        What has no pipe is read from nowhere, and written where `stderr` is.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        read_in, write_in = os.pipe() if stdin else (os.open(os.devnull, os.O_RDONLY), None)
        read_out, write_out = os.pipe() if stdout else (None, os.dup(stderr.fileno()))
        request = json.dumps({"arguments": arguments, "cwd": str(cwd), "env": env}).encode()
        assert len(request) < REQUEST_BYTES
        socket.send_fds(self.line, [request], [theirs.fileno(), read_in, write_out, stderr.fileno()])
        theirs.close()
        os.close(read_in)
        os.close(write_out)
        return Child(ours, stdin=stdin and os.fdopen(write_in, "w"), stdout=stdout and os.fdopen(read_out, "r"))

    def close(self):
        self.line.close()
        self.process.wait()


# -- the other side ---------------------------------------------------------------------------------------------------


def serve(line):
    """Fork a child for each request; return what it is to run, in the child. The end of the line is the end of all."""
    children = {}
    signal.signal(signal.SIGCHLD, lambda *_: _reap(children))
    while True:
        request, fds, _, _ = socket.recv_fds(line, REQUEST_BYTES, 4)
        if not request:
            sys.exit()
        signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGCHLD])  # one that ends at once is known by then
        told, *streams = fds
        pid = os.fork()
        if not pid:
            line.close()
            for other in (told, *(each.detach() for each in children.values())):
                os.close(other)
            return _become(json.loads(request), streams)
        children[pid] = socket.socket(fileno=told)
        children[pid].send(str(pid).encode())
        for stream in streams:
            os.close(stream)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])


def _reap(children):
    with contextlib.suppress(ChildProcessError):  # none is left
        while (ended := os.waitpid(-1, os.WNOHANG)) != (0, 0):
            pid, status = ended
            with children.pop(pid) as told, contextlib.suppress(OSError):  # nobody may want to know
                told.send(str(os.waitstatus_to_exitcode(status)).encode())


def _become(request, streams):
    """Be as a fresh Python that was called so."""
    os.setsid()
    for number, stream in enumerate(streams):
        os.dup2(stream, number)
        os.close(stream)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGCHLD])
    sys.stdin, sys.stdout = os.fdopen(0), os.fdopen(1, "w")
    sys.stderr = os.fdopen(2, "w", buffering=1, errors="backslashreplace")
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    random.seed()
    return request["arguments"]


def run(arguments):
    if arguments[0] == "-m":
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = arguments
        runpy.run_path(arguments[0], run_name="__main__")


if __name__ == "__main__":
    for library in LIBRARIES:
        importlib.import_module(library)
    gc.freeze()
    run(serve(socket.socket(fileno=int(sys.argv[1]))))

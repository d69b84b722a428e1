"""`manage.py up`: everything on one machine, with one command and without a question."""

import contextlib
import ctypes
import hashlib
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.urls import reverse

from fluxweb import server
from gallery.management.starting import (
    alone,
    check_settings,
    check_storage,
    misspelt_settings,
    said_in_words,
    take_secret_key,
    thread_count,
)
from gallery.services.accounts import invites
from gallery.services.jobs import gates

Child = subprocess.Popen[bytes]

PR_SET_PDEATHSIG = 1  # prctl(2): send the child this signal when its parent dies
# Bind addresses that mean everywhere, turned into ones that can be opened.
OPENED_AS = {"0.0.0.0": "127.0.0.1", "::": "[::1]"}  # noqa: S104


class Command(BaseCommand):
    help = "Starts web server and worker (and the simulator in demo mode); one Ctrl-C or SIGTERM stops all, gracefully."

    requires_system_checks = ()  # done here, in one sentence

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--bind", default="127.0.0.1:8000", metavar="HOST:PORT")
        parser.add_argument(
            "--worker-threads", type=thread_count, default=settings.FLUX_CONCURRENCY, help="paid calls at once"
        )

    def handle(self, *, bind: str, worker_threads: int, **_: object) -> None:
        self.stopped = False
        self.children: dict[str, Child] = {}
        with self._listening(bind) as listening:
            self.public_url = os.environ.get("FLUXWEB_PUBLIC_URL") or own_address(listening)
            self.environment = {**os.environ, "FLUXWEB_PUBLIC_URL": self.public_url, **self._simulator_address()}
            for number in (signal.SIGTERM, signal.SIGINT):
                signal.signal(number, self._stop)
            check_settings()
            check_storage(say=self.stderr.write)
            with said_in_words(), alone(say_waiting=self._say_waiting):
                self._prepare()
            self.children = self._start(listening, worker_threads)
        self._say_where()
        self._exit(self._wait())

    def _listening(self, bind: str) -> socket.socket:
        """Take the address before anything is prepared or printed: it is the likeliest thing to be wrong."""
        try:
            return server.listen(*server.read_bind(bind))
        except (ValueError, OSError) as trouble:
            raise CommandError(f"fluxweb cannot start: {server.say_why(bind, trouble)}.") from None

    def _say_waiting(self) -> None:
        self.stderr.write("Another start prepares this data folder; waiting for it.")

    def _simulator_address(self) -> dict[str, str]:
        return {"FLUXWEB_SIMULATOR_URL": f"http://127.0.0.1:{free_port()}"} if settings.DEMO else {}

    def _prepare(self) -> None:
        call_command("migrate", interactive=False, verbosity=0)
        if changed := take_secret_key():
            self.stderr.write(changed)
        collect_static()
        gates.ensure_gates()
        self.welcome = self._first_admin() if invites.team_is_empty() else ""

    def _first_admin(self) -> str:
        """Make the admin that the environment names, or a link for the person who reads this terminal."""
        if os.environ.get("DJANGO_SUPERUSER_USERNAME") and os.environ.get("DJANGO_SUPERUSER_PASSWORD"):
            os.environ.setdefault("DJANGO_SUPERUSER_EMAIL", "")
            call_command("createsuperuser", interactive=False, verbosity=0)
            return ""
        return self.public_url + reverse("welcome", args=[invites.invite_first_admin()])

    def _start(self, listening: socket.socket, worker_threads: int) -> dict[str, Child]:
        manage = [sys.executable, sys.argv[0]]
        children = {}
        if settings.DEMO:
            port = self.environment["FLUXWEB_SIMULATOR_URL"].rpartition(":")[2]
            children["simulator"] = self._child([*manage, "simulator", "--port", port], stdout=subprocess.DEVNULL)
        children["worker"] = self._child([*manage, "worker", "--worker-threads", str(worker_threads)])
        web = [sys.executable, "-m", "fluxweb.server", "--fd", str(listening.fileno())]
        children["web"] = self._child(web, pass_fds=[listening.fileno()])
        return children

    def _child(self, command: list[str], **options: Any) -> Child:
        """Start a child in a session of its own (Ctrl-C reaches only us) that gets SIGTERM should we be killed."""
        return subprocess.Popen(
            command, env=self.environment, start_new_session=True, preexec_fn=die_with_parent, **options
        )

    def _say_where(self) -> None:
        for sentence in misspelt_settings():
            self.stderr.write(sentence)
        mode = (
            "Demo mode: the built-in simulator answers, nothing is paid."
            if settings.DEMO
            else f"Calls go to {settings.FLUX_API_URL}."
        )
        self.stdout.write(f"fluxweb runs at {self.public_url}  (Ctrl-C stops it)\n{mode}")
        if self.welcome:
            self.stdout.write(
                f"Nobody has an account yet. Open this link once and choose a name and a password:\n  {self.welcome}"
            )
        self.stdout.flush()

    def _wait(self) -> int:
        """Wait until we are told to stop or a child dies; return the exit code of that child."""
        while not self.stopped:
            for name, child in self.children.items():
                if child.poll() is not None:
                    self.stderr.write(f"The {name} ended by itself with code {child.returncode}; everything stops.")
                    return child.returncode or 1
            time.sleep(0.2)
        self.stdout.write("Stopping; running calls end first.")
        return 0

    def _stop(self, *_: object) -> None:
        if not self.children:  # nothing runs yet; a preparation that is cut off is made whole by the next start
            sys.exit()
        self.stopped = True

    def _exit(self, code: int) -> None:
        """Stop the worker first and the simulator last: a running call needs its answer."""
        for name in ("web", "worker", "simulator"):
            child = self.children.get(name)
            if child and child.poll() is None:
                child.terminate()
                child.wait()
        if code:
            raise CommandError("fluxweb stopped.", returncode=code if code > 0 else 1)


def own_address(listening: socket.socket) -> str:
    """Return the address at which a browser on this machine finds a listening socket."""
    host, port = listening.getsockname()[:2]
    host = OPENED_AS.get(host) or (f"[{host}]" if ":" in host else host)
    return f"http://{host}:{port}"


def collect_static() -> None:
    """Collect and compress the static files unless they are those of the last start: that takes most of a start."""
    kept = Path(settings.STATIC_ROOT) / "collected.txt"
    now = static_stamp()
    if kept.exists() and kept.read_text() == now:
        return
    call_command("collectstatic", interactive=False, verbosity=0)
    kept.write_text(now)


def static_stamp() -> str:
    """Name the static files as they are now: other sizes or times, and they are collected again."""
    digest = hashlib.sha256(settings.STORAGES["staticfiles"]["BACKEND"].encode())
    for finder in get_finders():
        for name, storage in finder.list([]):
            stat = Path(storage.path(name)).stat()
            digest.update(f"{storage.location} {name} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()


def die_with_parent() -> None:
    with contextlib.suppress(AttributeError):  # only Linux has it
        ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])

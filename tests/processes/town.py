"""A small town of real processes: a provider with a till, workers that can be killed, one database between them."""

import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path
from uuid import uuid4

import psycopg

ROOT = Path(__file__).resolve().parents[2]
UNFINISHED = {"QUEUED", "CLAIMED", "SENDING", "HAVE_URL"}
PATIENCE_SECONDS = 40
TEMPLATE = "town_template"


class Town:
    """Everything runs in children; what they say is read as the person who runs it at night would read it."""

    def __init__(self, folder, *, template):
        self.folder = folder
        self.template = template
        self.children = []
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.env = self._environment()
        self.make_database()
        self.provider = self.start("-m", "tests.processes.provider", self.port, wait_for="ready")
        self.clerk = self.start("-m", "tests.processes.clerk", wait_for="ready", stdin=subprocess.PIPE)

    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
        own = {
            "DJANGO_SETTINGS_MODULE": "fluxweb.settings",
            "PYTHONPATH": str(ROOT),
            "FLUXWEB_DATA": str(self.folder / "data"),
            "FLUX_API_KEY": "a-key",
            "FLUX_API_URL": f"{self.origin}/v1",
            "FLUX_RESULT_HOSTS": self.origin,
            "FLUX_CONCURRENCY": "2",
            "FLUX_TIMEOUT": "20",
            "FLUXWEB_HEARTBEAT": "0.2",
            "FLUXWEB_DEAD_AFTER": "2",
            "FLUXWEB_SWEEP": "0.3",
        }
        return kept | own

    def make_database(self):
        """A database of our own, a copy of one that was migrated once."""
        if template_is_on_a_server():
            self.database = f"town_{uuid4().hex[:10]}"
            sql(f"CREATE DATABASE {self.database} TEMPLATE {TEMPLATE}")
            self.env["DATABASE_URL"] = address_of(self.database)
        else:
            shutil.copytree(self.template, self.folder / "data")

    def start(self, *command, wait_for="", stdin=None, **env):
        log = (self.folder / f"log-{len(self.children)}").open("w")
        command = [sys.executable, *map(str, command)]
        stdout = subprocess.PIPE if wait_for else log
        options = {"cwd": ROOT, "env": self.env | env, "stdin": stdin, "stdout": stdout, "stderr": log, "text": True}
        child = subprocess.Popen(command, **options)
        log.close()
        self.children.append(child)
        if wait_for:
            assert wait_for in child.stdout.readline()
        return child

    def worker(self, **env):
        return self.start("manage.py", "worker", **env)

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True).stdout

    def submit(self, *, images=1, prompt="a harbour", wake="1", **env):
        """Submit like the studio does, in a process of its own; return its exit code."""
        command = [sys.executable, "-m", "tests.processes.submit", prompt, str(images)]
        return subprocess.run(command, cwd=ROOT, env=self.env | env | {"WAKE": wake}, check=False).returncode

    def jobs(self):
        """Return the books, as `manage.py jobs --format jsonl` prints them."""
        self.clerk.stdin.write("jobs\n")
        self.clerk.stdin.flush()
        return json.loads(self.clerk.stdout.readline())

    def states(self):
        return [job["state"] for job in self.jobs()]

    def till(self):
        return json.loads(self._open("/_till"))

    def slow(self, seconds):
        self._open("/_latency", {"seconds": seconds})

    def script(self, **fault):
        self._open("/_script", fault)

    def _open(self, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        with urllib.request.urlopen(self.origin + path, data=data, timeout=10) as answer:
            return answer.read()

    def settle(self):
        """Wait until no job is under way any more."""
        wait_until(lambda: not UNFINISHED & set(self.states()))

    def stored_files(self):
        media = self.folder / "data" / "media"
        return [path for path in media.rglob("*") if path.is_file() and "originals" in path.parts]

    def leftovers(self):
        """Return files that nobody should leave behind: unfinished downloads, answers not taken in."""
        data = self.folder / "data"
        return [*(data / "media" / ".incoming").glob("*"), *(data / "spool").glob("*")]

    def close(self):
        for child in self.children:
            if child.poll() is None:
                child.send_signal(signal.SIGCONT)
                child.kill()
            child.wait()
            for pipe in filter(None, (child.stdout, child.stdin)):
                pipe.close()
        if template_is_on_a_server():
            sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


def make_template(folder):
    """Migrate once; every town starts from a copy."""
    env = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
    env |= {"DJANGO_SETTINGS_MODULE": "fluxweb.settings", "FLUXWEB_DATA": str(folder), "FLUX_API_KEY": "a-key"}
    if template_is_on_a_server():
        sql(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        sql(f"CREATE DATABASE {TEMPLATE}")
        env["DATABASE_URL"] = address_of(TEMPLATE)
    for command in (["migrate", "--verbosity", "0"], ["createcachetable"]):
        subprocess.run([sys.executable, "manage.py", *command], cwd=ROOT, env=env, check=True)
    return folder


def template_is_on_a_server():
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def address_of(database):
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database}"


def sql(statement):
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        connection.execute(statement)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_true, *, seconds=PATIENCE_SECONDS, every=0.05):
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, f"not within {seconds} s"
        time.sleep(every)

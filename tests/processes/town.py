"""A small town of real processes: a provider with a till, workers that can be killed, one database between them."""

import contextlib
import fcntl
import json
import os
import shutil
import signal
import socket
import sqlite3
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
TEMPLATE = os.environ.get("DATABASE_URL", "").rpartition("/")[2] + "_template"  # on a server
KEY = "sk-a-key-that-no-log-may-show"
PROMPT, OTHER_PROMPT = "a harbour", "a lighthouse"
LOOKS = 2


class Town:
    """Everything runs in children; what they say is read as the person who runs it at night would read it."""

    def __init__(self, folder, *, template, fork_server):
        self.folder = folder
        self.template = template
        self.fork_server = fork_server
        self.children = []
        self.prompts = set()
        self.port = free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.env = self._environment()
        self.make_database()
        self.start_provider()
        self.clerk = self.start("-m", "tests.processes.clerk", wait_for="ready", stdin=True)
        self.ask("wipe")  # a Redis keeps what the town before left

    def _environment(self):
        kept = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
        own = {
            "DJANGO_SETTINGS_MODULE": "fluxweb.settings",
            "PYTHONPATH": str(ROOT),
            "FLUXWEB_DATA": str(self.folder / "data"),
            "FLUX_API_KEY": KEY,
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

    def _share_static(self):
        """Let the first `up` of all towns collect and compress the static files: that takes most of its start."""
        here, shared = self.folder / "data" / "static", self.template.with_name("static")
        if not here.exists():
            shared.mkdir(parents=True, exist_ok=True)
            here.parent.mkdir(exist_ok=True)
            here.symlink_to(shared)

    def start(self, *command, wait_for="", stdin=False, **env):
        arguments, pipes = list(map(str, command)), {"stdin": stdin, "stdout": bool(wait_for)}
        if "up" in command:
            self._share_static()
        with self._log(len(self.children)).open("w") as log:
            child = self.fork_server.start(arguments, cwd=ROOT, env=self.env | env, stderr=log, **pipes)
        self.children.append(child)
        if wait_for:
            assert wait_for in child.stdout.readline()
        return child

    def _log(self, number):
        return self.folder / f"log-{number}"

    def start_provider(self):
        """Start the provider, at the same address every time; its till begins empty."""
        self.provider = self.start("-m", "tests.processes.provider", self.port, wait_for="ready")

    def worker(self, **env):
        return self.start("manage.py", "worker", **env)

    def manage(self, *arguments):
        command = [sys.executable, "manage.py", *arguments]
        return subprocess.run(command, cwd=ROOT, env=self.env, check=True, capture_output=True, text=True).stdout

    def submit(self, *, images=1, prompt=PROMPT, wake="1", **env):
        """Submit like the studio does, in a process of its own if it has an environment of its own; return its exit
        code."""
        self.prompts.add(prompt)
        if env:
            return self.start("-m", "tests.processes.submit", prompt, images, **env | {"WAKE": wake}).wait()
        return self.ask("press", prompt, images, wake == "1")

    def ask(self, word, *arguments):
        """Say a word to the clerk and return what it answers."""
        self.clerk.stdin.write(f"{json.dumps([word, *arguments])}\n")
        self.clerk.stdin.flush()
        return json.loads(self.clerk.stdout.readline())

    def jobs(self):
        """Return the books, as `manage.py jobs --format jsonl` prints them."""
        return self.ask("jobs")

    def states(self):
        return [job["state"] for job in self.jobs()]

    def till(self):
        return json.loads(self._open("/_till"))

    def slow(self, seconds):
        self._open("/_latency", {"seconds": seconds})

    def release_calls(self):
        """Let the provider answer the calls that it is slow about."""
        self._open("/_release", {})

    def script(self, *faults, **fault):
        """Let the next calls meet these faults, in this order."""
        self._open("/_script", [*faults, *([fault] if fault else [])])

    def _open(self, path, document=None):
        data = None if document is None else json.dumps(document).encode()
        with urllib.request.urlopen(self.origin + path, data=data, timeout=10) as answer:
            return answer.read()

    def settle(self):
        """Wait until no job is under way any more."""
        wait_until(lambda: not UNFINISHED & set(self.states()))

    def let_workers_look_again(self):
        """Wait until a worker has lived on for some sweeps: what it has not done by then it does not do."""
        each = float(self.env["FLUXWEB_SWEEP"]) + float(self.env["FLUXWEB_HEARTBEAT"])
        enough = self.ask("heartbeat") + LOOKS * each
        wait_until(lambda: self.ask("heartbeat") > enough)

    def freeze(self, worker):
        """Stop a worker at a moment when it holds no lock of the database: nobody could write beside it."""
        wait_until(lambda: self._stopped_without_a_lock(worker))

    def _stopped_without_a_lock(self, worker):
        worker.send_signal(signal.SIGSTOP)
        if not self._somebody_writes():
            return True
        worker.send_signal(signal.SIGCONT)
        return False

    def _somebody_writes(self):
        if template_is_on_a_server():
            return sql(f"SELECT 1 FROM pg_stat_activity WHERE datname = '{self.database}' AND state <> 'idle'")
        try:
            with self._file_locked(timeout=0):
                return False
        except sqlite3.OperationalError:
            return True

    @contextlib.contextmanager
    def database_away(self):
        """A server hangs up and lets nobody in; a file is locked by somebody else, so that nobody can write."""
        with self._server_shut() if template_is_on_a_server() else self._file_locked():
            yield

    @contextlib.contextmanager
    def database_locked(self):
        """Somebody else writes and does not end, as a backup does: all can be read, and nobody else can write."""
        with self._tables_locked() if template_is_on_a_server() else self._file_locked(mode="IMMEDIATE"):
            yield

    @contextlib.contextmanager
    def _tables_locked(self):
        with psycopg.connect(address_of(self.database)) as connection:
            for [table] in connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall():
                connection.execute(f"LOCK TABLE {table} IN SHARE ROW EXCLUSIVE MODE")
            yield

    @contextlib.contextmanager
    def _server_shut(self):
        sql(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS false")
        sql(f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{self.database}'")
        yield
        sql(f"ALTER DATABASE {self.database} ALLOW_CONNECTIONS true")

    @contextlib.contextmanager
    def _file_locked(self, *, timeout=20, mode="EXCLUSIVE"):
        file = sqlite3.connect(self.folder / "data" / "fluxweb.sqlite3", isolation_level=None, timeout=timeout)
        with contextlib.closing(file):
            file.execute(f"BEGIN {mode}")
            yield
            file.execute("ROLLBACK")

    def said(self):
        """Return every line the children wrote."""
        return [line for number in range(len(self.children)) for line in self._log(number).read_text().splitlines()]

    def steps(self, job):
        """Return the (attempt, state) pairs that the logs of children with FLUXWEB_LOG_JSON tell of a job, in order."""
        lines = [json.loads(line) for line in self.said() if line.startswith("{")]
        told = [line for line in lines if line["event"] == "job changed" and line["job"] == job["job"]]
        return [(line["attempt"], line["state"]) for line in sorted(told, key=lambda line: line["timestamp"])]

    def check_logs(self):
        """Assert that nothing any child wrote holds a secret or what somebody asked for."""
        for line in self.said():
            for secret in (KEY, "signature=", *self.prompts):
                assert secret not in line, "a log says what no log may say"

    def stored_files(self):
        media = self.folder / "data" / "media"
        return [path for path in media.rglob("*") if path.is_file() and "originals" in path.parts]

    def leftovers(self):
        """Return files that nobody should leave behind: unfinished downloads, answers not taken in."""
        data = self.folder / "data"
        return [*(data / "media" / ".incoming").glob("*"), *(data / "spool").glob("*")]

    def close(self):
        for child in self.children:
            kill_all_of(child)
            child.wait()
            for pipe in filter(None, (child.stdout, child.stdin)):
                pipe.close()
        if template_is_on_a_server():
            sql(f"DROP DATABASE IF EXISTS {self.database} WITH (FORCE)")


def kill_all_of(child):
    """Kill a child and whatever it started itself."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(child.pid, signal.SIGKILL)


def make_template(folder):
    """Migrate once, however many processes ask for it at a time; every town starts from a copy."""
    with folder.with_suffix(".lock").open("a+") as made:
        fcntl.flock(made, fcntl.LOCK_EX)
        if not made.seek(0, os.SEEK_END):
            _migrate(folder)
            made.write("made")
    return folder


def _migrate(folder):
    env = {name: value for name, value in os.environ.items() if not name.startswith("FLUX")}
    env |= {"DJANGO_SETTINGS_MODULE": "fluxweb.settings", "FLUXWEB_DATA": str(folder), "FLUX_API_KEY": "a-key"}
    if template_is_on_a_server():
        sql(f"DROP DATABASE IF EXISTS {TEMPLATE} WITH (FORCE)")
        sql(f"CREATE DATABASE {TEMPLATE}")
        env["DATABASE_URL"] = address_of(TEMPLATE)
    subprocess.run([sys.executable, "manage.py", "migrate", "--verbosity", "0"], cwd=ROOT, env=env, check=True)


def template_is_on_a_server():
    return os.environ.get("DATABASE_URL", "").startswith("postgres")


def address_of(database):
    return os.environ["DATABASE_URL"].rpartition("/")[0] + f"/{database}"


def sql(statement):
    """Run a statement on the server; return the rows it answers, if it answers any."""
    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as connection:
        answer = connection.execute(statement)
        return answer.fetchall() if answer.description else []


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def wait_until(is_true, *, seconds=PATIENCE_SECONDS, every=0.05):
    give_up = time.monotonic() + seconds
    while not is_true():
        assert time.monotonic() < give_up, f"not within {seconds} s"
        time.sleep(every)

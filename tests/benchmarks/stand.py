"""A place to measure in: a scratch data folder, the simulator and a worker in processes of their own."""

import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def scratch(**environment):
    """Set Django up in an empty data folder that is removed afterwards. Once per process."""
    folder = Path(tempfile.mkdtemp(prefix="fluxweb-benchmark-"))
    for name in [name for name in os.environ if name.startswith(("FLUX", "STORAGE_URL", "DATABASE_URL"))]:
        if name != "DATABASE_URL" or not os.environ[name].startswith("postgres"):
            del os.environ[name]
    os.environ.update(environment, FLUXWEB_DATA=str(folder), DJANGO_SETTINGS_MODULE="fluxweb.settings")
    try:
        _set_up()
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _set_up():
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    settings.ALLOWED_HOSTS.append("testserver")
    settings.STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}
    call_command("migrate", interactive=False, verbosity=0)
    call_command("createcachetable", verbosity=0)


def make_owner():
    from gallery.models import User

    return User.objects.create_user("olga", "olga@example.com", "a long password")


def signed_in(user):
    from django.test import Client

    client = Client()
    client.force_login(user)
    return client


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


@contextmanager
def process(*command, **options):
    """Run a child until the block ends."""
    child = subprocess.Popen([sys.executable, *map(str, command)], cwd=ROOT, **options)
    try:
        yield child
    finally:
        child.terminate()
        child.wait()


@contextmanager
def provider(port, *, latency, spread=0.0):
    with process("-m", "tests.benchmarks.provider", port, latency, spread, stdout=subprocess.PIPE) as child:
        child.stdout.readline()
        yield child


def paid_environment(port, concurrency):
    """What a worker with a key needs, and this process too: jobs are of the mode of the process that submits them."""
    origin = f"http://127.0.0.1:{port}"
    return {
        "FLUX_API_KEY": "x",
        "FLUX_API_URL": f"{origin}/v1",
        "FLUX_RESULT_HOSTS": origin,
        "FLUX_CONCURRENCY": str(concurrency),
    }


@contextmanager
def worker(folder):
    """A real `manage.py worker`, idle for a moment when this returns. Its log lies in the data folder."""
    from gallery.services.operations import workers

    with (folder / "worker.log").open("w") as log, process("manage.py", "worker", stderr=log) as child:
        wait_until(workers.some_worker_lives, seconds=30)
        time.sleep(2)
        yield child


def wait_until(is_true, *, seconds, every=0.05):
    give_up = time.monotonic() + seconds
    while not is_true():
        if time.monotonic() > give_up:
            raise SystemExit(f"Not within {seconds} s.")
        time.sleep(every)


def is_ready(port):
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=5) as answer:
            return answer.status == 200
    except OSError:
        return False


def till(port):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}/_till") as answer:
        return json.load(answer)

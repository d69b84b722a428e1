"""Named people, the provider beyond the seam, and a worker that works when it is told to."""

import gc
import os
import shutil
from datetime import UTC, datetime

import pytest
from django.contrib.contenttypes.management import create_contenttypes
from django.db import connection
from django.db.models.signals import post_migrate
from django.test import Client
from django.utils import timezone

from gallery import tasks
from gallery.models import Attempt, User
from gallery.services.jobs import gates, provider
from gallery.services.media import thumbnails
from gallery.services.operations import workers
from gallery.services.paid_calls import claims, downloads, perform
from gallery.services.reconciliation import statements
from gallery.services.storage import files, storage_watch
from gallery.simulator.server import LoopbackServer
from gallery.simulator.world import World
from tests import lane
from tests import settings as test_settings
from tests.processes.town import TEMPLATE, make_template

pytest_plugins = ["tests.browsers", "tests.second_try"]

os.environ.setdefault("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # Playwright's loop runs in the thread of the test


YOUNG_OBJECTS = 20_000  # so many new ones, and Python looks for garbage; with its own 700 that is a tenth of all time


def pytest_collection_finish():
    """What is there when the first test begins stays until the last ends: nobody need look through it for garbage."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 20, 20)


@pytest.hookimpl(optionalhook=True)  # xdist's
def pytest_xdist_make_scheduler(config, log):
    return lane.Lanes(config, log)


def pytest_sessionfinish():
    shutil.rmtree(test_settings.FOLDER, ignore_errors=True)


@pytest.fixture(scope="session")
def template(tmp_path_factory):
    """What every database begins as: migrated once a run, by whichever process is there first."""
    shared = tmp_path_factory.getbasetemp().parent if lane.IS_ONE_OF_SEVERAL else tmp_path_factory.getbasetemp()
    return make_template(shared / "template")


@pytest.fixture(scope="session")
def django_db_modify_db_settings(django_db_modify_db_settings, template):
    """Django's own database of tests is a copy of the template: there is nothing left to migrate."""
    if connection.vendor == "sqlite":
        shutil.copy(template / "fluxweb.sqlite3", connection.settings_dict["TEST"]["NAME"])
    else:
        connection.settings_dict["TEST"]["TEMPLATE"] = TEMPLATE


@pytest.fixture(scope="session")
def django_db_keepdb():
    """Take the copy as it is. (A file goes with its folder; a server makes a database from the template itself.)"""
    return connection.vendor == "sqlite"


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup):
    """Nobody here asks for Django's own permissions, and making them anew took most of emptying a database."""
    post_migrate.disconnect(dispatch_uid="django.contrib.auth.management.create_permissions")
    post_migrate.disconnect(create_contenttypes)


@pytest.fixture(autouse=True)
def own_folders(settings, tmp_path):
    """Every test stores, spools and fails in folders of its own."""
    settings.MEDIA_ROOT = tmp_path / "media"
    settings.SPOOL = tmp_path / "spool"
    settings.MEDIA_ROOT.mkdir()


@pytest.fixture(autouse=True)
def storage_is_there(monkeypatch):
    """What one test found out about its storage says nothing about that of the next."""
    monkeypatch.setattr(storage_watch, "watch", storage_watch.StorageWatch())
    monkeypatch.setitem(files.probes, "good_until", 0.0)


@pytest.fixture(autouse=True)
def patient_presses(monkeypatch):
    """A press reads its statement to the end, however slow the machine is: no worker goes on with it in most tests."""
    monkeypatch.setattr(statements, "PRESS_SECONDS", 120)


@pytest.fixture(autouse=True)
def empty_queue():
    settings_queue = tasks.queue
    settings_queue.flush()
    yield
    settings_queue.flush()


def person(name, **fields):
    return User.objects.create_user(name, f"{name}@example.com", "a long password", **fields)


@pytest.fixture
def owner(db):
    return person("olga")


@pytest.fixture
def colleague(db):
    return person("carl")


@pytest.fixture
def lead(db):
    return person("lena", role="lead")


@pytest.fixture
def admin(db):
    return person("ada", role="admin", is_staff=True, is_superuser=True)


def signed_in(user):
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def owner_client(owner):
    return signed_in(owner)


@pytest.fixture
def colleague_client(colleague):
    return signed_in(colleague)


@pytest.fixture
def lead_client(lead):
    return signed_in(lead)


@pytest.fixture
def admin_client(admin):
    return signed_in(admin)


@pytest.fixture
def clock(monkeypatch):
    """Set what time it is, in UTC, and return that moment."""

    def is_now(text):
        moment = datetime.fromisoformat(text).replace(tzinfo=UTC)
        monkeypatch.setattr(timezone, "now", lambda: moment)
        return moment

    return is_now


@pytest.fixture
def visitor():
    """Somebody without an account."""
    return Client()


@pytest.fixture
def world():
    """What the provider remembers: its till, its clock, its faults."""
    return World(latency=0)


@pytest.fixture
def provider_server(world, settings):
    """The provider on loopback, with the settings pointing at it."""
    with LoopbackServer(world) as server:
        settings.FLUX_API_URL = server.api_url
        settings.FLUX_RESULT_HOSTS = [server.origin]
        yield server
        provider.close_client()


class HandWorker:
    """A worker without threads: it does one thing at a time, when the test says so."""

    def __init__(self):
        gates.ensure_gates()
        self.row = workers.register_worker(threads=1)

    def claim(self):
        return claims.claim_next(self.row)

    def call(self):
        """Claim and perform one job; return its attempt, or None if nothing may be sent."""
        attempt = self.claim()
        if attempt is not None:
            perform.perform_call(attempt)
        return attempt

    def fetch(self, attempt):
        """Fetch now, however long the last failure says to wait."""
        Attempt.objects.filter(pk=attempt.pk).update(fetch_after=attempt.reserved_at)
        try:
            return downloads.fetch_image(attempt.pk, worker=self.row)
        finally:
            thumbnails.make_next_thumbnail()

    def work(self):
        """Do everything that can be done now; return how many calls were made."""
        calls = 0
        while attempt := self.call():
            calls += 1
            self.fetch(attempt)
        return calls


@pytest.fixture
def worker(transactional_db):
    yield HandWorker()
    provider.close_client()
    connection.close()


@pytest.fixture
def other_worker(worker):
    """Another process that takes over."""
    return HandWorker()

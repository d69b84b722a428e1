"""Another FLUXWEB_SECRET_KEY: taken where it was changed on purpose and said, refused beside one that is in use."""

import contextlib
import signal
import subprocess
import sys
from datetime import timedelta

import pytest
from django.core.management.base import CommandError
from django.db import OperationalError
from django.test import Client, override_settings
from django.urls import reverse
from django.utils import timezone

from gallery import tasks
from gallery.management import starting
from gallery.models import KeyHolder, SecretKey
from gallery.services.operations import secret_keys, workers
from gallery.services.shares import shares
from tests.conftest import signed_in
from tests.factories import make_share
from tests.pages import Page
from tests.project.test_readme import ROOT
from tests.project.test_start import START_SECONDS, environment, run
from tests.rows import make_images

pytestmark = pytest.mark.django_db

FIRST, OTHER = "a first key of thirty-two letters or so", "another key of thirty-two letters, at least"


@pytest.fixture(autouse=True)
def loud(monkeypatch):
    monkeypatch.setattr(secret_keys.Notice, "quiet", False)


@pytest.fixture
def changed():
    """From here on the installation has another key."""
    with override_settings(SECRET_KEY=FIRST):
        secret_keys.accept_key()
    with override_settings(SECRET_KEY=OTHER):
        secret_keys.accept_key()
        yield


def held_elsewhere(seconds_ago, *, host="another-machine boot space", what="web"):
    with override_settings(SECRET_KEY=FIRST):
        holder = secret_keys.hold_key(what)
    seen = timezone.now() - timedelta(seconds=seconds_ago)
    KeyHolder.objects.filter(pk=holder.pk).update(host=host, pid=2**22 + 1, seen_at=seen)
    return holder


@contextlib.contextmanager
def started(*command, env):
    """A process that runs until the test has seen enough of it."""
    with subprocess.Popen(command, cwd=ROOT, env=env, stderr=subprocess.PIPE, text=True) as process:
        try:
            yield process
        finally:
            process.kill()


def ended(*command, env):
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=START_SECONDS)


def test_the_first_key_and_the_same_again_are_nothing_to_tell():
    with override_settings(SECRET_KEY=FIRST):
        assert not secret_keys.accept_key()
        assert starting.take_secret_key() == ""
    assert secret_keys.unread_change() is None
    [kept] = SecretKey.objects.all()
    assert FIRST not in kept.digest


@override_settings(SECRET_KEY=OTHER)
def test_another_key_is_taken_and_said_where_nobody_uses_the_one_before():
    with override_settings(SECRET_KEY=FIRST):
        secret_keys.end_hold(secret_keys.hold_key("worker"))
    tasks.queue.enqueue(tasks.draw.s())
    said = starting.take_secret_key()
    assert "FLUXWEB_SECRET_KEY" in said
    assert "sessions" in said
    assert tasks.queue.pending_count() == 0
    assert starting.take_secret_key() == ""


@override_settings(SECRET_KEY=OTHER)
@pytest.mark.parametrize("seconds_ago", [0, 100, -3600])
def test_two_machines_with_different_keys_are_one_too_many(seconds_ago):
    held_elsewhere(seconds_ago)
    with pytest.raises(CommandError, match="FLUXWEB_SECRET_KEY is another one than that of the web on another-machine"):
        starting.take_secret_key()
    with pytest.raises(secret_keys.OtherKeyInUse):
        secret_keys.hold_key("web")
    assert SecretKey.objects.count() == 1
    with override_settings(SECRET_KEY=FIRST):
        secret_keys.hold_key("worker")


@override_settings(SECRET_KEY=OTHER)
def test_a_machine_that_was_lost_holds_its_key_for_minutes_only():
    held_elsewhere(secret_keys.ALIVE_SECONDS + 5)
    assert secret_keys.accept_key()
    assert not KeyHolder.objects.exists()


@override_settings(SECRET_KEY=OTHER)
def test_a_process_that_was_killed_here_holds_nothing():
    held_elsewhere(0, host=workers.describe_this_host())
    assert secret_keys.accept_key()


@override_settings(SECRET_KEY=OTHER)
def test_a_process_that_lives_here_holds_its_key_though_it_is_silent():
    with override_settings(SECRET_KEY=FIRST):
        holder = secret_keys.hold_key("worker")
    KeyHolder.objects.update(seen_at=timezone.now() - timedelta(hours=5))
    with pytest.raises(secret_keys.OtherKeyInUse, match="the worker on"):
        secret_keys.accept_key()
    secret_keys.end_hold(holder)
    assert secret_keys.accept_key()


def test_who_was_taken_for_gone_comes_back_with_the_next_beat():
    holder = secret_keys.hold_key("web")
    KeyHolder.objects.all().delete()
    secret_keys.renew_hold(holder)
    assert KeyHolder.objects.count() == 1


def test_admins_read_what_it_means_until_one_has_noted_it(admin, lead, changed):
    boss, other = signed_in(admin), signed_in(lead)
    assert "another secret key" in Page(boss.get("/help/")).html
    assert "copied" in Page(boss.get("/help/")).html
    assert "another secret key" not in Page(other.get("/help/")).html
    assert other.post("/secret-key/noted/").status_code == 404
    assert "another secret key" in Page(boss.get("/help/")).html
    boss.post("/secret-key/noted/")
    assert "another secret key" not in Page(boss.get("/help/")).html


def test_an_address_that_would_be_another_is_not_copied_but_replaced(owner):
    pictures = make_images(owner, 2)
    with override_settings(SECRET_KEY=FIRST):
        share = make_share(owner, pictures)
        sent_out = f"/s/{shares.token_of(share)}/"
        assert sent_out in Page(signed_in(owner).get("/shares/")).html
    with override_settings(SECRET_KEY=OTHER):
        client, dead = signed_in(owner), f"/s/{shares.token_of(share)}/"
        assert (Client().get(sent_out).status_code, Client().get(dead).status_code) == (200, 404)
        for address in ("/shares/", f"/shares/{share.key}/"):
            page = Page(client.get(address))
            assert dead not in page.html
            assert "data-copy" not in page.html
            assert "cannot be copied any more" in page.text
            assert f"/shares/{share.key}/replace/" in page.html
        client.post(f"/shares/{share.key}/replace/")
        share.refresh_from_db()
        fresh = f"/s/{shares.token_of(share)}/"
        assert fresh in Page(client.get(f"/shares/{share.key}/")).html
        assert (Client().get(sent_out).status_code, Client().get(fresh).status_code) == (404, 200)


def test_a_member_is_told_to_ask_for_the_new_address(owner, colleague):
    with override_settings(SECRET_KEY=FIRST):
        share = make_share(owner, make_images(owner, 1), members=[colleague])
    with override_settings(SECRET_KEY=OTHER):
        page = Page(signed_in(colleague).get(reverse("shares-received")))
        assert shares.token_of(share) not in page.html
        assert "Ask olga to replace it" in page.text


def test_web_and_worker_refuse_beside_another_key_and_take_it_when_that_has_ended(tmp_path):
    first, other = (environment(tmp_path / "data", FLUXWEB_SECRET_KEY=key) for key in (FIRST, OTHER))
    assert run("migrate", "--verbosity", "0", env=first).returncode == 0
    serve = [sys.executable, "-m", "fluxweb.server", "--bind", "127.0.0.1:0"]
    with started(*serve, env=first) as web:
        assert any("holds the secret key" in line for line in web.stderr)
        for refused in (run("worker", env=other), ended(*serve, env=other)):
            assert refused.returncode != 0
            assert "FLUXWEB_SECRET_KEY is another one than that of the web" in refused.stderr
            assert "Traceback" not in refused.stderr
        web.send_signal(signal.SIGTERM)
        assert web.wait(START_SECONDS) == 0
    with started(sys.executable, "manage.py", "worker", env=other) as worker:
        assert any("FLUXWEB_SECRET_KEY is another one than before" in line for line in worker.stderr)


class Beats:
    """A stop that comes after so many beats."""

    def __init__(self, count):
        self.left = count

    def wait(self, _seconds):
        self.left -= 1
        return self.left < 0


@pytest.mark.django_db(transaction=True)
def test_a_key_is_held_once_the_database_can_be_used(monkeypatch, caplog):
    def away(_):
        raise OperationalError("database is locked")

    with monkeypatch.context() as patched:
        patched.setattr(secret_keys, "hold_key", away)
        assert secret_keys.hold_key_or_wait("web") is None
        secret_keys.keep_holding("web", None, Beats(1))
    assert "the secret key is not compared yet" in caplog.text
    assert not KeyHolder.objects.exists()
    beats = Beats(2)
    beats.let_go = secret_keys.end_hold
    monkeypatch.setattr(secret_keys, "end_hold", lambda holder: beats.__dict__.update(held=KeyHolder.objects.count()))
    secret_keys.keep_holding("web", None, beats)
    assert beats.held == 1


@pytest.mark.django_db(transaction=True)
def test_a_beat_that_the_database_refuses_is_tried_again(monkeypatch, caplog):
    def away(_):
        raise OperationalError("database is locked")

    monkeypatch.setattr(secret_keys, "renew_hold", away)
    secret_keys.keep_holding("web", secret_keys.hold_key("web"), Beats(1))
    assert "the secret key is not held" in caplog.text
    assert not KeyHolder.objects.exists()

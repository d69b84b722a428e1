"""Is it alive, and is everything there that a paid call needs?"""

from datetime import timedelta

import pytest
from django.db import DatabaseError, connection
from django.utils import timezone
from huey import SqliteHuey

from gallery import tasks
from gallery.models import Worker
from gallery.models.calls import KEY_GATE
from gallery.services.jobs import gates
from gallery.services.operations import workers
from gallery.services.storage import files

pytestmark = pytest.mark.django_db

GOOD = {"database": True, "queue": True, "storage": True, "worker": True, "gate": True}


@pytest.fixture(autouse=True)
def a_worker():
    return workers.register_worker(threads=1)


def ready(client):
    response = client.get("/readyz")
    assert response.status_code == (200 if all(response.json().values()) else 503)
    assert "no-store" in response["Cache-Control"]
    return response.json()


def test_the_process_lives_whatever_else_is_wrong(visitor, a_worker):
    workers.sign_off_worker(a_worker)
    response = visitor.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"process": True})


def test_ready_when_everything_is_there(visitor):
    assert ready(visitor) == GOOD
    assert "X-Storage" not in visitor.get("/readyz")


def test_not_ready_without_a_worker(visitor, a_worker):
    workers.sign_off_worker(a_worker)
    assert ready(visitor) == GOOD | {"worker": False}


def test_not_ready_when_the_heart_of_the_worker_stopped(visitor, settings):
    long_ago = timezone.now() - timedelta(seconds=settings.DEAD_AFTER_SECONDS + 1)
    Worker.objects.update(heartbeat_at=long_ago, host="another machine")
    assert ready(visitor) == GOOD | {"worker": False}


@pytest.mark.parametrize("jump", [timedelta(hours=2), -timedelta(hours=2)])
def test_a_clock_that_jumped_makes_nobody_dead_whose_process_is_there(visitor, jump):
    Worker.objects.update(heartbeat_at=timezone.now() + jump)
    assert ready(visitor) == GOOD


def test_a_worker_of_the_other_mode_does_not_count(visitor):
    Worker.objects.update(demo=True)
    assert ready(visitor) == GOOD | {"worker": False}


def test_not_ready_while_the_gate_is_paused(visitor):
    gates.pause_gate(KEY_GATE, reason="a look")
    assert ready(visitor) == GOOD | {"gate": False}
    gates.resume_gate(KEY_GATE)
    assert ready(visitor) == GOOD


def test_a_paused_model_leaves_the_rest_ready(visitor):
    gates.pause_gate("flux-pro", reason="gone")
    assert ready(visitor) == GOOD


def test_not_ready_when_nothing_can_be_stored(visitor, settings, tmp_path):
    (tmp_path / "a file").write_text("not a folder")
    settings.MEDIA_ROOT = tmp_path / "a file"
    assert ready(visitor) == GOOD | {"storage": False}


def test_not_ready_when_the_disk_is_full(visitor, monkeypatch):
    monkeypatch.setattr(files, "FREE_BYTES", 2**60)
    assert ready(visitor) == GOOD | {"storage": False}
    assert visitor.get("/readyz")["X-Storage"].startswith("The disk is nearly full")


def test_not_ready_when_the_broker_is_away(visitor, monkeypatch, tmp_path):
    away = SqliteHuey(filename=str(tmp_path / "queue.sqlite3"))
    away.storage.close()
    away.storage.filename = str(tmp_path)  # a folder is no database
    monkeypatch.setattr(tasks, "queue", away)
    assert ready(visitor) == GOOD | {"queue": False}


def test_not_ready_when_the_database_is_away(visitor):
    def refuse(execute, *_):
        raise DatabaseError("away")

    with connection.execute_wrapper(refuse):
        assert ready(visitor) == GOOD | {"database": False, "worker": False, "gate": False}


def test_head_answers_too(visitor):
    assert visitor.head("/readyz").status_code == 200

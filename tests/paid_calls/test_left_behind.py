"""What a killed process leaves half written goes once its worker is found dead, and never what a living one writes."""

import json
import os
from pathlib import Path

import pytest
from django.utils import timezone

from gallery.models import Attempt, Worker
from gallery.services.operations import workers
from gallery.services.paid_calls import perform, recovery
from gallery.services.storage import files, spool
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

GONE = {"pid": 999_999, "pid_began": "1"}  # a process that is not on this machine


def left_by(row):
    """A temporary file as a worker that was killed in a download leaves it."""
    path = files.incoming_folder() / f"{workers.file_tag(row.host, row.pid, row.pid_began)}-half"
    path.write_bytes(b"half a picture")
    return path


@pytest.fixture
def dead(worker):
    facts = {"host": workers.describe_this_host(), "demo": False, "threads": 1, **GONE}
    return Worker.objects.create(**facts)


def test_the_half_download_of_a_killed_worker_goes_when_it_is_found_dead(worker, dead):
    path = left_by(dead)
    assert path.exists()
    recovery.reap()
    dead.refresh_from_db()
    assert dead.stopped_at is not None
    assert not path.exists()


def test_a_living_workers_file_stays_however_old_it_is(worker):
    with files.incoming_file() as file:
        os.utime(file.name, (0, 0))
        recovery.reap()
        files.sweep_incoming()
        assert Path(file.name).exists()


def test_a_worker_that_sleeps_and_was_given_up_may_wake_its_file_stays(worker):
    Worker.objects.filter(pk=worker.row.pk).update(stopped_at=timezone.now())  # its process is this one
    path = left_by(worker.row)
    recovery.reap()
    assert path.exists()


def test_a_file_of_another_machines_living_worker_stays_and_of_its_dead_one_goes(worker):
    facts = {"host": "elsewhere 1234 pid:[1]", "demo": False, "threads": 1}
    living = Worker.objects.create(pid=1, pid_began="5", **facts)
    ended = Worker.objects.create(pid=2, pid_began="6", stopped_at=timezone.now(), **facts)
    here, gone = left_by(living), left_by(ended)
    os.utime(here, (0, 0))
    recovery.reap()
    files.sweep_incoming()
    assert (here.exists(), gone.exists()) == (True, False)


def unfinished(attempt, suffix, content):
    path = spool.spool_folder() / f"{attempt.key}{suffix}.part"
    path.write_bytes(content)
    return path


@pytest.mark.parametrize("suffix", [".json", ".content"])
def test_half_an_answer_of_a_dead_worker_goes_and_of_a_living_one_stays(owner, worker, provider_server, dead, suffix):
    make_run(owner, seed="1..2")
    mine, theirs = worker.claim(), worker.claim()
    for attempt in (mine, theirs):
        perform.mark_about_to_pay(attempt)
    Attempt.objects.filter(pk=theirs.pk).update(worker=dead)
    stays, goes = (unfinished(attempt, suffix, b'{"money": "char') for attempt in (mine, theirs))
    recovery.reap()
    assert (stays.exists(), goes.exists()) == (True, False)


def test_an_answer_that_was_written_whole_before_the_kill_is_taken_in(owner, worker, provider_server, dead):
    make_run(owner, seed="1")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    Attempt.objects.filter(pk=attempt.pk).update(worker=dead)
    whole = json.dumps({"money": "not_charged", "state": "FAILED", "reason": "refused"}).encode()
    unfinished(attempt, ".json", whole)
    recovery.reap()
    assert [key for key, _ in spool.list_answers()] == [attempt.key]


def test_what_belongs_to_no_attempt_of_this_database_is_left_alone(worker):
    path = spool.spool_folder() / "nobody.json.part"
    path.write_bytes(b"{")
    recovery.reap()
    assert path.exists()

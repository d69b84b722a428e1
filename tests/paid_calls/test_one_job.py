"""One job from submit to a stored picture, and what each answer does to it."""

import hashlib

import pytest
from django.db import connection

from gallery.models import Attempt, Gate, Image, Job, Worker
from gallery.services.jobs import gates
from gallery.services.storage import files, spool
from gallery.simulator import faults
from tests.factories import make_run, states

pytestmark = pytest.mark.django_db(transaction=True)


def bytes_of(name):
    with files.open_file(name) as file:
        return file.read()


def test_a_job_becomes_a_stored_picture(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    assert worker.work() == 1
    job = run.jobs.get()
    image = Image.objects.get()
    attempt = job.attempt
    assert (job.state, attempt.money, attempt.micros, attempt.url, attempt.fetch) == (
        "DONE",
        "charged",
        10_000,
        "",
        "done",
    )
    assert attempt.request_id == world.till[0].request_id
    assert world.till[0].body == job.body()
    stored = bytes_of(image.file)
    assert hashlib.sha256(stored).hexdigest() == image.sha256
    assert (image.width, image.height, image.format) == (1024, 1024, "jpeg")
    assert bytes_of(image.thumbnail)[:4] == b"RIFF"
    assert list(spool.list_answers()) == []


def test_the_mark_is_committed_before_the_first_byte_leaves(owner, worker, provider_server, world):
    make_run(owner, seed="7")
    seen = []

    def look(post):
        seen.append(list(Attempt.objects.values_list("money", "job__state")))
        connection.close()  # this is the provider's thread
        return 0

    world.latency = look
    worker.work()
    assert seen == [[("uncertain", "SENDING")]]


@pytest.mark.parametrize(
    ("fault", "state", "money", "paused"),
    [
        (faults.Moderated(), "FAILED", "not_charged", None),
        (faults.Answer(400), "FAILED", "not_charged", None),
        (faults.Answer(403), "FAILED", "not_charged", None),
        (faults.Answer(401), "QUEUED", "not_charged", "key"),
        (faults.Quota(), "QUEUED", "not_charged", "key"),
        (faults.NoChannel(), "QUEUED", "not_charged", "flux-2-klein-4b"),
        (faults.Answer(500), "QUEUED", "not_charged", None),
        (faults.Answer(504, body="<html>gateway</html>"), "UNKNOWN", "uncertain", None),
        (faults.Answer(500, body="<html>oops</html>"), "UNKNOWN", "uncertain", None),
        (faults.CutBeforeAnswer(), "UNKNOWN", "uncertain", None),
        (faults.CutMidAnswer(), "UNKNOWN", "uncertain", None),
        (faults.OddSuccess({"created": 1, "data": []}), "NO_RESULT", "uncertain", None),
    ],
    ids=lambda value: type(value).__name__ if not isinstance(value, str) else None,
)
def test_what_an_answer_means(owner, worker, provider_server, world, fault, state, money, paused):
    run = make_run(owner, seed="7")
    world.script(fault)
    attempt = worker.call()
    attempt.refresh_from_db()
    assert states(run) == [state]
    assert attempt.money == money
    assert list(Gate.objects.filter(paused=True).values_list("name", flat=True)) == ([paused] if paused else [])
    assert len(world.till) == 1


def test_nobody_listens_costs_nothing_and_waits(owner, worker, settings):
    settings.FLUX_API_URL = "http://127.0.0.1:9/v1"
    run = make_run(owner, seed="7")
    attempt = worker.call()
    attempt.refresh_from_db()
    assert states(run) == ["QUEUED"]
    assert attempt.money == "not_charged"
    assert worker.claim() is None  # it waits its few seconds


def test_a_rate_limit_closes_the_gate_for_as_long_as_the_provider_says(owner, worker, provider_server, world):
    run = make_run(owner, seed="1..2")
    world.script(faults.RateLimited(retry_after="120"))
    worker.call()
    key_gate = Gate.objects.get(name="key")
    assert states(run) == ["QUEUED", "QUEUED"]
    assert 100 < (key_gate.closed_until - Attempt.objects.get().answered_at).total_seconds() < 140
    assert worker.claim() is None


def test_upstream_failures_are_repeated_twice_and_no_more(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script(faults.Answer(500), times=5)
    for _ in range(3):
        Job.objects.update(not_before="2026-01-01T00:00Z")
        worker.call()
    Job.objects.update(not_before="2026-01-01T00:00Z")
    assert states(run) == ["FAILED"]
    assert worker.call() is None
    assert len(world.till) == 3


def test_without_room_nothing_is_bought_and_the_worker_says_why(owner, worker, provider_server, world, monkeypatch):
    run = make_run(owner, seed="7")
    monkeypatch.setattr(files, "FREE_BYTES", 2**60)
    worker.call()
    assert states(run) == ["QUEUED"]
    assert world.till == []
    assert Attempt.objects.get().money == "not_charged"
    assert "disk is nearly full" in Worker.objects.get().storage_trouble
    assert not Gate.objects.filter(paused=True).exists()


def test_five_failures_in_a_row_open_the_breaker_and_one_job_probes(owner, worker, provider_server, world):
    make_run(owner, seed="1..9")
    world.script(faults.Answer(500), times=5)
    for _ in range(5):
        worker.call()
    assert worker.claim() is None
    Gate.objects.update(closed_until=None)
    probe = worker.claim()
    assert probe is not None
    assert worker.claim() is None
    gates.note_success("flux-2-klein-4b")
    assert worker.claim() is not None


def test_three_odd_answers_from_different_runs_pause_everything(owner, worker, provider_server, world):
    world.script(faults.OddSuccess({"data": [{"b64_json": "aGk="}]}), times=3)
    for _ in range(3):
        make_run(owner, seed="7")
        worker.call()
    assert Gate.objects.get(name="key").paused


def test_a_download_that_fails_is_tried_again(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script_download(faults.Status(500), faults.Short(100), faults.CutDownload())
    attempt = worker.call()
    waits = [worker.fetch(attempt) for _ in range(4)]
    assert waits == [1, 2, 4, None]
    assert states(run) == ["DONE"]
    assert len(world.till) == 1


def test_a_picture_whose_address_died_is_paid_and_lost(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    world.clock.advance(601)
    Attempt.objects.update(url_dies_at="2026-01-01T00:00Z")
    assert worker.fetch(attempt) is None
    attempt.refresh_from_db()
    assert states(run) == ["LOST"]
    assert (attempt.money, attempt.url, attempt.fetch) == ("charged", "", "dead")


def test_a_clock_set_forward_loses_no_picture(owner, worker, provider_server, world):
    """By the clock the address is dead; its host, which fails for a moment, does not say so."""
    run = make_run(owner, seed="7")
    attempt = worker.call()
    Attempt.objects.update(url_dies_at="2026-01-01T00:00Z")
    world.script_download(*[faults.Status(503)] * 3)
    assert [worker.fetch(attempt) for _ in range(4)] == [1, 2, 4, None]
    assert states(run) == ["DONE"]


def test_a_host_that_stays_silent_after_its_time_is_not_asked_for_ever(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    Attempt.objects.update(url_dies_at="2026-01-01T00:00Z")
    world.script_download(*[faults.Status(503)] * 9)
    assert [worker.fetch(attempt) for _ in range(6)] == [1, 2, 4, 8, 15, None]
    assert states(run) == ["LOST"]


@pytest.mark.parametrize("fault", [faults.WrongType(b"<svg/>", "image/png"), faults.Redirect("http://127.0.0.1:9/")])
def test_a_result_that_is_no_picture_is_held_for_a_person(owner, worker, provider_server, world, fault):
    run = make_run(owner, seed="7")
    world.script_download(fault)
    worker.fetch(worker.call())
    assert states(run) == ["BLOCKED"]
    assert not Image.objects.exists()
    assert Attempt.objects.get().money == "charged"

"""Storage and database trouble in the middle of a paid call: nothing lost, nothing left lying around."""

import errno
import os
from pathlib import Path

import pytest
from django.db import OperationalError, transaction

from gallery.models import Attempt, Image
from gallery.services.jobs import gates, provider
from gallery.services.media import thumbnails
from gallery.services.paid_calls import downloads, outcomes, perform, recording, recovery
from gallery.services.storage import files, spool
from gallery.simulator import faults
from tests.factories import make_run, states

pytestmark = pytest.mark.django_db(transaction=True)


class FailsAtFirst:
    """Raises this error so many times, then does what the real function does."""

    def __init__(self, real, error, times):
        self.real, self.error, self.times = real, error, times

    def __call__(self, *args, **kwargs):
        self.times -= 1
        if self.times >= 0:
            raise self.error
        return self.real(*args, **kwargs)


def incoming():
    return list(files.incoming_folder().iterdir())


def test_a_disk_that_is_full_at_the_download_keeps_the_picture_for_later(owner, worker, provider_server, monkeypatch):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(files, "publish_file", FailsAtFirst(files.publish_file, full, 1))
    assert worker.fetch(attempt) == 1
    assert (states(run), incoming()) == (["HAVE_URL"], [])
    assert "No space left" in Attempt.objects.get().fetch_error
    assert worker.fetch(attempt) is None
    assert (states(run), incoming()) == (["DONE"], [])


def test_a_thumbnail_that_failed_is_made_by_the_sweep(owner, worker, provider_server, monkeypatch):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    monkeypatch.setattr(
        thumbnails, "make_thumbnail", FailsAtFirst(thumbnails.make_thumbnail, ValueError("odd mode"), 1)
    )
    worker.fetch(attempt)
    assert states(run) == ["DONE"]
    assert Image.objects.get().thumbnail == ""
    Image.objects.update(created_at="2026-01-01T00:00Z")
    assert thumbnails.make_next_thumbnail()
    assert Image.objects.get().thumbnail


def test_a_database_that_is_away_for_a_while_gets_the_answer_later(owner, worker, provider_server, world, monkeypatch):
    run = make_run(owner, seed="7")
    monkeypatch.setattr(recording, "RECORD_PAUSES", (0, 0, 0))
    monkeypatch.setattr(recording, "book_answer", FailsAtFirst(recording.book_answer, OperationalError("away"), 3))
    attempt = worker.call()
    assert states(run) == ["HAVE_URL"]
    assert list(spool.list_answers()) == []
    worker.fetch(attempt)
    assert states(run) == ["DONE"]


def test_a_database_that_stays_away_finds_the_answer_in_the_spool(owner, worker, provider_server, world, monkeypatch):
    run = make_run(owner, seed="7")
    monkeypatch.setattr(recording, "RECORD_PAUSES", ())
    monkeypatch.setattr(recording, "book_answer", FailsAtFirst(recording.book_answer, OperationalError("away"), 1))
    worker.call()
    assert states(run) == ["SENDING"]
    recovery.reap()
    recording.replay_spool()
    assert states(run) == ["HAVE_URL"]
    assert len(world.till) == 1


def test_a_database_that_goes_between_answer_and_gates_does_not_delay_the_picture(
    owner, worker, provider_server, monkeypatch
):
    monkeypatch.setattr(recording, "RECORD_PAUSES", (0,))
    monkeypatch.setattr(gates, "note_success", FailsAtFirst(gates.note_success, OperationalError("away"), 1))
    run = make_run(owner, seed="7")
    answered = perform.perform_call(worker.claim())
    assert downloads.fetch_image(answered.pk, worker=worker.row, leased=answered) is None
    assert states(run) == ["DONE"]


def test_a_disk_too_full_for_the_spool_does_not_keep_the_answer_from_the_database(
    owner, worker, provider_server, monkeypatch
):
    run = make_run(owner, seed="7")
    monkeypatch.setattr(
        spool, "save_answer", FailsAtFirst(spool.save_answer, OSError(errno.ENOSPC, "No space left on device"), 1)
    )
    worker.call()
    assert states(run) == ["HAVE_URL"]


def test_the_spool_is_readable_by_us_only_and_holds_no_key(owner, worker, provider_server, settings):
    spool.save_answer("abc", {"url": "https://x"})
    [path] = Path(settings.SPOOL).iterdir()
    assert path.stat().st_mode & 0o077 == 0
    assert settings.FLUX_API_KEY not in path.read_text()


def test_a_lost_picture_leaves_no_file_behind(owner, worker, provider_server, world, monkeypatch):
    """A worker died after it had published the file; then the address died too."""
    make_run(owner, seed="7")
    attempt = worker.call()
    monkeypatch.setattr(
        downloads, "commit_image", FailsAtFirst(downloads.commit_image, OperationalError("died here"), 1)
    )
    with pytest.raises(OperationalError):
        worker.fetch(attempt)
    assert len(list(files.list_files("originals"))) == 1
    Attempt.objects.update(url_dies_at="2026-01-01T00:00Z", fetch_lease_until=None)
    world.script_download(faults.Status(404))
    worker.fetch(attempt)
    assert Attempt.objects.get().fetch == "dead"
    assert list(files.list_files("originals")) == []


def test_a_held_file_nobody_points_at_is_swept_and_no_other(owner, worker, provider_server):
    make_run(owner, seed="1..3")
    stored, waiting, held = worker.call(), worker.call(), worker.call()
    worker.fetch(stored)
    for attempt in (stored, waiting, held):
        files.publish_bytes(b"from another host", files.file_name_of(attempt, "held"))
    Attempt.objects.filter(pk=held.pk).update(fetch="blocked", held_name=files.file_name_of(held, "held"))
    downloads.sweep_held()
    assert {key for _, key in files.list_files("held")} == {waiting.key, held.key}


def test_the_sweep_takes_away_old_temporary_files_only():
    old, new = files.incoming_folder() / "old", files.incoming_folder() / "new"
    old.touch()
    new.touch()
    os.utime(old, (0, 0))
    files.sweep_incoming()
    assert incoming() == [new]


def test_no_line_of_a_whole_run_holds_a_prompt_a_key_or_a_signature(
    owner, worker, provider_server, settings, caplog, capfd
):
    make_run(owner, prompt="a very private lighthouse", seed="1..3")
    worker.work()
    recovery.reap()
    written = caplog.text + "".join(capfd.readouterr())
    assert "job changed" in written
    assert "very private" not in written
    assert settings.FLUX_API_KEY not in written
    assert "signature" not in written


def test_no_call_is_made_inside_a_transaction(owner, worker, provider_server, world):
    make_run(owner, seed="7")
    attempt = worker.claim()
    with transaction.atomic(), pytest.raises(RuntimeError, match="inside a transaction"):
        perform.send_request(attempt, attempt.job.body(), marked_at=0)
    assert world.till == []


def test_an_error_of_our_own_in_a_call_reaches_the_books_and_the_log(owner, worker, monkeypatch, caplog):
    run = make_run(owner, seed="7")

    def broken(*_, **__):
        raise ZeroDivisionError

    monkeypatch.setattr(provider, "request_image", broken)
    worker.call()
    assert states(run) == ["UNKNOWN"]
    assert "unexpected error in a paid call" in caplog.text


@pytest.mark.parametrize(("times", "kept"), [(1, True), (3, False)])
def test_a_picture_in_the_answer_gives_a_full_disk_some_time(owner, worker, monkeypatch, times, kept):
    make_run(owner, seed="7")
    attempt = worker.claim()
    full = OSError(errno.ENOSPC, "No space left on device")
    monkeypatch.setattr(recording, "RECORD_PAUSES", (0, 0))
    monkeypatch.setattr(spool, "save_content", FailsAtFirst(spool.save_content, full, times))
    outcome = outcomes.Outcome(state="HAVE_URL", money="charged", content=b"picture")
    assert recording._spool_content(attempt, outcome) is kept


def test_a_spool_waits_while_the_database_is_away(owner, worker, monkeypatch, settings):
    spool.save_answer("aaa", outcomes.Outcome(state="UNKNOWN", money="uncertain").as_json())

    def away(*_):
        raise OperationalError("database is locked")

    monkeypatch.setattr(recording, "record_late", away)
    with pytest.raises(OperationalError):
        recording.replay_spool()
    assert [path.name for path in settings.SPOOL.iterdir()] == ["aaa.json"]


def test_an_answer_of_no_call_that_we_know_is_let_go(worker, settings):
    spool.save_answer("aaa", outcomes.Outcome(state="UNKNOWN", money="uncertain").as_json())
    recording.replay_spool()
    assert list(settings.SPOOL.iterdir()) == []


def test_a_storage_that_refuses_is_quoted_and_a_picture_is_stored_once(owner, worker, provider_server, monkeypatch):
    make_run(owner, seed="7")
    attempt = worker.call()
    refused = files.StorageTrouble("The bucket is gone.")
    monkeypatch.setattr(files, "publish_file", FailsAtFirst(files.publish_file, refused, 1))
    worker.fetch(attempt)
    assert "The bucket is gone." in Attempt.objects.get().fetch_error
    worker.fetch(attempt)
    assert downloads.commit_image(Attempt.objects.get()) == Image.objects.get()

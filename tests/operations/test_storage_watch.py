"""A storage outage: nothing is bought while it lasts, it ends by itself, and nobody else's pause ends with it."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery import tasks
from gallery.models import Gate, Worker
from gallery.models.calls import KEY_GATE
from gallery.services.jobs import gates
from gallery.services.operations import workers
from gallery.services.storage import files, storage_watch
from gallery.services.storage.error_words import StorageTrouble
from tests.factories import make_run
from tests.pages import Page
from tests.paid_calls.test_one_job import states

FULL = 2**60


@pytest.fixture
def hands(worker, monkeypatch):
    """The worker as the process that huey's threads ask."""
    monkeypatch.setattr(tasks.process, "worker", worker.row)
    return worker


@pytest.fixture
def clock(monkeypatch):
    """A clock of the watch's own that goes when it is told to."""
    now = [1000.0]
    monkeypatch.setattr(storage_watch.time, "monotonic", lambda: now[0])
    return now


def look(hands):
    return storage_watch.watch.look(worker_id=hands.row.pk)


def fill(monkeypatch, bytes_needed=FULL):
    monkeypatch.setattr(files, "FREE_BYTES", bytes_needed)


def test_a_full_disk_stops_this_worker_alone_and_it_goes_on_by_itself(
    owner, hands, provider_server, world, monkeypatch, clock
):
    run = make_run(owner, seed="7")
    fill(monkeypatch)
    hands.call()
    assert storage_watch.watch.is_shut
    assert tasks.claim_for_process() is None
    assert states(run) == ["QUEUED"]
    fill(monkeypatch, 1)
    clock[0] += 60
    assert look(hands)
    assert hands.work() == 1
    assert states(run) == ["DONE"]
    assert len(world.till) == 1
    told = Worker.objects.get()
    assert told.storage_trouble.startswith("The disk is nearly full")
    assert told.storage_since <= told.storage_back_at


def test_looks_come_slower_and_are_never_early(hands, monkeypatch, clock):
    fill(monkeypatch)
    looked = []
    check = files.check_storage
    monkeypatch.setattr(files, "check_storage", lambda **k: looked.append(clock[0] - 1000) or check(**k))
    storage_watch.watch.shut(StorageTrouble("Gone."), worker_id=hands.row.pk)
    for _ in range(605):  # the seventh look comes at the sixtieth second
        clock[0] += 0.1
        assert not look(hands)
    assert [round(each) for each in looked] == [1, 3, 7, 15, 30, 45, 60]


def test_a_disk_at_its_limit_does_not_open_and_shut_with_every_file(hands, monkeypatch, clock):
    free = files.shutil.disk_usage(files.incoming_folder()).free
    fill(monkeypatch, free)
    storage_watch.watch.shut(StorageTrouble("Full.", is_disk=True), worker_id=hands.row.pk)
    clock[0] += 60
    assert not look(hands)
    fill(monkeypatch, free // 2)
    clock[0] += 60
    assert look(hands)


@pytest.mark.parametrize("name", [KEY_GATE, "flux-pro"])
def test_what_a_person_or_the_provider_paused_stays_paused(admin, hands, clock, name):
    gates.pause_gate(name, reason="a look at the books", by=admin)
    storage_watch.watch.shut(StorageTrouble("Gone."), worker_id=hands.row.pk)
    clock[0] += 60
    assert look(hands)
    assert Gate.objects.get(name=name).paused
    assert Gate.objects.get(name=name).paused_by == admin


def test_resume_of_a_person_buys_nothing_while_it_cannot_be_stored(owner, hands, provider_server, world, monkeypatch):
    make_run(owner, seed="7")
    fill(monkeypatch)
    hands.call()
    gates.resume_gate(KEY_GATE)
    assert tasks.claim_for_process() is None
    assert hands.call() is not None  # even a claim that comes through is given back before it pays
    assert world.till == []


def test_another_machine_with_room_goes_on(owner, hands, provider_server, world, monkeypatch):
    run = make_run(owner, seed="7")
    with monkeypatch.context() as here:
        fill(here)
        hands.call()
    there = storage_watch.StorageWatch()  # its process
    assert not there.is_shut
    assert hands.work() == 1
    assert states(run) == ["DONE"]


def test_an_outage_is_told_once_however_many_threads_find_it(hands, clock, monkeypatch):
    said = []
    monkeypatch.setattr(storage_watch.log, "warning", lambda event, **facts: said.append(event), raising=False)
    for _ in range(16):
        storage_watch.watch.shut(StorageTrouble("Gone."), worker_id=hands.row.pk)
    clock[0] += 60
    look(hands)
    assert len(said) == 2


def test_everybody_reads_of_an_outage_and_admins_also_when_it_is_over(hands, owner_client, admin_client, clock):
    storage_watch.watch.shut(StorageTrouble("The <storage> is gone."), worker_id=hands.row.pk)
    for client in (owner_client, admin_client):
        banner = Page(client.get(reverse("queue"))).one(class_="banners").text
        assert "A worker buys nothing, since it could not store: The <storage> is gone." in banner
        assert "by itself" in banner
    clock[0] += 60
    assert look(hands)
    assert not Page(owner_client.get(reverse("queue"))).all(class_="banners")
    assert "It went on by itself" in Page(admin_client.get(reverse("queue"))).one(class_="banners").text
    Worker.objects.update(storage_back_at=timezone.now() - timedelta(days=2))
    assert not Page(admin_client.get(reverse("queue"))).all(class_="banners")


def test_a_worker_that_ended_in_an_outage_is_told_of_no_more(hands, owner_client, clock):
    storage_watch.watch.shut(StorageTrouble("Gone."), worker_id=hands.row.pk)
    workers.sign_off_worker(hands.row)
    assert not Page(owner_client.get(reverse("queue"))).all(class_="banners")

"""What is put right after a death: reaper, late answers, the spool, decisions of a person."""

import dataclasses
import time
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gallery.models import Attempt, Gate, Image, Worker
from gallery.services.jobs import gates, provider
from gallery.services.paid_calls import downloads, losses, outcomes, perform, recording, recovery, resolution
from gallery.services.runs import submission
from gallery.services.storage import spool
from gallery.simulator import faults
from tests.factories import make_run, states

pytestmark = pytest.mark.django_db(transaction=True)


def die(worker):
    """The process of this worker is gone: its pid belongs to nobody."""
    Worker.objects.filter(pk=worker.row.pk).update(pid_began="somebody else")


def left_in_doubt(owner, worker):
    """Submit one job whose worker dies right after the mark; return its run and the attempt."""
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    die(worker)
    recovery.reap()
    return run, attempt


def answer_of(attempt, provider_server):
    """Make the call of a marked attempt, like a worker that was declared dead and goes on."""
    return perform.send_request(attempt, attempt.job.body(), marked_at=time.monotonic())


def test_a_claim_of_a_dead_worker_goes_back_and_costs_nothing(owner, worker):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    die(worker)
    recovery.reap()
    attempt.refresh_from_db()
    assert states(run) == ["QUEUED"]
    assert (attempt.money, attempt.booked_micros) == ("not_charged", 0)


def test_a_marked_call_of_a_dead_worker_is_in_doubt_and_never_sent_again(owner, worker, other_worker):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    die(worker)
    for _ in range(3):
        recovery.reap()
    attempt.refresh_from_db()
    assert states(run) == ["UNKNOWN"]
    assert attempt.money == "uncertain"
    assert other_worker.claim() is None


def test_a_live_workers_jobs_are_left_alone(owner, worker):
    run = make_run(owner, seed="1..2")
    perform.mark_about_to_pay(worker.claim())
    worker.claim()
    recovery.reap()
    assert states(run) == ["SENDING", "CLAIMED"]


def test_a_frozen_worker_cannot_mark_a_claim_that_was_taken_back(owner, worker, other_worker):
    run = make_run(owner, seed="7")
    frozen = worker.claim()
    die(worker)
    recovery.reap()
    other_worker.claim()
    assert perform.mark_about_to_pay(frozen) is None
    assert states(run) == ["CLAIMED"]


def test_a_late_answer_is_taken_in(owner, worker, other_worker, provider_server, world):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    die(worker)
    recovery.reap()
    recording.record_answer(attempt, answer_of(attempt, provider_server))
    attempt.refresh_from_db()
    assert states(run) == ["HAVE_URL"]
    assert attempt.money == "charged"
    recovery.reap()
    other_worker.fetch(attempt)
    assert states(run) == ["DONE"]


def test_asked_again_and_the_late_answer_comes_too_keeps_both_pictures(
    owner, worker, other_worker, provider_server, world
):
    run, first = left_in_doubt(owner, worker)
    resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    other_worker.work()
    assert states(run) == ["DONE"]
    recording.record_answer(first, answer_of(first, provider_server))
    recovery.reap()
    other_worker.fetch(first)
    assert Image.objects.count() == 2
    assert list(Attempt.objects.order_by("id").values_list("money", flat=True)) == ["charged", "charged"]
    assert states(run) == ["DONE"]


def test_a_late_answer_drops_a_second_purchase_that_was_not_sent(owner, worker, other_worker, provider_server, world):
    run, first = left_in_doubt(owner, worker)
    resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    second = other_worker.claim()
    recording.record_answer(first, answer_of(first, provider_server))
    perform.perform_call(second)
    second.refresh_from_db()
    assert second.money == "not_charged"
    assert len(world.till) == 1
    assert run.jobs.get().attempt_id == first.pk


def test_an_answer_in_the_spool_is_recorded_once(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    outcome = answer_of(attempt, provider_server)
    spool.save_answer(attempt.key, outcome.as_json())
    recording.replay_spool()
    recording.record_late(attempt.key, outcome)
    assert states(run) == ["HAVE_URL"]
    assert list(spool.list_answers()) == []
    worker.fetch(attempt)
    recording.record_late(attempt.key, outcome)
    assert states(run) == ["DONE"]


@pytest.mark.parametrize(("charged", "state", "money"), [(True, "LOST", "charged"), (False, "FAILED", "not_charged")])
def test_an_admin_settles_a_doubt_with_a_name_on_it(
    owner, admin, worker, provider_server, world, charged, state, money
):
    run = make_run(owner, seed="7")
    world.script(faults.CutBeforeAnswer())
    attempt = worker.call()
    assert resolution.settle_charge(attempt, charged=charged, by=admin)
    attempt.refresh_from_db()
    assert states(run) == [state]
    assert (attempt.money, attempt.settled_by) == (money, "ada")
    assert not resolution.settle_charge(attempt, charged=charged, by=admin)


def test_retry_touches_what_was_refused_for_nothing_only(owner, worker, provider_server, world):
    run = make_run(owner, seed="1..2")
    world.script(faults.CutBeforeAnswer(), faults.Moderated())
    worker.work()
    assert sorted(states(run)) == ["FAILED", "UNKNOWN"]
    assert submission.retry_run(run) == 1
    assert sorted(states(run)) == ["QUEUED", "UNKNOWN"]


def test_cancelling_while_sending_is_only_a_wish(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")

    def cancel_meanwhile(post):
        submission.cancel_run(run)
        connection.close()  # this is the provider's thread
        return 0

    world.latency = cancel_meanwhile
    worker.work()
    job = run.jobs.get()
    assert (job.state, job.cancel_wanted) == ("DONE", True)
    assert job.attempt.money == "charged"


def test_an_error_of_our_own_after_the_mark_is_in_doubt_not_lost(owner, worker):
    outcome = outcomes.outcome_of_error(RuntimeError("a bug"), failures=0)
    assert (outcome.state, outcome.money) == ("UNKNOWN", "uncertain")


def test_a_held_result_is_released_into_the_gallery(
    owner, admin, worker, provider_server, world, settings, monkeypatch
):

    run = make_run(owner, seed="7")
    attempt = worker.call()
    real = provider.download_result

    def from_an_unlisted_host(*args, **kwargs):
        return dataclasses.replace(real(*args, **kwargs), listed=False)

    monkeypatch.setattr(provider, "download_result", from_an_unlisted_host)
    worker.fetch(attempt)
    job = run.jobs.get()
    assert job.state == "BLOCKED"
    assert Attempt.objects.get().held_name
    image = resolution.release_held(Attempt.objects.select_related("job__run").get(), by=admin)
    assert states(run) == ["DONE"]
    assert image.owner == owner


@pytest.mark.parametrize(("deaths", "state"), [(1, "DONE"), (2, "BLOCKED")])
def test_a_result_in_whose_decoding_two_workers_died_is_held(owner, worker, provider_server, world, deaths, state):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    Attempt.objects.update(decode_attempts=deaths, fetch_after=timezone.now())
    worker.fetch(attempt)
    assert states(run) == [state]


def test_a_doubt_that_was_asked_again_can_still_be_settled(owner, admin, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script(faults.CutBeforeAnswer())
    first = worker.call()
    resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    submission.cancel_run(run)
    assert list(losses.needs_resolution(losses.visible_losses(admin))) == [first]
    assert resolution.settle_charge(resolution.find_attempt(run.jobs.get(), first.key), charged=True, by=admin)
    first.refresh_from_db()
    assert (first.money, states(run)) == ("charged", ["CANCELLED"])
    assert not losses.needs_resolution(losses.visible_losses(admin))


def test_a_second_click_on_ask_again_buys_nothing_more(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script(faults.CutBeforeAnswer(), times=2)
    first = worker.call()
    assert resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    worker.call()
    assert states(run) == ["UNKNOWN"]
    assert not resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    assert states(run) == ["UNKNOWN"]


def test_a_refused_second_call_falls_back_to_the_first_ones_late_picture(
    owner, worker, other_worker, provider_server, world
):
    run, first = left_in_doubt(owner, worker)
    late = answer_of(first, provider_server)
    resolution.ask_again(run.jobs.get(), attempt=first, by=owner)
    second = other_worker.claim()
    second_marked = perform.mark_about_to_pay(second)
    recording.record_answer(first, late)
    recovery.reap()
    other_worker.fetch(first)
    world.script(faults.Answer(500))
    recording.record_answer(second, perform.send_request(second, second.job.body(), marked_at=second_marked))
    assert states(run) == ["DONE"]
    assert run.jobs.get().attempt_id == first.pk
    assert other_worker.claim() is None


def test_a_damaged_answer_on_disk_keeps_no_other_from_being_read(owner, worker, provider_server, world, settings):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    perform.mark_about_to_pay(attempt)
    spool.save_answer("aaa", {"not": "an outcome"})
    spool.save_answer(attempt.key, answer_of(attempt, provider_server).as_json())
    recording.replay_spool()
    assert states(run) == ["HAVE_URL"]
    assert [path.name for path in settings.SPOOL.iterdir()] == ["aaa.bad"]


def test_a_whole_picture_is_kept_even_if_it_was_given_up_meanwhile(owner, worker, provider_server, monkeypatch):
    run = make_run(owner, seed="7")
    attempt = worker.call()
    real = downloads.store_image

    def given_up_meanwhile(file, attempt, **facts):
        downloads.lose_result(attempt, reason="another process thought so")
        return real(file, attempt, **facts)

    monkeypatch.setattr(downloads, "store_image", given_up_meanwhile)
    worker.fetch(attempt)
    assert states(run) == ["DONE"]
    assert Image.objects.count() == 1


def test_failures_that_were_in_flight_open_the_breaker_once(worker):
    for _ in range(16):
        gates.note_failure("flux-2-pro")
    breaker = Gate.objects.get(name="flux-2-pro")
    assert (breaker.times_opened, breaker.consecutive_failures) == (1, 0)
    assert breaker.closed_until < timezone.now() + timedelta(seconds=31)


def test_a_call_that_was_cancelled_and_would_be_tried_again_is_not(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script(faults.RateLimited())
    attempt = worker.claim()
    run.jobs.update(cancel_wanted=True)
    perform.perform_call(attempt)
    job = run.jobs.get()
    assert (job.state, job.reason, job.cancel_wanted) == ("CANCELLED", "cancelled", False)

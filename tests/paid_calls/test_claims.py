"""Who is next: turns between members, caps, pauses, modes, and four workers at once."""

import itertools
from collections import Counter

import pytest

from gallery.models import Attempt, Gate, Job
from gallery.services.jobs import gates
from gallery.services.paid_calls import claims, perform
from gallery.services.runs import submission
from tests.conftest import HandWorker, person
from tests.factories import make_run, states
from tests.worker.races import after_statement, at_once

pytestmark = pytest.mark.django_db(transaction=True)


def finish(attempt):
    """Take an attempt out of flight without a call: only turns matter here."""
    Job.objects.filter(attempt=attempt).update(state="FAILED")


def names_in_turn(worker, n):
    names = []
    for _ in range(n):
        attempt = worker.claim()
        names.append(attempt.job.owner.username)
        finish(attempt)
    return names


def test_a_single_picture_goes_next_however_long_the_others_line_is(owner, colleague, worker):
    make_run(owner, seed="1..400")
    finish(worker.claim())
    make_run(colleague, seed="7")
    assert names_in_turn(worker, 1) == ["carl"]


def test_two_members_with_long_lines_alternate(owner, colleague, worker):
    make_run(owner, seed="1..400")
    make_run(colleague, seed="1..400")
    names = names_in_turn(worker, 20)
    assert Counter(names) == {"olga": 10, "carl": 10}
    assert all(one != other for one, other in itertools.pairwise(names))


def test_many_small_runs_have_no_more_share_than_one_large(owner, colleague, worker):
    for _ in range(40):
        make_run(owner, seed="1..10")
    make_run(colleague, seed="1..400")
    assert Counter(names_in_turn(worker, 20)) == {"olga": 10, "carl": 10}


def test_threads_that_claim_together_take_turns_like_one_after_the_other(owner, colleague, worker, settings):
    settings.FLUX_CONCURRENCY = 50
    make_run(owner, seed="1..400")
    make_run(colleague, seed="7")
    worker.claim()
    taken = claims.claim_batch([worker.row] * 5)
    assert [attempt.job.owner.username for attempt in taken] == ["carl", "olga", "olga", "olga", "olga"]
    assert len({attempt.job_id for attempt in taken}) == 5


def test_claims_together_stop_at_a_models_cap_and_go_on_with_the_next(owner, worker, settings):
    settings.FLUX_CONCURRENCY = 50
    Gate.objects.filter(name="flux-2-klein-4b").update(cap=2)
    make_run(owner, models=["flux-2-klein-4b"], seed="1..9")
    make_run(owner, models=["flux-2-klein-9b"], seed="1..3")
    taken = claims.claim_batch([worker.row] * 6)
    models = [attempt.job.model if attempt else None for attempt in taken]
    assert models == ["flux-2-klein-4b"] * 2 + ["flux-2-klein-9b"] * 3 + [None]


def test_claims_together_never_pass_the_keys_cap(owner, worker, settings):
    settings.FLUX_CONCURRENCY = 3
    make_run(owner, seed="1..9")
    worker.claim()
    taken = claims.claim_batch([worker.row] * 6)
    assert [bool(attempt) for attempt in taken] == [True, True, False, False, False, False]


def test_the_member_with_fewer_running_is_first(owner, colleague, worker, settings):
    make_run(owner, seed="1..5")
    make_run(colleague, seed="1..5")
    claimed = [worker.claim().job.owner.username for _ in range(4)]
    assert Counter(claimed) == {"olga": 2, "carl": 2}


def test_the_cap_of_the_key_holds(owner, worker, settings):
    settings.FLUX_CONCURRENCY = 3
    make_run(owner, seed="1..9")
    assert [bool(worker.claim()) for _ in range(4)] == [True, True, True, False]


def test_the_caps_number_in_the_app_wins_over_the_settings(owner, worker, settings):
    settings.FLUX_CONCURRENCY = 3
    Gate.objects.filter(name="key").update(cap=1)
    make_run(owner, seed="1..9")
    assert [bool(worker.claim()) for _ in range(2)] == [True, False]


def test_a_full_model_does_not_hold_the_others_up(owner, worker, settings):
    settings.FLUX_CONCURRENCY = 20
    make_run(owner, models=["flux-kontext-max"], seed="1..8")
    make_run(owner, models=["flux-2-pro"], seed="1..2")
    models = Counter(attempt.job.model for attempt in iter(worker.claim, None))
    assert models == {"flux-kontext-max": 6, "flux-2-pro": 2}


def test_a_paused_model_pauses_itself_only(owner, worker):
    gates.pause_gate("flux-2-pro", reason="no channel")
    run = make_run(owner, models=["flux-2-pro", "flux-2-klein-4b"], seed="7")
    assert worker.claim().job.model == "flux-2-klein-4b"
    assert worker.claim() is None
    assert states(run) == ["QUEUED", "CLAIMED"]


def test_a_locked_members_jobs_wait(owner, worker):
    make_run(owner, seed="7")
    owner.is_active = False
    owner.save()
    assert worker.claim() is None


def test_demo_jobs_are_never_bought_later(owner, worker, settings):
    settings.DEMO = True
    run = make_run(owner, seed="7")
    settings.DEMO = False
    assert run.demo
    assert worker.claim() is None


def test_a_cancelled_job_gives_its_reservation_back_and_is_not_sent(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    attempt = worker.claim()
    submission.cancel_run(run)
    perform.perform_call(attempt)
    attempt.refresh_from_db()
    assert states(run) == ["CANCELLED"]
    assert attempt.money == "not_charged"
    assert world.till == []
    submission.resume_run(run)
    assert states(run) == ["QUEUED"]


def test_a_claim_whose_job_is_cancelled_under_it_keeps_no_reservation(owner, worker):
    """What is done between the claim's own statements is rolled back with them here; another process's would stay."""
    run = make_run(owner, seed="7")
    with after_statement('INSERT INTO "gallery_attempt"', lambda: submission.cancel_run(run), times=claims.TRIES):
        assert worker.claim() is None
    assert not Attempt.objects.exists()
    assert worker.claim().job.run == run


def test_many_threads_claim_each_job_once_and_never_more_than_the_cap(owner, transactional_db, settings):
    settings.FLUX_CONCURRENCY = 7
    make_run(owner, seed="1..20")
    workers = [HandWorker() for _ in range(4)]
    claimed = []

    def claim_on(worker):
        for _ in range(5):
            if attempt := claims.claim_next(worker.row):
                claimed.append(attempt.job_id)

    at_once(claim_on, workers)
    assert len(claimed) == len(set(claimed)) == 7
    assert Attempt.objects.count() == 7


def test_turns_hold_for_a_third_member(owner, colleague, worker):
    third = person("thea")
    for member in (owner, colleague, third):
        make_run(member, seed="1..4")
    assert sorted(names_in_turn(worker, 3)) == ["carl", "olga", "thea"]

"""Budgets: every one that applies must allow, what is reserved or in doubt counts, and nothing is spent past one."""

from datetime import date, timedelta

import pytest
from django.db import connection
from django.utils import timezone

from gallery.models import Attempt, BudgetCount, Job, Project
from gallery.models.costs.budgets import Period
from gallery.services.budgets import budgets, deferral
from gallery.services.budgets.availability import BudgetSnapshot
from gallery.services.jobs import gates, reasons
from gallery.services.ledger import budget_counters, entries
from gallery.services.paid_calls import claims, resolution
from gallery.services.runs import submission
from gallery.simulator import faults
from tests.conftest import HandWorker, person
from tests.factories import make_run, states
from tests.worker.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

PRICE = 10_000  # of flux-2-klein-4b


@pytest.fixture(autouse=True)
def cap(settings):
    settings.FLUX_CONCURRENCY = 50


@pytest.fixture
def budget(lead):
    """Make a budget for so many pictures."""

    def make(pictures, *, period=Period.MONTH, **whose):
        return budgets.make_budget(by=lead, period=period, limit_micros=pictures * PRICE, **whose)

    return make


def claim_all(worker):
    return list(iter(worker.claim, None))


def left():
    return [balance.left_micros // PRICE for balance in BudgetSnapshot().balances]


def deferred(run):
    return run.jobs.filter(state="QUEUED", reason="budget").count()


def test_a_budget_for_three_of_ten_lets_three_go_and_the_others_wait_and_say_why(owner, worker, budget):
    budget(3)
    run = make_run(owner, seed="1..10")
    assert len(claim_all(worker)) == 3
    assert (deferred(run), left()) == (7, [0])
    job = run.jobs.filter(state="QUEUED").first()
    assert reasons.describe_reason(job.reason).title == "Budget reached"
    assert not Job.objects.claimable(now=timezone.now(), demo=False).exists()  # nobody is woken for nothing


def test_two_calls_in_doubt_leave_room_for_one(owner, worker, provider_server, world, budget):
    budget(3)
    run = make_run(owner, seed="1..10")
    world.script(faults.CutBeforeAnswer(), faults.CutBeforeAnswer())
    worker.call()
    worker.call()
    assert states(run).count("UNKNOWN") == 2
    assert len(claim_all(worker)) == 1
    assert len(world.till) == 2


def test_every_budget_that_applies_must_allow(owner, colleague, worker, budget):
    heron = Project.objects.create(name="Heron")
    budget(9)
    budget(4, owner=owner)
    budget(2, project=heron)
    make_run(owner, seed="1..10", project="Heron")
    make_run(colleague, seed="1..10", project="Heron")
    assert len(claim_all(worker)) == 2  # the project's
    make_run(owner, seed="1..10")
    before = Attempt.objects.count()
    claim_all(worker)
    assert Attempt.objects.filter(owner=owner).count() == 4  # her own
    make_run(colleague, seed="1..20")
    claim_all(worker)
    assert Attempt.objects.count() == 9  # the team's
    assert before == 2


def test_one_members_budget_holds_nobody_else_up(owner, colleague, worker, budget):
    budget(0, owner=owner)
    mine, others = make_run(owner, seed="1..30"), make_run(colleague, seed="1..3")
    assert len(claim_all(worker)) == 3
    assert (deferred(mine), states(others)) == (30, ["CLAIMED"] * 3)


def test_what_is_cheaper_may_go_before_what_is_too_dear(owner, worker, budget):
    budget(2)
    run = make_run(owner, models=["flux-2-pro", "flux-2-klein-4b"], seed="1..3")
    assert [attempt.model for attempt in claim_all(worker)] == ["flux-2-klein-4b"] * 2
    assert deferred(run) == 4


def test_claims_together_share_what_is_left(owner, worker, budget):
    budget(3)
    make_run(owner, seed="1..10")
    taken = claims.claim_batch([worker.row] * 8)
    assert [bool(attempt) for attempt in taken] == [True] * 3 + [False] * 5


def test_one_claim_finds_what_it_may_buy_behind_a_long_line_that_it_may_not(owner, worker, budget):
    budget(1)
    make_run(owner, models=["flux-2-max"], seed="1..100")
    make_run(owner, seed="7")
    assert worker.claim().model == "flux-2-klein-4b"


def test_more_than_one_statement_can_name_are_put_aside(owner, worker, budget, monkeypatch):
    monkeypatch.setattr("gallery.services.db.slices.MOST", 2)
    budget(3)
    run = make_run(owner, seed="1..10")
    claim_all(worker)
    assert deferred(run) == 7


def test_raising_the_budget_lets_just_so_many_go_on(owner, worker, budget, lead):
    made = budget(3)
    run = make_run(owner, seed="1..10")
    claim_all(worker)
    until = timezone.localdate() + timedelta(days=1)
    raised = {"limit_micros": made.limit_micros, "raised_micros": 2 * PRICE, "raised_until": until}
    assert budgets.change_budget(made, by=lead, **raised) == 2
    assert deferral.release_affordable() == 0  # those two are before the others in the line
    assert len(claim_all(worker)) == 2
    assert deferred(run) == 5


def test_a_raise_ends_with_its_day(budget, lead):
    made = budget(3)
    today = timezone.localdate()
    made.raised_micros, made.raised_until = 2 * PRICE, today
    assert [made.limit_on(day) // PRICE for day in (today, today + timedelta(days=1))] == [5, 3]


def test_what_waits_for_a_budget_goes_on_in_turns(owner, colleague, worker, budget, lead):
    made = budget(0)
    make_run(owner, seed="1..20")
    make_run(colleague, seed="1..2")
    claim_all(worker)
    budgets.change_budget(made, by=lead, limit_micros=4 * PRICE)
    names = [attempt.owner.username for attempt in claim_all(worker)]
    assert sorted(names) == ["carl", "carl", "olga", "olga"]


def test_what_a_locked_member_or_a_paused_model_has_in_the_line_takes_nobodys_room(
    owner, colleague, worker, budget, lead
):
    made = budget(0)
    make_run(owner, seed="1..5")
    claim_all(worker)
    gates.pause_gate("flux-2-pro", reason="no channel")
    make_run(owner, models=["flux-2-pro"], seed="1..9")
    make_run(colleague, seed="1..9")
    colleague.is_active = False
    colleague.save()
    assert budgets.change_budget(made, by=lead, limit_micros=3 * PRICE) == 3
    assert len(claim_all(worker)) == 3


def test_ending_a_budget_lets_everything_go_on(owner, worker, budget, lead):
    made = budget(3)
    make_run(owner, seed="1..10")
    claim_all(worker)
    assert budgets.end_budget(made, by=lead) == 7
    assert len(claim_all(worker)) == 7


def test_money_that_comes_back_is_spent_again(owner, worker, provider_server, world, budget, admin):
    budget(1)
    run = make_run(owner, seed="1..3")
    world.script(faults.CutBeforeAnswer())
    attempt = worker.call()
    assert worker.claim() is None
    resolution.settle_charge(attempt, charged=False, by=admin)
    assert left() == [1]
    assert deferral.release_affordable() == 1
    assert worker.claim() is not None
    assert deferred(run) == 1


def test_what_waits_can_be_cancelled_and_resumed(owner, worker, budget):
    budget(1)
    run = make_run(owner, seed="1..3")
    claim_all(worker)
    assert submission.cancel_run(run) == 3
    submission.resume_run(run)
    assert deferral.release_affordable() == 0
    assert len(claim_all(worker)) == 1
    assert deferred(run) == 2


def test_the_pages_of_a_run_hear_that_its_pictures_wait_for_a_budget(owner, worker, budget):
    budget(0)
    run = make_run(owner, seed="1..3")
    worker.claim()
    version, run.version = run.version, None
    run.refresh_from_db()
    assert run.jobs.changed_since(version).count() == 3


@pytest.mark.parametrize(
    ("period", "before", "after"),
    [
        (Period.DAY, "2026-10-24T21:59:59", "2026-10-24T22:00:00"),
        (Period.WEEK, "2026-10-25T22:59:59", "2026-10-25T23:00:00"),
        (Period.MONTH, "2026-10-31T22:59:59", "2026-10-31T23:00:00"),
    ],
)
def test_a_period_begins_at_a_calendar_edge_in_the_teams_time_zone(
    owner, worker, budget, settings, clock, period, before, after
):
    settings.TIME_ZONE = "Europe/Berlin"
    clock(before)
    budget(1, period=period)
    run = make_run(owner, seed="1..3")
    assert len(claim_all(worker)) == 1
    clock(after)
    assert deferral.release_affordable() == 1
    assert len(claim_all(worker)) == 1
    assert deferred(run) == 1


def test_what_is_given_once_never_begins_anew(owner, worker, budget, clock):
    clock("2026-10-24T12:00:00")
    budget(1, period=Period.ONCE)
    make_run(owner, seed="1..3")
    assert len(claim_all(worker)) == 1
    clock("2030-01-01T12:00:00")
    assert deferral.release_affordable() == 0


def test_a_claim_from_before_midnight_is_not_paid_from_the_next_days_budget(owner, worker, budget, clock):
    """Else eight that were claimed before midnight would come on top of what the new day allows."""
    from gallery.services.paid_calls import perform

    clock("2026-10-24T23:59:59")
    budget(2, period=Period.DAY)
    make_run(owner, seed="1..10")
    late = claim_all(worker)
    clock("2026-10-25T00:00:01")
    deferral.release_affordable()
    fresh = claim_all(worker)
    assert [perform.mark_about_to_pay(attempt) for attempt in late] == [None, None]
    assert all(perform.mark_about_to_pay(attempt) for attempt in fresh)
    spent = Attempt.objects.filter(money="uncertain", day=date(2026, 10, 25))
    assert spent.count() == 2


def test_a_new_budget_counts_what_its_period_has_spent_already(owner, colleague, worker, provider_server, budget):
    make_run(owner, seed="1..3", project="Heron")
    make_run(colleague, seed="1..2")
    worker.work()
    budget(9)
    budget(9, owner=owner)
    budget(9, project=Project.objects.get())
    assert left() == [4, 6, 6]


def test_a_budget_starts_on_its_day(owner, worker, budget, lead):
    tomorrow = timezone.localdate() + timedelta(days=1)
    budgets.make_budget(by=lead, period=Period.DAY, limit_micros=0, starts=tomorrow)
    make_run(owner, seed="7")
    assert worker.claim() is not None


def test_there_is_one_budget_for_a_thing_and_a_period(owner, budget, lead):
    first = budget(3, owner=owner)
    budget(3, owner=owner, period=Period.DAY)
    budget(3)
    with pytest.raises(budgets.BudgetExists):
        budget(4, owner=owner)
    budgets.end_budget(first, by=lead)
    budget(4, owner=owner)


def test_demo_costs_no_budget_anything(owner, worker, budget, settings):
    budget(0)
    settings.DEMO = True
    make_run(owner, seed="1..3")
    assert len(claim_all(worker)) == 3
    settings.DEMO = False
    entries.apply_entries()
    assert left() == [0]
    assert not BudgetCount.objects.exists()


def test_counters_are_what_the_attempts_say_before_and_after_entries_are_applied(
    owner, worker, provider_server, world, budget
):
    budget(5)
    budget(4, owner=owner, period=Period.DAY)
    make_run(owner, seed="1..6")
    world.script(faults.CutBeforeAnswer(), faults.Moderated())
    worker.call()
    worker.call()
    worker.call()
    worker.claim()
    for _ in range(2):
        assert (left(), budget_counters.find_counter_differences()) == ([2, 1], [])
        entries.apply_entries()
    BudgetCount.objects.update(spent_micros=7)
    assert [n for _, _, n in budget_counters.find_counter_differences()] == [7 - 3 * PRICE] * 2
    entries.rebuild_sums()
    assert budget_counters.find_counter_differences() == []


def test_a_claim_asks_one_question_more_for_any_number_of_budgets(owner, worker, budget, django_assert_num_queries):
    make_run(owner, seed="1..9")
    worker.claim()
    statements = _statements_of_a_claim(worker)
    for number in range(5):
        budget(100, owner=person(f"member{number}"))
    budget(100)
    budget(100, owner=owner)
    assert _statements_of_a_claim(worker) == statements
    assert statements <= 12


def _statements_of_a_claim(worker):
    from django.test.utils import CaptureQueriesContext

    with CaptureQueriesContext(connection) as queries:
        assert worker.claim()
    return len(queries)


def test_eight_workers_that_race_never_pass_a_budget(lead, transactional_db):
    """Fifty times in a row, each thread with a transaction and a connection of its own."""
    workers = [HandWorker() for _ in range(8)]
    for number in range(50):
        member = person(f"racer{number}")
        budgets.make_budget(by=lead, period=Period.MONTH, limit_micros=3 * PRICE, owner=member)
        run = make_run(member, seed="1..10")
        at_once(lambda worker: claims.claim_batch([worker.row]), workers)
        assert Attempt.objects.filter(owner=member, money="reserved").count() == 3, number
        assert deferred(run) == 7, number
        Job.objects.filter(run=run, state="CLAIMED").update(state="FAILED")  # out of flight

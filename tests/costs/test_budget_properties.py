"""Whatever happens in whatever order: counters are what the attempts say, and no claim passes a budget."""

from datetime import datetime, timedelta

import pytest
from django.db import transaction
from django.utils import timezone
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from gallery.models import Attempt, Job, Project
from gallery.models.calls import Money
from gallery.models.costs.budgets import Period
from gallery.models.runs import State
from gallery.services.budgets import budgets, deferral
from gallery.services.budgets.availability import BudgetSnapshot
from gallery.services.ledger import budget_counters, entries
from gallery.services.paid_calls import claims, perform, recording, resolution
from gallery.services.paid_calls.outcomes import Outcome
from gallery.services.runs import submission
from tests.conftest import HandWorker, person
from tests.factories import make_run

PRICE = 10_000
ANSWERS = {
    "paid": Outcome(Money.CHARGED, State.HAVE_URL, url="https://delivery.bfl.ai/a.jpeg"),
    "refused": Outcome(Money.NOT_CHARGED, State.FAILED, reason="moderation"),
    "later": Outcome(Money.NOT_CHARGED, State.QUEUED, reason="rate_limited", wait_seconds=0),
    "doubt": Outcome(Money.UNCERTAIN, State.UNKNOWN, reason="unknown"),
}
STEPS = st.one_of(
    st.tuples(st.just("claim"), st.integers(1, 8)),
    st.tuples(st.just("mark"), st.booleans()),
    st.tuples(st.just("answer"), st.sampled_from(sorted(ANSWERS))),
    st.tuples(st.just("settle"), st.booleans()),
    st.tuples(st.just("limit"), st.integers(0, 2), st.integers(0, 9)),
    st.tuples(st.sampled_from(["apply_entries", "wake", "cancel", "resume", "next_day"])),
)


class Clock:
    now = datetime.fromisoformat("2026-10-30T12:00:00+00:00")


class Office:
    """Two members, a project and three budgets; time goes on only when a step says so."""

    def __init__(self, clock):
        self.clock = clock
        self.worker, self.lead = HandWorker(), person("lena", role="lead")
        olga, carl = person("olga"), person("carl")
        heron = Project.objects.create(name="Heron")
        self.budgets = [
            self._budget(Period.DAY, 4),
            self._budget(Period.MONTH, 5, owner=olga),
            self._budget(Period.ONCE, 6, project=heron),
        ]
        make_run(olga, models=["flux-2-klein-4b", "flux-2-pro"], seed="1..4", project="Heron")
        self.run = make_run(carl, seed="1..6")

    def _budget(self, period, pictures, **whose):
        return budgets.make_budget(by=self.lead, period=period, limit_micros=pictures * PRICE, **whose)

    def claim(self, n):
        taken = [attempt for attempt in claims.claim_batch([self.worker.row] * n) if attempt]
        snapshot = BudgetSnapshot()
        for attempt in taken:
            balances = snapshot.balances_for(attempt.owner_id, attempt.project_id)
            assert all(balance.left_micros >= 0 for balance in balances), "a claim has passed a budget"

    def mark(self, oldest):
        if attempt := self._attempt(oldest, state=State.CLAIMED):
            perform.mark_about_to_pay(attempt)

    def answer(self, kind):
        if attempt := self._attempt(True, state=State.SENDING):
            recording.record_late(attempt.key, ANSWERS[kind])

    def settle(self, charged):
        if attempt := self._attempt(True, state=State.UNKNOWN):
            resolution.settle_charge(attempt, charged=charged, by=self.lead)

    def limit(self, which, pictures):
        budgets.change_budget(self.budgets[which], by=self.lead, limit_micros=pictures * PRICE)

    def next_day(self):
        self.clock.now += timedelta(days=1)

    def apply_entries(self):
        entries.apply_entries()

    def wake(self):
        deferral.release_affordable()

    def cancel(self):
        submission.cancel_run(self.run)

    def resume(self):
        submission.resume_run(self.run)

    def _attempt(self, oldest, *, state):
        found = Job.objects.filter(state=state).order_by("attempt" if oldest else "-attempt").first()
        return found and Attempt.objects.select_related("job__run").get(pk=found.attempt_id)


@pytest.mark.django_db
@examples(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(STEPS, max_size=30))
def test_counters_are_sums_over_attempts_and_no_claim_passes_a_budget(monkeypatch, settings, steps):
    settings.FLUX_CONCURRENCY = 50
    with transaction.atomic(), monkeypatch.context() as patch:
        clock = Clock()
        patch.setattr(timezone, "now", lambda: clock.now)
        office = Office(clock)
        for name, *what in steps:
            getattr(office, name)(*what)
            assert budget_counters.find_counter_differences() == []
        entries.apply_entries()
        assert (budget_counters.find_counter_differences(), entries.find_differences()) == ([], [])
        transaction.set_rollback(True)

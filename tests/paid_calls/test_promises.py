"""The promises of paid calls as a state machine: whatever happens in whatever order, the books stay right."""

import time
from collections import Counter
from uuid import uuid4

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test

from gallery.models import Attempt, Gate, Image, Job, Run, User, Worker
from gallery.models.calls import Money
from gallery.models.runs import State
from gallery.services.paid_calls import downloads, perform, recording, recovery, resolution
from gallery.services.runs import submission
from gallery.services.storage import files
from gallery.simulator import faults
from tests.conftest import HandWorker
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

ANSWERS = {
    "picture": None,
    "moderated": faults.Moderated(),
    "empty_answer": faults.OddSuccess({"data": []}),
    "server error": faults.Answer(500),
    "gateway": faults.Answer(504, body="<html></html>"),
    "cut": faults.CutBeforeAnswer(),
    "too many": faults.RateLimited("5"),
    "key trouble": faults.Answer(401),
}
DOWNLOADS = {
    "whole": None,
    "short": faults.Short(10),
    "half": faults.Truncated(),
    "error": faults.Status(503),
    "wrong": faults.WrongType(b"<svg/>", "image/png"),
}


class Promises(RuleBasedStateMachine):
    """Rules are what can happen to a job; `world` and `owner` are set by the test before it runs."""

    def __init__(self):
        super().__init__()
        clean()
        self.owner = User.objects.create_user(f"olga-{uuid4().hex[:8]}")
        self.worker = HandWorker()
        self.first_post = len(self.world.till)
        self.asked_again = Counter()
        self.late = []  # answers that nobody has recorded yet
        self.submit(images=2)

    @rule(images=st.integers(1, 2))
    def submit(self, images):
        make_run(self.owner, seed=f"1..{images}", prompt=uuid4().hex)

    @rule(step=st.sampled_from(["claim", "mark", "send", "record", "record"]), kind=st.sampled_from(sorted(ANSWERS)))
    def call_as_far_as(self, step, kind):
        """Take the next job as far as this step; an answer that is not recorded may be recorded late."""
        Gate.objects.update(paused=False, closed_until=None, times_opened=0, cap=50)
        Job.objects.update(not_before="2026-01-01T00:00Z")
        if not Job.objects.queued().exists():
            self.submit(images=1)
        attempt = self.worker.claim()
        if attempt is None or step == "claim" or not perform.mark_about_to_pay(attempt) or step == "mark":
            return
        self.world.forget_script()
        if ANSWERS[kind]:
            self.world.script(ANSWERS[kind])
        self.late.append((attempt, perform.send_request(attempt, attempt.job.body(), marked_at=time.monotonic())))
        if step == "record":
            recording.record_answer(*self.late.pop())

    @rule(again=st.booleans())
    def record_a_late_answer(self, again):
        for _ in range(1 + again):
            if self.late:
                recording.record_answer(*self.late[0])
        self.late = self.late[1:]

    @rule()
    def the_worker_dies_and_another_reaps(self):
        Worker.objects.filter(pk=self.worker.row.pk).update(pid_began="somebody else")
        self.worker = HandWorker()
        recovery.reap()

    @rule(kind=st.sampled_from(sorted(DOWNLOADS)))
    def fetch(self, kind):
        self.world.forget_script()
        if DOWNLOADS[kind]:
            self.world.script_download(DOWNLOADS[kind])
        Attempt.objects.filter(fetch="wanted").update(fetch_after="2026-01-01T00:00Z", fetch_lease_until=None)
        for attempt_id in downloads.due_fetches(limit=1):
            downloads.fetch_image(attempt_id, worker=self.worker.row)

    @rule()
    def an_address_dies(self):
        Attempt.objects.filter(fetch="wanted").update(url_dies_at="2026-01-01T00:00Z")
        self.fetch("error")

    @rule(verb=st.sampled_from([submission.cancel_run, submission.resume_run, submission.retry_run]))
    def change_a_run(self, verb):
        if run := Run.objects.order_by("?").first():
            verb(run)

    @rule()
    def ask_again(self):
        for job in Job.objects.filter(state__in=resolution.BUYABLE_AGAIN)[:1]:
            assert resolution.ask_again(job, attempt=job.attempt, by=self.owner)
            self.asked_again[job.pk] += 1

    @rule(charged=st.booleans())
    def settle(self, charged):
        for job in Job.objects.filter(state=State.UNKNOWN).select_related("attempt")[:1]:
            resolution.settle_charge(job.attempt, charged=charged, by=self.owner)

    @rule(release=st.booleans())
    def decide_about_a_held_file(self, release):
        for attempt in Attempt.objects.filter(fetch="blocked").select_related("job")[:1]:
            if not release:
                resolution.drop_held(attempt, by=self.owner)
            elif attempt.held_name:
                resolution.release_held(attempt, by=self.owner)

    @rule()
    def hold_the_next_result_aside(self):
        """Its host is public, but not listed: its file waits for an admin."""
        for attempt in Attempt.objects.filter(fetch="wanted").select_related("job")[:1]:
            self.world.forget_script()
            with files.incoming_file() as file:
                file.write(self.world.picture(attempt.url))
                downloads.hold_aside(attempt, reason="The host is not listed.", file=file)

    @invariant()
    def nothing_stored_is_of_nobody(self):
        held = set(Attempt.objects.exclude(held_name="").values_list("held_name", flat=True))
        assert {name for name, _ in files.list_files("held")} == held
        assert {name for name, _ in files.list_files("originals")} == set(Image.objects.values_list("file", flat=True))

    @invariant()
    def every_post_is_on_the_books(self):
        posts = Counter((post.prompt, post.body["seed"]) for post in self.world.till[self.first_post :])
        sent = Counter(Attempt.objects.filter(sent_at__isnull=False).values_list("job__prompt", "job__seed"))
        assert not posts - sent

    @invariant()
    def nothing_is_bought_twice_unasked(self):
        billed = Counter((post.prompt, post.body["seed"]) for post in self.world.till[self.first_post :] if post.billed)
        for job in Job.objects.all():
            settled = job.attempts.exclude(settled_by="").filter(money=Money.NOT_CHARGED).count()
            assert billed[job.prompt, job.seed] <= 1 + self.asked_again[job.pk] + settled

    @invariant()
    def money_matches_the_state(self):
        money = Attempt.objects.values_list("current_of__state", "money", "sent_at")
        for state, kind, sent_at in money:
            if state == State.CLAIMED:
                assert kind == Money.RESERVED
            if state in (State.SENDING, State.UNKNOWN):
                assert kind == Money.UNCERTAIN
            if state in (State.HAVE_URL, State.DONE, State.BLOCKED):
                assert kind == Money.CHARGED
            assert kind != Money.RESERVED or (state == State.CLAIMED and sent_at is None)

    @invariant()
    def what_is_done_has_its_picture(self):
        for job in Job.objects.filter(state=State.DONE):
            image = Image.objects.get(attempt=job.attempt)
            with files.open_file(image.file) as file:
                assert len(file.read()) == image.bytes
        assert not Attempt.objects.filter(fetch="done", image=None).exists()


def clean():
    for folder in ("originals", "held"):
        for name, _ in files.list_files(folder):
            files.remove_file(name)
    Job.objects.update(attempt=None)
    for model in (Image, Attempt, Job, Run, Worker, Gate, User):
        model.objects.all().delete()


def test_the_promises_hold_in_every_order(world, provider_server, transactional_db):
    Promises.world = world
    world.plain_pictures = True
    often = settings(max_examples=50, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck))
    run_state_machine_as_test(Promises, settings=often)
    assert len(world.till) > 10

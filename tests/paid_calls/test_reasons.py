"""What a person reads of each outcome, for every way in which it can come about: nothing in it may be untrue."""

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Gate, Job
from gallery.models.calls import KEY_GATE
from gallery.services.jobs import gates, reasons
from gallery.services.operations import workers
from gallery.services.paid_calls import outcomes, perform, recovery
from gallery.services.runs import submission
from gallery.simulator import faults
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

HTML = "<html>502 Bad Gateway</html>"
QUOTA = {"error": {"message": "", "code": "insufficient_user_quota"}}
KEYLESS = {"error": {"message": "", "code": "invalid_api_key"}}

# (fault, reason, what is said, what must not be said)
ANSWERED = [
    *[(faults.Answer(status, body=HTML), "no_verdict", rf"An answer came \({status}\)", "No answer|provider failed")
      for status in (408, 499, 500, 502, 503, 504, 520, 522, 524, 599)],
    (faults.Answer(504), "no_verdict", r"An answer came \(504\), perhaps a proxy’s", "No answer"),
    (faults.Answer(502, body=b""), "no_verdict", r"An answer came \(502\)", "No answer"),
    *[(faults.Answer(status, body="", headers={"Location": "https://bfl.ai/"}), "redirected",
       rf"a redirect \({status}\)", "No answer") for status in (301, 302, 303, 307, 308)],
    (faults.CutBeforeAnswer(), "no_answer", "ended without an answer that could be read", "in time|No answer"),
    (faults.CutBeforeAnswer(reset=True), "no_answer", "ended without an answer that could be read", "in time"),
    (faults.CutMidAnswer(), "answer_cut", r"An answer began \(200\)", "No answer"),
    (faults.CutMidAnswer(reset=True), "answer_cut", r"An answer began \(200\)", "No answer"),
    (faults.Drip(), "no_answer_in_time", "No answer came in time", "ended"),
    (faults.Drip(part="body"), "answer_cut", r"An answer began \(200\)", "No answer"),
    (faults.Hang(), "no_answer_in_time", "No answer came in time", "ended"),
    (faults.OddSuccess({"data": []}), "no_result", r"The answer \(200\) held no picture", "provider"),
    (faults.OddSuccess("<html>sign in</html>"), "no_result", r"The answer \(200\) held no picture", "provider"),
    (faults.Answer(204, body=b""), "no_result", r"The answer \(204\) held no picture", "provider"),
    (faults.Answer(401), "key_trouble", r"The key or its account was not accepted \(401\)", "credit|address"),
    (faults.Answer(401, body=HTML), "key_trouble", r"not accepted \(401\)", "credit|address|provider"),
    (faults.Answer(403, body=KEYLESS), "key_trouble", r"not accepted \(403\)", "credit|address"),
    (faults.Answer(402), "credit_spent", r"credit or the quota .* used up \(402\)", "key|address"),
    (faults.Answer(403, body=QUOTA), "credit_spent", r"used up \(403\)", "key|address"),
    (faults.Answer(429, body=QUOTA), "credit_spent", r"used up \(429\)", "key|address|slow"),
    (faults.Answer(404, body=HTML), "wrong_address", r"FLUX_API_URL: it answered “not found” \(404\)", "key|credit"),
    (faults.Answer(404), "wrong_address", "FLUX_API_URL", "key|credit"),
    (faults.NoChannel(), "model_trouble", "does not offer this model", "address|credit"),
    (faults.RateLimited(), "rate_limited", r"slow down \(429\)", "provider"),
    (faults.RateLimited(body=HTML), "rate_limited", r"slow down \(429\)", "provider"),
    (faults.Answer(403, body=HTML), "forbidden", r"forbidden \(403\) without a reason that we know", "provider"),
    (faults.Answer(413, body=HTML), "refused", r"not accepted \(413\)", "provider"),
    (faults.Answer(405, body=b""), "refused", r"not accepted \(405\)", "provider"),
    (faults.Answer(500), "upstream_again", "The provider failed", "No answer"),
    (faults.Moderated(), "moderation", "moderation refused it", "No answer"),
]  # fmt: skip
PAUSING = {"key_trouble", "credit_spent", "wrong_address"}


@pytest.mark.parametrize(
    ("fault", "code", "said", "unsaid"), ANSWERED, ids=[f"{type(row[0]).__name__}-{row[1]}" for row in ANSWERED]
)
def test_every_outcome_is_told_as_it_came_about(
    owner, admin_client, owner_client, worker, provider_server, world, settings, fault, code, said, unsaid
):
    if isinstance(fault, faults.Drip | faults.Hang):
        settings.FLUX_TIMEOUT = 0.3
    run = make_run(owner, seed="7")
    world.script(fault)
    worker.call()
    job = run.jobs.select_related("attempt").get()
    meaning = reasons.describe_reason(job.reason, status=job.attempt.status).meaning
    assert job.reason == code
    assert re.search(said, meaning), meaning
    assert not re.search(unsaid, meaning), meaning
    key_gate = Gate.objects.get(name=KEY_GATE)
    assert key_gate.paused == (code in PAUSING)
    if code in PAUSING:
        assert key_gate.reason == meaning
        assert reasons.describe_reason(code).title in Page(owner_client.get(reverse("run", args=[run.key]))).text
        assert reasons.describe_reason(code).title in Page(owner_client.get(reverse("queue"))).text
        assert meaning in Page(admin_client.get(reverse("queue"))).one(class_="banners").text
    if job.state == "UNKNOWN":
        assert meaning in Page(owner_client.get(reverse("run", args=[run.key]))).text
        kind = "no_result" if job.attempt.status == 200 else "unknown"
        losses = Page(admin_client.get(reverse("losses"), {"kind": kind})).text
        assert meaning in losses
        assert "No answer came. " not in losses


def test_a_worker_that_died_is_told_as_what_is_known(owner, worker, other_worker, provider_server):
    run = make_run(owner, seed="7")
    perform.mark_about_to_pay(worker.claim())
    workers.sign_off_worker(worker.row)
    recovery.reap()
    job = run.jobs.get()
    assert (job.state, reasons.describe_reason(job.reason).meaning[:36]) == (
        "UNKNOWN",
        "No answer to this call was recorded,",
    )


def test_what_failed_within_is_no_missing_answer():
    outcome = outcomes.outcome_of_error(ZeroDivisionError(), failures=0)
    assert (
        reasons.describe_reason(outcome.reason).meaning
        == "What became of this call is not known, so it may have been charged."
    )


@pytest.mark.parametrize("url", ["http://127.0.0.1:9/v1", "http://no.such.host.invalid/v1"])
def test_what_was_not_sent_says_no_more_than_that(owner, worker, settings, url):
    settings.FLUX_API_URL = url
    run = make_run(owner, seed="7")
    worker.call()
    assert reasons.describe_reason(run.jobs.get().reason).meaning == (
        "The request could not be sent to the provider; nothing was charged."
    )


def test_every_code_has_all_its_words_and_no_gap_is_left():
    for code, reason in reasons.REASONS.items():
        assert "{" not in reasons.describe_reason(code).meaning + reasons.describe_reason(code, status=502).meaning
        assert bool(reason.meaning) == bool(code)
    codes = (outcomes.TROUBLES, outcomes.REFUSALS, outcomes.UNCERTAIN_REASONS)
    told = {*(code for each in codes for code in each.values()), *reasons.CHANGEABLE}
    assert told <= reasons.REASONS.keys()


@pytest.mark.parametrize(
    ("state", "reason", "folded"),
    [
        ("FAILED", "moderation", "What to change"),
        ("FAILED", "refused", "What to change"),
        ("FAILED", "upstream_failed", "What happened"),
        ("FAILED", "settled_not_charged", "What happened"),
        ("BLOCKED", "blocked_without_file", "What happened"),
        ("UNKNOWN", "no_verdict", "Decide"),
    ],
)
def test_the_folded_words_are_called_what_they_are(
    owner, owner_client, worker, provider_server, world, state, reason, folded
):
    run = make_run(owner, seed="7")
    world.script(faults.Answer(400))
    worker.call()
    Job.objects.update(state=state, reason=reason)
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    assert folded in [each.text for each in page.all("summary")]


# --- Resume ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def limited(owner, worker, provider_server, world):
    """A job that met a 429 which asks for two minutes."""
    run = make_run(owner, seed="7")
    world.script(faults.RateLimited(retry_after="120"))
    worker.call()
    assert worker.claim() is None
    return run


def test_after_a_resume_what_met_a_rate_limit_goes_on_at_once(limited, admin_client, worker):
    admin_client.post(reverse("gate-resume"))
    job = limited.jobs.get()
    assert (job.state, job.reason, job.not_before <= timezone.now()) == ("QUEUED", "", True)
    assert worker.work() == 1


def test_a_resume_lifts_the_wait_of_what_was_not_sent_and_failed_upstream_too(
    owner, admin_client, worker, provider_server, world, settings
):
    make_run(owner, seed="1..2")
    world.script(faults.Answer(500))
    worker.call()
    right, settings.FLUX_API_URL = settings.FLUX_API_URL, "http://127.0.0.1:9/v1"
    worker.call()
    settings.FLUX_API_URL = right
    assert worker.claim() is None
    admin_client.post(reverse("gate-resume"))
    assert worker.work() == 2


def test_a_models_resume_lets_its_own_jobs_go_on_and_no_other(owner, worker, provider_server, world):
    here = make_run(owner, seed="7")
    there = make_run(owner, seed="7", models=["flux-pro"])
    later = timezone.now() + timedelta(minutes=10)
    Job.objects.update(not_before=later, reason="upstream_again")
    gates.pause_gate("flux-pro", reason="no channel")
    gates.resume_gate("flux-pro")
    assert there.jobs.get().not_before <= timezone.now()
    assert here.jobs.get().not_before == later


def test_a_runs_resume_lets_its_waiting_jobs_go_on(owner, worker, provider_server, world):
    run = make_run(owner, seed="1..2")
    other = make_run(owner, seed="7")
    later = timezone.now() + timedelta(minutes=10)
    Job.objects.update(not_before=later, reason="rate_limited")
    submission.cancel_job(run.jobs.first())
    assert submission.resume_run(run) == 1
    assert all(job.not_before <= timezone.now() for job in run.jobs.all())
    assert other.jobs.get().not_before == later


@pytest.mark.parametrize("reason", ["budget", "price"])
def test_no_resume_wakes_what_waits_for_money_or_a_yes(owner, worker, reason):
    run = make_run(owner, seed="7")
    aside = timezone.now() + timedelta(days=9)
    run.jobs.update(not_before=aside, reason=reason)
    gates.resume_gate(KEY_GATE)
    submission.resume_run(run)
    assert (run.jobs.get().not_before, run.jobs.get().reason) == (aside, reason)


def test_after_a_resume_no_cell_speaks_of_the_key_any_more(owner, worker, provider_server, world):
    run = make_run(owner, seed="7")
    world.script(faults.Answer(401))
    worker.call()
    assert run.jobs.get().reason == "key_trouble"
    gates.resume_gate(KEY_GATE)
    assert run.jobs.get().reason == ""

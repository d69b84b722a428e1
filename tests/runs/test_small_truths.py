"""What is often met and must be true: a share button that comes, one picture cancelled, no doubt about what runs."""

from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from gallery.models import Attempt, Gate, Job
from gallery.models.calls import KEY_GATE, Money
from gallery.models.runs import State
from gallery.services.contact_sheets import rendering
from gallery.services.ledger import entries, reports
from gallery.services.ledger.reports import Slice
from gallery.simulator import faults
from gallery.templatetags.fluxweb import about
from tests.factories import make_run, states
from tests.pages import Page
from tests.runs.test_run_pages import poll, show

pytestmark = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


# -- Share on a run that one watches


def test_the_share_button_comes_with_the_first_picture_in_a_place_kept_for_it(
    owner, owner_client, worker, provider_server
):
    run = make_run(owner, seed="1..2", size="64x64")
    page = show(owner_client, run)
    assert "unseen" in page.one("a", id="share-run")["class"]
    worker.fetch(worker.call())
    changed = Page(poll(owner_client, page)).one("a", id="share-run")
    assert "unseen" not in changed["class"]
    assert (changed["hx-swap-oob"], changed["href"]) == ("true", f"/shares/new/?run={run.key}")


def test_a_run_that_ended_without_a_picture_has_nothing_to_share(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1", size="64x64")
    page = show(owner_client, run)
    world.script(faults.Moderated())
    worker.work()
    assert not Page(poll(owner_client, page)).all("a", id="share-run")
    assert not show(owner_client, run).all("a", id="share-run")


def test_the_title_follows_while_one_watches(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="1..2", size="64x64")
    page = show(owner_client, run)
    assert page.one("title").text == "0 of 2 · a lighthouse in fog · fluxweb"
    worker.fetch(worker.call())
    assert Page(poll(owner_client, page)).one("title").text == "1 of 2 · a lighthouse in fog · fluxweb"
    worker.work()
    assert not Page(poll(owner_client, page)).all("title")  # the script says it is finished


# -- one waiting picture


def press(client, verb, job, *, headers=None, **form):
    return client.post(reverse(f"job-{verb}", args=[job.key]), form, headers=headers)


def test_one_waiting_picture_is_cancelled_and_put_back(owner, owner_client, worker, provider_server):
    run = make_run(owner, seed="1..3")
    first, second, _ = run.jobs.order_by("position")
    page = show(owner_client, run)
    [form] = page.all("form", id="one-job")
    assert form["method"] == "post"
    assert len([each for each in page.all("button", form="one-job") if each["formaction"].endswith("/cancel/")]) == 3
    led = press(owner_client, "cancel", second)
    assert led["Location"] == f"/runs/{run.key}/#job-{second.key}"
    assert states(run) == ["QUEUED", "CANCELLED", "QUEUED"]
    [undo] = [each for each in show(owner_client, run).all("button", form="one-job") if each.text == "Resume"]
    assert undo["formaction"] == reverse("job-resume", args=[second.key])
    assert press(owner_client, "resume", second).status_code == 302
    assert states(run) == ["QUEUED"] * 3
    assert worker.call().job == first


def test_the_poll_brings_what_was_cancelled(owner, owner_client):
    run = make_run(owner, seed="1..2")
    page = show(owner_client, run)
    assert press(owner_client, "cancel", run.jobs.first(), headers=HTMX).status_code == 204
    changed = Page(poll(owner_client, page))
    assert "1 waiting · 1 cancelled" in changed.one(id="progress").text


def test_what_was_reserved_for_it_is_given_back(owner, owner_client, worker):
    run = make_run(owner, seed="1")
    attempt = worker.claim()
    press(owner_client, "cancel", run.jobs.get())
    attempt.refresh_from_db()
    assert (states(run), attempt.money, attempt.error) == (["CANCELLED"], Money.NOT_CHARGED, "cancelled")


def test_what_is_being_sent_is_only_wished_away(owner, owner_client):
    job = being_sent(make_run(owner, seed="1"))
    page = Page(owner_client.post(reverse("job-cancel", args=[job.key]), follow=True))
    assert page.one(class_="toast").text == "It is too late to cancel it; nothing has changed."
    job.refresh_from_db()
    assert (job.state, job.cancel_wanted, job.attempt.money) == (State.SENDING, True, Money.UNCERTAIN)


@pytest.mark.parametrize(
    "state", [State.DONE, State.FAILED, State.UNKNOWN, State.LOST, State.CANCELLED, State.HAVE_URL]
)
def test_nothing_else_is_cancelled_and_nothing_but_that_put_back(owner, owner_client, state):
    run = make_run(owner, seed="1")
    Job.objects.update(state=state)
    press(owner_client, "cancel", run.jobs.get())
    assert states(run) == [state]
    if state != State.CANCELLED:
        press(owner_client, "resume", run.jobs.get())
        assert states(run) == [state]
        assert not run.jobs.get().cancel_wanted


def test_the_queue_cancels_one_and_offers_to_undo_it(owner, owner_client):
    run = make_run(owner, seed="1..2")
    job = run.jobs.order_by("position").first()
    page = Page(owner_client.get("/queue/"))
    assert page.value("back") == "queue"
    assert len([each for each in page.all("button", form="one-job") if each.text == "Cancel"]) == 2
    page = Page(owner_client.post(reverse("job-cancel", args=[job.key]), {"back": "queue"}, follow=True))
    assert "Cancelled, free of charge: flux-2-klein-4b, seed 1." in page.text
    [undo] = page.all("form", action=reverse("job-resume", args=[job.key]))
    assert undo
    page = Page(owner_client.post(reverse("job-resume", args=[job.key]), {"back": "queue"}, follow=True))
    assert "Cancelled, free" not in page.text
    assert states(run) == ["QUEUED"] * 2


def test_strips_cancel_one_too(owner, owner_client):
    make_run(owner, seed="1..2")
    for address, back in (("/", "studio"), ("/runs/", "runs")):
        page = Page(owner_client.get(address))
        assert len(page.all("button", form="one-job")) == 2
        assert [each["value"] for each in page.all("input", name="back")] == [back]
    job = Job.objects.first()
    assert press(owner_client, "cancel", job, back="studio")["Location"] == "/"
    assert press(owner_client, "resume", job, back="//elsewhere.example")["Location"].startswith("/runs/")


def test_nobody_else_cancels_it(owner, colleague_client, admin_client, visitor):
    job = make_run(owner, seed="1").jobs.get()
    for verb in ("cancel", "resume"):
        assert press(colleague_client, verb, job).status_code == 404
        assert press(admin_client, verb, job).status_code == 404
        assert press(visitor, verb, job)["Location"].startswith("/accounts/login/")
    job.refresh_from_db()
    assert job.state == State.QUEUED


# -- no doubt about what runs


def being_sent(run):
    """Put a run's first job where it is between mark and answer; return it."""
    job = run.jobs.order_by("position").first()
    attempt = Attempt.for_job(job, project_id=run.project_id, money=Money.UNCERTAIN, sent_at=timezone.now())
    attempt.save()
    Job.objects.filter(pk=job.pk).update(state=State.SENDING, attempt=attempt)
    job.refresh_from_db()
    return job


@pytest.mark.parametrize("applied", [False, True])
def test_no_page_says_in_doubt_of_what_merely_runs(admin, admin_client, settings, applied):
    settings.DEMO = False
    run = make_run(admin, seed="1..2")
    being_sent(run)
    if applied:
        entries.apply_entries()
    head = show(admin_client, run).one(id="progress").text
    assert "1 running · 1 waiting" in head
    assert "$0.01 being generated" in head
    for address in (f"/runs/{run.key}/", "/costs/", "/costs/?by=model", "/costs/calls/", "/costs/runs/", "/queue/"):
        text = Page(admin_client.get(address)).text
        for words in ("is in doubt", "are in doubt", "$0.01 in doubt", "perhaps paid", "Perhaps paid"):
            assert words not in text, address
    assert "being generated" in Page(admin_client.get("/costs/calls/")).text
    assert "in doubt" not in Page(admin_client.get("/costs/calls/?kind=all")).one("table").text
    assert "being generated" in b"".join(admin_client.get("/costs/calls.csv").streaming_content).decode()
    assert "uncertain" not in b"".join(admin_client.get("/costs/calls.csv").streaming_content).decode()


def test_what_is_in_doubt_is_said_still(admin, admin_client, settings):
    settings.DEMO = False
    run = make_run(admin, seed="1..2")
    job = being_sent(run)
    Job.objects.filter(pk=job.pk).update(state=State.UNKNOWN, reason="unknown")
    assert "$0.01 in doubt" in show(admin_client, run).one(id="progress").text
    assert "1 call is in doubt" in Page(admin_client.get("/costs/")).text
    assert "in doubt" in Page(admin_client.get("/costs/calls/?kind=doubt")).one("table").text


def test_an_earlier_call_stays_in_doubt_while_the_next_one_runs(admin, admin_client, settings):
    settings.DEMO = False
    run = make_run(admin, seed="1")
    job = being_sent(run)
    second = Attempt.for_job(job, project_id=None, money=Money.UNCERTAIN, sent_at=timezone.now())
    second.save()
    Job.objects.filter(pk=job.pk).update(attempt=second)
    text = show(admin_client, run).one(id="progress").text
    assert "$0.01 being generated, $0.01 in doubt" in text
    today = timezone.localdate()
    for by in ("day", "month", "member", "model", "project"):
        [sums] = reports.sums_by(Slice(today, today), by).values()
        assert (sums.uncertain_micros, sums.uncertain_calls, sums.running_calls, sums.calls) == (10_000, 1, 1, 2)
    total = reports.total_spend(Slice(today, today))
    assert (total.uncertain_micros, total.reserved_micros) == (10_000, 10_000)


# -- a failure of the provider's that is tried again


def test_a_500_that_is_tried_again_is_not_refused(owner, owner_client, worker, provider_server, world):
    run = make_run(owner, seed="1..2", size="64x64")
    world.script(faults.Answer(500))
    worker.call()
    page = show(owner_client, run)
    assert "2 waiting (1 to be tried again)" in page.one(id="progress").text
    assert "refused" not in page.one(id="progress").text
    job = run.jobs.order_by("position").first()
    at = timezone.localtime(job.not_before)
    cell = page.one("div", id=f"job-{job.key}").text
    assert "Provider failed" in cell
    assert f"tried again {at:%H:%M:%S}" in cell
    assert "Retry later" not in cell
    assert f"tried again {at:%H:%M:%S}" in Page(owner_client.get("/queue/")).text
    Job.objects.update(not_before=timezone.now() - timedelta(seconds=1))
    assert "It is tried again by itself." in show(owner_client, run).one("div", id=f"job-{job.key}").text


def test_what_the_provider_failed_three_times_is_failed_and_not_refused(
    owner, owner_client, worker, provider_server, world
):
    run = make_run(owner, seed="1..2", size="64x64")
    world.script(faults.Answer(500), times=3)
    for _ in range(3):
        Job.objects.filter(position=0).update(not_before=timezone.now() - timedelta(hours=1))
        Gate.objects.update(closed_until=None)
        worker.call()
    assert states(run) == ["FAILED", "QUEUED"]
    page = show(owner_client, run)
    assert "1 waiting · 1 failed" in page.one(id="progress").text
    assert page.one("button", id="retry-refused").text == "Retry 1 failed · $0.01"
    world.script(faults.Moderated())
    worker.call()
    page = show(owner_client, run)
    assert "1 refused · 1 failed" in page.one(id="progress").text
    assert page.one("button", id="retry-refused").text == "Retry 2 refused or failed · $0.02"


def test_what_was_settled_as_free_is_failed_and_not_refused(owner, owner_client):
    run = make_run(owner, seed="1..2", size="64x64")
    Job.objects.filter(position=0).update(state=State.FAILED, reason="settled_not_charged")
    assert "1 waiting · 1 failed" in show(owner_client, run).one(id="progress").text


@pytest.mark.parametrize(
    ("reason", "word"), [("upstream_failed", "failed"), ("settled_not_charged", "failed"), ("moderated", "refused")]
)
def test_a_sheet_says_it_too(reason, word):
    assert rendering.why_missing(Job(state=State.FAILED, reason=reason)) == word


# -- how long one waits


def took(job, seconds, *, ago=60):
    """Book a call of another job of the model that brought its picture after so many seconds."""
    sent_at = timezone.now() - timedelta(seconds=ago)
    Attempt.for_job(
        job, project_id=None, money=Money.CHARGED, sent_at=sent_at, answered_at=sent_at + timedelta(seconds=seconds)
    ).save()


def waits(client, run):
    """Return {place: what is said about how long} of the cells that wait."""
    page = show(client, run)
    found = {}
    for job in run.jobs.filter(state=State.QUEUED):
        place = page.one(id=f"place-{job.key}").text
        found[place.removesuffix(" in line")] = page.one(id=f"wait-{job.key}").text
    return found


@pytest.fixture
def line(owner, worker):
    """Thirty of one model, of which six run; calls take six seconds."""
    run = make_run(owner, seed="1..30")
    took(run.jobs.last(), 6)
    for job in run.jobs.order_by("position")[:6]:
        Job.objects.filter(pk=job.pk).update(state=State.SENDING, changed_at=timezone.now())
    return run


def test_the_24th_in_line_waits_as_long_as_calls_take(owner_client, line, settings):
    settings.FLUX_CONCURRENCY = 6
    said = waits(owner_client, line)
    assert said["24th"] == "about 24 s"
    assert said["1st"] == said["6th"] == "about 6 s"
    assert said["7th"] == "about 12 s"


def test_who_finds_a_free_place_is_told_nothing(owner_client, line, settings):
    settings.FLUX_CONCURRENCY = 16
    said = waits(owner_client, line)
    assert said["10th"] == ""
    assert said["11th"] == said["24th"] == "about 6 s"


def test_before_anything_is_known_about_a_model_nothing_is_said(owner, owner_client, worker, settings):
    settings.FLUX_CONCURRENCY = 2
    run = make_run(owner, seed="1..24")
    assert set(waits(owner_client, run).values()) == {""}


def test_what_runs_longer_than_usual_makes_all_wait_longer(owner_client, line, settings):
    settings.FLUX_CONCURRENCY = 6
    Job.objects.filter(position=0).update(changed_at=timezone.now() - timedelta(seconds=40))
    assert waits(owner_client, line)["1st"] in ("about 41 s", "about 42 s", "about 40 s")


@pytest.mark.parametrize(
    ("name", "shut"),
    [
        (KEY_GATE, {"paused": True}),
        ("flux-2-klein-4b", {"paused": True}),
        (KEY_GATE, {"closed_until": "2099-01-01T00:00Z"}),
    ],
)
def test_behind_a_shut_gate_nobody_can_say(owner_client, line, settings, name, shut):
    settings.FLUX_CONCURRENCY = 6
    Gate.objects.filter(name=name).update(**shut)
    assert set(waits(owner_client, line).values()) == {""}


def test_the_cap_of_the_app_and_of_the_model_count(owner_client, line, settings):
    settings.FLUX_CONCURRENCY = 16
    Gate.objects.filter(name=KEY_GATE).update(cap=6)
    assert waits(owner_client, line)["24th"] == "about 24 s"
    Gate.objects.filter(name=KEY_GATE).update(cap=None)
    Gate.objects.filter(name="flux-2-klein-4b").update(cap=6)
    assert waits(owner_client, line)["1st"] == "about 6 s"


def test_the_poll_brings_new_estimates_with_new_places(owner_client, line, settings):
    settings.FLUX_CONCURRENCY = 6
    page = show(owner_client, line)
    press(owner_client, "cancel", line.jobs.filter(state=State.QUEUED).order_by("position").first())
    changed = Page(poll(owner_client, page))
    sixth = line.jobs.filter(state=State.QUEUED).order_by("position")[5]
    assert changed.one(id=f"place-{sixth.key}").text == "6th in line"
    assert changed.one(id=f"wait-{sixth.key}").text == "about 6 s"


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(0.4, "about 1 s"), (12, "about 12 s"), (90, "about 90 s"), (91, "about 2 min"), (179, "about 3 min"),
     (5400, "about 90 min"), (5401, "about 2 h")],
)  # fmt: skip
def test_estimates_are_written_without_more_than_they_know(seconds, words):
    assert about(seconds) == words

"""Answers of the provider as worker processes take them: what is sent again, what never, and what the logs tell."""

import time
from email.utils import formatdate

from tests.processes.books import check_books, check_pictures
from tests.processes.town import OTHER_PROMPT, wait_until

AGAIN = ["CLAIMED", "SENDING", "QUEUED", "CLAIMED", "SENDING", "HAVE_URL", "DONE"]
OWN_BACKOFF_SECONDS = 15
SHORT_SECONDS = 2
NO_ANSWER = [
    {"fault": "CutBeforeAnswer"},
    {"fault": "CutMidAnswer"},
    {"fault": "CutMidAnswer", "reset": True},
    {"fault": "Drip"},
    {"fault": "Drip", "part": "body"},
]


def test_a_rate_limit_in_seconds_closes_the_gate_so_long(town):
    town.worker(FLUXWEB_LOG_JSON="1")
    post, closed_until = limit(town, retry_after=SHORT_SECONDS)
    assert closed_until >= post["time"] + SHORT_SECONDS
    check_sent_again(town, not_before=closed_until)


def test_a_rate_limit_with_a_date_closes_the_gate_until_then(town):
    town.worker(FLUXWEB_LOG_JSON="1")
    wait_until(lambda: town.ask("heartbeat"))
    date = int(time.time()) + 5  # submitting takes a second
    _, closed_until = limit(town, retry_after=formatdate(date, usegmt=True))
    assert closed_until >= date
    check_sent_again(town, not_before=closed_until)


def test_a_rate_limit_that_says_nonsense_closes_the_gate_for_our_own_time(town):
    town.worker(FLUXWEB_LOG_JSON="1")
    post, closed_until = limit(town, retry_after="soon")
    assert closed_until >= post["time"] + OWN_BACKOFF_SECONDS
    town.let_workers_look_again()
    opened = min(time.time(), closed_until)  # by us, or by itself on a machine that took so long to look
    town.ask("resume")
    check_sent_again(town, not_before=opened)


def limit(town, *, retry_after):
    """Let the first call be one too many; return its POST and until when the gate is closed."""
    town.script(fault="RateLimited", retry_after=retry_after)
    town.submit()
    wait_until(lambda: town.ask("key_gate")["closed_until"])
    return town.till()[0], town.ask("key_gate")["closed_until"]


def check_sent_again(town, *, not_before):
    """The job waited in the queue, and its second call bought the picture after the gate had opened."""
    town.settle()
    [job] = town.jobs()
    refused, bought = town.till()
    assert (refused["status"], refused["billed"], bought["billed"]) == (429, False, True)
    assert bought["time"] >= not_before
    assert [state for _, state in town.steps(job)] == AGAIN
    assert [attempt["money"] for attempt in job["attempts"]] == ["not_charged", "charged"]
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_an_answer_that_is_cut_or_drips_beyond_the_deadline_stays_in_doubt(town):
    """Afterwards other work is done, and none of these calls is made again."""
    town.env["FLUX_TIMEOUT"] = str(SHORT_SECONDS)
    town.script(*NO_ANSWER)
    town.worker(FLUX_CONCURRENCY=str(len(NO_ANSWER)))
    town.submit(images=len(NO_ANSWER))
    town.settle()
    town.submit(prompt=OTHER_PROMPT)
    town.settle()
    *uncertain, done = town.jobs()
    assert {job["state"] for job in uncertain} == {"UNKNOWN"}
    assert [attempt["money"] for job in uncertain for attempt in job["attempts"]] == ["uncertain"] * len(NO_ANSWER)
    assert done["state"] == "DONE"
    assert len(town.till()) == len(NO_ANSWER) + 1
    check_books(town.jobs(), town.till())


def test_a_key_that_is_refused_stops_everything_until_a_person_resumes(town):
    town.script(fault="Answer", status=401)
    town.worker(FLUX_CONCURRENCY="1")
    town.submit(images=3)
    wait_until(lambda: town.ask("key_gate")["paused"])
    town.let_workers_look_again()
    assert town.states() == ["QUEUED"] * 3
    assert {attempt["money"] for job in town.jobs() for attempt in job["attempts"]} == {"not_charged"}
    assert [post["status"] for post in town.till()] == [401]
    town.ask("resume")
    town.settle()
    assert town.states() == ["DONE"] * 3
    assert len(town.till()) == 4
    check_books(town.jobs(), town.till())
    check_pictures(town)


def test_every_change_of_a_job_is_one_line_with_job_attempt_and_state(town):
    town.script(fault="CutBeforeAnswer")
    town.worker(FLUXWEB_LOG_JSON="1", FLUX_CONCURRENCY="1")
    town.submit(images=2)
    town.settle()
    uncertain, done = town.jobs()
    for job, states in ((uncertain, ["UNKNOWN"]), (done, ["HAVE_URL", "DONE"])):
        [attempt] = job["attempts"]
        assert town.steps(job) == [(attempt["attempt"], state) for state in ("CLAIMED", "SENDING", *states)]

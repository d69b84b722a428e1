"""The default install under load: five members click and write while eight paid calls are in flight."""

import re

from django.urls import Resolver404, resolve

from tests.processes.crowd import TROUBLE, WRITE, crowd_before

CALLS = 8
HELD_SECONDS = 400  # far longer than any answer is waited for: whoever waited for a paid call would fail
OPENED = {  # at least: what a day's work needs while paid calls run
    "studio", "studio-check", "studio-review", "studio-runs", "runs", "run", "run-changes", "run-cancel", "run-resume",
    "run-retry", "run-extend", "run-extend-check", "gallery", "image", "image-original", "image-thumbnail", "queue",
    "losses", "help",
}  # fmt: skip


def test_five_members_click_and_write_while_eight_paid_calls_run(town):
    with crowd_before(town, members=5, calls=CALLS) as crowd:
        calls = crowd.take_all_calls(seconds=HELD_SECONDS)
        answers = crowd.go_round()
        assert len(calls) == CALLS
        assert crowd.calls_in_flight() == calls, "the same calls, all of them, ran as long as somebody clicked"
        town.slow(0)
        town.release_calls()
        town.settle()
    assert [answer for answer in answers if not answer.expected] == []
    assert crowd.log_lines(re.compile("run submitted")), "no log of the web server: nothing could stand in it"
    assert crowd.log_lines(TROUBLE) == []
    assert len(answers) >= 120
    assert sum(answer.kind == WRITE for answer in answers) >= 20
    assert OPENED - {name_of(answer.path) for answer in answers} == set()
    assert [job["state"] for job in town.jobs() if job["prompt"] == "a slow sunrise"] == ["DONE"] * CALLS


def name_of(path):
    try:
        return resolve(path).url_name
    except Resolver404:  # a static file
        return None

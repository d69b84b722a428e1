"""The nightly round: once a night of the team's zone, by one worker, made up for after a time without any."""

from datetime import UTC, datetime, time

import pytest
from django.core import mail
from django.utils import timezone

from gallery import tasks
from gallery.models import Round
from gallery.services.ledger import report_mail
from gallery.services.operations import daily_rounds, rate_limits
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db


def taken(clock, *moments):
    done = []
    for moment in moments:
        clock(moment)
        done.append(daily_rounds.take_round("nightly", daily_rounds.NIGHT))
    return done


def test_a_night_is_done_once_and_in_the_teams_zone(clock):
    with timezone.override("America/New_York"):  # 03:17 there is 08:17 in UTC
        moments = ("2026-11-25 20:00", "2026-11-26 03:20", "2026-11-26 08:15", "2026-11-26 08:20", "2026-11-26 08:25")
        assert taken(clock, *moments) == [True, False, False, True, False]
        assert str(Round.objects.get().done_for) == "2026-11-26"


@pytest.mark.parametrize(
    ("moments", "done"),
    [
        (("2026-11-26 09:00", "2026-11-26 17:00", "2026-11-27 09:00", "2026-11-27 09:05"), [True, False, True, False]),
        (("2026-11-26 00:30", "2026-11-26 02:30", "2026-11-27 00:30", "2026-11-27 02:00"), [True, False, True, False]),
        (("2026-11-20 04:00", "2026-11-26 12:00", "2026-11-26 12:05"), [True, True, False]),
    ],
    ids=["off at night", "on at night only", "off for a week"],
)
def test_what_was_missed_is_made_up_for_at_the_next_start(clock, moments, done):
    assert taken(clock, *moments) == done


def test_of_two_workers_in_a_first_night_one_does_the_round(clock):
    clock("2026-11-26 04:00")
    other = Round(name="nightly", done_for="2026-11-26")
    with after_statement("SELECT", other.save):
        assert taken(clock, "2026-11-26 04:00") == [False]
    assert Round.objects.get() == other


@pytest.mark.parametrize("moment", ["2026-03-29 01:20", "2026-10-25 02:20"])
def test_the_nights_in_which_clocks_change_have_one_round(clock, moment):
    with timezone.override("Europe/Berlin"):
        day = moment[:8]
        clock(f"{day}{int(moment[8:10]) - 1:02} 12:00")
        daily_rounds.take_round("nightly", daily_rounds.NIGHT)
        done = taken(clock, f"{day}{moment[8:10]} 00:30", moment, f"{moment[:13]}:50", f"{day}{moment[8:10]} 12:00")
        assert done.count(True) == 1


@pytest.mark.django_db(transaction=True)
def test_the_round_sweeps_and_one_that_fails_stops_no_other(clock, monkeypatch, caplog):
    swept = []

    def fail():
        raise ValueError

    monkeypatch.setattr(tasks.invites, "sweep_sessions", fail)
    monkeypatch.setattr(rate_limits, "delete_old_counters", lambda: swept.append(1))
    clock("2026-11-26 04:00")
    tasks.nightly.call_local()
    tasks.nightly.call_local()
    assert swept == [1]


def test_the_task_is_looked_at_every_few_minutes_whatever_the_hour():
    due = tasks.nightly.task_class().validate_datetime
    assert [due(datetime(2026, 11, 26, hour, 35, tzinfo=UTC)) for hour in range(24)] == [True] * 24


def test_reports_reach_also_a_machine_that_runs_only_before_the_morning(clock, owner):
    clock("2026-11-25 02:00")
    report_mail.choose_report_mail(owner, "week")
    sent = []
    for moment in ("2026-11-29 02:00", "2026-11-30 02:00", "2026-12-01 02:00", "2026-12-02 02:00"):
        clock(moment)
        report_mail.send_at_hours()
        sent.append(len(mail.outbox))
    assert sent == [0, 0, 1, 1]  # Monday's leaves on Monday from the morning on, or later


def test_a_day_begins_at_the_hour_asked_for(clock):
    clock("2026-11-26 05:59")
    assert str(daily_rounds.last_day_of(time(6))) == "2026-11-25"
    clock("2026-11-26 06:00")
    assert str(daily_rounds.last_day_of(time(6))) == "2026-11-26"

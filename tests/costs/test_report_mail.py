"""Reports by mail: once for each week or month, to those who asked, of what they may see."""

import re
from datetime import date, timedelta

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from gallery.models import Letter, ReportMail
from gallery.services.ledger import periods, report_mail, reports
from tests.costs.test_report_pages import book
from tests.pages import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def today(monkeypatch):
    """Set the day."""

    def is_now(day):
        monkeypatch.setattr(timezone, "localdate", lambda *_: date.fromisoformat(day))

    is_now("2026-11-25")  # a Wednesday
    return is_now


def sent():
    messages, mail.outbox = mail.outbox, []
    return [(message.to[0].partition("@")[0], message.subject, message.body) for message in messages]


def test_a_lead_gets_the_teams_month_once_it_is_over(lead, owner, colleague, today):
    for person, project in ((owner, "Docks"), (colleague, "Heron & Sons")):
        book(person, project=project, day=date(2026, 11, 30))
    book(owner, day=date(2026, 12, 1))
    report_mail.choose_report_mail(lead, "month")
    report_mail.send_due()
    today("2026-12-01")
    report_mail.send_due()
    report_mail.send_due()
    [(name, subject, body)] = sent()
    assert (name, subject) == ("lena", "Costs of November 2026: $0.07")
    assert "olga" in body
    assert "carl" in body
    assert "$0.035" in body
    assert "/costs/?from=2026-11-01&to=2026-11-30" in body


def test_a_member_gets_their_own_week_and_nothing_of_others(owner, colleague, today):
    book(owner, project="Docks", day=date(2026, 11, 29))
    book(colleague, project="Heron & Sons", day=date(2026, 11, 29))
    report_mail.choose_report_mail(owner, "week")
    for day in ("2026-11-29", "2026-11-30", "2026-12-06"):
        today(day)
        report_mail.send_due()
    [(name, subject, body)] = sent()
    assert (name, subject) == ("olga", "Costs of 23 November 2026 to 29 November 2026: $0.035")
    assert "Docks" in body
    assert "Heron" not in body
    assert "carl" not in body


def test_what_was_missed_while_nothing_ran_is_sent_late_but_once(owner, today):
    report_mail.choose_report_mail(owner, "week")
    today("2026-12-23")
    report_mail.send_due()
    assert [subject for _, subject, _ in sent()] == ["Costs of 14 December 2026 to 20 December 2026: $0.00"]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_nobody_locked_or_without_an_address_gets_mail(owner, today, fields):
    report_mail.choose_report_mail(owner, "week")
    type(owner).objects.update(**fields)
    today("2026-12-01")
    report_mail.send_due()
    assert sent() == []


def test_a_demo_sends_nothing(owner, today, settings):
    report_mail.choose_report_mail(owner, "week")
    settings.DEMO = True
    today("2026-12-01")
    report_mail.send_due()
    assert sent() == []


def test_mail_that_cannot_be_sent_stops_nobody_else(owner, colleague, today, settings, caplog):
    for person in (owner, colleague):
        report_mail.choose_report_mail(person, "week")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    today("2026-12-01")
    report_mail.send_due()
    assert caplog.text.count("report not sent") == 2


# -- tried again ------------------------------------------------------------------------------------------------------


@pytest.fixture
def clock(clock):
    clock("2026-11-25 12:00")  # a Wednesday
    return clock


@pytest.fixture
def broken(settings):
    """A mail server that is away."""
    sound = settings.EMAIL_BACKEND
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9

    def is_mended():
        settings.EMAIL_BACKEND = sound

    return is_mended


def test_what_could_not_be_sent_is_tried_again_later_each_time_and_sent_once(owner, clock, broken):
    report_mail.choose_report_mail(owner, "week")
    clock("2026-11-30 06:00")
    report_mail.send_at_hours()
    pauses = []
    for _ in range(9):
        letter = Letter.objects.get()
        pauses.append((letter.not_before - timezone.now()).total_seconds() / 60)
        clock(f"{letter.not_before:%Y-%m-%d %H:%M}")
        report_mail.send_at_hours()
    assert pauses == [5, 10, 20, 40, 80, 160, 320, 360, 360]
    broken()
    report_mail.send_at_hours()
    assert sent() == []  # not before its time
    clock("2026-12-03 03:00")
    report_mail.send_at_hours()
    report_mail.send_at_hours()
    assert [subject for _, subject, _ in sent()] == ["Costs of 23 November 2026 to 29 November 2026: $0.00"]


def test_after_days_of_trying_it_is_given_up(owner, clock, broken, caplog):
    report_mail.choose_report_mail(owner, "week")
    clock("2026-11-30 06:00")
    report_mail.send_at_hours()
    Letter.objects.update(tries=19, not_before=timezone.now())
    report_mail.send_at_hours()
    letter = Letter.objects.get()
    assert letter.ended_at
    assert not letter.was_sent
    broken()
    clock("2026-12-01 06:00")
    report_mail.send_at_hours()
    assert sent() == []


def test_a_letter_that_somebody_is_sending_is_left_to_them_until_their_lease_is_over(owner, clock):
    """A process that was killed in the middle: the second mail has the id of the first."""
    report_mail.choose_report_mail(owner, "week")
    now = clock("2026-11-30 06:00")
    report_mail.send_at_hours()
    [first] = mail.outbox
    sent()
    Letter.objects.update(ended_at=None, was_sent=False, lease_until=now + timedelta(minutes=10))
    clock("2026-11-30 06:09")
    report_mail.send_at_hours()
    assert mail.outbox == []
    clock("2026-11-30 06:11")
    report_mail.send_at_hours()
    [second] = mail.outbox
    assert first.extra_headers["Message-ID"] == second.extra_headers["Message-ID"]


def test_two_workers_send_one(owner, clock, monkeypatch):
    report_mail.choose_report_mail(owner, "week")
    clock("2026-11-30 06:00")
    write = report_mail.write_letter

    def write_while_another_tries(letter):
        monkeypatch.setattr(report_mail, "write_letter", write)
        report_mail.send_at_hours()
        return write(letter)

    monkeypatch.setattr(report_mail, "write_letter", write_while_another_tries)
    report_mail.send_at_hours()
    assert len(sent()) == 1


def test_whoever_sees_costs_no_more_gets_no_report_of_the_team(lead, owner, clock, broken):
    book(owner, project="Docks", day=date(2026, 11, 24))
    report_mail.choose_report_mail(lead, "week")
    clock("2026-11-30 06:00")
    report_mail.send_at_hours()
    type(lead).objects.filter(pk=lead.pk).update(role="member")
    broken()
    clock("2026-11-30 07:00")
    report_mail.send_at_hours()
    [(_, _, body)] = sent()
    assert "olga" not in body


@pytest.mark.parametrize(
    ("zone", "before", "after"),
    [
        ("UTC", "2026-11-30 05:59", "2026-11-30 06:00"),
        ("America/Los_Angeles", "2026-11-30 13:59", "2026-11-30 14:00"),
        ("Asia/Tokyo", "2026-11-29 20:59", "2026-11-29 21:00"),
        ("Europe/Berlin", "2026-03-30 03:59", "2026-03-30 04:00"),  # the clocks went forward the day before
        ("Europe/Berlin", "2026-10-26 04:59", "2026-10-26 05:00"),  # and back
    ],
)
def test_they_leave_in_the_morning_of_the_teams_own_zone(owner, clock, settings, zone, before, after):
    settings.TIME_ZONE = zone
    with timezone.override(zone):
        clock(f"{date.fromisoformat(before[:10]) - timedelta(days=3)} 12:00")
        report_mail.choose_report_mail(owner, "week")
        clock(before)
        report_mail.send_at_hours()
        assert sent() == []
        clock(after)
        report_mail.send_at_hours()
        assert len(sent()) == 1


def test_a_report_after_a_pause_says_which_days_have_gone_by_without_one(owner, clock):
    report_mail.choose_report_mail(owner, "week")
    clock("2026-12-23 12:00")
    report_mail.send_at_hours()
    [(_, subject, body)] = sent()
    assert "14 December 2026 to 20 December 2026" in subject
    assert "No report was sent of 23 November 2026 to 13 December 2026" in body
    assert "/costs/?from=2026-11-23&to=2026-12-13" in body


def test_it_is_chosen_on_the_page_of_costs(owner, owner_client):
    choose = reverse("costs-mail")
    page = Page(owner_client.get(owner_client.post(choose, {"every": "month"}).url))
    assert "Reports come to olga@example.com on the first, of the last month." in page.html
    assert page.value("every") == "month"
    assert owner_client.post(choose, {"every": "year"}).status_code == 400
    owner_client.post(choose, {"every": ""})
    assert not ReportMail.objects.exists()


def test_the_rest_of_a_long_list_is_one_line(lead, owner, colleague, today, monkeypatch):
    monkeypatch.setattr(report_mail, "ROWS_MOST", 1)
    for person in (owner, colleague, lead):
        book(person, project="Docks", day=date(2026, 11, 20))
    _, body = report_mail.write_report(lead, periods.period_around("month", date(2026, 11, 25)))
    assert re.search(r"2 others +\$0\.07", body)


def test_what_was_dearer_than_the_official_price_is_no_saving():
    assert "Dearer than the official price by" in report_mail._saved(
        reports.Sums({**reports.ZERO, "charged_micros": 50_000, "official_micros": 10_000})
    )

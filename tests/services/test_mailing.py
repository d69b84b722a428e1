"""Reports by mail: once for each week or month, to those who asked, of what they may see."""

from datetime import date

import pytest
from django.core import mail
from django.urls import reverse
from django.utils import timezone

from gallery.models import ReportMail
from gallery.services import mailing
from tests.pages import Page
from tests.views.test_costs import book

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
    mailing.choose(lead, "month")
    mailing.send_due()
    today("2026-12-01")
    mailing.send_due()
    mailing.send_due()
    [(name, subject, body)] = sent()
    assert (name, subject) == ("lena", "Costs of November 2026: $0.07")
    assert "olga" in body
    assert "carl" in body
    assert "$0.035" in body
    assert "/costs/?from=2026-11-01&to=2026-11-30" in body


def test_a_member_gets_their_own_week_and_nothing_of_others(owner, colleague, today):
    book(owner, project="Docks", day=date(2026, 11, 29))
    book(colleague, project="Heron & Sons", day=date(2026, 11, 29))
    mailing.choose(owner, "week")
    for day in ("2026-11-29", "2026-11-30", "2026-12-06"):
        today(day)
        mailing.send_due()
    [(name, subject, body)] = sent()
    assert (name, subject) == ("olga", "Costs of 23 November 2026 to 29 November 2026: $0.035")
    assert "Docks" in body
    assert "Heron" not in body
    assert "carl" not in body


def test_what_was_missed_while_nothing_ran_is_sent_late_but_once(owner, today):
    mailing.choose(owner, "week")
    today("2026-12-23")
    mailing.send_due()
    assert [subject for _, subject, _ in sent()] == ["Costs of 14 December 2026 to 20 December 2026: $0.00"]


@pytest.mark.parametrize("fields", [{"is_active": False}, {"email": ""}])
def test_nobody_locked_or_without_an_address_gets_mail(owner, today, fields):
    mailing.choose(owner, "week")
    type(owner).objects.update(**fields)
    today("2026-12-01")
    mailing.send_due()
    assert sent() == []


def test_a_demo_sends_nothing(owner, today, settings):
    mailing.choose(owner, "week")
    settings.DEMO = True
    today("2026-12-01")
    mailing.send_due()
    assert sent() == []


def test_mail_that_cannot_be_sent_stops_nobody_else(owner, colleague, today, settings, caplog):
    for person in (owner, colleague):
        mailing.choose(person, "week")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 9
    today("2026-12-01")
    mailing.send_due()
    assert caplog.text.count("report not sent") == 2


def test_it_is_chosen_on_the_page_of_costs(owner, owner_client):
    choose = reverse("costs-mail")
    page = Page(owner_client.get(owner_client.post(choose, {"every": "month"}).url))
    assert "Reports come to olga@example.com on the first, of the last month." in page.html
    assert page.value("every") == "month"
    assert owner_client.post(choose, {"every": "year"}).status_code == 400
    owner_client.post(choose, {"every": ""})
    assert not ReportMail.objects.exists()

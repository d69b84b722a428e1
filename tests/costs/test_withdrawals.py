"""The same lines twice, a statement taken back, days on which nobody can have called, and the alarm."""

from datetime import timedelta

import pytest
from django.core import mail
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gallery.models import Adjustment, Attempt, Charge, Difference, Job, Statement
from gallery.services.ledger import entries, report_mail
from gallery.services.paid_calls import recording, resolution
from gallery.services.paid_calls.outcomes import Outcome
from gallery.services.reconciliation import overlaps, settlement, statements, withdrawals
from tests.costs.test_matching import HEAD, MODEL, NOON, called, charged, found, take_in
from tests.pages import Page
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db


def doubt(person, request_id, **fields):
    attempt = called(person, request_id, **fields)
    Job.objects.filter(pk=attempt.job_id).update(state="UNKNOWN", reason="unknown", attempt=attempt)
    return attempt


def state_of(attempt):
    attempt.refresh_from_db()
    return attempt.money, Job.objects.get(pk=attempt.job_id).state


def decide_all(statement, admin):
    for each in settlement.open_differences(statement):
        settlement.decide_difference(each, apply=True, by=admin)


# -- twice ------------------------------------------------------------------------------------------------------------


def test_the_same_file_twice_is_recognised_however_it_is_written(owner, admin, admin_client):
    called(owner, "ours-1", money="charged")
    lines = [charged("ours-1"), charged("theirs-9", micros=70_000)]
    first = take_in(admin, *lines)
    for again in (lines, lines[::-1]):
        with pytest.raises(overlaps.AlreadyTakenIn) as known:
            take_in(admin, *again)
        assert known.value.statement == first
    other = f"time;request_id;model;usd\n{int(NOON.timestamp())};ours-1;{MODEL};0,01\n"
    other += f"{int(NOON.timestamp())};theirs-9;{MODEL};0,07\n"
    sent = {"file": SimpleUploadedFile("usage (1).csv", other.encode())}
    page = Page(admin_client.post(reverse("costs-statement-add"), sent))
    assert "These charges have been taken in already, by ada" in page.text
    assert reverse("costs-statement", args=[first.key]) in page.html
    assert Statement.objects.count() == 1


def test_the_lines_that_two_files_share_are_said_once(owner, admin):
    called(owner, "ours-1", money="charged")
    uncertain = doubt(owner, "ours-2")
    shared = [charged("ours-1", micros=50_000), charged("ours-2"), charged("theirs-9"), charged("theirs-9")]
    first = take_in(admin, *shared)
    assert found() == [("amount", 10_000, 50_000), ("doubt_paid", 10_000, 10_000)] + [("outside", 0, 10_000)] * 2
    settlement.adjust_difference(Difference.objects.get(kind="amount"), by=admin, reason="as invoiced")
    later = take_in(admin, *shared, charged("theirs-9"), charged("theirs-8"))
    assert found(later) == [("outside", 0, 10_000)] * 2
    assert later.charges.filter(repeats__isnull=False).count() == 4
    assert settlement.outside_in({})["micros"] == 40_000
    decide_all(first, admin)
    assert state_of(uncertain)[0] == "charged"


def test_lines_without_ids_are_known_by_their_moment(owner, admin):
    uncertain = [called(owner, at=NOON + timedelta(minutes=n)) for n in range(2)]
    lines = [charged("", micros=7_000), charged("", micros=7_000)]
    take_in(admin, *lines)
    later = take_in(admin, *lines, charged("", at=NOON + timedelta(days=1), model="flux-2-max"))
    assert later.charges.filter(repeats__isnull=False).count() == 2
    assert found(later) == [("total", 0, 10_000)]
    assert len(uncertain) == 2


# -- withdrawn --------------------------------------------------------------------------------------------------------


def test_what_a_withdrawn_statement_settled_is_undone(owner, admin):
    paid, free = doubt(owner, "ours-1"), doubt(owner, "ours-2")
    answered = doubt(owner, "ours-5", status=200)
    Job.objects.filter(pk=answered.job_id).update(state="NO_RESULT", reason="no_result")
    refused = called(owner, "ours-3", money="not_charged", status=400, error="moderation")
    Job.objects.filter(pk=refused.job_id).update(state="FAILED", reason="moderation", attempt=refused)
    other = called(owner, "ours-4", money="charged")
    lines = [charged("ours-1"), charged("ours-2", micros=0), charged("ours-3"), charged("ours-4", micros=30_000)]
    lines += [charged("ours-5")]
    statement = take_in(admin, *lines)
    settlement.adjust_difference(Difference.objects.get(kind="amount"), by=admin, reason="as invoiced")
    decide_all(statement, admin)
    assert [state_of(each)[0] for each in (paid, free, refused)] == ["charged", "not_charged", "charged"]
    undone = withdrawals.withdraw_statement(statement, by=admin, note="of another account")
    assert (undone.undone, undone.kept) == (5, 0)
    assert state_of(paid) == state_of(free) == ("uncertain", "UNKNOWN")
    assert state_of(answered) == ("uncertain", "NO_RESULT")
    assert state_of(refused) == ("not_charged", "FAILED")
    assert Job.objects.get(pk=refused.job_id).reason == "moderation"
    assert state_of(other)[0] == "charged"
    assert sorted(Adjustment.objects.values_list("micros", flat=True)) == [-20_000, 20_000]
    assert entries.find_differences() == []
    assert withdrawals.withdraw_statement(statement, by=admin) is None
    again = take_in(admin, *lines)  # it is not known any more
    assert len(found(again)) == 5


def test_what_something_later_depends_on_stays(owner, admin):
    paid = doubt(owner, "ours-1")
    statement = take_in(admin, charged("ours-1"))
    decide_all(statement, admin)
    job = Job.objects.get(pk=paid.job_id)
    assert resolution.ask_again(job, attempt=paid, by=owner)
    undone = withdrawals.withdraw_statement(statement, by=admin)
    assert (undone.undone, undone.kept) == (0, 1)
    assert undone.words.startswith("0 decisions undone. 1 stays: the picture")
    assert state_of(paid) == ("charged", "QUEUED")


def test_what_a_late_answer_has_said_since_stays(owner, admin):
    free = doubt(owner, "ours-1")
    statement = take_in(admin, charged("ours-1", micros=0))
    decide_all(statement, admin)
    recording.record_late(free.key, Outcome(money="charged", state="NO_RESULT", reason="no_result", status=200))
    assert withdrawals.withdraw_statement(statement, by=admin).kept == 1
    assert state_of(free) == ("charged", "FAILED")


def test_of_two_who_withdraw_a_statement_at_once_one_does(owner, admin):
    paid = doubt(owner, "ours-1")
    statement = take_in(admin, charged("ours-1"))
    decide_all(statement, admin)
    with after_statement('FROM "gallery_difference"', lambda: withdrawals.withdraw_statement(statement, by=admin)):
        assert withdrawals.withdraw_statement(statement, by=admin) is None
    assert state_of(paid) == ("uncertain", "UNKNOWN")


def test_another_statement_that_says_the_same_keeps_it(owner, admin):
    paid = doubt(owner, "ours-1")
    statement = take_in(admin, charged("ours-1"))
    decide_all(statement, admin)
    take_in(admin, charged("ours-1"), charged("theirs-9"))
    assert withdrawals.withdraw_statement(statement, by=admin).kept == 1
    assert state_of(paid) == ("charged", "LOST")


def test_what_a_later_statement_left_unsaid_it_says_when_the_first_is_withdrawn(owner, admin):
    called(owner, "ours-1", money="charged")
    first = take_in(admin, charged("ours-1", micros=50_000), charged("theirs-9"))
    later = take_in(admin, charged("ours-1", micros=50_000), charged("theirs-9"), charged("theirs-8"))
    assert found(later) == [("outside", 0, 10_000)]
    [again] = withdrawals.withdraw_statement(first, by=admin).later
    statements.read_on(again)
    assert found(later) == [("amount", 10_000, 50_000)] + [("outside", 0, 10_000)] * 2
    assert settlement.outside_in({})["micros"] == 20_000


def test_a_statement_is_withdrawn_on_its_page(owner, admin, admin_client, lead_client):
    called(owner, "ours-1")
    statement = take_in(admin, charged("ours-1"))
    address = reverse("costs-statement-withdraw", args=[statement.key])
    assert lead_client.post(address).status_code == 404
    page = Page(admin_client.get(admin_client.post(address, {"note": "of another account"}).url))
    assert "Withdrawn by ada" in page.text
    assert "of another account" in page.text
    assert "To be decided" not in page.text
    assert "It had settled nothing." in page.html
    assert "withdrawn" in Page(admin_client.get(reverse("costs-statements"))).text


# -- days that are asked about ----------------------------------------------------------------------------------------


def test_charges_of_days_on_which_nobody_can_have_called_are_asked_about(owner, admin, admin_client):
    called(owner, "ours-1", money="charged")
    odd = [NOON.replace(year=2099), NOON - timedelta(days=30)]
    statement = take_in(admin, charged("ours-1"), *(charged(f"theirs-{n}", at=at) for n, at in enumerate(odd)))
    assert (statement.start, statement.end) == (NOON.date(), NOON.date())
    assert found() == []
    assert settlement.sum_differences(statement)["provider"] == 10_000
    page = Page(admin_client.get(reverse("costs-statement", args=[statement.key])))
    assert "2 charges are dated before the first call or in the future" in page.text
    assert "10 Nov 2099 ($0.01)" in page.text
    admin_client.post(reverse("costs-statement-dates", args=[statement.key]))
    statement.refresh_from_db()
    assert (statement.end.year, statement.is_complete) == (2099, True)
    assert found() == [("outside", 0, 10_000)] * 2
    assert Charge.objects.filter(held=True).count() == 0


def test_a_file_of_odd_days_only_is_kept_and_counts_nothing(owner, admin):
    called(owner, "ours-1", money="charged")
    statement = take_in(admin, charged("theirs-1", at=NOON.replace(year=2099)))
    assert found() == []
    assert settlement.sum_differences(statement)["provider"] == 0
    assert statement.charges.get().held


# -- the alarm --------------------------------------------------------------------------------------------------------


@pytest.fixture
def outside(owner, admin, lead):
    called(owner, "ours-1", money="charged")
    return take_in(admin, charged("ours-1"), charged("theirs-9", micros=70_000))


def test_use_of_the_key_outside_is_said_on_pages_by_mail_and_in_the_log(
    owner, admin, lead, lead_client, owner_client, caplog
):
    called(owner, "ours-1", money="charged")
    statement = take_in(admin, charged("ours-1"), charged("theirs-9", micros=70_000))
    assert "key used outside fluxweb" in caplog.text
    assert "1 charge of the provider is for calls that nobody made here" in Page(lead_client.get("/gallery/")).html
    assert "nobody made here" not in Page(owner_client.get("/gallery/")).html
    report_mail.send_due()
    report_mail.send_due()
    assert sorted(message.to[0] for message in mail.outbox) == ["ada@example.com", "lena@example.com"]
    assert "The provider charged $0.07 for calls that nobody made in fluxweb" in mail.outbox[0].subject
    assert reverse("costs-statement", args=[statement.key]) in mail.outbox[0].body
    assert "1 charge of 10 November 2026: nobody here made the calls." in mail.outbox[0].body
    settlement.decide_difference(
        settlement.open_differences(statement).get(), apply=False, by=admin, note="Max tried a script"
    )
    assert "nobody made here" not in Page(lead_client.get("/gallery/")).html
    statements.compare_anew(statement)
    statement.refresh_from_db()
    statements.read_on(statement)
    report_mail.send_due()
    assert len(mail.outbox) == 2


def test_it_stands_beside_the_spend_and_not_in_it(outside, lead_client, owner_client):
    query = {"from": NOON.date(), "to": NOON.date()}
    page = Page(lead_client.get(reverse("costs"), query))
    assert "Outside fluxweb$0.071 charge for calls that nobody made here, not in the sums" in page.text
    assert "Outside fluxweb" not in Page(owner_client.get(reverse("costs"), query)).text
    assert "Outside fluxweb" not in Page(lead_client.get(reverse("costs"), query | {"member": "olga"})).text
    assert "Outside fluxweb" not in Page(lead_client.get(reverse("costs"), query | {"model": "flux-2-max"})).text
    assert "Charged there, unknown here" in Page(lead_client.get(reverse("costs-statement", args=[outside.key]))).text


def test_a_withdrawn_statement_alarms_nobody(outside, admin, lead_client):
    withdrawals.withdraw_statement(outside, by=admin)
    report_mail.send_due()
    assert mail.outbox == []
    assert "nobody made here" not in Page(lead_client.get("/gallery/")).html
    assert settlement.outside_in({})["count"] == 0
    assert HEAD
    assert Attempt.objects.count() == 1

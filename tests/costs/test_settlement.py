"""The provider's charges against the books: what agrees, what is proposed, and what a person makes of it."""

import io
from datetime import timedelta

import pytest
from django.utils import timezone

from gallery import tasks
from gallery.catalogue.tables.statement_files import InvalidStatementFile
from gallery.models import Attempt, Charge, Difference, Statement
from gallery.models.costs.statements import Stage
from gallery.services.jobs import provider
from gallery.services.ledger import entries, periods, reports
from gallery.services.reconciliation import balance, settlement, statements
from gallery.services.runs import submission
from gallery.simulator import faults
from tests.factories import make_run

pytestmark = pytest.mark.django_db(transaction=True)

HEAD = "created_at,request_id,model_name,quota\n"


def this_month():
    return periods.period_around("month", timezone.localdate())


def read_log(admin):
    statement = statements.begin_reading(this_month(), by=admin)
    statements.read_on(statement)
    statement.refresh_from_db()
    return statement


def as_csv(world, *, without_ids=False):
    rows = [
        f"{int(post.time)},{'' if without_ids else post.request_id},{post.model},{post.billed_micros // 2}"
        for post in world.till
        if post.billed
    ]
    return (HEAD + "\n".join(rows)).encode()


def differences():
    return sorted(Difference.objects.values_list("kind", "decision"))


def today_spent():
    day = timezone.localdate()
    return reports.total_spend(reports.Slice(day - timedelta(days=1), day + timedelta(days=1)))


@pytest.fixture
def account(settings, provider_server):
    settings.FLUX_ACCOUNT_TOKEN = "account-token-that-no-page-may-show"
    return provider_server


def test_books_that_agree_have_no_difference(owner, admin, worker, account):
    make_run(owner, models=["flux-pro-1.1", "flux-2-flex"], seed="1..6", size="1024x1024")
    worker.work()
    statement = read_log(admin)
    assert statement.is_complete
    assert statement.charges.count() == 12  # two pages of the provider's log
    assert not statement.charges.filter(attempt=None).exists()
    assert differences() == []
    sums = settlement.sum_differences(statement)
    assert sums["provider"] == sums["charged"] == 6 * 95_000


def test_a_call_in_doubt_that_was_charged_is_proposed_and_settled_by_a_person(owner, admin, worker, account, world):
    make_run(owner, seed="1..2", size="64x64")
    worker.fetch(worker.call())
    world.script(faults.CutBeforeAnswer())
    uncertain = worker.call()
    statement = read_log(admin)
    assert differences() == [("doubt_paid", "")]
    uncertain.refresh_from_db()
    assert uncertain.money == "uncertain"  # nothing happens by itself
    [difference] = settlement.open_differences(statement)
    assert settlement.decide_difference(difference, apply=True, by=admin, note="as the log says")
    uncertain.refresh_from_db()
    assert (uncertain.money, uncertain.settled_by) == ("charged", "ada")
    assert not settlement.decide_difference(difference, apply=True, by=admin)
    assert today_spent().lost_micros == 10_000
    difference.refresh_from_db()
    assert (difference.decision, difference.decided_by, difference.note) == ("applied", "ada", "as the log says")


def test_a_call_in_doubt_that_was_not_charged_is_settled_as_free(owner, admin, worker, account, world):
    make_run(owner, seed="1..2", size="64x64")
    worker.fetch(worker.call())
    world.script(faults.CutBeforeAnswer())
    worker.call()
    world.till[-1].billed_micros = 0
    statement = read_log(admin)
    assert differences() == [("doubt_free", "")]
    assert settlement.decide_difference(settlement.open_differences(statement).get(), apply=True, by=admin)
    assert (today_spent().uncertain_micros, today_spent().free_calls) == (0, 1)


def test_a_refusal_that_was_charged_is_booked(owner, admin, worker, account, world):
    make_run(owner, seed="1", size="64x64")
    world.script(faults.Moderated())
    worker.call()
    world.till[-1].billed_micros = 10_000
    statement = read_log(admin)
    assert differences() == [("free_paid", "")]
    assert settlement.decide_difference(settlement.open_differences(statement).get(), apply=True, by=admin)
    assert (today_spent().charged_micros, today_spent().lost_micros) == (10_000, 10_000)
    assert entries.find_differences() == []


def test_a_refusal_that_was_charged_is_not_retried_with_the_free_ones(owner, admin, worker, account, world):
    run = make_run(owner, seed="1", size="64x64")
    world.script(faults.Moderated())
    worker.call()
    world.till[-1].billed_micros = 10_000
    difference = settlement.open_differences(read_log(admin)).get()
    assert settlement.decide_difference(difference, apply=True, by=admin)
    assert submission.retry_run(run) == 0
    assert run.jobs.get().state == "LOST"


def test_another_amount_and_a_second_charge_are_shown_and_left(owner, admin, worker, account, world):
    make_run(owner, seed="1..2", size="64x64")
    worker.work()
    content = as_csv(world).decode().replace(",5000", ",6000", 1)
    content += "\n" + content.splitlines()[-1]
    statement = statements.import_csv(content.encode(), name="usage.csv", by=admin)
    assert differences() == [("amount", ""), ("twice", "")]
    for each in settlement.open_differences(statement):
        assert each.proposes == ""
        assert not settlement.decide_difference(each, apply=True, by=admin)
        assert settlement.decide_difference(each, apply=False, by=admin, note="asked the provider")
    assert today_spent().charged_micros == 20_000
    assert differences() == [("amount", "left"), ("twice", "left")]


def test_without_request_ids_the_totals_of_a_day_decide(owner, admin, worker, account, world):
    make_run(owner, seed="1..3", size="64x64")
    worker.fetch(worker.call())
    world.script(faults.CutBeforeAnswer())
    worker.call()
    statements.import_csv(as_csv(world, without_ids=True), name="usage.csv", by=admin)
    assert differences() == [("doubt_paid", "")]


def test_a_total_that_nothing_explains_is_one_difference(owner, admin, worker, account, world):
    make_run(owner, seed="1..2", size="64x64")
    worker.work()
    content = HEAD + f"{int(world.till[0].time)},,flux-2-klein-4b,999\n{int(world.till[0].time)},,flux-2-max,35000"
    statement = statements.import_csv(content.encode(), name="usage.csv", by=admin)
    found = settlement.open_differences(statement).values_list("kind", "model", "books_micros", "provider_micros")
    assert sorted(found) == [("total", "flux-2-klein-4b", 20_000, 1_998), ("total", "flux-2-max", 0, 70_000)]


def test_a_charge_of_nothing_says_that_a_call_in_doubt_was_free(owner, admin, worker, account, world):
    make_run(owner, size="64x64")
    world.script(faults.CutBeforeAnswer())
    uncertain = worker.call()
    Attempt.objects.filter(pk=uncertain.pk).update(request_id="known")
    content = f"{HEAD}{int(timezone.now().timestamp())},known,{uncertain.model},0"
    statements.import_csv(content.encode(), name="usage.csv", by=admin)
    assert differences() == [("doubt_free", "")]


def test_a_charge_that_names_no_model_is_set_against_its_whole_day(owner, admin, worker, account, world):
    make_run(owner, size="64x64")
    world.script(faults.CutBeforeAnswer())
    uncertain = worker.call()
    content = f"time,usd\n{int(timezone.now().timestamp())},0.{uncertain.micros:06d}"
    statements.import_csv(content.encode(), name="usage.csv", by=admin)
    assert differences() == [("doubt_paid", "")]


def test_what_somebody_settled_meanwhile_stays_open_for_another_look(owner, admin, worker, account, world):
    make_run(owner, seed="1", size="64x64")
    world.script(faults.CutBeforeAnswer())
    attempt = worker.call()
    statement = read_log(admin)
    Attempt.objects.filter(pk=attempt.pk).update(money="not_charged")
    assert not settlement.decide_difference(settlement.open_differences(statement).get(), apply=True, by=admin)
    assert differences() == [("doubt_paid", "")]


# -- files ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\xff\xfe", "No column says when"),
        (b"", "No column says when"),
        (b"created_at\n1", "No column says how much"),
        (b"time,usd\n", "There is no charge"),
        (b"time,usd\nyesterday,1", "Line 2: it does not say when"),
        (b"time,usd\n2026-11-25 10:00,much", "Line 2: Write dollars as a number"),
        (b"time,usd\n2026-11-25 10:00,0.0000001", "Line 2: .* has more than six decimals"),
        (b"time,usd\n2026-11-25 10:00,NaN", "Line 2: Write dollars"),
        (b"time,usd\n2026-11-25 10:00,1e999999999", "Line 2: .* is no amount"),
        (b"time,usd\n2026-02-30 10:00,1", "Line 2: it does not say when"),
        (b"time,quota\n2026-11-25 10:00,1.5", "Line 2: the quota is no whole number"),
        (b"time,quota\n2026-11-25 10:00," + b"9" * 30, "Line 2: the quota is no whole number"),
    ],
)
def test_a_file_that_cannot_be_believed_says_why_and_leaves_nothing(admin, content, says):
    with pytest.raises(InvalidStatementFile, match=says):
        statements.import_csv(content, name="x.csv", by=admin)
    assert not Statement.objects.exists()


def test_a_file_may_have_other_heads_dollars_and_top_ups(admin):
    head = "\ufeffType,Time,Model,Cost (USD)\n"
    content = f"{head}consume,2026-11-25T10:00:00Z,flux-dev,$0.02\ntopup,2026-11-25T10:00:00Z,,50\n"
    statement = statements.import_csv(content.encode(), name="usage.csv", by=admin)
    [charge] = statement.charges.all()
    assert (charge.model, charge.micros, charge.number) == ("flux-dev", 20_000, 2)


# -- the account ------------------------------------------------------------------------------------------------------


def test_reading_goes_on_where_it_ended(owner, admin, worker, account, settings):
    make_run(owner, seed="1..12", size="64x64")
    worker.work()
    statement = statements.begin_reading(this_month(), by=admin)
    statements.read_on(statement, seconds=0)
    assert Charge.objects.count() == 0
    settings.FLUX_ACCOUNT_TOKEN = "two words"
    statement.refresh_from_db()
    assert not statement.is_complete
    settings.FLUX_ACCOUNT_TOKEN = "a-token"
    statements.read_on(statement)
    statements.read_on(statement)
    assert (Charge.objects.count(), statement.is_complete) == (12, True)


@pytest.mark.django_db(transaction=True)
def test_the_balance_is_noted_when_it_changes(owner, worker, account, world, settings):
    balance.read_balance()
    tasks.read_balance.call_local()
    assert balance.latest_balance().micros == world.credit_micros
    make_run(owner, models=["flux-2-max"], seed="1", size="64x64")
    worker.work()
    balance.read_balance()
    assert balance.latest_balance().micros == world.credit_micros - 70_000
    assert type(balance.latest_balance()).objects.count() == 2
    assert balance.low_balance() is None
    settings.BALANCE_LOW_MICROS = world.credit_micros
    assert balance.low_balance() is not None
    settings.FLUX_ACCOUNT_TOKEN = ""
    assert balance.low_balance() is None


def test_a_token_that_is_not_accepted_says_so_without_being_told(account, world, settings, caplog):
    world.account_tokens = {"another"}
    with pytest.raises(provider.AccountUnreadable, match="did not accept the account token"):
        provider.read_balance()
    balance.read_balance()
    assert "balance not read" in caplog.text
    assert settings.FLUX_ACCOUNT_TOKEN not in caplog.text


def test_a_stored_file_that_reads_otherwise_by_now_stops_its_statement(admin, monkeypatch):
    statement = Statement.objects.create(source="csv", name="a.csv", start="2026-11-01", end="2026-11-30")
    monkeypatch.setattr(statements.files, "open_file", lambda _: io.BytesIO(b"no statement at all"))
    assert statements._lines_of_file(statement) is None
    statement.refresh_from_db()
    assert statement.trouble


def test_how_far_the_lines_are_read_is_told_in_percent(db):
    statement = Statement(source="csv", stage=Stage.LINES, start="2026-11-01", end="2026-11-30", position=1)
    statement.save()
    for number in (1, 2, 3, 4):
        statement.charges.create(number=number, day="2026-11-10", at=timezone.now(), micros=1)
    assert statements.reading_progress(statement) == 25

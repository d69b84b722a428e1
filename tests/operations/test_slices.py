"""Long work in slices: how many rows one may have, and that a kill between two of them loses and doubles nothing."""

import contextlib
import threading
from contextlib import contextmanager
from datetime import date, timedelta

import pytest
from django.contrib.sessions.models import Session
from django.db import connection
from django.db.models import F
from django.utils import timezone
from PIL import Image as Pillow

from gallery.catalogue.parameters import validation
from gallery.models import (
    Attempt,
    Charge,
    DailySpend,
    Difference,
    Image,
    Job,
    LedgerEntry,
    MonthlySpend,
    Price,
    Project,
    RateCounter,
    Statement,
)
from gallery.models.calls import KEY_GATE
from gallery.models.costs.budgets import Period
from gallery.models.costs.statements import Kind, Stage
from gallery.models.runs import PRICE_CHANGED
from gallery.services.accounts import invites
from gallery.services.budgets import budgets, deferral, repricing
from gallery.services.db import slices
from gallery.services.db.raw_updates import PreparedRows
from gallery.services.db.slices import Pace, delete_in_slices, write_in_slices
from gallery.services.demo_data.filling import fill_gallery
from gallery.services.demo_data.samples import Sample
from gallery.services.jobs import gates, transitions
from gallery.services.ledger import entries
from gallery.services.media.seeing import looks
from gallery.services.operations import rate_limits
from gallery.services.prices import price_book, quotes
from gallery.services.reconciliation import statements
from gallery.services.storage import files
from tests.factories import make_run
from tests.worker.races import at_once

pytestmark = pytest.mark.django_db(transaction=True)

NEW_PRICE = {
    "model": "flux-2-klein-4b", "starts": date(2026, 1, 1), "official_first_micros": 1, "official_further_micros": 1,
    "official_input_micros": 1, "source": "test", "certain": True,
}  # fmt: skip
LINES = 620  # more than is saved at once, and than is matched at once


class Killed(BaseException):
    """The process ends here."""


@pytest.fixture
def slow_rows(monkeypatch):
    """A clock by which every row costs so many seconds."""
    clock = [0.0]
    monkeypatch.setattr(slices.time, "monotonic", lambda: clock[0])
    monkeypatch.setattr(slices.time, "sleep", lambda seconds: None)
    return clock


@pytest.mark.parametrize("row_seconds", [0.00001, 0.0005, 0.002])
def test_a_slice_has_as_many_rows_as_fit_into_its_time(slow_rows, row_seconds):
    sizes = []

    def write(part):
        sizes.append(len(part))
        slow_rows[0] += row_seconds * len(part)

    rows = list(range(20_000))
    write_in_slices(rows, write)
    assert sum(sizes) == len(rows)
    settled = sizes[12:]
    assert all(size * row_seconds <= 2 * slices.MOST_SECONDS or size == slices.LEAST for size in settled)
    assert max(sizes) <= slices.MOST


def test_every_slice_is_a_transaction_of_its_own():
    seen = []
    write_in_slices(list(range(250)), lambda part: seen.append((len(part), connection.in_atomic_block)), pace=Pace(100))
    assert all(inside for _, inside in seen)
    assert not connection.in_atomic_block
    assert len(seen) > 1


def test_rows_are_deleted_a_slice_at_a_time(monkeypatch):
    Project.objects.bulk_create(Project(name=f"p{n}") for n in range(250))
    assert delete_in_slices(Project.objects.exclude(name="p7")) == 249
    assert [project.name for project in Project.objects.all()] == ["p7"]


# -- statements -------------------------------------------------------------------------------------------------------


def content():
    """A file of charges that no call of ours is for: each becomes a difference."""
    day = timezone.localdate() - timedelta(days=3)
    rows = (f"{day + timedelta(days=n % 3)} 10:00:00,strange-{n},flux-dev,0.02" for n in range(LINES))
    return ("time,request_id,model,usd\n" + "\n".join(rows)).encode()


def begin(admin, monkeypatch):
    """Take the file in; the press ends at once, so that all is left to a worker."""
    with monkeypatch.context() as patched:
        patched.setattr(statements, "read_on", lambda *_, **__: None)
        return statements.import_csv(content(), name="usage.csv", by=admin)


def check_complete():
    statement = Statement.objects.get()
    assert statement.is_complete
    assert sorted(statement.charges.values_list("number", flat=True)) == list(range(2, LINES + 2))
    assert statement.differences.filter(kind=Kind.OUTSIDE).count() == LINES
    assert statement.differences.values("charge").distinct().count() == LINES
    assert not list(files.list_files(statements.FOLDER))


def never():
    return False


def test_a_worker_takes_a_long_file_from_where_the_press_ended(admin, monkeypatch):
    statement = begin(admin, monkeypatch)
    assert (statement.stage, statement.charges.count()) == (Stage.SAVING, 0)
    assert [key for _, key in files.list_files(statements.FOLDER)] == [statement.key]
    assert statements.read_next(stopped=never)
    check_complete()
    assert not statements.read_next(stopped=never)


@contextlib.contextmanager
def killed_after(slices):
    """Let whoever writes die when so many slices are written."""
    real, written = Pace.slice, []

    def slice_or_die(pace):
        if len(written) == slices:
            raise Killed
        written.append(1)
        return real(pace)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Pace, "slice", slice_or_die)
        yield


@pytest.mark.parametrize("after", [0, 1, 2, 3, 4, 6, 8])
def test_a_kill_between_any_two_slices_loses_and_doubles_nothing(admin, monkeypatch, after):
    begin(admin, monkeypatch)
    for deaths in range(60):
        with killed_after(after + deaths):
            try:
                statements.read_next(stopped=never)
            except Killed:
                if not Statement.objects.get().is_complete:
                    assert not Difference.objects.outside().exists()
                    continue
        break
    assert deaths
    statements.sweep()
    assert not Difference.objects.filter(told=False).exists()
    check_complete()


def test_a_worker_that_is_told_to_stop_leaves_the_rest_for_the_next_one(admin, monkeypatch):
    begin(admin, monkeypatch)
    looks = iter([False, False, True])
    statements.read_next(stopped=lambda: next(looks, True))
    assert not Statement.objects.get().is_complete
    statements.read_next(stopped=never)
    check_complete()


def test_two_workers_at_once_do_everything_once(admin, monkeypatch):
    begin(admin, monkeypatch)
    at_once(lambda _: statements.read_next(stopped=never), range(2))
    while statements.read_next(stopped=never):
        pass
    check_complete()


def test_a_withdrawn_statement_is_not_gone_on_with(admin, monkeypatch):
    statement = begin(admin, monkeypatch)
    Statement.objects.update(withdrawn_at=timezone.now())
    assert not statements.read_next(stopped=never)
    statement.refresh_from_db()
    statements.read_on(statement)
    assert not Charge.objects.exists()
    statements.sweep()
    assert not list(files.list_files(statements.FOLDER))


def test_a_file_that_is_gone_says_so_and_stops(admin, monkeypatch):
    statement = begin(admin, monkeypatch)
    files.remove_file(statements.statement_file_name(statement))
    statements.read_next(stopped=never)
    statement.refresh_from_db()
    assert "not there any more" in statement.trouble
    assert not statements.read_next(stopped=never)


# -- everything else that is long -------------------------------------------------------------------------------------


@contextmanager
def counted_writes():
    """Count the rows of each transaction: what they change is what others wait for."""
    sizes, real = [], Pace.slice

    @contextmanager
    def counted(pace):
        with real(pace):
            yield
        sizes.append(pace.size)

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(Pace, "slice", counted)
        yield sizes


def test_a_fold_of_many_entries_lets_others_in_between(owner, monkeypatch):
    monkeypatch.setattr(entries, "APPLIED_FIRST", 10)
    make_run(owner, seed="1..30")
    jobs = list(Job.objects.all())
    for job in jobs:
        Attempt.for_job(job, project_id=None, worker=None, money="reserved").save()
    assert LedgerEntry.objects.count() == len(jobs)
    with counted_writes() as slices_made:
        entries.apply_entries()
    assert len(slices_made) > 1
    assert (LedgerEntry.objects.count(), entries.find_differences()) == (0, [])


@pytest.fixture
def spent(owner):
    """Attempts of three days in two months."""
    make_run(owner, seed="1..12")
    for n, job in enumerate(Job.objects.order_by("id")):
        day = date(2026, 10 + n % 2, 5 + n % 3)
        Attempt.for_job(job, project_id=None, worker=None, money="reserved", day=day).save()
    entries.apply_entries()


def spoil():
    DailySpend.objects.filter(day__day=5).update(reserved_micros=F("reserved_micros") + 3)
    MonthlySpend.objects.filter(day__month=11).delete()
    DailySpend.objects.filter(day__day=7).delete()


def test_the_sums_are_counted_anew_a_day_at_a_time(spent):
    spoil()
    with counted_writes() as slices_made:
        assert entries.rebuild_sums()
    assert len(slices_made) >= 4
    assert entries.find_differences() == []
    with counted_writes() as slices_made:
        assert entries.rebuild_sums() == []
    assert slices_made == []


@pytest.mark.parametrize("after", range(1, 5))
def test_counting_anew_goes_on_after_a_kill(spent, after):
    spoil()
    with contextlib.suppress(Killed), killed_after(after):
        entries.rebuild_sums()
    entries.rebuild_sums()
    assert entries.find_differences() == []


def test_the_check_of_the_sums_keeps_nobody_from_writing(spent):
    wrote = []

    def write():
        Project.objects.create(name="meanwhile")
        wrote.append(True)
        connection.close()

    with entries.consistent_read():
        assert entries.find_differences() == []
        other = threading.Thread(target=write)
        other.start()
        other.join()
        assert not Project.objects.exists()  # of another moment
    assert wrote
    assert Project.objects.exists()


def test_demo_data_is_written_a_few_runs_at_a_time(owner):
    request = validation.clean_request("flux-dev", {"prompt": "a cat", "seed": 7, "size": "64x64"})
    quote = quotes.quote_request(request, book=price_book.read_price_book())
    sample = Sample(request, quote, "a.jpeg", "a.webp", 10, "0" * 64, look=looks.look_at(Pillow.new("RGB", (8, 8))))
    with counted_writes() as slices_made:
        list(fill_gallery(owner, [sample], images=203))
    assert len(slices_made) > 2
    assert (Image.objects.count(), entries.find_differences()) == (203, [])


def test_sessions_and_counters_that_ran_out_go_and_the_others_stay():
    long_ago, later = timezone.now() - timedelta(days=9), timezone.now() + timedelta(days=9)
    rows = [Session(session_key=f"{n}", session_data="", expire_date=later if n == 7 else long_ago) for n in range(250)]
    Session.objects.bulk_create(rows)
    RateCounter.objects.bulk_create(
        RateCounter(name=f"t{n}", begins_at=later if n == 7 else long_ago, count=1) for n in range(250)
    )
    invites.sweep_sessions()
    rate_limits.delete_old_counters()
    assert [row.session_key for row in Session.objects.all()] == ["7"]
    assert [row.name for row in RateCounter.objects.all()] == ["t7"]


def test_rows_that_were_prepared_are_what_django_would_have_made_of_them(owner):
    run = make_run(owner, seed="1..3", prompt="a \u201ccat\u201d, 100 %")
    made = list(Job.objects.order_by("position").values())
    again = [Job(**{**row, "id": None, "key": f"again-{row['id']}", "position": row["position"] + 3}) for row in made]
    PreparedRows(again).insert(run=run, changed_at=run.created_at)
    copies = list(Job.objects.filter(position__gte=3).order_by("position").values())
    for row, copy in zip(made, copies, strict=True):
        told_apart = {"id", "key", "position", "changed_at"}
        assert {name: copy[name] for name in row.keys() - told_apart} == {n: row[n] for n in row.keys() - told_apart}
        assert copy["changed_at"] == run.created_at


def test_what_waits_for_a_budget_is_put_aside_and_woken_a_few_at_a_time(owner, lead):
    budget = budgets.make_budget(by=lead, period=Period.ONCE, limit_micros=0)
    for _ in range(3):
        make_run(owner, seed="1..80", buy_again=True)
    with counted_writes() as slices_made:
        assert deferral.defer_jobs({budget.pk}) == 240
    assert len(slices_made) > 1
    assert deferral.release_affordable() == 0
    with counted_writes() as slices_made:
        assert budgets.change_budget(budget, by=lead, limit_micros=10**9) == 240
    assert len(slices_made) > 1
    assert not Job.objects.deferred().exists()


# -- a long queue -----------------------------------------------------------------------------------------------------


def _resume():
    Job.objects.update(not_before=timezone.now() + timedelta(hours=1), reason="rate_limited")
    return lambda: gates.resume_gate(KEY_GATE)


def _defer():
    Price.objects.create(**NEW_PRICE, ours_micros=50_000)
    return repricing.defer_repriced


def _release():
    Job.objects.update(reason=PRICE_CHANGED)
    Price.objects.create(**NEW_PRICE, ours_micros=1)
    return repricing.release_repriced


@pytest.mark.parametrize("begin", [_resume, _defer, _release])
def test_no_matter_how_long_the_queue_is_a_change_of_it_is_written_in_slices(owner, monkeypatch, settings, begin):
    """Each of these held the lock, and some the gates too, for as long as the whole queue took."""
    run = make_run(owner, prompt="a {red|green} door", seed="1..300")
    act, sizes, write = begin(), [], transitions.update_queued_slice

    def written(jobs, **fields):
        assert connection.in_atomic_block
        sizes.append(len(jobs))
        return write(jobs, **fields)

    monkeypatch.setattr(transitions, "update_queued_slice", written)
    act()
    assert sum(sizes) == 600
    assert sizes[0] == slices.FIRST
    assert run.jobs.exclude(changed_at=run.created_at).filter(reason=PRICE_CHANGED).count() == 600 * (begin is _defer)

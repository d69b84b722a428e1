"""Reports: sums by day, month, member, model and project, and the rows under them."""

from datetime import date, timedelta

import pytest
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Attempt, Job, Project, Run
from gallery.services.ledger import drilldown, entries, periods, reports
from gallery.services.ledger.reports import NO_PROJECT, NOBODY, Slice, Sums
from tests.factories import make_run

pytestmark = pytest.mark.django_db

START, END = date(2026, 9, 1), date(2026, 11, 30)
DAYS = [START, date(2026, 10, 25), date(2026, 10, 26), END]
ALL = Slice(START, END)


def spend(job, day, *, money="charged", **fields):
    """Book one call of a job; return it."""
    moment = timezone.make_aware(timezone.datetime(day.year, day.month, day.day, 12))
    attempt = Attempt.for_job(job, project_id=job.run.project_id, day=day, money=money, sent_at=moment, **fields)
    attempt.save()
    return attempt


@pytest.fixture
def jobs(owner, colleague):
    """One job of each of two members, two models, with a project and without."""
    made = [
        make_run(person, models=["flux-pro-1.1", "flux-2-flex"], seed="1", project=project)
        for person in (owner, colleague)
        for project in ("Docks", "")
    ]
    return list(Job.objects.filter(run__in=made).select_related("run").order_by("id"))


# -- sums -------------------------------------------------------------------------------------------------------------

calls_made = st.lists(
    st.tuples(
        st.integers(0, 7), st.sampled_from(DAYS), st.sampled_from(["charged", "uncertain", "not_charged", "reserved"]),
        st.sampled_from(["none", "done", "dead"]), st.integers(0, 10**13), st.booleans(),
    ), max_size=25,
)  # fmt: skip


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(made=calls_made, apply_after=st.integers(0, 25), ends=st.tuples(*[st.dates(START, END)] * 2))
def test_every_report_adds_up_to_the_micro(jobs, made, apply_after, ends):
    Attempt.objects.all()._raw_delete("default")
    entries.rebuild_sums()
    for n, (which, day, money, fetch, micros, kept) in enumerate(made):
        spend(jobs[which], day, money=money, fetch=fetch, micros=micros, official_micros=micros // 2, picked=kept)
        if n == apply_after:
            entries.apply_entries()
    rows = list(Attempt.objects.all())
    charged = sum(row.micros for row in rows if row.money == "charged")
    uncertain = sum(row.micros for row in rows if row.money == "uncertain")
    for group in reports.GROUPS:
        found = reports.sums_by(ALL, group)
        together = sum(found.values(), Sums())
        assert (together.charged_micros, together.uncertain_micros) == (charged, uncertain)
        assert together == reports.total_spend(ALL)
    parts = [reports.total_spend(ALL.within(day, day)) for day in DAYS]
    assert sum(parts, Sums()) == reports.total_spend(ALL)
    ragged = ALL.within(*sorted(ends))
    inside = [row for row in rows if ragged.start <= row.day <= ragged.end]
    for groups in ((), ("month", "model"), ("day", "model"), ("member",)):
        together = sum(reports.sums_by(ragged, *groups).values(), Sums())
        assert together.charged_micros == sum(row.micros for row in inside if row.money == "charged")
        assert together.pictures == sum(row.fetch == "done" for row in inside)
    for kind in drilldown.KINDS:
        assert len(list(drilldown.iterate_calls(ALL, kind))) == ALL.attempts().filter(kind.rows).count()
    by_run = drilldown.list_run_days(ALL, most=100)
    assert sum(each.charged_micros for each in by_run) == charged
    assert sum(each.calls for each in by_run) == reports.total_spend(ALL).calls


def test_a_slice_holds_what_it_names_and_nothing_else(jobs, owner):
    for n, job in enumerate(jobs):
        spend(job, DAYS[n % 4], micros=10**n)
    docks = Project.objects.get().pk
    slices = {
        Slice(START, END, owner_id=owner.pk): 1111,
        Slice(START, END, model="flux-pro-1.1"): 1010101,
        Slice(START, END, project_id=docks): 110011,
        Slice(START, END, project_id=NO_PROJECT): 11001100,
        Slice(START, END, owner_id=owner.pk, model="flux-2-flex", project_id=docks): 10,
        Slice(DAYS[1], DAYS[2]): 1100110,
        Slice(START, END, owner_id=NOBODY): 0,
        Slice(START, END, project_id=NOBODY): 0,
    }
    for applied in (False, True):
        if applied:
            entries.apply_entries()
        for chosen, micros in slices.items():
            assert sum(reports.sums_by(chosen, "day").values(), Sums()).charged_micros == micros
            assert reports.total_spend(chosen).charged_micros == micros
            assert sum(call.micros for call in chosen.attempts()) == micros


def test_days_and_months_are_told_apart(jobs):
    for day in DAYS:
        spend(jobs[0], day)
    assert {day: sums.calls for day, sums in reports.sums_by(ALL, "day").items()} == dict.fromkeys(DAYS, 1)
    months = {"2026-09": 1, "2026-10": 2, "2026-11": 1}
    assert {month: sums.calls for month, sums in reports.sums_by(ALL, "month").items()} == months


def test_no_report_counts_what_was_demo(jobs, settings):
    spend(jobs[0], START)
    Run.objects.update(demo=True)
    Attempt.objects.update(demo=True)
    assert reports.total_spend(ALL) == Sums()
    assert not ALL.attempts().exists()
    settings.DEMO = True  # a demo shows what it would be like
    assert reports.total_spend(ALL).calls == 1


# -- what follows from sums -------------------------------------------------------------------------------------------


def some_sums(**amounts):
    return Sums(reports.ZERO | amounts)


def test_ratios_are_of_integers_and_none_of_nothing():
    none = Sums()
    assert (none.each_micros, none.per_kept_micros, none.kept_permille, none.saved_permille) == (None,) * 4
    some = some_sums(charged_micros=35_800_000, pictures=1127, official_micros=40_620_000, kept_pictures=293)
    assert (some.each_micros, some.saved_micros, some.saved_permille) == (31_800, 4_820_000, 119)
    assert (some.per_kept_micros, some.kept_permille) == (122_200, 260)


def test_savings_can_be_negative():
    dearer = some_sums(charged_micros=60_000, official_micros=50_000)
    assert (dearer.saved_micros, dearer.saved_permille) == (-10_000, -200)


def test_waste_is_what_nobody_kept_or_shared():
    some = some_sums(charged_micros=90_000, uncertain_micros=10_000, used_micros=25_000)
    assert (some.waste_micros, some.waste_permille) == (75_000, 750)


def test_the_forecast_goes_on_at_the_pace_of_the_last_weeks(jobs, monkeypatch):
    monkeypatch.setattr(timezone, "localdate", lambda *_: date(2026, 11, 10))
    assert reports.forecast_month(ALL, spent_micros=0) is None
    spend(jobs[0], date(2026, 10, 31), micros=7_000_000)
    spend(jobs[0], date(2026, 11, 9), micros=3_000_000)
    spend(jobs[0], date(2026, 11, 10), micros=500_000)  # today is not over: it is no part of the pace
    ahead = reports.forecast_month(ALL, spent_micros=3_500_000)
    assert (ahead.pace_micros, ahead.micros) == (1_000_000, 23_500_000)


# -- the rows under a sum ---------------------------------------------------------------------------------------------


def test_pages_of_calls_and_runs_follow_one_another_without_gaps(jobs):
    for n in range(24):
        spend(jobs[n % 8], DAYS[n % 4] - timedelta(days=0), picked=n % 3 == 0)
    everything = drilldown.call_kind("all")
    whole = [call.pk for call in drilldown.list_calls(ALL, everything)]
    paged, last = [], None
    while page := list(drilldown.list_calls(ALL, everything, after=last)[:5]):
        paged += [call.pk for call in page]
        last = page[-1]
    assert paged == whole
    assert len(whole) == 24
    by_run = [(each.day, each.run.pk) for each in drilldown.list_run_days(ALL, most=100)]
    paged, last = [], None
    while page := drilldown.list_run_days(ALL, after=last, most=3):
        paged += [(each.day, each.run.pk) for each in page]
        last = Attempt.objects.get(key=page[-1].cursor)
    assert paged == by_run == sorted(by_run, reverse=True)


def test_a_period_of_a_year_has_the_sum_of_its_months(jobs):
    for day in DAYS:
        spend(jobs[1], day, micros=35_000)
    year = periods.period_around("year", START)
    months = [periods.period_around("month", date(2026, n, 1)) for n in range(1, 13)]
    parts = [reports.total_spend(Slice(month.start, month.end)) for month in months]
    assert sum(parts, Sums()) == reports.total_spend(Slice(year.start, year.end))

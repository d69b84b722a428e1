"""The journal of money and its roll-up: whatever happens to an attempt, the sums say what the attempts say."""

from datetime import date, datetime, timedelta

import pytest
from django.core.management import call_command
from django.db import connection, models, transaction
from django.db.models import Count, Q, Sum, Value
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Attempt, DailySpend, LedgerEntry, Project
from gallery.models.costs import ledger_triggers as triggers
from gallery.models.costs.ledger import AMOUNTS
from gallery.services.compare import ratings
from gallery.services.ledger import entries
from gallery.services.paid_calls import claims, perform, resolution
from gallery.services.runs import submission
from gallery.simulator import faults
from tests.factories import make_run
from tests.rows import make_images

PLACE = ("demo", "day", "owner", "model", "project")


def counted():
    """Count the attempts in Django's words, which know nothing of the journal's."""
    charged, uncertain, free = (Q(money=each) for each in ("charged", "uncertain", "not_charged"))
    lost = (charged | uncertain) & Q(fetch="dead")
    rows = Attempt.objects.order_by().values_list(*PLACE)
    return as_dict(
        rows.annotate(
            reserved_micros=Sum("micros", filter=Q(money="reserved"), default=0),
            charged_micros=Sum("micros", filter=charged, default=0),
            uncertain_micros=Sum("micros", filter=uncertain, default=0),
            charged_calls=Count("id", filter=charged),
            uncertain_calls=Count("id", filter=uncertain),
            free_calls=Count("id", filter=free & Q(sent_at__isnull=False)),
            lost_micros=Sum("micros", filter=lost, default=0),
            lost_calls=Count("id", filter=lost),
            official=Sum("official_micros", filter=charged, default=0),
            pictures=Count("id", filter=Q(fetch="done")),
            kept_pictures=Count("id", filter=Q(picked=True)),
            shared_pictures=Count("id", filter=Q(shared=True)),
            used_micros=Sum(
                "micros", filter=charged & (Q(picked=True) | Q(shared=True) | Q(downloaded=True)), default=0
            ),
            downloaded_pictures=Count("id", filter=Q(downloaded=True)),
            adjusted_micros=Value(0),
        )
    )


def kept():
    """Add up the roll-up and the waiting entries."""
    sums = {}
    for model in (DailySpend, LedgerEntry):
        for place, amounts in as_dict(model.objects.values_list(*PLACE, *AMOUNTS)).items():
            sums[place] = [a + b for a, b in zip(amounts, sums.get(place, [0] * len(AMOUNTS)), strict=True)]
    return {place: amounts for place, amounts in sums.items() if any(amounts)}


def as_dict(rows):
    found = {}
    for row in rows:
        place, amounts = row[: len(PLACE)], list(row[len(PLACE) :])
        found[place] = [a + b for a, b in zip(amounts, found.get(place, [0] * len(AMOUNTS)), strict=True)]
    return {place: amounts for place, amounts in found.items() if any(amounts)}


def agree():
    return kept() == counted() and entries.find_differences() == []


# -- whatever happens -------------------------------------------------------------------------------------------------

DAYS = [date(2026, 10, 24), date(2026, 10, 25), date(2026, 11, 1)]
changes = st.one_of(
    st.fixed_dictionaries({"money": st.sampled_from(["reserved", "charged", "not_charged", "uncertain"])}),
    st.fixed_dictionaries({"fetch": st.sampled_from(["none", "done", "dead", "blocked"])}),
    st.fixed_dictionaries({"day": st.sampled_from(DAYS)}),
    st.fixed_dictionaries({"micros": st.integers(0, 10**12), "official_micros": st.integers(0, 10**12)}),
    st.just({"sent_at": None, "money": "not_charged"}),
    st.fixed_dictionaries({"demo": st.booleans()}),
    st.fixed_dictionaries({"picked": st.booleans(), "shared": st.booleans()}),
    st.fixed_dictionaries({"project": st.sampled_from([None, 0, 1])}),
    st.sampled_from(["apply", "add", "forget a project"]),
)


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(st.tuples(st.integers(0, 5), changes), max_size=30))
def test_the_sums_follow_whatever_happens_to_the_attempts(owner, colleague, steps):
    with transaction.atomic():
        projects = [Project.objects.create(name=name) for name in ("Docks", "Heron & Sons")]
        owned = [make_run(each, models=["flux-2-pro", "flux-2-klein-4b"], seed="1") for each in (owner, colleague)]
        waiting = [job for run in owned for job in run.jobs.all()]
        for which, change in steps:
            take(change, which=which, projects=projects, waiting=waiting)
            assert agree()
        entries.apply_entries()
        assert not LedgerEntry.objects.exists()
        assert agree()
        transaction.set_rollback(True)


def take(change, *, which, projects, waiting):
    if change == "apply":
        entries.apply_entries()
    elif change == "add":
        Attempt.for_job(waiting[which % len(waiting)], project_id=None).save()
    elif change == "forget a project":
        Project.objects.filter(pk=projects[which % 2].pk).delete()
    else:
        write(change, which, projects)


def write(change, which, projects):
    """Write to one of the attempts, if there is one; to all of them now and then."""
    fields = {"sent_at": timezone.now()} | change  # first: nothing is paid that was not sent
    if isinstance(change.get("project"), int):
        fields["project"] = Project.objects.filter(pk=projects[change["project"]].pk).first()
    rows = Attempt.objects.order_by("id").values_list("pk", flat=True)
    Attempt.objects.filter(pk__in=list(rows if which == 5 else rows[which : which + 1])).update(**fields)


# -- the life of a call -----------------------------------------------------------------------------------------------


def sums(**where):
    entries.apply_entries()
    return {name: sum(DailySpend.objects.filter(**where).values_list(name, flat=True)) for name in AMOUNTS}


def told(**where):
    """Tell the sums that are not zero."""
    return {name: amount for name, amount in sums(**where).items() if amount}


@pytest.mark.django_db(transaction=True)
def test_money_is_reserved_in_doubt_and_charged_one_after_the_other(owner, worker, provider_server):
    make_run(owner, models=["flux-pro-1.1"], seed="7", size="64x64")
    attempt = worker.claim()
    assert told() == {"reserved_micros": 35_000}
    marked_at = perform.mark_about_to_pay(attempt)
    assert told() == {"uncertain_micros": 35_000, "uncertain_calls": 1}
    outcome = perform.send_request(attempt, attempt.job.body(), marked_at=marked_at)
    perform.recording.record_answer(attempt, outcome)
    charged = {"charged_micros": 35_000, "charged_calls": 1, "official_micros": 40_000}
    assert told() == charged
    worker.fetch(attempt)
    assert told() == charged | {"pictures": 1}
    assert agree()


@pytest.mark.django_db(transaction=True)
def test_refusals_are_free_and_what_was_never_sent_is_no_call(owner, worker, provider_server, world):
    run = make_run(owner, seed="1..2", size="64x64")
    world.script(faults.Moderated())
    worker.call()
    claims.release_claim(worker.claim())
    submission.cancel_run(run)
    assert told() == {"free_calls": 1}


@pytest.mark.django_db(transaction=True)
def test_what_was_settled_as_charged_is_paid_and_lost(owner, admin, worker, provider_server, world):
    make_run(owner, seed="7", size="64x64")
    world.script(faults.CutBeforeAnswer())
    attempt = worker.call()
    assert told() == {"uncertain_micros": 10_000, "uncertain_calls": 1}
    resolution.settle_charge(attempt, charged=True, by=admin)
    lost = {"lost_micros": 10_000, "lost_calls": 1}
    assert told() == {"charged_micros": 10_000, "charged_calls": 1, "official_micros": 14_000} | lost


@pytest.mark.django_db(transaction=True)
def test_a_claim_older_than_midnight_is_made_anew_so_that_a_call_counts_on_one_day_only(owner, worker, settings, clock):
    settings.TIME_ZONE = "Europe/Berlin"
    clock("2026-10-24 21:59:59")
    make_run(owner, seed="7")
    attempt = worker.claim()
    assert told(day=date(2026, 10, 24)) == {"reserved_micros": 10_000}
    clock("2026-10-24 22:00:00")
    assert perform.mark_about_to_pay(attempt) is None
    assert told() == {}
    assert perform.mark_about_to_pay(worker.claim()) is not None
    assert told(day=date(2026, 10, 25)) == {"uncertain_micros": 10_000, "uncertain_calls": 1}
    assert told(day=date(2026, 10, 24)) == {}


@pytest.mark.django_db
@pytest.mark.parametrize(("moment", "day"), [
    ("2026-10-24T21:59:59", 24), ("2026-10-24T22:00:00", 25),
    ("2026-10-25T00:30:00", 25), ("2026-10-25T01:30:00", 25),  # half past two, twice
    ("2026-10-25T22:59:59", 25), ("2026-10-25T23:00:00", 26),
])  # fmt: skip
def test_the_day_of_25_hours_is_one_day(settings, moment, day):
    settings.TIME_ZONE = "Europe/Berlin"
    assert timezone.localdate(datetime.fromisoformat(f"{moment}+00:00")) == date(2026, 10, day)


@pytest.mark.django_db
def test_a_thousand_calls_at_three_and_a_half_cents_are_thirty_five_dollars(owner):
    run = make_run(owner, prompt="a {red|green|blue|grey} door", models=["flux-pro-1.1"], seed="1..250")
    now = timezone.now()
    paid = {"money": "charged", "sent_at": now}
    Attempt.objects.bulk_create(Attempt.for_job(job, project_id=None, **paid) for job in run.jobs.all())
    assert sums()["charged_micros"] == 35_000_000
    assert DailySpend.objects.count() == 1


@pytest.mark.django_db
def test_what_was_spent_for_a_project_outlives_it(owner):
    run = make_run(owner, project="Docks", seed="7")
    Attempt.for_job(run.jobs.get(), project_id=run.project_id, money="charged", sent_at=timezone.now()).save()
    assert told(project=run.project_id) == told() != {}
    run.project.delete()
    assert told(project=None) == told() != {}
    assert agree()


@pytest.mark.django_db
def test_pictures_count_as_kept_while_somebody_picks_them_and_as_shared_for_good(owner, colleague):
    first, second = make_images(owner, 2)
    ratings.rate_images([first, second], user=owner, verdict="pick")
    ratings.rate_images([first], user=colleague, verdict="pick")
    entries.note_shared([second])
    kept = sums()
    assert (kept["pictures"], kept["kept_pictures"], kept["shared_pictures"], kept["used_micros"]) == (2, 2, 1, 20_000)
    ratings.rate_images([first, second], user=owner, verdict="reject")
    ratings.rate_images([second], user=owner, stars=3)
    kept = sums()
    assert (kept["kept_pictures"], kept["shared_pictures"], kept["used_micros"]) == (1, 1, 20_000)
    ratings.rate_images([first], user=colleague, verdict="")
    assert (sums()["kept_pictures"], sums()["used_micros"]) == (0, 10_000)
    assert agree()


# -- the triggers -----------------------------------------------------------------------------------------------------


def trigger_names():
    table = "sqlite_master" if connection.vendor == "sqlite" else "information_schema.triggers"
    column, where = ("name", "type = 'trigger'") if connection.vendor == "sqlite" else ("trigger_name", "true")
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT DISTINCT {column} FROM {table} WHERE {where}")
        return {name for (name,) in cursor.fetchall() if name.startswith("attempt_")}


NAMES = {"attempt_begins", "attempt_changes", "attempt_moves"}


@pytest.mark.django_db
def test_the_triggers_are_there_after_migrate_and_made_once():
    assert trigger_names() == NAMES
    assert not triggers.install()
    triggers.remove()
    assert trigger_names() == set()
    call_command("migrate", verbosity=0)
    assert trigger_names() == NAMES


@pytest.mark.django_db(transaction=True)
def test_a_migration_may_change_the_tables_and_what_was_missed_meanwhile_is_counted(owner):
    job = make_run(owner, seed="7").jobs.get()
    Attempt.for_job(job, project_id=None).save()
    entries.before_migrate(using="default", plan=["a migration"])
    for model, name in ((LedgerEntry, "model"), (Attempt, "money")):
        change_and_change_back(model, name)
    assert trigger_names() == set()
    Attempt.objects.update(money="charged", sent_at=timezone.now())
    entries.after_migrate(using="default")
    assert told() == {"charged_micros": 10_000, "charged_calls": 1, "official_micros": 14_000}
    Attempt.objects.update(fetch="done")
    assert agree()


def change_and_change_back(model, name):
    """Make the column longer and short again: SQLite makes the whole table anew."""
    old = model._meta.get_field(name)
    longer = models.CharField(max_length=old.max_length + 1)
    longer.set_attributes_from_name(name)
    for before, after in ((old, longer), (longer, old)):
        with connection.schema_editor() as editor:
            editor.alter_field(model, before, after)


# -- the command ------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_the_command_says_what_differs_and_counts_anew(owner, capsys):
    job = make_run(owner, seed="7").jobs.get()
    Attempt.for_job(job, project_id=None, money="charged", sent_at=timezone.now()).save()
    call_command("spending")
    assert "The sums are what the attempts say." in capsys.readouterr().out
    entries.apply_entries()
    DailySpend.objects.update(charged_micros=1, pictures=2)
    with pytest.raises(SystemExit):
        call_command("spending")
    said = capsys.readouterr().out
    assert f"{timezone.localdate()} member {owner.pk} flux-2-klein-4b project -: " in said
    assert "charged_micros -9,999, pictures +2" in said
    call_command("spending", rebuild=True)
    assert "Counted anew" in capsys.readouterr().out
    assert agree()
    assert told() == {"charged_micros": 10_000, "charged_calls": 1, "official_micros": 14_000}


@pytest.mark.django_db
def test_other_counters_get_what_was_applied(owner, monkeypatch):
    got = []
    monkeypatch.setattr(entries, "COUNTERS", [*entries.COUNTERS, got.extend])
    job = make_run(owner, seed="7").jobs.get()
    attempt = Attempt.for_job(job, project_id=None, day=timezone.localdate() - timedelta(days=3))
    attempt.save()
    attempt.day = timezone.localdate()
    attempt.save()
    entries.apply_entries()
    assert [(each.day, each.owner_id, each.amounts["reserved_micros"]) for each in got] == [
        (timezone.localdate(), owner.pk, 10_000)
    ]

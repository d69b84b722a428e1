"""The project as a whole: its migrations, its checks and its layers."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.test import override_settings

from gallery import checks
from gallery.models import Attempt, DailySpend, LedgerEntry
from gallery.services.ledger import entries
from tests.factories import make_run

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_what_was_spent_is_carried_to_tables_of_other_names_and_the_triggers_write_to_those(owner):
    Attempt.for_job(make_run(owner, seed="7").jobs.get(), project_id=None).save()
    call_command("migrate", "gallery", "0024_totals_by_day", verbosity=0)
    try:
        before = MigrationExecutor(connection).loader.project_state(("gallery", "0024_totals_by_day")).apps
        assert [row.reserved_micros for row in before.get_model("gallery", "Movement").objects.all()] == [10_000]
        before.get_model("gallery", "Attempt").objects.update(micros=20_000)  # nobody sees it: no trigger stands there
    finally:
        call_command("migrate", verbosity=0)
    assert entries.find_differences() == []
    Attempt.objects.update(micros=30_000)
    assert [row.reserved_micros for row in LedgerEntry.objects.order_by("-id")[:1]] == [10_000]
    entries.apply_entries()
    assert [row.reserved_micros for row in DailySpend.objects.all()] == [30_000]


@pytest.mark.django_db
def test_the_project_checks_clean():
    out = io.StringIO()
    call_command("check", fail_level="WARNING", databases=["default"], stdout=out, stderr=out)
    assert "no issues" in out.getvalue()


def test_settings_under_which_money_could_be_lost_are_refused(monkeypatch, settings):
    careless = {"ENGINE": "django.db.backends.sqlite3", "ATOMIC_REQUESTS": True, "OPTIONS": {}}
    for name, value in careless.items():
        monkeypatch.setitem(settings.DATABASES["default"], name, value)
    said = (*checks.sqlite_keeps_the_mark(), *checks.no_atomic_requests())
    assert [error.id for error in said] == ["fluxweb.E001", "fluxweb.E002"]


@pytest.mark.django_db
@override_settings(SECURE=True, SESSION_COOKIE_SECURE=True, CSRF_COOKIE_SECURE=True, SECURE_HSTS_SECONDS=31_536_000)
def test_a_deployment_behind_https_checks_clean_but_for_what_the_proxy_decides(monkeypatch):
    monkeypatch.delenv("DJANGO_ALLOW_ASYNC_UNSAFE")  # set for the browser tests only
    out = io.StringIO()
    call_command("check", deploy=True, stdout=out, stderr=out)
    said = {line.split("(")[1].split(")")[0] for line in out.getvalue().splitlines() if line.startswith("?: (")}
    # Sub-domains and preloading are the owner of the domain's choice; the redirect to https is the proxy's.
    assert said <= {"security.W005", "security.W008", "security.W021"}


def test_arrows_point_down():
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    linted = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert linted.returncode == 0, linted.stdout
    assert "0 broken" in linted.stdout

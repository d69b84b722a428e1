"""The project as a whole: its migrations, its checks and its layers."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.management import call_command
from django.test import override_settings

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.django_db
def test_no_migration_is_missing():
    out = io.StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)
    assert "No changes detected" in out.getvalue()


@pytest.mark.django_db
def test_the_project_checks_clean():
    out = io.StringIO()
    call_command("check", fail_level="WARNING", databases=["default"], stdout=out, stderr=out)
    assert "no issues" in out.getvalue()


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

"""Settings that are read out of one text, and the files that pages ask for by plain addresses."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.management import call_command
from django.template.loader import render_to_string

from fluxweb import env
from fluxweb.addresses import read_database, read_mail
from tests.pages import Page

OURS_ONLY = ["django.contrib.staticfiles.finders.FileSystemFinder"]  # the admin's take seconds to compress


def test_a_mail_address_may_hold_any_password(monkeypatch):
    monkeypatch.setenv("EMAIL_URL", "smtp://mia%40example.com:a%2Fb%3A%25@mail.example:587/?tls=true")
    mail = read_mail("EMAIL_URL")
    assert (mail["EMAIL_HOST_USER"], mail["EMAIL_HOST_PASSWORD"]) == ("mia@example.com", "a/b:%")
    assert (mail["EMAIL_HOST"], mail["EMAIL_PORT"], mail["EMAIL_USE_TLS"]) == ("mail.example", 587, True)


def test_a_lock_is_waited_for_and_not_for_ever_on_either_database(monkeypatch, tmp_path):
    monkeypatch.setenv("DATABASE_URL", "postgres://mia@db.example/flux?options=-c%20statement_timeout%3D9s")
    options = read_database("DATABASE_URL", tmp_path)["OPTIONS"]
    assert options["options"] == "-c lock_timeout=20s -c statement_timeout=9s"
    assert options["connect_timeout"] == 10
    monkeypatch.setenv("DATABASE_URL", "")
    assert read_database("DATABASE_URL", tmp_path)["OPTIONS"]["timeout"] == 20


def test_the_page_of_a_crash_finds_its_files_after_collecting(settings, tmp_path):
    """It reads no manifest, so the files must be there under their plain names too."""
    settings.STORAGES = settings.STORAGES | {
        "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"}
    }
    settings.STATICFILES_FINDERS = OURS_ONLY
    settings.STATIC_ROOT = tmp_path
    call_command("collectstatic", interactive=False, verbosity=0)
    page = Page(render_to_string("500.html") + render_to_string("503.html"))
    addresses = [each["href"] for each in page.all("link")] + [each["src"] for each in page.all("script")]
    files = [Path(urlsplit(address).path.removeprefix(settings.STATIC_URL)) for address in addresses]
    assert len(files) > 5
    assert [file for file in files if not (tmp_path / file).is_file()] == []


def test_a_secret_that_another_process_is_writing_is_waited_for(monkeypatch, tmp_path):
    kept_in, whole = tmp_path / "secret", "0123456789" * 4
    kept_in.touch()
    monkeypatch.delenv("FLUXWEB_SECRET_KEY", raising=False)
    monkeypatch.setattr(env.time, "sleep", lambda _: kept_in.write_text(whole))
    assert env.env_secret("FLUXWEB_SECRET_KEY", kept_in) == whole


def test_a_kept_secret_that_stays_cut_is_named_and_not_used(monkeypatch, tmp_path):
    kept_in = tmp_path / "secret"
    kept_in.write_text("half")
    monkeypatch.delenv("FLUXWEB_SECRET_KEY", raising=False)
    monkeypatch.setattr(env.time, "sleep", lambda _: None)
    with pytest.raises(ImproperlyConfigured, match=f"^{kept_in} is damaged; set FLUXWEB_SECRET_KEY or remove"):
        env.env_secret("FLUXWEB_SECRET_KEY", kept_in)

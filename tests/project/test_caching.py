"""Who may keep an answer, under which name the site is reached, and what the deployment check says."""

import os
import re
import subprocess
import sys

import pytest
from django.db import DatabaseError, connection
from django.test import Client
from django.urls import reverse

from tests.conftest import signed_in
from tests.project import doors

HTMX = {"HX-Request": "true"}


def test_every_answer_says_who_may_keep_it_and_none_that_all_may(responses):
    for title, response in responses.items():
        said = response.headers.get("Cache-Control", "")
        assert "private" in said or "no-store" in said, (title, said)
        assert not {"public", "s-maxage"} & set(re.split(r"[, =]+", said)), (title, said)


def test_what_is_to_be_saved_leaves_no_copy_and_files_keep_what_they_say(responses):
    saved = {title for title, response in responses.items() if response["Content-Type"].startswith("text/csv")}
    assert {"costs-csv as owner", "costs-calls-csv as admin"} <= saved
    for title in saved:
        assert responses[title]["Cache-Control"] == "private, no-store", title
    for name in ("image-original", "image-thumbnail"):
        file = responses[f"{name} as owner"]
        assert file["Cache-Control"] == "private, max-age=31536000, immutable"
        assert "HX-Request" not in file.headers.get("Vary", "")
    assert responses["job-file as owner"]["Cache-Control"] == "private, no-cache"
    assert responses["studio as owner"]["Cache-Control"] == "private, no-cache"


def test_whatever_answers_htmx_otherwise_says_so(things, owner):
    client = signed_in(owner)
    for name in doors.names():
        address = doors.address(name, things)
        page, fragment = client.get(address), client.get(address, headers=HTMX)
        if "immutable" not in page.headers.get("Cache-Control", ""):
            for response in (page, fragment):
                assert "HX-Request" in response["Vary"], name
        else:
            assert doors.content_of(page) == doors.content_of(fragment)
        page.close()
        fragment.close()


def test_signing_out_empties_the_browsers_cache_and_nothing_else_does(owner):
    client = signed_in(owner)
    assert "Clear-Site-Data" not in client.get(reverse("account_logout")).headers
    assert "Clear-Site-Data" not in client.get(reverse("studio")).headers
    assert client.post(reverse("account_logout"))["Clear-Site-Data"] == '"cache"'


@pytest.mark.parametrize("address", ["/", "/s/secret-token/", "/nothing/", "/accounts/login/"])
@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "a b", "x" * 5000, "é.example", ""])
def test_a_foreign_name_is_one_line_and_an_answer_in_words(settings, caplog, mailoutbox, host, address):
    settings.ALLOWED_HOSTS = ["flux.example.com"]
    settings.ADMINS = ["ada@example.com"]
    settings.DEBUG = False
    caplog.set_level("INFO")
    response = Client(raise_request_exception=False).get(address, HTTP_HOST=host)
    assert response.status_code == 400
    assert b"not reached under this name" in response.content
    assert b"flux.example.com" not in response.content
    lines = [record for record in caplog.records if record.name != "fluxweb.worker"]
    assert [record.exc_info for record in lines if record.name == "fluxweb.web"] == [None]
    assert not [record for record in lines if record.exc_info or "DisallowedHost" in record.name]
    assert "secret-token" not in caplog.text
    assert mailoutbox == []


def test_a_name_of_ours_is_answered(settings, client):
    settings.ALLOWED_HOSTS = ["flux.example.com"]
    assert client.get("/healthz", HTTP_HOST="flux.example.com").status_code == 200


def test_a_probe_reads_no_session_though_the_browser_is_signed_in(owner, django_assert_num_queries):
    client = signed_in(owner)
    with django_assert_num_queries(0):
        assert client.get("/healthz").status_code == 200
    client.cookies["sessionid"] = "\x00"
    assert client.get("/healthz").status_code == 200


@pytest.mark.parametrize("address", ["/healthz", "/readyz"])
def test_a_probe_answers_with_a_broken_store_of_sessions(owner, address):
    client = signed_in(owner)

    def refuse(execute, sql, *rest):
        if "django_session" in sql or address == "/healthz":
            raise DatabaseError("malformed")
        return execute(sql, *rest)

    with connection.execute_wrapper(refuse):
        response = client.get(address)
    assert response.status_code == (200 if address == "/healthz" else 503)  # no worker is there
    assert "Set-Cookie" not in response.headers


@pytest.mark.parametrize("address", ["https://flux.example.com", "http://flux.example.com"])
def test_the_check_for_deployment_has_nothing_to_say(tmp_path, address):
    environment = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME")}
    environment |= {"FLUXWEB_DATA": str(tmp_path), "FLUXWEB_PUBLIC_URL": address}
    command = [sys.executable, "manage.py", "check", "--deploy", "--fail-level", "WARNING"]
    said = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert (said.returncode, said.stderr) == (0, "")

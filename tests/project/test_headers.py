"""What every response says to the browser, and what none of them tells: keys and signatures."""

import io
from pathlib import Path

from django.conf import settings as project_settings
from django.core.management import call_command
from django.test import Client
from django.urls import reverse

from gallery.services.jobs import queue
from tests.conftest import signed_in
from tests.factories import make_run
from tests.pages import Page
from tests.project import doors

FRAGMENTS = {"studio-check", "studio-runs", "run-changes", "run-sheets", "tags-complete"}
STRICT = {
    "default-src": "'none'", "script-src": "'self'", "style-src": "'self'", "img-src": "'self'",
    "connect-src": "'self'", "manifest-src": "'self'", "form-action": "'self'", "frame-ancestors": "'none'",
    "base-uri": "'none'",
}  # fmt: skip


def policy(response):
    parts = (part.strip().partition(" ") for part in response["Content-Security-Policy"].split(";") if part.strip())
    return {name: value for name, _, value in parts}


NOT_JUDGED = ("job-file as owner", "reference-original as owner")  # bytes as somebody gave them


def test_every_response_forbids_what_the_pages_do_not_need(responses):
    assert len(responses) > 100
    for title, response in responses.items():
        boxed = {"sandbox": ""} if title in NOT_JUDGED else {}
        assert policy(response) == STRICT | boxed, title
        assert response["X-Content-Type-Options"] == "nosniff", title
        assert response["X-Frame-Options"] == "DENY", title
        under_a_link = title.startswith("shared")
        assert response["Referrer-Policy"] == ("no-referrer" if under_a_link else "same-origin"), title
        assert not under_a_link or response["Cache-Control"] == "no-store", title
        assert not under_a_link or response["X-Robots-Tag"] == "noindex, nofollow, noarchive", title


def test_no_page_has_script_or_style_inline(pages):
    for title, page in pages.items():
        assert not page.all("style"), title
        assert all("src" in script.attrs or _is_data(script) for script in page.all("script")), title
        inline = [(each.node.name, name) for each in page.all() for name in each.attrs if _is_inline(name)]
        assert not inline, title


def _is_data(script):
    return script.attrs.get("type") == "application/json"  # no browser runs it


def _is_inline(attribute):
    return attribute == "style" or attribute.startswith(("on", "hx-on"))


def test_every_page_has_one_h1_a_title_and_a_language(pages):
    whole = {title: page for title, page in pages.items() if title.split()[0] not in FRAGMENTS}
    for title, page in whole.items():
        if page.all():  # a redirect has no page
            assert len(page.all("h1")) == 1, title
            assert page.one("html")["lang"].startswith("en"), title
            assert page.all("title")[0].text.strip("· "), title


def test_a_broken_page_says_so_with_the_same_headers(owner, monkeypatch):
    def break_down(*_, **__):
        raise RuntimeError("the secret reason")

    monkeypatch.setattr(queue, "list_unfinished", break_down)
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    response = client.get(reverse("queue"))
    assert (response.status_code, policy(response)) == (500, STRICT)
    page = Page(response)
    assert page.one("h1").text == "Something broke here"
    assert "secret reason" not in page.html


def test_a_form_without_its_token_does_nothing_anywhere(things, owner, admin):
    for person in (owner, admin):
        client = Client(enforce_csrf_checks=True)
        client.force_login(person)
        for name in doors.names():
            response = client.post(doors.address(name, things), doors.form(name, things))
            assert response.status_code == 403, name
            assert Page(response).one("h1").text == "This form was too old"
    assert things.run.jobs.filter(state="QUEUED").count() == 1


def test_answers_that_depend_on_who_asks_are_not_kept_by_others(responses):
    for title in ("studio as owner", "gallery as owner", "image as owner"):
        assert "Cookie" in responses[title]["Vary"]
    for title in ("image-original as owner", "image-thumbnail as owner"):
        assert responses[title]["Cache-Control"].startswith("private")


def test_no_page_log_or_row_tells_the_key_or_a_signature(owner, worker, provider_server, world, caplog, tmp_path):
    caplog.set_level("DEBUG")
    make_run(owner, seed="1..2", size="64x64")
    assert worker.work() == 2
    assert all("signature=" in post.result_url for post in world.till)
    dump = io.StringIO()
    call_command("dumpdata", stdout=dump)
    client = signed_in(owner)
    seen = [client.get(reverse(name)).content.decode() for name in ("studio", "runs", "gallery", "queue", "help")]
    left = [path.read_text() for path in Path(project_settings.SPOOL).glob("*")]
    for text in (*seen, *left, dump.getvalue(), caplog.text):
        assert project_settings.FLUX_API_KEY not in text
        assert "signature=" not in text
    assert "image stored" in caplog.text
    assert "a lighthouse in fog" not in caplog.text

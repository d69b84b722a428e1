"""What a person reads while the database is locked, away or full: true words, a 503, and the form as it was."""

import errno
import sqlite3
from contextlib import contextmanager

import pytest
from django.db import IntegrityError, InterfaceError, InternalError, OperationalError, connection
from django.db.backends.utils import CursorWrapper
from django.test import Client
from django.urls import reverse
from hypothesis import given
from hypothesis import strategies as st

from gallery import tasks
from gallery.models import Job, Run
from gallery.services.db import trouble
from gallery.services.runs import submission
from gallery.views.studio import studio
from tests.factories import make_run
from tests.pages import Page
from tests.sending import sound

in_database = pytest.mark.django_db(transaction=True)
HTMX = {"HX-Request": "true"}


def sqlite_error(code, words="database is locked"):
    cause = sqlite3.OperationalError(words)
    cause.sqlite_errorcode = code
    error = OperationalError(words)
    error.__cause__ = cause
    return error


def postgresql_error(state, kind=OperationalError):
    error = kind("server words")
    error.__cause__ = Exception("server words")
    error.__cause__.sqlstate = state
    return error


LOCKED = sqlite_error(5)


@contextmanager
def refused(error=LOCKED, *kinds, seen=None):
    """Let the database refuse statements of these kinds, behind whatever else looks at them."""
    kinds = kinds or ("INSERT", "UPDATE", "DELETE")

    def behind(real):
        def execute(cursor, sql, *rest):
            if seen is not None:
                seen.append(sql)
            if sql.startswith(kinds):
                raise error
            return real(cursor, sql, *rest)

        return execute

    with pytest.MonkeyPatch.context() as patched:
        for name in ("_execute", "_executemany"):
            patched.setattr(CursorWrapper, name, behind(getattr(CursorWrapper, name)))
        yield


@pytest.fixture
def olga(owner):
    client = Client(raise_request_exception=False)
    client.force_login(owner)
    return client


# -- which trouble it is ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (LOCKED, "busy"), (sqlite_error(5 | 2 << 8), "busy"), (sqlite_error(6), "busy"),
        (sqlite_error(13), "disk of the server is full"), (sqlite_error(8), "cannot write"),
        (sqlite_error(10 | 4 << 8), "could not be written"), (sqlite_error(14), "cannot be reached"),
        (postgresql_error("55P03"), "busy"), (postgresql_error("40P01"), "busy"), (postgresql_error("57014"), "busy"),
        (postgresql_error("53300"), "cannot be reached"), (postgresql_error("53100"), "disk of the server is full"),
        (postgresql_error("08006"), "cannot be reached"), (postgresql_error("57P01"), "cannot be reached"),
        (postgresql_error("25006", InternalError), "cannot write"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk of the server is full"),
        (OSError(errno.EROFS, "Read-only file system"), "cannot write"),
    ],
)  # fmt: skip
def test_trouble_of_database_and_disk_is_known_by_its_code(error, said):
    assert said in trouble.trouble_of(error)
    wrapped = RuntimeError("around it")
    wrapped.__cause__ = error
    assert said in trouble.trouble_of(wrapped)


@pytest.mark.parametrize(
    "error",
    [
        sqlite_error(1, "no such table"), sqlite_error(1, "too many SQL variables"), IntegrityError("unique"),
        postgresql_error("42P01"), postgresql_error("23505"), RuntimeError("ours"), OSError(errno.ENOENT, "no file"),
        InterfaceError("ours"), None,
    ],
)  # fmt: skip
def test_a_fault_of_ours_is_no_trouble_of_the_database(error):
    assert trouble.trouble_of(error) is None


def test_a_connection_that_psycopg_lost_is_away():
    psycopg = pytest.importorskip("psycopg")
    error = OperationalError("connection refused")
    error.__cause__ = psycopg.OperationalError("connection refused")
    assert "cannot be reached" in trouble.trouble_of(error)


# -- the studio -------------------------------------------------------------------------------------------------------


@in_database
@pytest.mark.parametrize(
    "error", [LOCKED, sqlite_error(13, "database or disk is full"), postgresql_error("55P03")], ids=str
)
def test_a_press_that_meets_trouble_says_so_and_keeps_what_was_typed(olga, error):
    form = sound(prompt="a <b>lighthouse</b> & more", seed="42, 43")
    with refused(error):
        response = olga.post(reverse("studio"), form)
    page = Page(response)
    assert (response.status_code, response["Retry-After"]) == (503, "5")
    assert "Nothing was bought. Press again." in page.text
    assert "a <b>lighthouse</b> & more" in page.one("textarea", name="prompt").text
    assert page.one("input", name="seed")["value"] == "42, 43"
    assert page.one("input", name="nonce")["value"] == form["nonce"]
    assert not Job.objects.exists()
    assert olga.post(reverse("studio"), form).status_code == 302
    assert Run.objects.count() == 1


@in_database
def test_in_the_browser_the_form_stays_untouched_and_a_message_appears(olga):
    with refused():
        response = olga.post(reverse("studio"), sound(), headers=HTMX)
    assert (response.status_code, response["HX-Reswap"]) == (503, "none")
    assert "fluxweb:trouble" in response["HX-Trigger"]
    assert "Nothing was bought. Press again." in response["HX-Trigger"]
    assert "<" not in response.content.decode()


@in_database
def test_a_database_that_cannot_even_be_read_keeps_the_form_on_a_plain_page(olga, monkeypatch):
    def away(*_, **__):
        raise postgresql_error("57P01")

    monkeypatch.setattr(submission, "submit_run", away)
    monkeypatch.setattr(studio, "show_studio", away)
    form = sound(prompt='"quoted" prompt')
    response = olga.post(reverse("studio"), form)
    page = Page(response)
    assert response.status_code == 503
    assert page.one("input", name="prompt")["value"] == '"quoted" prompt'
    assert page.one("input", name="nonce")["value"] == form["nonce"]
    assert page.one("form")["action"] == reverse("studio")


@in_database
@pytest.mark.parametrize("headers", [{}, HTMX])
def test_what_was_bought_is_never_said_to_be_nothing(olga, monkeypatch, headers):
    """The run is committed, then something else fails: its page is where one is led."""

    def fails_after(count):
        raise LOCKED

    monkeypatch.setattr(tasks, "wake_workers", fails_after)
    response = olga.post(reverse("studio"), sound(), headers=headers)
    address = reverse("run", args=[Run.objects.get().key])
    assert (response.get("HX-Redirect") or response.get("Location")) == address


@in_database
def test_what_was_bought_is_never_said_to_be_nothing_though_its_run_cannot_be_found_now(olga, monkeypatch):
    def fails_after(*_):
        raise LOCKED

    monkeypatch.setattr(tasks, "wake_workers", fails_after)
    monkeypatch.setattr(submission, "find_run_of_press", fails_after)
    response = olga.post(reverse("studio"), sound())
    assert (response.status_code, Run.objects.count()) == (503, 1)
    assert "Part of it was done before that. Look at what is there" in Page(response).text


@in_database
def test_a_commit_of_which_nobody_knows_is_not_said_to_be_nothing(olga, monkeypatch):
    class Cut:
        """The line breaks while the commit is under way, and the server did not make it."""

        def __init__(self, real):
            self.real, self.cuts = real, 1

        def __call__(self):
            if self.cuts and Job.objects.exists():
                self.cuts = 0
                connection.rollback()
                raise postgresql_error("08006")
            return self.real()

    monkeypatch.setattr(connection, "commit", Cut(connection.commit))
    response = olga.post(reverse("studio"), sound(), headers=HTMX)
    assert response.status_code == 503
    assert "the same press never buys twice" in response.content.decode()
    assert "Nothing was bought" not in response.content.decode()


# -- everywhere else ------------------------------------------------------------------------------------------------


@in_database
def test_every_press_says_that_it_came_to_nothing_and_can_be_pressed_again(olga, owner):
    run = make_run(owner, seed="1..2")
    presses = {
        reverse("run-cancel", args=[run.key]): {},
        reverse("run-resume", args=[run.key]): {},
        reverse("batch"): {**sound(seed="7", model="flux-2-klein-4b"), "rows": "a cat\na dog", "start": "1"},
        reverse("account_logout"): {},
    }
    for address, form in presses.items():
        with refused():
            response = olga.post(address, form)
        page = Page(response)
        assert response.status_code == 503, address
        assert "Press again" in page.text, address
        for name, value in form.items():
            assert page.one("input", name=name)["value"] == value
    assert set(run.jobs.values_list("state", flat=True)) == {"QUEUED"}


@in_database
def test_no_page_repeats_a_password(db, owner):
    visitor = Client(raise_request_exception=False)
    with refused():
        response = visitor.post(reverse("account_login"), {"login": "olga", "password": "a long password"})
    assert response.status_code == 503
    assert "a long password" not in response.content.decode()
    assert "Nothing was changed." in Page(response).text


@in_database
@pytest.mark.parametrize("name", ["studio", "runs", "gallery", "queue", "costs", "shares", "prompts", "help"])
def test_a_page_whose_database_is_away_says_so_also_before_it_is_known_who_asks(olga, name):
    with refused(postgresql_error("57P01"), "SELECT"):
        response = olga.get(reverse(name))
        polled = olga.get(reverse(name), headers=HTMX)
    assert (response.status_code, polled.status_code) == (503, 503)
    page = Page(response)
    assert "The database cannot be reached. Nothing is lost." in page.text
    assert "default-src 'none'" in response["Content-Security-Policy"]
    assert page.one("a", class_="btn")["href"] == reverse(name)


@in_database
def test_probes_read_no_session_and_answer_while_the_database_is_away(olga):
    seen = []
    with refused(postgresql_error("57P01"), "", seen=seen):
        alive, ready = olga.get("/healthz"), olga.get("/readyz")
    assert (alive.status_code, ready.status_code) == (200, 503)
    assert [name for name, good in ready.json().items() if not good] == ["database", "worker", "gate"]
    assert not [sql for sql in seen if "django_session" in sql]


@in_database
@given(st.lists(st.sampled_from(["write", "fail", "undone", "session"]), max_size=6))
def test_what_is_said_to_be_done_is_what_was_committed(steps):
    from django.db import transaction

    writes, committed = trouble.RequestWrites(), False
    with connection.execute_wrapper(writes), connection.cursor() as cursor:
        for step in steps:
            table = "django_session" if step == "session" else "gallery_project"
            try:
                with transaction.atomic():
                    cursor.execute(f"DELETE FROM {table} WHERE 1 = 0")
                    if step == "undone":
                        raise ValueError
                    if step == "fail":
                        cursor.execute("SELECT * FROM nowhere")
            except Exception:
                pass
            committed = committed or step == "write"
    assert writes.committed == committed
    assert not writes.nobody_knows(trouble.LOCKED)

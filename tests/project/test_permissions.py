"""One table: who gets what at every address of the project. What is not yours does not exist."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from gallery.models import Attempt, Gate, Sheet
from tests.conftest import signed_in
from tests.factories import make_run, states
from tests.operations.test_trouble_pages import refused
from tests.project import doors
from tests.project.conftest import WHO
from tests.things import SECRET_PROMPT

# For each of WHO what GET and what POST answer; "login" leads to signing in. Things in the address are the owner's.
MEMBERS_LOOK = ("login 200 200 200", "login 405 405 405")
MEMBERS_POST = ("login 405 405 405", "login 302 302 302")
OWNER_LOOKS = ("login 404 200 404", "login 405 405 405")
OWNER_ACTS = ("login 405 405 405", "login 404 302 404")
ADMIN_ACTS = ("login 405 405 405", "login 404 404 302")
EVERYBODY_LOOKS = ("200 200 200 200", "405 405 405 405")

TABLE = {
    "studio": ("login 200 200 200", "login 302 302 302"),
    "studio-check": ("login 405 405 405", "login 200 200 200"),
    "studio-review": ("login 405 405 405", "login 200 200 200"),
    "studio-fill": MEMBERS_POST,
    "studio-new": MEMBERS_POST,
    "studio-recipe": ("login 405 405 405", "login 404 200 404"),
    "studio-runs": MEMBERS_LOOK,
    "palette": MEMBERS_LOOK,
    "references": ("login 405 405 405", "login 404 200 404"),
    "references-pick": MEMBERS_LOOK,
    "references-kept": MEMBERS_LOOK,
    "reference": ("login 404 200 404", "login 404 302 404"),
    "reference-thumbnail": OWNER_LOOKS,
    "reference-file": OWNER_LOOKS,
    "reference-original": OWNER_LOOKS,
    "batch": ("login 200 200 200", "login 302 302 302"),
    "batch-template": MEMBERS_LOOK,
    "pairs": ("login 200 200 200", "login 200 200 200"),
    "runs": MEMBERS_LOOK,
    "run": OWNER_LOOKS,
    "run-changes": OWNER_LOOKS,
    "run-cancel": OWNER_ACTS,
    "run-resume": OWNER_ACTS,
    "run-retry": OWNER_ACTS,
    "run-price": OWNER_ACTS,
    "run-extend": OWNER_ACTS,
    "run-extend-check": ("login 405 405 405", "login 404 200 404"),
    "run-colours": OWNER_LOOKS,
    "run-sheets": ("login 404 200 404", "login 404 302 404"),
    "sheet-part": OWNER_LOOKS,
    "sheet-zip": OWNER_LOOKS,
    "sheet-again": OWNER_ACTS,
    "sheet-delete": OWNER_ACTS,
    "job-cancel": OWNER_ACTS,
    "job-resume": OWNER_ACTS,
    "job-again": OWNER_ACTS,
    "job-settle": ADMIN_ACTS,
    "job-release": ADMIN_ACTS,
    "job-file": OWNER_LOOKS,
    "job-look": OWNER_LOOKS,
    "gallery": MEMBERS_LOOK,
    "gallery-filters": MEMBERS_LOOK,
    "gallery-tiles": MEMBERS_POST,
    "selection-compare": OWNER_ACTS,
    "selection-edit": OWNER_ACTS,
    "selection-download": OWNER_ACTS,
    "bulk-acts": MEMBERS_LOOK,
    "bulk-act": OWNER_LOOKS,
    "bulk-act-undo": OWNER_ACTS,
    "searches": MEMBERS_POST,
    "search-restore": OWNER_ACTS,
    "search-delete": OWNER_ACTS,
    "image": OWNER_LOOKS,
    "image-family": OWNER_LOOKS,
    "image-repeat": OWNER_ACTS,
    "image-more": OWNER_ACTS,
    "image-original": OWNER_LOOKS,
    "image-thumbnail": OWNER_LOOKS,
    "image-as": OWNER_LOOKS,
    "download": OWNER_LOOKS,
    "download-zip": OWNER_LOOKS,
    "sizes": ("login 404 404 200", "login 404 404 302"),
    "size-change": ADMIN_ACTS,
    "size-restore": ADMIN_ACTS,
    "size-remove": ADMIN_ACTS,
    "trash": MEMBERS_LOOK,
    "trash-add": ("login 405 405 405", "login 404 302 404"),
    "trash-restore": ("login 405 405 405", "login 302 302 302"),
    "trash-empty": ("login 405 405 405", "login 302 302 302"),
    "marks": ("login 405 405 405", "login 404 302 404"),
    "cull": MEMBERS_LOOK,  # of the gallery; of a run or a collection: tests/collections/test_cull.py
    "collections": MEMBERS_LOOK,
    "collection-new": ("login 200 200 200", "login 302 302 302"),
    "collections-put": ("login 405 405 405", "login 404 302 404"),
    "collection": OWNER_LOOKS,  # while it is private: tests/collections/test_team.py asks the same of a shared one
    "collection-change": ("login 404 200 404", "login 404 302 404"),
    "collection-rules": ("login 404 200 404", "login 404 302 404"),
    "collection-put-back": OWNER_ACTS,
    "collection-move": OWNER_ACTS,
    "collection-cover": OWNER_ACTS,
    "collection-take-out": OWNER_ACTS,
    "collection-restore": OWNER_ACTS,
    "collection-delete": OWNER_ACTS,  # last: then it is gone
    "tags": MEMBERS_LOOK,
    "tags-complete": MEMBERS_LOOK,
    "tags-put": ("login 405 405 405", "login 404 302 404"),
    "tags-undo": ("login 405 405 405", "login 404 302 404"),
    "tag": ("login 404 200 404", "login 404 302 404"),
    "tag-off": OWNER_ACTS,
    "tag-restore": OWNER_ACTS,
    "tag-delete": OWNER_ACTS,
    "tag-merge": ("login 405 405 405", "login 404 404 404"),  # it was just deleted
    "marks-restore": ("login 405 405 405", "login 404 302 404"),
    "compare": OWNER_LOOKS,
    "compare-save": ("login 405 405 405", "login 404 302 404"),
    "comparison": OWNER_LOOKS,
    "comparison-delete": OWNER_ACTS,
    "compare-pairs": ("login 404 200 404", "login 404 302 404"),
    "compare-models": MEMBERS_LOOK,
    "prompts": MEMBERS_LOOK,
    # The things' link is open, without a password, and lets files through: it asks nobody who they are.
    "shared": EVERYBODY_LOOKS,
    "shared-unlock": ("405 405 405 405", "302 302 302 302"),
    "shared-choose": ("405 405 405 405", "302 302 302 302"),
    "shared-compare": EVERYBODY_LOOKS,
    "shared-card": EVERYBODY_LOOKS,
    "shared-zip": EVERYBODY_LOOKS,
    "shared-picture": EVERYBODY_LOOKS,
    "shared-answer": ("405 405 405 405", "302 302 302 302"),
    "shared-thumbnail": EVERYBODY_LOOKS,
    "shared-view": EVERYBODY_LOOKS,
    "shared-file": EVERYBODY_LOOKS,
    "shared-input": ("404 404 404 404", "405 405 405 405"),  # the things' picture was made from words
    "shared-nothing": ("404 404 404 404", "404 404 404 404"),
    "shares": MEMBERS_LOOK,
    "shares-all": ("login 404 404 200", "login 404 404 405"),
    "shares-received": MEMBERS_LOOK,
    "share-new": ("login 404 404 404", "login 404 302 404"),  # without the key of a picture it shares nothing
    "share": OWNER_LOOKS,
    "share-change": ("login 404 200 404", "login 404 302 404"),
    "share-replace": OWNER_ACTS,
    "share-answers": OWNER_ACTS,
    "share-guest-delete": OWNER_ACTS,
    "share-revoke": ("login 405 405 405", "login 404 302 302"),
    "share-reopen": OWNER_ACTS,
    "share-delete": OWNER_ACTS,
    "presets": MEMBERS_LOOK,
    "preset-save": ("login 405 405 405", "login 302 302 302"),
    "preset": ("login 404 200 404", "login 404 302 404"),
    "preset-restore": OWNER_ACTS,
    "preset-copy": OWNER_ACTS,
    "preset-delete": OWNER_ACTS,  # last: then it is gone
    "templates": MEMBERS_LOOK,
    "template-new": ("login 200 200 200", "login 302 302 302"),
    "templates-export": MEMBERS_LOOK,
    "templates-import": ("login 200 200 200", "login 302 302 302"),
    "template": ("login 404 200 404", "login 404 200 404"),
    "template-use": ("login 405 405 405", "login 404 200 404"),
    "template-edit": ("login 404 200 404", "login 404 302 404"),
    "template-restore": OWNER_ACTS,
    "template-copy": OWNER_ACTS,
    "template-delete": OWNER_ACTS,  # last: then it is gone
    "queue": MEMBERS_LOOK,
    "losses": MEMBERS_LOOK,
    "costs": MEMBERS_LOOK,  # one's own; what else stands there is asked in tests/costs/test_report_pages.py
    "costs-csv": MEMBERS_LOOK,
    "costs-mail": MEMBERS_POST,
    "costs-statements": ("login 404 404 200", "login 405 405 405"),
    "costs-statement": ("login 404 404 200", "login 405 405 405"),
    "costs-statement-add": ADMIN_ACTS,
    "costs-statement-begin": ("login 405 405 405", "login 404 404 404"),  # there is no account token
    "costs-statement-read": ADMIN_ACTS,
    "costs-statement-decide": ADMIN_ACTS,
    "costs-statement-withdraw": ADMIN_ACTS,
    "costs-statement-dates": ADMIN_ACTS,
    "costs-statement-remainder": ("login 404 404 200", "login 404 404 302"),
    "costs-adjustments": MEMBERS_LOOK,
    "prices-terms": ADMIN_ACTS,
    "costs-adjustments-csv": MEMBERS_LOOK,
    "costs-adjustment-back": ADMIN_ACTS,
    "costs-runs": MEMBERS_LOOK,
    "costs-calls": MEMBERS_LOOK,
    "costs-calls-csv": MEMBERS_LOOK,
    "amount": MEMBERS_LOOK,
    "budgets": ("login 200 200 200", "login 404 404 302"),
    "budget-change": ADMIN_ACTS,
    "budget-end": ADMIN_ACTS,
    "prices": ("login 200 200 200", "login 404 404 302"),
    "gate-pause": ADMIN_ACTS,
    "gate-resume": ADMIN_ACTS,
    "secret-key-noted": ADMIN_ACTS,
    "help": MEMBERS_LOOK,
    "welcome": ("200 200 200 200", "302 404 404 404"),  # a link works once: for whoever comes first
    "healthz": EVERYBODY_LOOKS,
    "readyz": EVERYBODY_LOOKS,
    "account_login": ("200 302 302 302", "302 302 302 302"),
    "account_logout": ("login 200 200 200", "login login login login"),
    "account_inactive": EVERYBODY_LOOKS,
    "account_signup": ("200 302 302 302", "200 302 302 302"),  # closed: the page says so
    "account_reauthenticate": ("login 200 200 200", "login 302 302 302"),
    "account_email": ("login 200 200 200", "login 302 302 302"),
    "account_email_verification_sent": EVERYBODY_LOOKS,
    "account_change_password": ("login 200 200 200", "login 302 302 302"),
    "account_set_password": ("login 302 302 302", "login 302 302 302"),  # for those without a password: nobody
    "account_reset_password": ("200 200 200 200", "302 302 302 302"),
    "account_reset_password_done": EVERYBODY_LOOKS,
    "account_reset_password_from_key": ("200 200 200 200", "200 200 200 200"),  # "this link is no longer valid"
    "account_reset_password_from_key_done": EVERYBODY_LOOKS,
    "account_confirm_login_code": ("login 302 302 302", "login 302 302 302"),
    "account_confirm_email": ("200 200 200 200", "404 404 404 404"),
    "admin:index": ("302 302 302 200", "302 302 302 200"),
}

# Before a held file is decoded it is written down that it is; allauth makes a row of an address that it meets first;
# who tries a secret address is counted before it is looked at.
WRITE_TO_SHOW = {"job-look", "account_email", "welcome", "account_reset_password_from_key"}


def test_every_address_has_a_row_and_every_row_an_address():
    assert sorted(TABLE) == sorted(doors.names())


@pytest.fixture
def people(colleague, owner, admin):
    """Give everybody a fresh browser, as often as asked: some doors sign out."""
    return lambda: dict(zip(WHO, (Client(), signed_in(colleague), signed_in(owner), signed_in(admin)), strict=True))


def answers(clients, ask):
    """Let everybody ask, and write their answers as the table does."""
    return written({who: doors.read_whole(ask(client)) for who, client in clients.items()})


def written(responses):
    """Write everybody's answers as the table does. Nobody but the owner reads what the owner wrote."""
    for who, response in responses.items():
        assert SECRET_PROMPT.encode() not in response.whole or who == "owner"
    return " ".join("login" if _to_login(each) else str(each.status_code) for each in responses.values())


def _to_login(response):
    return response.get("Location", "").startswith(reverse("account_login"))


def test_everybody_may_look_at_what_the_table_says(responses):
    seen = {name: written({who: responses[f"{name} as {who}"] for who in WHO}) for name in TABLE}
    assert seen == {name: row[0] for name, row in TABLE.items()}


@pytest.mark.parametrize("who", ["owner", "admin"])
def test_what_only_reads_is_shown_while_nothing_can_be_written(things, people, who):
    client = people()[who]
    client.raise_request_exception = False
    seen = {name: _read_only(client, doors.address(name, things)) for name in TABLE}
    assert {name for name, status in seen.items() if status >= 500} <= WRITE_TO_SHOW


def _read_only(client, address):
    with refused():
        response = client.get(address)
        doors.content_of(response)
    return response.status_code


def test_everybody_may_do_what_the_table_says(things, people):
    def post(name):
        return lambda client: client.post(doors.address(name, things), doors.form(name, things))

    # Changing a password ends the fixtures' people, who still carry the old one: it comes last.
    names = sorted(TABLE, key=lambda name: name == "account_change_password")
    assert {name: answers(people(), post(name)) for name in names} == {name: row[1] for name, row in TABLE.items()}


def test_what_a_stranger_sends_changes_nothing(things, people):
    clients = people()
    before = states(things.run), list(Attempt.objects.values())
    for name in TABLE:
        for who in ("visitor", "colleague"):
            if name.startswith(("run-", "sheet-", "job-", "gate-", "preset-", "template-")):
                clients[who].post(doors.address(name, things), doors.form(name, things))
    assert (states(things.run), list(Attempt.objects.values())) == before
    assert not Gate.objects.filter(paused=True).exists()
    assert list(Sheet.objects.all()) == [things.sheet]


def test_an_admin_settles_doubts_without_reading_what_was_asked_for(things, people):
    page = people()["admin"].get(reverse("queue")).content.decode()
    assert reverse("job-settle", args=[things.uncertain.key]) in page
    assert reverse("job-release", args=[things.held.key]) in page
    assert reverse("run", args=[things.run.key]) not in page
    assert SECRET_PROMPT not in page


@pytest.mark.parametrize("model", ["run", "job", "attempt", "image"])
def test_the_admin_site_shows_the_books_without_prompts(model, things, people):
    rows = {"run": things.run, "job": things.uncertain, "attempt": things.uncertain.attempt, "image": things.image}
    for address in (
        reverse(f"admin:gallery_{model}_changelist"),
        reverse(f"admin:gallery_{model}_change", args=[rows[model].pk]),
    ):
        response = people()["admin"].get(address)
        assert response.status_code == 200
        assert SECRET_PROMPT not in response.content.decode()


def test_the_admin_site_shows_no_prompt_as_the_label_of_an_axis(owner, people):
    for words in (f"{SECRET_PROMPT}\nanother", f"{{{SECRET_PROMPT}|another}}"):
        job = make_run(owner, prompt=words, prompt_lines="\n" in words, seed="1", size="64x64").jobs.first()
        page = people()["admin"].get(reverse("admin:gallery_job_change", args=[job.pk]))
        assert any(SECRET_PROMPT in label for label in job.axes.values())
        assert page.status_code == 200
        assert SECRET_PROMPT not in page.content.decode()


@pytest.mark.parametrize("name", ["run", "image", "image-original", "image-thumbnail", "run-changes", "run-sheets"])
def test_what_belongs_to_somebody_else_looks_like_what_nobody_has(name, colleague_client, things):
    foreign = colleague_client.get(doors.address(name, things))
    unknown = colleague_client.get(reverse(name, args=["0" * 14]))
    assert foreign.status_code == unknown.status_code == 404
    assert without_tokens(foreign) == without_tokens(unknown)


def without_tokens(response):
    return re.sub(rb"\w{64}", b"", response.content)

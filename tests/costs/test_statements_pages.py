"""Reconciliation in the browser: a file or the log is taken in, differences are settled one by one."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse
from django.utils import timezone

from gallery.models import Attempt, Balance, Difference, Statement
from gallery.services.reconciliation import statements as services
from gallery.simulator import faults
from gallery.views.costs import statements
from tests.factories import make_run
from tests.pages import Page

pytestmark = pytest.mark.django_db(transaction=True)

TOKEN = "account-token-that-no-page-may-show"


@pytest.fixture
def account(settings, provider_server):
    settings.FLUX_ACCOUNT_TOKEN = TOKEN
    return provider_server


@pytest.fixture
def uncertain(owner, worker, account, world):
    """A call whose answer never came, and that the provider charged."""
    make_run(owner, seed="1", size="64x64")
    world.script(faults.CutBeforeAnswer())
    return worker.call()


def read_month(client):
    return client.post(reverse("costs-statement-begin"), {"month": f"{timezone.localdate():%Y-%m}"})


def send(client, content):
    return client.post(reverse("costs-statement-add"), {"file": SimpleUploadedFile("usage.csv", content)})


def test_an_admin_reads_the_log_and_settles_a_doubt(uncertain, admin_client, lead_client):
    address = read_month(admin_client).url
    page = Page(admin_client.get(address))
    [box] = page.all("input", type="checkbox")
    assert "In doubt here, charged there" in page.text
    assert "Book it as charged" in page.text
    decide = reverse("costs-statement-decide", args=[Statement.objects.get().key])
    admin_client.post(decide, {"difference": box["value"], "do": "apply", "note": "see the log"})
    uncertain.refresh_from_db()
    assert (uncertain.money, uncertain.settled_by) == ("charged", "ada")
    for client in (admin_client, lead_client):
        page = Page(client.get(address))
        assert "Nothing is left to decide" in page.text
        assert "done as proposed by ada" in page.text
        assert "see the log" in page.text
        assert TOKEN not in page.html
    assert address in Page(lead_client.get(reverse("costs-statements"))).html


def test_a_file_that_is_none_says_so_beside_the_field(admin_client):
    page = Page(send(admin_client, b"PK\x03\x04 a workbook"))
    assert "This is a workbook. Save it as CSV" in page.text
    assert not Statement.objects.exists()
    assert "This field is required" in Page(admin_client.post(reverse("costs-statement-add"))).text


def test_a_file_is_compared(uncertain, admin_client, world):
    post = world.till[0]
    response = send(
        admin_client, f"created_at,request_id,quota,model\n{int(post.time)},{post.request_id},5000,x".encode()
    )
    page = Page(admin_client.get(response.url))
    assert "usage.csv · 1 charge" in page.text
    assert page.all("input", type="checkbox")


def test_a_lead_looks_and_does_not_settle(uncertain, admin_client, lead_client):
    address = read_month(admin_client).url
    page = Page(lead_client.get(address))
    assert "In doubt here" in page.text
    assert not page.all("input", type="checkbox")
    decide = reverse("costs-statement-decide", args=[Statement.objects.get().key])
    assert lead_client.post(decide, {"do": "apply"}).status_code == 404
    assert read_month(lead_client).status_code == 404


def test_a_provider_that_refuses_says_so_and_what_came_is_kept(uncertain, admin_client, world):
    world.account_tokens = {"another"}
    response = read_month(admin_client)
    page = Page(admin_client.get(response.url))
    assert "did not accept the account token" in page.html
    assert "read so far" in page.text
    world.account_tokens = None
    admin_client.post(reverse("costs-statement-read", args=[Statement.objects.get().key]))
    assert Statement.objects.get().is_complete


def test_without_a_token_the_page_says_how_and_reads_nothing(admin_client, settings):
    settings.FLUX_ACCOUNT_TOKEN = ""
    assert "FLUX_ACCOUNT_TOKEN" in Page(admin_client.get(reverse("costs-statements"))).text
    assert read_month(admin_client).status_code == 404
    assert not Statement.objects.exists()


@pytest.mark.parametrize(
    "data", [{}, {"do": "apply"}, {"do": "nonsense", "difference": "x"}, {"do": "leave", "difference": "\x00"}]
)
def test_nonsense_decides_nothing(uncertain, admin_client, data):
    read_month(admin_client)
    admin_client.post(reverse("costs-statement-decide", args=[Statement.objects.get().key]), data)
    assert Attempt.objects.get().money == "uncertain"


def test_a_low_balance_is_said_to_those_who_see_costs(account, admin_client, lead_client, owner_client, settings):
    Balance.objects.create(micros=3_210_000, used_micros=0, requests=0)
    for client, sees in ((admin_client, True), (lead_client, True), (owner_client, False)):
        page = Page(client.get(reverse("costs"))).html
        assert ("Only $3.21 is left at the provider" in page) == sees
    settings.BALANCE_LOW_MICROS = 3_000_000
    assert "is left at the provider" not in lead_client.get(reverse("costs")).content.decode()


def test_pages_follow_one_another(admin, admin_client, monkeypatch):
    monkeypatch.setattr(statements, "PAGE", 2)
    day = timezone.localdate()
    for n in range(3):
        Statement.objects.create(source="csv", name=f"file {n}", start=day, end=day, created_by="ada")
    first = Page(admin_client.get(reverse("costs-statements")))
    assert "file 0" not in first.html
    [older] = [link["href"] for link in first.all("a", class_="btn") if link.text == "Older ones"]
    assert "file 0" in admin_client.get(reverse("costs-statements") + older).content.decode()


LONG = 300  # lines: more than are saved with the statement


@pytest.fixture
def half_done(admin_client, monkeypatch):
    """A long file whose press ended at once: all of its lines but the first hundred are left to a worker."""
    lines = "\n".join(f"{timezone.localdate()} 10:00:00,strange-{n},flux-dev,0.02" for n in range(LONG))
    with monkeypatch.context() as patched:
        patched.setattr(services, "read_on", lambda *_, **__: None)
        return send(admin_client, f"time,request_id,model,usd\n{lines}".encode()).url


def test_a_long_file_shows_how_far_it_is_and_nothing_half_counted(half_done, admin_client):
    Statement.objects.update(position=100)
    page = Page(admin_client.get(half_done))
    assert "The lines of the file are taken in: 33 %." in page.text
    assert page.one("progress")["value"] == "33"
    assert "Nothing is left to decide" not in page.text
    assert not page.all("input", type="checkbox")
    assert page.one("div", id="progress")["hx-get"] == half_done
    assert not Difference.objects.outside().exists()
    assert "being read" in Page(admin_client.get(reverse("costs-statements"))).text


def test_the_progress_is_polled_until_all_is_there(half_done, admin_client):
    polled = admin_client.get(half_done, headers={"HX-Request": "true"})
    assert Page(polled).one("div", id="progress")["hx-trigger"] == "every 1s"
    assert not Page(polled).all("h1")
    while services.read_next(stopped=lambda: False):
        pass
    assert admin_client.get(half_done, headers={"HX-Request": "true"})["HX-Refresh"] == "true"
    assert len(Page(admin_client.get(half_done)).all("input", type="checkbox")) == statements.PAGE


def test_what_is_not_complete_is_not_decided(half_done, admin_client):
    services.read_next(stopped=lambda: False)
    Statement.objects.update(stage="days")  # as if somebody were still at it
    statement = Statement.objects.get()
    difference = Difference.objects.first()
    decide = reverse("costs-statement-decide", args=[statement.key])
    admin_client.post(decide, {"difference": difference.key, "do": "leave", "note": "-"})
    difference.refresh_from_db()
    assert (statement.is_complete, difference.decision) == (False, "")


def test_a_month_that_is_none_is_told(account, admin_client):
    page = Page(admin_client.post(reverse("costs-statement-begin"), {"month": "2026-13"}))
    assert page.one("h1")
    assert not Statement.objects.exists()


def test_a_file_that_is_too_large_is_not_read(admin_client, monkeypatch):
    monkeypatch.setattr("gallery.forms.costs.statements.MOST_BYTES", 10)
    assert "more than 15 MB" in Page(send(admin_client, b"created_at,quota\n")).html

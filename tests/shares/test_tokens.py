"""Tokens: 256 bits nobody can guess or read from the database, made again whenever they are copied, and in no log."""

import io
import logging

import pytest
from django.core.management import call_command
from django.test import Client, override_settings

from fluxweb import masking
from gallery.models import Share
from gallery.services.shares import shares
from gallery.views.shares import guest_files
from tests.factories import make_share
from tests.shares.conftest import at

pytestmark = pytest.mark.django_db


def test_a_token_has_256_bits_and_is_the_same_whenever_it_is_copied(share):
    token = shares.token_of(share)
    assert len(token) == 43
    assert shares.token_of(Share.objects.get()) == token


def test_the_database_alone_opens_nothing(share, locked):
    out = io.StringIO()
    call_command("dumpdata", "gallery", stdout=out)
    for each in (share, locked):
        assert shares.token_of(each) not in out.getvalue()
    with override_settings(SECRET_KEY="of another installation"):
        foreign = shares.token_of(share)
    assert not Share.objects.with_token(foreign).exists()
    assert Share.objects.with_token(shares.token_of(share)).exists()


def test_every_link_and_version_has_a_token_of_its_own(owner, pictures):
    made = [make_share(owner, pictures) for _ in range(3)]
    tokens = {shares.token_of(share) for share in made}
    shares.replace_address(made[0])
    assert len(tokens | {shares.token_of(made[0])}) == 4


def test_a_row_that_is_made_again_after_a_restore_has_another_token(owner, pictures):
    """Row ids are given out again then; keys are not."""
    first = make_share(owner, pictures)
    token, pk = shares.token_of(first), first.pk
    first.delete()
    again = make_share(owner, pictures, pk=pk)
    assert (again.pk, shares.token_of(again) == token) == (pk, False)


@pytest.fixture
def written():
    """Every line that our own handler writes meanwhile."""
    lines = io.StringIO()
    ours = next(each for each in logging.getLogger().handlers if type(each) is logging.StreamHandler)
    before = ours.setStream(lines)
    yield lines
    ours.setStream(before)


def test_no_log_has_a_token(visitor, share, written, caplog, monkeypatch):
    caplog.set_level("DEBUG")
    logging.getLogger("django_structlog").setLevel("DEBUG")
    token = shares.token_of(share)
    monkeypatch.setattr(guest_files.delivery, "open_view", _break_down)
    client = Client(raise_request_exception=False)
    assert client.get(at("shared-view", share, share.cover)).status_code == 500
    client.get(at("shared-picture", share, "none"))
    client.post(at("shared", share))
    client.get(f"/s/{token}")
    client.get("/nothing/", headers={"Referer": f"http://testserver/s/{token}/"})
    Client(enforce_csrf_checks=True).post(at("shared-unlock", share), {"password": "x"})
    logging.getLogger("somebody").warning("asked for %s and %r", at("shared", share), {"path": at("shared", share)})
    for text in (written.getvalue(), caplog.text):
        assert "/s/***" in text
        assert token not in text
    assert "Traceback" in written.getvalue()


def _break_down(image):
    raise RuntimeError(f"no {image.key}")


@pytest.mark.parametrize(
    ("line", "masked"),
    [
        ("GET /s/abc-DEF_1/pictures/x/view?after=1 HTTP/1.1", "GET /s/***/pictures/x/view?after=1 HTTP/1.1"),
        ('"GET /s/abc HTTP/1.1" 404', '"GET /s/*** HTTP/1.1" 404'),
        ("/accounts/login/?next=%2Fs%2Fabc%2F", "/accounts/login/?next=%2Fs%2F***%2F"),
        ("http://h/s/abc/ and http://h/s/def/", "http://h/s/***/ and http://h/s/***/"),
        ("GET /shares/new/ and /static/css/x.css", "GET /shares/new/ and /static/css/x.css"),
    ],
)
def test_only_the_token_is_masked(line, masked):
    assert masking.mask(line) == masked


def test_what_the_server_logs_is_masked(caplog):
    """waitress writes the address of a request that broke; its records are made like everybody's."""
    try:
        raise RuntimeError("broke at /s/ghi/")
    except RuntimeError:
        logging.getLogger("waitress").exception("Exception while serving %s", "/s/jkl/")
    said = masking.masked_line(None, "", caplog.text)
    assert said.count("/s/***/") >= 2
    assert not any(token in said for token in ("ghi", "jkl"))


def test_a_broken_page_under_a_link_has_its_headers_too(share, monkeypatch):
    monkeypatch.setattr(guest_files.delivery, "open_view", _break_down)
    response = Client(raise_request_exception=False).get(at("shared-view", share, share.cover))
    assert response.status_code == 500
    assert response["Cache-Control"] == "no-store"
    assert response["Referrer-Policy"] == "no-referrer"
    assert response["X-Robots-Tag"].startswith("noindex")
    assert "default-src 'none'" in response["Content-Security-Policy"]

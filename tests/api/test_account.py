"""The account's pages of the provider: the token stands raw, money is whole, odd answers are named and tell nothing."""

import datetime
import json

import httpx
import pytest

from gallery.api.account import Account, AccountUnreadable, Balance
from gallery.simulator.app import make_app
from gallery.simulator.world import World

from .loopback import Loopback

TOKEN = "account-token-that-no-page-may-show"
NOON = datetime.datetime(2026, 11, 25, 12, tzinfo=datetime.UTC)
DAY = {"start": NOON - datetime.timedelta(hours=12), "end": NOON + datetime.timedelta(hours=12)}


class Odd:
    """A provider that answers this, and remembers what it was asked."""

    def __init__(self, document, *, status="200 OK"):
        self.content = document if isinstance(document, bytes) else json.dumps(document).encode()
        self.status, self.asked = status, []

    def __call__(self, environ, start_response):
        self.asked.append(environ)
        start_response(self.status, [("Content-Type", "application/json")])
        return [self.content]


def account(app):
    return Account("http://provider.test/v1", TOKEN, transport=httpx.WSGITransport(app))


def test_the_token_stands_raw_in_the_header_at_the_origin():
    app = Odd({"success": True, "data": {"quota": 500_000, "used_quota": 17_500, "request_count": 2}})
    assert account(app).balance() == Balance(1_000_000, 35_000, 2)
    [environ] = app.asked
    assert environ["PATH_INFO"] == "/api/user/self"
    assert environ["HTTP_AUTHORIZATION"] == TOKEN


def test_the_log_is_asked_for_charges_ten_at_a_time():
    app = Odd({"success": True, "data": []})
    assert account(app).charges(page=3, **DAY) == []
    query = app.asked[0]["QUERY_STRING"]
    assert query == "type=2&p=3&page_size=10&start_timestamp=1795564800&end_timestamp=1795651200"


@pytest.mark.parametrize(
    "says",
    [
        {"request_id": "20261125abc"},
        {"other": '{"request_id": "20261125abc"}'},
        {"content": "ok (request id: 20261125abc)"},
    ],
)
def test_a_request_id_is_found_wherever_it_stands(says):
    row = {"id": 7, "type": 2, "created_at": 1795608000, "model_name": "flux-dev", "quota": 10_000, **says}
    for data in ([row], {"items": [row], "total": 1}):
        [charge] = account(Odd({"success": True, "data": data})).charges(page=0, **DAY)
        assert (charge.number, charge.request_id, charge.model, charge.micros) == (7, "20261125abc", "flux-dev", 20_000)
        assert charge.at == NOON


def test_other_rows_than_charges_are_left_out():
    rows = [{"type": 1, "created_at": 1795608000, "quota": 5_000_000}]
    assert account(Odd({"data": rows})).charges(page=0, **DAY) == []


@pytest.mark.parametrize(
    ("app", "says"),
    [
        (Odd(b"<html>"), "answered 200 without"),
        (Odd({"success": False, "message": TOKEN}), "answered 200 without"),
        (Odd({"data": {"quota": 1.5, "used_quota": 0, "request_count": 0}}), "no whole number as quota"),
        (Odd({"data": {"quota": True, "used_quota": 0, "request_count": 0}}), "no whole number as quota"),
        (Odd({"data": None}), "no whole number as quota"),
        (Odd(b"", status="502 Bad Gateway"), "answered 502 without"),
        (Odd({"data": {}}, status="401 Unauthorized"), "did not accept the account token"),
        (Odd(b"[" * 100_000), "answered 200 without"),
    ],
)
def test_an_odd_answer_is_named_and_tells_no_token(app, says):
    with pytest.raises(AccountUnreadable, match=says) as raised:
        account(app).balance()
    assert TOKEN not in str(raised.value)
    assert raised.value.__cause__ is None


@pytest.mark.parametrize(
    "rows",
    [{}, {"items": "none"}, [{"created_at": 10**30, "quota": 1}], [{"quota": 1}], [{"created_at": 1, "quota": "1"}]],
)
def test_an_odd_log_is_refused_whole(rows):
    with pytest.raises(AccountUnreadable):
        account(Odd({"data": rows})).charges(page=0, **DAY)


def test_a_provider_that_is_away_is_named():
    with pytest.raises(AccountUnreadable, match="could not be reached"):
        Account("http://127.0.0.1:9/v1", TOKEN).balance()


@pytest.mark.parametrize("token", ["", "two words", "naïve"])
def test_a_token_that_fits_no_header_is_refused_without_being_quoted(token):
    with pytest.raises(ValueError, match="printable") as raised:
        Account("http://provider.test/v1", token)
    assert not token or token not in str(raised.value)


def test_the_simulator_answers_from_its_till():
    world = World()
    post = world.record(path="/images/generations", key="k", body={"model": "flux-pro-1.1"})
    world.bill(post)
    found = account(make_app(world))
    assert found.balance() == Balance(world.credit_micros - 35_000, 35_000, 1)
    window = {
        "start": datetime.datetime.fromtimestamp(post.time - 5, datetime.UTC),
        "end": datetime.datetime.fromtimestamp(post.time + 5, datetime.UTC),
    }
    [charge] = found.charges(page=0, **window)
    assert (charge.request_id, charge.model, charge.micros) == (post.request_id, "flux-pro-1.1", 35_000)
    assert found.charges(page=1, **window) == []
    world.account_tokens = {"another"}
    with pytest.raises(AccountUnreadable, match="did not accept"):
        found.balance()


def test_a_cut_answer_is_named():
    cut = b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{"
    with Loopback(cut) as server, pytest.raises(AccountUnreadable, match="cut short"):
        Account(f"{server.origin}/v1", TOKEN).balance()


def test_a_charge_beyond_the_calendar_is_refused():
    with pytest.raises(AccountUnreadable, match="has no moment"):
        account(Odd({"data": [{"id": 7, "type": 2, "created_at": 10**12, "quota": 1}]})).charges(page=0, **DAY)

"""Guessing is slow: counted in the database by link and by address, also from many processes and forged addresses."""

import re

import pytest
from django.test import Client
from django.utils import timezone

from gallery.models import RateCounter
from gallery.services.operations import rate_limits
from gallery.services.shares import shares
from tests.factories import make_share
from tests.pages import Page
from tests.shares.conftest import PASSWORD, at, unlock
from tests.worker.races import at_once

pytestmark = pytest.mark.django_db
FEW = rate_limits.Limit("tests of", count=3, seconds=600)


def guess(client, share, times, **headers):
    return [unlock(client, share, password=f"wrong {n}", **headers).status_code for n in range(times)]


def test_an_address_has_ten_guesses_at_a_link_and_shuts_nobody_out_of_another(visitor, owner, pictures, locked):
    other = make_share(owner, pictures, password=PASSWORD)
    assert guess(visitor, locked, 12) == [200] * 10 + [429] * 2
    refused = unlock(Client(), locked)  # another browser at the same address, with the right password
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 900
    assert unlock(Client(), other).status_code == 302


def test_an_address_has_forty_guesses_at_all_links_together(owner, pictures):
    links = [make_share(owner, pictures, password=PASSWORD) for _ in range(5)]
    assert [answer for link in links for answer in guess(Client(), link, 10)] == [200] * 40 + [429] * 10


def test_who_is_refused_hears_from_which_minute_on_it_works_again(visitor, locked, clock):
    clock("2026-11-26 06:38:10")
    with timezone.override("Europe/Berlin"):
        guess(visitor, locked, 10)
        refused = unlock(visitor, locked)
    assert refused["Retry-After"] == "410"
    assert "tried too often. Try again in 7 minutes, at 07:45 CET." in Page(refused).text


@pytest.mark.parametrize(
    ("seconds", "words"),
    [(1, "in 1 minute, at 06:39 UTC"), (50, "in 1 minute, at 06:39 UTC"), (61, "in 2 minutes, at 06:40 UTC")],
)
def test_the_minute_is_one_in_which_it_is_open(seconds, words, clock):
    clock("2026-11-26 06:38:10")
    assert rate_limits.RateLimitExceeded(seconds).words == words


def test_what_one_limit_refuses_counts_at_no_other():
    full, roomy = rate_limits.Limit("full", count=1, seconds=600), rate_limits.Limit("roomy", count=3, seconds=600)
    rate_limits.take_try(full, "a")
    for _ in range(5):
        with pytest.raises(rate_limits.RateLimitExceeded):
            rate_limits.take_tries([(roomy, "a"), (full, "a")])
    assert RateCounter.objects.get(name="roomy:a").count == 0


def test_the_owner_sees_when_and_how_often_guests_were_turned_away(owner_client, visitor, locked):
    assert "Turned away" not in Page(owner_client.get(f"/shares/{locked.key}/")).text
    guess(visitor, locked, 13)
    page = Page(owner_client.get(f"/shares/{locked.key}/")).text
    assert "Passwords were tried too often 3 times, last" in page
    assert f"{timezone.localtime():%H:}" in page


def test_a_link_has_twenty_guesses_from_everywhere(locked):
    answers = [guess(Client(REMOTE_ADDR=f"192.0.2.{n}"), locked, 1)[0] for n in range(22)]
    assert answers == [200] * 20 + [429] * 2
    assert unlock(Client(REMOTE_ADDR="198.51.100.1"), locked).status_code == 429


def test_forged_addresses_change_nothing(visitor, locked):
    answers = [guess(visitor, locked, 1, X_Forwarded_For=f"203.0.113.{n}")[0] for n in range(12)]
    assert answers == [200] * 10 + [429] * 2


def test_behind_our_proxy_the_guest_counts_and_not_the_proxy(visitor, locked, settings):
    settings.TRUSTED_PROXIES = ["127.0.0.1"]
    answers = [guess(visitor, locked, 1, X_Forwarded_For=f"1.2.3.{n}, 203.0.113.5")[0] for n in range(11)]
    assert answers == [200] * 10 + [429]
    assert unlock(visitor, locked, X_Forwarded_For="203.0.113.6").status_code == 302


def test_a_network_of_ipv6_is_one_address():
    names = {rate_limits.address_bucket(f"2001:db8:1:2::{n:x}") for n in range(3)}
    assert len(names) == 1
    assert rate_limits.address_bucket("2001:db8:1:3::1") not in names
    assert rate_limits.address_bucket("::ffff:192.0.2.1") == rate_limits.address_bucket("192.0.2.1")
    assert rate_limits.address_bucket("no address") != rate_limits.address_bucket("another")


def test_no_address_is_written_down(visitor, locked):
    guess(visitor, locked, 1)
    assert not RateCounter.objects.filter(name__contains="127.0").exists()


def test_right_passwords_do_not_count(locked):
    for _ in range(25):
        assert unlock(Client(), locked).status_code == 302


def test_who_is_in_stays_in_while_others_guess(visitor, locked):
    unlock(visitor, locked)
    for n in range(25):
        guess(Client(REMOTE_ADDR=f"192.0.2.{n}"), locked, 1)
    assert visitor.get(at("shared", locked)).status_code == 200
    assert locked.title in visitor.get(at("shared", locked)).content.decode()


def test_the_right_password_is_refused_too_so_that_no_guess_tells(locked):
    for n in range(20):
        guess(Client(REMOTE_ADDR=f"192.0.2.{n}"), locked, 1)
    wrong, right = (
        unlock(Client(REMOTE_ADDR="198.51.100.1"), locked, password=word) for word in ("no no no", PASSWORD)
    )
    assert wrong.status_code == right.status_code
    assert without_digits(wrong) == without_digits(right)


def without_digits(page):
    """Return a page but for its digits: a minute may pass between two."""
    return re.sub(r"\d+", "", page.content.decode())


def test_the_count_is_in_the_rows_and_forgotten_in_the_end():
    rate_limits.take_try(FEW, "somebody")
    assert RateCounter.objects.get().count == 1
    RateCounter.objects.update(begins_at="2026-01-01T00:00Z")
    rate_limits.delete_old_counters()
    assert not RateCounter.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_cannot_slip_through():
    def try_one(_):
        try:
            rate_limits.take_try(FEW, "a link")
        except rate_limits.RateLimitExceeded:
            return "refused"
        return "taken"

    assert sorted(at_once(try_one, range(8))) == ["refused"] * 5 + ["taken"] * 3


def test_passwords_are_hashed_by_django(locked):
    assert PASSWORD not in locked.password
    assert locked.password.startswith("md5$")  # the hasher of these tests
    assert shares.try_password(locked, PASSWORD, address="192.0.2.9")

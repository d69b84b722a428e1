"""Guessing is slow: counted in the database by link and by address, also from many processes and forged addresses."""

import threading

import pytest
from django.db import connection
from django.test import Client

from gallery.models import Tally
from gallery.services import shares, throttle
from tests.factories import make_share
from tests.sharing.conftest import PASSWORD, at, unlock

pytestmark = pytest.mark.django_db
FEW = throttle.Limit("tests of", count=3, seconds=600)


def guess(client, share, times, **headers):
    return [unlock(client, share, password=f"wrong {n}", **headers).status_code for n in range(times)]


def test_an_address_has_ten_guesses_at_all_links_together(visitor, owner, pictures, locked):
    other = make_share(owner, pictures, password=PASSWORD)
    assert guess(visitor, locked, 6) == [200] * 6
    assert guess(visitor, other, 6) == [200] * 4 + [429] * 2
    refused = unlock(Client(), other)  # another browser at the same address, with the right password
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 900
    assert "tried too often" in refused.content.decode()


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
    names = {throttle.neighbourhood(f"2001:db8:1:2::{n:x}") for n in range(3)}
    assert len(names) == 1
    assert throttle.neighbourhood("2001:db8:1:3::1") not in names
    assert throttle.neighbourhood("::ffff:192.0.2.1") == throttle.neighbourhood("192.0.2.1")
    assert throttle.neighbourhood("no address") != throttle.neighbourhood("another")


def test_no_address_is_written_down(visitor, locked):
    guess(visitor, locked, 1)
    assert not Tally.objects.filter(name__contains="127.0").exists()


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
    assert (wrong.status_code, wrong.content) == (right.status_code, right.content)


def test_the_count_is_in_the_rows_and_forgotten_in_the_end():
    throttle.take(FEW, "somebody")
    assert Tally.objects.get().count == 1
    Tally.objects.update(begins_at="2026-01-01T00:00Z")
    throttle.sweep()
    assert not Tally.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_tries_at_the_same_moment_cannot_slip_through():
    taken, refused = [], []
    start = threading.Barrier(8)

    def try_one():
        start.wait()
        try:
            throttle.take(FEW, "a link")
            taken.append(1)
        except throttle.TooOften:
            refused.append(1)
        finally:
            connection.close()

    threads = [threading.Thread(target=try_one) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert (len(taken), len(refused)) == (3, 5)


def test_passwords_are_hashed_by_django(locked):
    assert PASSWORD not in locked.password
    assert locked.password.startswith("md5$")  # the hasher of these tests
    assert shares.try_password(locked, PASSWORD, address="192.0.2.9")

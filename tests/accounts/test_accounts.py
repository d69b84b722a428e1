"""People: the one-time link, signing in and out, passwords, and an account that is locked."""

import json
import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gallery.forms.accounts.accounts import AccountAdapter
from gallery.models import Invite, User
from gallery.services.accounts import invites
from tests.conftest import signed_in
from tests.pages import Page
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db

LOGIN = "/accounts/login/"
PASSWORD = "a long password"
NEW = "a battery of horses"
ACCOUNT = {"username": "nora", "email": "nora@example.com", "password1": NEW, "password2": NEW}


def link(role="member"):
    return reverse("welcome", args=[invites.create_invite(role=role)])


def enter(client, login, password=PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def is_in(client):
    return client.get("/").status_code == 200


def test_a_welcome_link_makes_one_account_and_signs_it_in(visitor):
    address = link()
    assert Page(visitor.get(address)).one("h1").text == "Welcome to fluxweb"
    assert visitor.post(address, ACCOUNT)["Location"] == "/"
    user = User.objects.get()
    assert (user.username, user.email, user.role, user.is_superuser) == ("nora", "nora@example.com", "member", False)
    assert is_in(visitor)
    assert Invite.objects.get().used_by == user


def test_the_first_admin_comes_by_the_welcome_link(visitor):
    visitor.post(reverse("welcome", args=[invites.invite_first_admin()]), ACCOUNT)
    user = User.objects.get()
    assert (user.role, user.is_superuser, user.is_staff) == ("admin", True, True)
    assert visitor.get("/admin/").status_code == 200


@pytest.mark.parametrize("method", ["get", "post"])
def test_a_used_link_makes_no_second_account(visitor, client, method):
    address = link()
    visitor.post(address, ACCOUNT)
    response = getattr(client, method)(address, ACCOUNT | {"username": "otto"})
    assert response.status_code == 404
    assert Page(response).one("h1").text == "This link makes no more accounts"
    assert User.objects.count() == 1


def test_two_who_hold_the_same_link_make_one_account(visitor, client):
    address = link()

    def be_faster():
        client.post(address, ACCOUNT | {"username": "fast", "email": "fast@example.com"})

    with after_statement('FROM "gallery_invite"', be_faster):
        assert visitor.post(address, ACCOUNT).status_code == 404
    assert User.objects.get().username == "fast"


def test_a_name_that_is_taken_in_the_last_moment_is_told_and_the_link_stays_good(visitor, monkeypatch):
    address, accept = link(), invites.accept_invite

    def be_slower(invite, **account):
        User.objects.create_user(account["username"])
        return accept(invite, **account)

    monkeypatch.setattr(invites, "accept_invite", be_slower)
    page = Page(visitor.post(address, ACCOUNT))
    monkeypatch.undo()
    assert page.one("ul", id="id_username_error").text == "Somebody has this name already. Choose another."
    assert visitor.post(address, ACCOUNT | {"username": "otto"}).status_code == 302


def test_a_link_runs_out_after_seven_days(visitor):
    address = link()
    Invite.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    assert visitor.get(address).status_code == visitor.post(address, ACCOUNT).status_code == 404
    assert not User.objects.exists()


@pytest.mark.parametrize("token", ["x", "%00", "%ED%A0%80", "y" * 3000])
def test_a_link_that_never_was_is_not_there(visitor, token):
    assert visitor.get(f"/welcome/{token}/").status_code == 404


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("username", "", "This field is required."),
        ("username", "OLGA", "Somebody has this name already."),
        ("username", "two words", "Enter a valid username."),
        ("username", "a\x00b", "Null characters are not allowed."),
        ("email", "nowhere", "Enter a valid email address."),
        ("email", "Olga@Example.com", "Another account has this address already."),
        ("password1", "short1!", "This password is too short."),
        ("password1", "password123", "This password is too common."),
        ("password2", "something else", "The two passwords differ."),
    ],
)
def test_a_bad_account_is_told_why_and_the_link_stays_good(visitor, owner, field, value, words):
    address = link()
    response = visitor.post(address, ACCOUNT | {field: value})
    page = Page(response)
    assert response.status_code == 200
    assert words in page.one("ul", id=f"id_{field}_error").text
    assert NEW not in page.html
    assert visitor.post(address, ACCOUNT).status_code == 302


@pytest.mark.parametrize("login", ["olga", "olga@example.com", "Olga@Example.com"])
def test_one_signs_in_by_name_or_by_email(visitor, owner, login):
    response = enter(visitor, login)
    assert response["Location"] == "/"
    assert is_in(visitor)


@pytest.mark.parametrize(("login", "password"), [("olga", "wrong"), ("nobody", PASSWORD), ("", ""), ("\x00", "\x00")])
def test_a_wrong_login_says_so_and_not_which_half(visitor, owner, login, password):
    response = enter(visitor, login, password)
    assert response.status_code == 200
    assert not is_in(visitor)
    assert PASSWORD not in Page(response).html


def test_wrong_name_and_wrong_password_answer_alike(visitor, client, owner):
    one, other = Page(enter(visitor, "olga", "wrong")).text, Page(enter(client, "nobody", "wrong")).text
    assert one == other


def test_after_signing_in_one_is_where_one_wanted_to_be(visitor, owner):
    sent_away = visitor.get("/queue/?x=1")
    assert sent_away["Location"] == f"{LOGIN}?next=/queue/%3Fx%3D1"
    response = visitor.post(sent_away["Location"], {"login": "olga", "password": PASSWORD, "next": "/queue/?x=1"})
    assert response["Location"] == "/queue/?x=1"


def test_a_press_after_the_session_ended_leads_to_words_and_not_to_a_blank_page(visitor, owner):
    sent_away = visitor.post("/costs/statements/add/")
    response = visitor.post(sent_away["Location"], {"login": "olga", "password": PASSWORD})
    assert response["Location"] == "/costs/statements/add/"
    landed = visitor.get(response["Location"])
    assert (landed.status_code, landed["Allow"]) == (405, "POST")
    assert "that press did nothing" in Page(landed).text


def test_nobody_is_led_to_another_site(visitor, owner):
    response = visitor.post(LOGIN, {"login": "olga", "password": PASSWORD, "next": "https://evil.example/"})
    assert urlsplit(response["Location"]).netloc == ""


def test_one_signs_out_by_post_only(owner_client):
    assert owner_client.get(reverse("account_logout")).status_code == 200
    assert is_in(owner_client)
    assert owner_client.post(reverse("account_logout"))["Location"] == LOGIN
    assert not is_in(owner_client)


def test_a_changed_password_counts_at_once_and_ends_other_sessions(owner, visitor, client):
    enter(visitor, "olga")
    enter(client, "olga")
    form = {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW}
    visitor.post(reverse("account_change_password"), form)
    assert is_in(visitor)
    assert not is_in(client)
    enter(client, "olga")
    assert not is_in(client)
    enter(client, "olga", NEW)
    assert is_in(client)


def test_a_password_changes_only_with_the_old_one(owner_client, owner):
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    assert owner_client.post(reverse("account_change_password"), form).status_code == 200
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_a_forgotten_password_is_reset_by_mail(visitor, owner):
    asked = visitor.post(reverse("account_reset_password"), {"email": "olga@example.com"}, follow=True)
    assert Page(asked).one("h1").text == "Look into your mail"
    letter = mail.outbox[0]
    assert letter.to == ["olga@example.com"]
    address = urlsplit(re.search(r"https?://\S+/password/reset/key/\S+", letter.body)[0]).path
    chosen = visitor.get(address, follow=True)
    form = {"password1": NEW, "password2": NEW}
    done = visitor.post(chosen.redirect_chain[-1][0], form, follow=True)
    assert Page(done).one("h1").text == "Your password is changed"
    owner.refresh_from_db()
    assert owner.check_password(NEW)
    assert "password" in Page(visitor.get(address, follow=True)).text
    again = visitor.post(address, {"password1": "one more time", "password2": "one more time"}, follow=True)
    owner.refresh_from_db()
    assert again.status_code == 200
    assert owner.check_password(NEW)


def test_the_link_in_the_mail_leads_to_the_set_address_whoever_asks(visitor, owner, settings):
    settings.PUBLIC_URL = "https://pictures.example"
    visitor.post(reverse("account_reset_password"), {"email": "olga@example.com"}, headers={"Host": "localhost"})
    [address] = re.findall(r"\S+/password/reset/key/\S+", mail.outbox[0].body)
    assert address.startswith("https://pictures.example/accounts/")
    assert "localhost" not in address


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("9.9.9.9", "", "9.9.9.9"),
        ("9.9.9.9", "1.1.1.1, 10.0.0.1", "9.9.9.9"),
        ("10.0.0.1", "1.1.1.1, 8.8.8.8", "8.8.8.8"),
        ("10.0.0.1", "1.1.1.1, 8.8.8.8, 10.0.0.2", "8.8.8.8"),
        ("10.0.0.1", "10.0.0.2", "10.0.0.2"),
        ("10.0.0.1", "", "10.0.0.1"),
        ("172.16.3.4", "8.8.8.8", "8.8.8.8"),
        ("::ffff:10.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("10.0.0.1", "not an address", "not an address"),
    ],
    ids=[
        "nobody between",
        "a liar",
        "one proxy",
        "two proxies",
        "a proxy asks",
        "a proxy that says nothing",
        "a proxy of a network",
        "IPv6 that means IPv4",
        "nonsense",
    ],
)
def test_only_our_proxies_say_who_asks(rf, settings, peer, forwarded, client):
    settings.TRUSTED_PROXIES = ["10.0.0.1", "10.0.0.2", "172.16.0.0/12"]
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}
    request = rf.get("/", REMOTE_ADDR=peer, headers=headers)
    assert AccountAdapter(request).get_client_ip(request) == client


@pytest.mark.parametrize(("peer", "secure"), [("172.16.3.4", True), ("9.9.9.9", False)])
def test_only_our_proxies_say_that_it_was_tls(settings, peer, secure):
    settings.TRUSTED_PROXIES = ["172.16.0.0/12"]
    page = Client(REMOTE_ADDR=peer).get(reverse("account_login"), headers={"X-Forwarded-Proto": "https"})
    assert page.wsgi_request.is_secure() is secure


def test_a_reset_for_an_unknown_address_looks_the_same_and_gives_nothing_away(visitor, client, owner):
    known = visitor.post(reverse("account_reset_password"), {"email": "olga@example.com"}, follow=True)
    unknown = client.post(reverse("account_reset_password"), {"email": "nobody@example.com"}, follow=True)
    assert Page(known).text == Page(unknown).text
    assert all("/password/reset/key/" not in letter.body for letter in mail.outbox if "nobody" in letter.to[0])


def test_nobody_makes_an_account_without_a_link(visitor):
    response = visitor.post(reverse("account_signup"), ACCOUNT)
    assert Page(response).one("h1").text == "Accounts are made by invitation"
    assert not User.objects.exists()


def test_a_locked_account_is_out_at_the_next_click(owner, owner_client):
    assert is_in(owner_client)
    User.objects.update(is_active=False)
    response = owner_client.get("/gallery/")
    assert response["Location"].startswith(LOGIN)
    posted = owner_client.post("/", {"prompt": "one more", "model": "flux-2-pro", "seed": "1"})
    assert posted["Location"].startswith(LOGIN)
    assert not owner.runs.exists()


def test_a_locked_account_does_not_come_back_in(visitor, owner):
    User.objects.update(is_active=False)
    page = Page(visitor.post(LOGIN, {"login": "olga", "password": PASSWORD}, follow=True))
    assert "locked" in page.text
    assert not is_in(visitor)


def test_a_session_of_one_is_no_session_of_another(owner, colleague):
    mine, theirs = signed_in(owner), signed_in(colleague)
    assert "olga" in Page(mine.get("/")).html
    assert "olga" not in Page(theirs.get("/")).html


@pytest.mark.parametrize("address", ["/studio/runs/?stamp=1-1", "/studio/check/", "/"])
def test_a_part_of_a_page_is_never_the_login_page(visitor, address):
    """htmx would put it into the studio, over what was typed."""
    for ask in (visitor.get, visitor.post):
        response = ask(address, headers={"HX-Request": "true"})
        assert (response.status_code, response.content, response["HX-Reswap"]) == (401, b"", "none")
        assert json.loads(response["HX-Trigger"]) == {"fluxweb:signed-out": {"login": LOGIN}}
        assert ask(address).status_code == 302

"""Guessing is slow at every door, nobody keeps another out, nothing tells who has an account, and the log knows."""

import logging
import re
import smtplib
import threading

import pytest
from django.contrib.auth.hashers import MD5PasswordHasher
from django.core import mail
from django.test import Client
from django.urls import reverse

from gallery.models import RateCounter, User
from gallery.services.accounts import sign_ins
from gallery.services.operations import mail_server, rate_limits
from tests.pages import Page
from tests.processes.town import free_port

pytestmark = pytest.mark.django_db

LOGIN, RESET, CHANGE = "/accounts/login/", "/accounts/password/reset/", "/accounts/password/change/"
PASSWORD, NEW = "a long password", "a battery of horses"
HOME, ELSEWHERE = "192.0.2.7", "198.51.100.9"


@pytest.fixture
def hashes(monkeypatch):
    """Count what takes time: runs of the hasher."""
    runs, encode = [], MD5PasswordHasher.encode
    monkeypatch.setattr(MD5PasswordHasher, "encode", lambda *args: runs.append(1) or encode(*args))
    return runs


@pytest.fixture
def lines(caplog):
    """The lines of sign-ins and mails in the log, as they are written."""
    caplog.set_level(logging.INFO)
    formatter = logging.getLogger().handlers and logging.root.handlers[0].formatter
    names = ("fluxweb.sign_ins", "fluxweb.mail")
    return lambda: [
        formatter.format(record) if "structlog" in type(formatter).__module__ else str(record.msg)
        for record in caplog.records
        if record.name in names
    ]


def enter(login="olga", password=PASSWORD, *, client=None, address=HOME, **headers):
    client = client or Client()
    return client.post(LOGIN, {"login": login, "password": password}, REMOTE_ADDR=address, headers=headers)


def guess(times, login="olga", **how):
    return [enter(login, f"wrong {n}", **how).status_code for n in range(times)]


def test_an_address_has_ten_guesses_at_a_name_and_keeps_nobody_out_elsewhere(owner):
    assert guess(14) == [200] * 10 + [429] * 4
    assert enter(address=HOME).status_code == 429
    assert enter(address=ELSEWHERE)["Location"] == "/"


def test_who_is_refused_reads_from_which_minute_on_and_keeps_the_name(owner, clock):
    clock("2026-11-26 06:38:10")
    guess(10)
    refused = enter(password="not this either")
    page = Page(refused)
    assert (refused.status_code, refused["Retry-After"]) == (429, "410")
    assert "Wrong passwords were tried too often. Try again in 7 minutes, at 06:45 UTC." in page.text
    assert page.one("input", id="id_login")["value"] == "olga"
    assert "not this either" not in page.html


def test_a_right_password_is_refused_like_a_wrong_one_and_a_name_like_none(owner):
    guess(10)
    guess(10, "nobody")
    texts = {Page(enter(login, word)).text for login in ("olga", "nobody") for word in (PASSWORD, "wrong")}
    assert len(texts) == 1


def test_a_browser_that_was_in_gets_in_whatever_others_try(owner, monkeypatch):
    monkeypatch.setattr(sign_ins, "PER_NAME", rate_limits.Limit("sign-ins of", 4, 900))
    known = Client()
    enter(client=known)
    known.post(reverse("account_logout"))
    guess(12)
    guess(4, address=ELSEWHERE)
    assert enter(address="203.0.113.1").status_code == 429
    for login in ("olga", "OLGA", "olga@example.com"):
        assert enter(login, client=known)["Location"] == "/"
        known.post(reverse("account_logout"))


def test_a_known_browser_has_a_count_of_its_own_and_vouches_for_its_own_people_only(owner, colleague):
    known = Client()
    enter(client=known)
    known.post(reverse("account_logout"))
    assert guess(22, client=known) == [200] * 20 + [429] * 2
    assert enter(address=HOME)["Location"] == "/"
    assert guess(11, "carl", client=known)[-1] == 429


def test_several_people_of_one_browser_are_known(owner, colleague):
    known = Client()
    for login in ("olga", "carl"):
        enter(login, client=known)
        known.post(reverse("account_logout"))
    for login in ("olga", "carl"):
        guess(11, login)
        assert enter(login, client=known)["Location"] == "/"
        known.post(reverse("account_logout"))


def test_the_cookie_is_for_the_server_only_and_for_long(owner, settings):
    settings.SESSION_COOKIE_SECURE = True
    cookie = enter().cookies[sign_ins.COOKIE]
    assert (cookie["httponly"], cookie["secure"], cookie["samesite"], cookie["max-age"]) == (
        True, True, "Lax", 365 * 24 * 3600,
    )  # fmt: skip
    assert "olga" not in cookie.value
    assert owner.password not in cookie.value


@pytest.mark.parametrize("change", ["password", "locked", "forged"])
def test_the_cookie_is_worth_nothing_after_another_password(owner, change):
    known = Client()
    enter(client=known)
    known.post(reverse("account_logout"))
    word = PASSWORD
    if change == "password":
        word = NEW
        owner.set_password(NEW)
        owner.save()
    elif change == "locked":
        User.objects.update(is_active=False)
    else:
        known.cookies[sign_ins.COOKIE] = known.cookies[sign_ins.COOKIE].value[:-3] + "xyz"
    guess(10)
    assert enter(password=word, client=known).status_code == 429


def test_who_changes_the_password_keeps_a_known_browser(owner):
    known = Client()
    enter(client=known)
    known.post(CHANGE, {"oldpassword": PASSWORD, "password1": NEW, "password2": NEW})
    known.post(reverse("account_logout"))
    guess(10)
    assert enter(password=NEW, client=known)["Location"] == "/"


def test_who_resets_the_password_by_mail_gets_in_where_the_name_is_blocked(owner):
    guess(10)
    browser = Client()
    browser.post(RESET, {"email": "olga@example.com"})
    address = re.search(r"/accounts/password/reset/key/\S+", mail.outbox[0].body)[0]
    chosen = browser.get(address, follow=True).redirect_chain[-1][0]
    browser.post(chosen, {"password1": NEW, "password2": NEW})
    assert enter(password=NEW, client=browser)["Location"] == "/"


def test_the_same_name_in_other_letters_and_the_same_network_count_together(owner):
    for n, login in enumerate(["olga", "OLGA", " Olga ", "ｏｌｇａ", "oLGa"] * 2):
        assert enter(login, "wrong", address=f"2001:db8:1:2::{n:x}").status_code == 200
    assert enter(address="2001:db8:1:2:ffff::1").status_code == 429
    assert enter(address="2001:db8:1:3::1").status_code == 302


def test_a_name_has_more_guesses_from_everywhere_than_any_single_address(owner, monkeypatch):
    assert sign_ins.PER_NAME.count >= 20 * sign_ins.HERE.count
    monkeypatch.setattr(sign_ins, "PER_NAME", rate_limits.Limit("sign-ins of", 6, 900))
    assert [guess(1, address=f"192.0.2.{n}")[0] for n in range(8)] == [200] * 6 + [429] * 2


def test_an_address_has_so_many_guesses_at_all_names_together(db, monkeypatch):
    monkeypatch.setattr(sign_ins, "PER_ADDRESS", rate_limits.Limit("sign-ins from", 6, 900))
    assert [guess(1, f"name{n}")[0] for n in range(8)] == [200] * 6 + [429] * 2


def test_behind_our_proxy_each_client_counts_and_a_forged_header_does_not(owner, settings):
    settings.TRUSTED_PROXIES = ["10.0.0.1"]
    for n in range(10):
        enter(password="wrong", address="10.0.0.1", X_Forwarded_For=f"1.1.1.{n}, {HOME}")
    assert enter(address="10.0.0.1", X_Forwarded_For=f"1.1.1.99, {HOME}").status_code == 429
    assert enter(address="10.0.0.1", X_Forwarded_For=ELSEWHERE).status_code == 302


def test_right_passwords_do_not_count(owner):
    assert {enter().status_code for _ in range(25)} == {302}
    assert not RateCounter.objects.filter(count__gt=0).exists()


def test_no_name_and_no_address_is_written_down(owner):
    guess(1)
    assert not RateCounter.objects.filter(name__iregex=r"olga|192\.0").exists()


def test_the_old_password_is_no_door_without_a_count(owner, owner_client):
    form = {"oldpassword": "wrong", "password1": NEW, "password2": NEW}
    answers = [owner_client.post(CHANGE, form, REMOTE_ADDR=HOME) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "tried too often. Try again in" in Page(answers[-1]).text
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


def test_signing_in_again_is_no_door_without_a_count(owner_client):
    address = reverse("account_reauthenticate")
    answers = [owner_client.post(address, {"password": "wrong"}, REMOTE_ADDR=HOME).status_code for _ in range(11)]
    assert answers == [200] * 10 + [429]


def test_the_admin_has_no_door_of_its_own(admin, admin_client, visitor):
    asked = visitor.post("/admin/login/", {"username": "ada", "password": PASSWORD})
    assert asked["Location"].startswith(LOGIN)
    assert admin_client.get("/admin/password_change/")["Location"] == CHANGE
    assert admin_client.get("/admin/").status_code == 200


def test_mails_to_one_mailbox_are_few_from_one_address_and_alike_for_nobody(owner):
    for mailbox in ("olga@example.com", "nobody@example.com"):
        answers = [Client().post(RESET, {"email": mailbox}, REMOTE_ADDR=HOME) for _ in range(6)]
        assert [answer.status_code for answer in answers] == [302] * 5 + [429]
        assert Page(answers[-1]).one("input", id="id_email")["value"] == mailbox
        assert "Mails were asked for too often. Try again in" in Page(answers[-1]).text
    assert [letter.to for letter in mail.outbox] == [["olga@example.com"]] * 5
    assert Client().post(RESET, {"email": "OLGA@example.com"}, REMOTE_ADDR=ELSEWHERE).status_code == 302


def test_mails_are_few_to_one_mailbox_from_everywhere_and_from_one_address(owner):
    few = sign_ins.RESETS_PER_MAILBOX.count
    answers = [Client().post(RESET, {"email": "olga@example.com"}, REMOTE_ADDR=f"192.0.2.{n}") for n in range(few + 1)]
    assert [answer.status_code for answer in answers] == [302] * few + [429]
    many = sign_ins.RESETS_PER_ADDRESS.count
    answers = [Client().post(RESET, {"email": f"n{n}@example.com"}, REMOTE_ADDR=ELSEWHERE) for n in range(many + 1)]
    assert [answer.status_code for answer in answers] == [302] * many + [429]


@pytest.mark.parametrize("address", ["/welcome/nothing/", "/accounts/password/reset/key/1-nothing/"])
def test_one_time_links_are_not_tried_without_end(address, monkeypatch):
    monkeypatch.setattr(sign_ins, "LINKS", rate_limits.Limit("links from", 3, 900))
    answers = [Client().get(address, REMOTE_ADDR=HOME) for _ in range(4)]
    assert [answer.status_code == 429 for answer in answers] == [False] * 3 + [True]
    assert "Try again in" in Page(answers[-1]).text
    assert Client().get(address, REMOTE_ADDR=ELSEWHERE).status_code != 429


@pytest.mark.parametrize("word", ["wrong", " wröng ", "wro\u0308ng ﬁ"])
def test_known_and_unknown_names_take_the_same_time(owner, colleague, hashes, word):
    User.objects.filter(pk=colleague.pk).update(username="carl@example.com")
    taken = {}
    for login in ("olga", "olga@example.com", "carl@example.com", "nobody", "nobody@example.com"):
        hashes.clear()
        enter(login, word)
        taken[login] = len(hashes)
    assert len(set(taken.values())) == 1, taken
    assert taken["olga"] > 0


def test_a_failed_sign_in_is_one_line_with_the_address_and_without_what_was_typed(owner, lines):
    enter("olga", "a wrong password")
    enter("ol\n2026-11-26 [info] all is well\x1b[2J", "a wrong password", address="2001:db8::5")
    known, unknown = lines()
    assert "sign-in failed" in known
    assert HOME in known
    assert "ol***" in known
    assert f"{owner.pk}" in known
    assert "2001:db8::5" in unknown
    for line in (known, unknown):
        assert "a wrong password" not in line
        assert "all is well" not in line
        assert "\x1b" not in line
        assert "\n" not in line


def test_a_password_typed_for_a_name_is_not_in_the_log(owner, lines):
    enter("hunter2hunter2", "olga")
    assert "nter2" not in lines()[0]


def test_refused_tries_and_wrong_old_passwords_are_in_the_log_too(owner, owner_client, lines):
    guess(11)
    assert "too many tries" in lines()[-1]
    owner_client.post(CHANGE, {"oldpassword": "wrong", "password1": NEW, "password2": NEW}, REMOTE_ADDR=ELSEWHERE)
    assert ELSEWHERE in lines()[-1]


def test_every_line_says_who_asks_by_the_rule_for_proxies(owner, lines):
    enter(password="wrong", address=HOME, X_Forwarded_For="8.8.8.8\x1b")
    assert "8.8.8.8" not in lines()[0]


def test_an_unknown_address_gets_no_mail(owner, visitor):
    visitor.post(RESET, {"email": "nobody@example.com"})
    assert mail.outbox == []


@pytest.mark.parametrize("trouble", [ConnectionRefusedError, TimeoutError, smtplib.SMTPServerDisconnected])
def test_a_silent_mail_server_is_said_to_all_alike_and_logged_in_one_line(owner, settings, monkeypatch, lines, trouble):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"

    def fail(*_, **__):
        raise trouble

    monkeypatch.setattr(smtplib.SMTP, "__init__", fail)
    answers = [Client().post(RESET, {"email": name}) for name in ("olga@example.com", "nobody@example.com")]
    assert [answer.status_code for answer in answers] == [200, 200]
    one, other = (Page(answer) for answer in answers)
    assert "The mail server does not answer, so nothing was sent." in one.text
    assert one.text == other.text
    assert one.one("input", id="id_email")["value"] == "olga@example.com"
    said = lines()
    assert len(said) == 2
    assert all("mail server does not answer" in line and "Traceback" not in line for line in said)


def test_a_mail_that_is_refused_while_it_is_sent_is_no_error_page(owner, visitor, monkeypatch, lines):
    def fail(*_, **__):
        raise smtplib.SMTPRecipientsRefused({})

    monkeypatch.setattr("django.core.mail.backends.locmem.EmailBackend.send_messages", fail)
    answers = [Client().post(RESET, {"email": name}, follow=True) for name in ("olga@example.com", "no@example.com")]
    assert Page(answers[0]).text == Page(answers[1]).text
    assert len(lines()) == 1


def test_a_mail_is_tried_again_and_nobody_waits_for_it(monkeypatch):
    tried = []

    class Letter:
        def send(self):
            tried.append(1)
            if len(tried) < 3:
                raise ConnectionRefusedError

    monkeypatch.setattr(mail_server, "AGAIN_AFTER_SECONDS", (0, 0, 0))
    mail_server.send_patiently(Letter())
    assert len(tried) == 3


def test_a_mail_goes_in_a_thread_of_its_own_to_a_server(settings, monkeypatch, lines):
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", free_port()  # where nobody listens
    monkeypatch.setattr(mail_server, "AGAIN_AFTER_SECONDS", ())
    mail_server.send_mail(mail.EmailMessage("Hello", to=["olga@example.com"]))
    for thread in threading.enumerate():
        if thread.name == "mail":
            thread.join()
    [said] = lines()
    assert "mail not sent" in said

"""Guests answer: by name, from their browser, throttled, escaped; the owner sees it, is told, closes it, deletes it."""

import pytest
from django.test import Client

from gallery.models import Feedback, Guest, Share, User
from gallery.services.shares import feedback, shares
from gallery.services.shares.image_keys import key_in
from tests.factories import make_share
from tests.pages import Page
from tests.shares.conftest import PASSWORD, at, unlock

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def answer(client, share, image, *, headers=None, **said):
    return client.post(at("shared-answer", share, image), {"name": "Nora", **said}, headers=headers)


def test_a_guest_says_who_they_are_once(visitor, share, pictures):
    answer(visitor, share, pictures[0], favourite="on", stars="5", comment="This one.")
    visitor.post(at("shared-answer", share, pictures[1]), {"stars": "2"})
    [guest] = Guest.objects.all()
    assert guest.name == "Nora"
    assert list(guest.feedback.order_by("image").values_list("favourite", "stars", "comment")) == [
        (True, 5, "This one."), (False, 2, ""),
    ]  # fmt: skip
    page = Page(visitor.get(at("shared-picture", share, pictures[0])))
    assert page.value("favourite") == ["on"]
    assert page.value("stars") == "5"
    assert page.value("comment") == "This one."
    assert "You answer as Nora" in Page(visitor.get(at("shared", share))).text


def test_without_a_name_nothing_is_kept(visitor, share, pictures):
    response = visitor.post(at("shared-answer", share, pictures[0]), {"stars": "5"})
    assert response.status_code == 200
    assert "This field is required." in response.content.decode()
    assert not Feedback.objects.exists()


def test_two_guests_do_not_see_each_others_answers(visitor, share, pictures):
    answer(visitor, share, pictures[0], comment="only for Olga")
    other = Client()
    answer(other, share, pictures[0], name="Otto", stars="1")
    assert Guest.objects.count() == 2
    assert "only for Olga" not in other.get(at("shared-picture", share, pictures[0])).content.decode()


def test_a_guest_of_one_link_is_nobody_at_another(visitor, owner, pictures, share):
    answer(visitor, share, pictures[0], stars="3")
    other = make_share(owner, pictures, answers_open=True)
    assert Page(visitor.get(at("shared-picture", other, pictures[0]))).all("input", name="name")


def test_htmx_gets_the_form_back_and_the_mark_of_the_tile(visitor, share, pictures):
    page = Page(answer(visitor, share, pictures[0], favourite="on", headers=HTMX))
    assert not page.all("html")
    assert "Only Olga L. sees it" in page.one("form").text
    assert page.one("span", class_="mark")["id"] == f"mark-{key_in(share, pictures[0])}"
    assert not page.all("input", name="name")


def test_what_a_guest_says_is_escaped_everywhere(visitor, owner_client, share, pictures):
    answer(visitor, share, pictures[0], name="<b>Nora</b>", comment="<script>alert(1)</script>")
    for response in (
        visitor.get(at("shared-picture", share, pictures[0])),
        visitor.get(at("shared", share)),
        owner_client.get(f"/shares/{share.key}/"),
    ):
        content = response.content.decode()
        assert "<script>alert" not in content
        assert "<b>Nora" not in content
    assert "&lt;script&gt;alert" in content


def test_saying_nothing_takes_the_answer_back(visitor, share, pictures):
    answer(visitor, share, pictures[0], stars="4")
    visitor.post(at("shared-answer", share, pictures[0]), {"stars": "0", "comment": ""})
    assert not Feedback.objects.exists()
    assert User.objects.get(pk=share.owner_id).unseen_feedback == 0


@pytest.mark.parametrize("said", [{"stars": "6"}, {"stars": "x"}, {"comment": "x" * 1001}, {"name": "\ufffd"}])
def test_what_is_out_of_range_is_refused(visitor, share, pictures, said):
    assert answer(visitor, share, pictures[0], **said).status_code == 200
    assert not Feedback.objects.exists()


def test_the_owner_is_told_until_it_was_looked_at(visitor, owner_client, share, pictures):
    assert badge(owner_client) == []
    answer(visitor, share, pictures[0], stars="4")
    answer(visitor, share, pictures[1], stars="4")
    answer(visitor, share, pictures[1], stars="5")  # changed its mind: still one
    assert badge(owner_client) == ["2 new answers"]
    assert "2 new answers" in Page(owner_client.get("/shares/")).text
    page = Page(owner_client.get(f"/shares/{share.key}/"))
    assert page.one("h3").text == "Nora"
    assert page.text.count("· new") == 2
    assert badge(owner_client) == []
    answer(visitor, share, pictures[1], stars="1", comment="rather not")  # after it was seen: news again
    assert badge(owner_client) == ["1 new answer"]


def badge(client):
    return [each.text for each in Page(client.get("/shares/")).all("b", class_="news")]


def test_the_owner_closes_answering_and_what_was_said_stays(visitor, owner_client, share, pictures):
    answer(visitor, share, pictures[0], stars="4")
    owner_client.post(f"/shares/{share.key}/answers/")
    assert answer(visitor, share, pictures[0], stars="1").status_code == 404
    assert not Page(visitor.get(at("shared-picture", share, pictures[0]))).all("form")
    assert Feedback.objects.get().stars == 4
    owner_client.post(f"/shares/{share.key}/answers/", {"open": "1"})
    assert answer(visitor, share, pictures[0], stars="1").status_code == 302


def test_the_owner_deletes_what_a_guest_said(visitor, owner_client, share, pictures):
    answer(visitor, share, pictures[0], stars="4")
    owner_client.post(f"/shares/{share.key}/guests/{Guest.objects.get().key}/delete/")
    assert not Guest.objects.exists()
    assert badge(owner_client) == []
    assert Page(visitor.get(at("shared-picture", share, pictures[0]))).all("input", name="name")  # asked anew


def test_a_guest_of_another_link_cannot_be_deleted_by_this_one(owner, owner_client, share, pictures):
    other = make_share(owner, pictures, answers_open=True)
    guest = feedback.create_guest(other, name="Otto", address="192.0.2.1")
    assert owner_client.post(f"/shares/{share.key}/guests/{guest.key}/delete/").status_code == 404


def test_deleting_a_link_takes_its_news_off_the_badge(visitor, owner_client, share, pictures):
    answer(visitor, share, pictures[0], stars="4")
    owner_client.post(f"/shares/{share.key}/delete/")
    assert badge(owner_client) == []
    assert not Share.objects.exists()


def test_behind_a_password_only_those_inside_answer(visitor, locked, pictures):
    assert answer(visitor, locked, pictures[0], stars="4").status_code == 404
    unlock(visitor, locked)
    assert answer(visitor, locked, pictures[0], stars="4").status_code == 302
    shares.change_share(locked, password=f"{PASSWORD} 2")
    assert answer(visitor, locked, pictures[0], stars="1").status_code == 404


def test_answers_are_throttled_by_address_and_by_link(visitor, share, pictures, monkeypatch):
    monkeypatch.setattr(feedback, "FEEDBACK_HERE", feedback.rate_limits.Limit("answers of link from", 3, 900))
    monkeypatch.setattr(feedback, "FEEDBACK_PER_LINK", feedback.rate_limits.Limit("answers of link", 5, 900))
    assert [answer(visitor, share, pictures[0], stars=str(n)).status_code for n in (1, 2, 3, 4)] == [302] * 3 + [429]
    assert Feedback.objects.get().stars == 3
    for n in range(2):
        assert answer(Client(REMOTE_ADDR=f"192.0.2.{n}"), share, pictures[0], stars="1").status_code == 302
    assert answer(Client(REMOTE_ADDR="192.0.2.9"), share, pictures[0], stars="1").status_code == 429


def test_an_office_behind_one_address_finds_room_at_every_link(owner, pictures, share):
    other = make_share(owner, pictures[:1], answers_open=True)
    for link in (share, other):
        answers = [answer(Client(), link, pictures[0], name=f"Guest {n}", stars="1").status_code for n in range(60)]
        assert answers == [302] * 60
    assert share.guests.count() == 60


def test_the_sixty_first_from_one_address_hears_when_it_opens_and_shuts_nobody_else_out(owner_client, share, pictures):
    for n in range(60):
        feedback.create_guest(share, name=f"Guest {n}", address="127.0.0.1")
    refused = answer(Client(), share, pictures[0], comment="I was late")
    assert refused.status_code == 429
    assert 0 < int(refused["Retry-After"]) <= 3600
    page = Page(refused)
    assert "Send it again in" in page.one("p", role="alert").text
    assert (page.value("name"), page.value("comment")) == ("Nora", "I was late")
    assert answer(Client(REMOTE_ADDR="192.0.2.1"), share, pictures[0], stars="1").status_code == 302
    told = answer(Client(), share, pictures[0], headers=HTMX, comment="again")
    assert (told.status_code, "Retry-After" in told.headers) == (429, True)
    assert "Too many new guests came at once 2 times" in Page(owner_client.get(f"/shares/{share.key}/")).text


def test_one_address_cannot_be_everybody_at_all_links(owner, pictures, monkeypatch):
    monkeypatch.setattr(feedback, "GUESTS_PER_ADDRESS", feedback.rate_limits.Limit("guests from", 5, 3600))
    links = [make_share(owner, pictures[:1], answers_open=True) for _ in range(3)]
    answers = [answer(Client(), link, pictures[0], stars="1").status_code for link in links for _ in range(2)]
    assert answers == [302] * 5 + [429]


def test_a_first_answer_that_is_sent_twice_makes_one_guest(share, pictures):
    page = Page(Client().get(at("shared-picture", share, pictures[0])))
    for client in (Client(), Client()):  # the second press left before the first was answered: no session yet
        assert answer(client, share, pictures[0], nonce=page.value("nonce"), stars="4").status_code == 302
        assert "You answer as Nora" in Page(client.get(at("shared", share))).text
    assert (Guest.objects.count(), Feedback.objects.count()) == (1, 1)
    answer(
        Client(), share, pictures[0], nonce=Page(Client().get(at("shared-picture", share, pictures[0]))).value("nonce")
    )
    assert Guest.objects.count() == 2


@pytest.mark.parametrize("name", ["\u200b", "\u202e \u2066", "\u3164\u2800", " \u00ad\u200e "])
def test_a_name_of_which_nothing_is_seen_is_none(visitor, share, pictures, name):
    response = answer(visitor, share, pictures[0], name=name, stars="5")
    assert "This field is required." in response.content.decode()
    assert not Guest.objects.exists()


def test_nothing_that_guests_write_turns_the_page(visitor, owner_client, share, pictures):
    answer(visitor, share, pictures[0], name="\u202eNora\u2066 \u200fB.", comment="Left\u202e right\n\u2067second")
    guest = Guest.objects.get()
    assert guest.name == "Nora B."
    assert guest.feedback.get().comment.split() == ["Left", "right", "second"]
    Guest.objects.update(name="\u202eNora")  # of before it was cleaned
    page = Page(owner_client.get(f"/shares/{share.key}/"))
    assert "\u202eNora" in [each.text for each in page.all("bdi")]
    assert page.one("blockquote")["dir"] == "auto"
    assert "\u202eNora" in [each.text for each in Page(visitor.get(at("shared", share))).all("bdi")]


def test_a_guest_form_with_a_hidden_origin_is_taken_and_one_from_elsewhere_is_not(share, pictures):
    client = Client(enforce_csrf_checks=True)
    page = Page(client.get(at("shared-picture", share, pictures[0])))
    form = {"csrfmiddlewaretoken": page.value("csrfmiddlewaretoken"), "name": "Nora", "stars": "4"}
    address = at("shared-answer", share, pictures[0])

    def send(data=form, **headers):
        return client.post(address, data, headers=headers).status_code

    assert send(Origin="null", Sec_Fetch_Site="cross-site") == 403
    assert send(Origin="https://elsewhere.example") == 403
    assert send({**form, "csrfmiddlewaretoken": "x" * 64}, Origin="null") == 403
    assert client.post("/accounts/login/", form, headers={"Origin": "null"}).status_code == 403
    assert send(Origin="null", Sec_Fetch_Site="same-origin") == 302
    assert send(Origin="null") == 302

"""The question for the password leads to where somebody wanted to go: a page of this link, and nowhere else."""

import pytest
from django.test import Client

from gallery.services.shares import shares
from gallery.services.shares.image_keys import key_in
from tests.factories import make_share
from tests.pages import Page
from tests.shares.conftest import PASSWORD, at

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def open_with_password(client, address, password=PASSWORD, **headers):
    """Follow an address to the question, answer it as the form does, and return where that leads."""
    asked = client.get(address, headers=headers)
    question = Page(client.get(asked["Location"]))
    form = {"next": question.value("next"), "password": password}
    return client.post(question.one("form")["action"], form)


def pages(share, images):
    keys = [key_in(share, image) for image in images]
    return [
        at("shared-picture", share, images[1]),
        at("shared-compare", share),
        at("shared-compare", share) + f"?picture={keys[0]}&picture={keys[1]}",
    ]


def test_every_page_of_a_link_is_led_back_to(locked, pictures):
    for address in pages(locked, pictures):
        client = Client()
        led = open_with_password(client, address)
        assert (led.status_code, led["Location"]) == (302, address)
        assert client.get(address).status_code == 200


def test_a_picture_that_is_opened_by_itself_is_led_back_to(locked, pictures):
    for name in ("shared-view", "shared-file", "shared-thumbnail"):
        address = at(name, locked, pictures[0])
        led = open_with_password(Client(), address, Sec_Fetch_Mode="navigate")
        assert (led.status_code, led["Location"]) == (302, address)
        assert Client().get(address).status_code == 404  # as a part of a page it is not there


def test_a_browser_that_does_not_say_how_it_fetches_says_that_it_wants_a_page(locked, pictures):
    html = {"Accept": "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"}  # Safari before 16.4
    for address in (at("shared-file", locked, pictures[0]), at("shared-zip", locked)):
        led = open_with_password(Client(), address, **html)
        assert (led.status_code, led["Location"]) == (302, address)
        assert Client().get(address, headers={"Accept": "image/webp,*/*"}).status_code == 404
        assert Client().get(address, headers={**html, "Sec-Fetch-Mode": "no-cors"}).status_code == 404


def test_the_page_further_on_is_led_back_to(locked, pictures):
    address = at("shared", locked) + f"?after={key_in(locked, pictures[0])}"
    question = Page(Client().get(address))
    assert question.value("next") == address


def test_a_wrong_password_first_does_not_lose_the_way(visitor, locked, pictures):
    address = at("shared-picture", locked, pictures[0])
    question = Page(open_with_password(visitor, address, password="not that"))
    assert question.value("next") == address
    led = visitor.post(question.one("form")["action"], {"next": question.value("next"), "password": PASSWORD})
    assert led["Location"] == address


def test_after_too_many_tries_the_way_is_still_there(visitor, locked, pictures):
    address = at("shared-picture", locked, pictures[0])
    for _ in range(11):
        refused = open_with_password(visitor, address, password="not that")
    assert refused.status_code == 429
    assert Page(refused).one("a", class_="btn")["href"] == address


def test_who_lost_the_session_is_asked_and_led_back(visitor, locked, pictures):
    address = at("shared-picture", locked, pictures[0])
    open_with_password(visitor, address)
    assert visitor.get(address).status_code == 200
    visitor.session.flush()
    assert open_with_password(visitor, address)["Location"] == address
    shares.change_share(locked, password="another one")
    assert open_with_password(visitor, address, password="another one")["Location"] == address


@pytest.mark.parametrize("name", ["shared-picture", "shared-answer"])
def test_htmx_is_led_to_the_question_as_a_page(visitor, locked, pictures, name):
    address = at(name, locked, pictures[0])
    call = visitor.post if name == "shared-answer" else visitor.get
    asked = call(address, headers=HTMX)
    question = Page(visitor.get(asked["HX-Redirect"]))
    assert question.value("next") == at("shared-picture", locked, pictures[0])
    assert "viewer" not in asked.content.decode()


def test_htmx_that_wants_more_pictures_is_led_back_to_the_page_it_stands_on(visitor, locked, pictures):
    more = at("shared", locked) + f"?after={key_in(locked, pictures[0])}"
    asked = visitor.get(more, headers={**HTMX, "HX-Current-URL": "http://testserver" + at("shared", locked)})
    assert Page(visitor.get(asked["HX-Redirect"])).value("next") == at("shared", locked)


def test_who_gave_a_name_stays_at_the_picture(visitor, locked, pictures):
    address = at("shared-picture", locked, pictures[0])
    open_with_password(visitor, address)
    said = visitor.post(at("shared-answer", locked, pictures[0]), {"name": "Nora", "stars": "3"})
    assert said["Location"] == address + "#answer"


def test_who_knows_the_password_already_goes_straight_on(visitor, locked, pictures):
    address = at("shared-picture", locked, pictures[0])
    asked = visitor.get(address)["Location"]
    open_with_password(visitor, at("shared-compare", locked))
    assert visitor.get(asked)["Location"] == address


def test_the_way_leads_nowhere_else(locked, owner, pictures):
    base, other = at("shared", locked), make_share(owner, pictures)
    for wanted in (
        "https://elsewhere.example/", "//elsewhere.example/", "/gallery/", "/admin/", "javascript:alert(1)", "http://[",
        at("shared", other), at("shared-picture", other, pictures[0]), base + "../../admin/", base + "nothing", "\\\\x",
        at("shared-unlock", locked), f"https://elsewhere.example{base}", f"{base}?next=//elsewhere.example", "",
    ):  # fmt: skip
        led = Client().post(at("shared-unlock", locked), {"password": PASSWORD, "next": wanted})
        assert (led.status_code, led["Location"]) == (302, base), wanted
        question = Page(Client().get(base, {"next": wanted}))
        assert question.value("next") == base

"""What olga has, for every door that asks for it, and what all doors answer to everybody."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import signed_in
from tests.pages import Page
from tests.project import doors
from tests.things import make_things

WHO = ("visitor", "colleague", "owner", "admin")
ANSWERED, PARSED = {}, {}  # of `responses` and `pages`, once a process: they take seconds, and nobody changes them


@pytest.fixture
def things(owner, worker, provider_server, world):
    return make_things(owner, worker=worker, world=world)


@pytest.fixture
def responses(request, transactional_db):
    """Every address as everybody sees it, by a title for the report; the pages of errors too. Read is `whole`."""
    if not ANSWERED:
        things = request.getfixturevalue("things")
        clients = {who: signed_in(request.getfixturevalue(who)) for who in WHO[1:]}
        ANSWERED.update(dict(_ask(things, {"visitor": Client()} | clients)))
    return ANSWERED


@pytest.fixture
def pages(responses):
    """Those that are pages or fragments of HTML, parsed."""
    if not PARSED:
        html = {title: each for title, each in responses.items() if each["Content-Type"].startswith("text/html")}
        PARSED.update({title: Page(each.whole.decode()) for title, each in html.items()})
    return PARSED


def _ask(things, clients):
    for name in doors.names():
        for who, client in clients.items():
            yield f"{name} as {who}", doors.read_whole(client.get(doors.address(name, things)))
    yield "a form of the studio with errors", doors.read_whole(clients["owner"].post(reverse("studio"), {"prompt": ""}))
    yield "nothing here", doors.read_whole(clients["owner"].get("/nothing/"))
    wrong = {"login": "olga", "password": "no"}
    yield "a login that failed", doors.read_whole(clients["visitor"].post(reverse("account_login"), wrong))
    yield "a used link", doors.read_whole(clients["visitor"].get(reverse("welcome", args=["used"])))

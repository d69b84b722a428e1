"""What olga has, for every door that asks for it, and what all doors answer."""

import pytest
from django.test import Client
from django.urls import reverse

from tests.conftest import signed_in
from tests.project import doors
from tests.things import make_things

ANSWERED = {}  # what `responses` has asked for, once a process: it takes seconds, and nobody changes it


@pytest.fixture
def things(owner, worker, provider_server, world):
    return make_things(owner, worker=worker, world=world)


@pytest.fixture
def responses(request, transactional_db):
    """Every address as everybody sees it, by a title for the report; the pages of errors too."""
    if not ANSWERED:
        things, owner, admin = (request.getfixturevalue(name) for name in ("things", "owner", "admin"))
        clients = {"visitor": Client(), "owner": signed_in(owner), "admin": signed_in(admin)}
        ANSWERED.update(_ask(things, clients))
        for response in ANSWERED.values():
            response.close()
    return ANSWERED


def _ask(things, clients):
    for name in doors.names():
        for who, client in clients.items():
            yield f"{name} as {who}", client.get(doors.address(name, things))
    yield "a form of the studio with errors", clients["owner"].post(reverse("studio"), {"prompt": ""})
    yield "nothing here", clients["owner"].get("/nothing/")
    wrong = {"login": "olga", "password": "no"}
    yield "a login that failed", clients["visitor"].post(reverse("account_login"), wrong)
    yield "a used link", clients["visitor"].get(reverse("welcome", args=["used"]))

"""Every address behind a link x every way to come to it: right, wrong, ended, revoked, deleted, without the password,
with the session of another link. All closed doors look the same."""

from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from gallery.models import Share
from gallery.services.shares import shares
from gallery.services.shares.image_keys import key_in
from gallery.services.shares.packing import ShareChanged
from tests.factories import make_share
from tests.shares.conftest import PASSWORD, SECRET, at, image_of, read, unlock

pytestmark = pytest.mark.django_db

LOOKS = {
    "shared": 200, "shared-picture": 200, "shared-thumbnail": 200, "shared-view": 200, "shared-file": 200,
    "shared-zip": 200, "shared-card": 200, "shared-compare": 200,
}  # fmt: skip
# Behind a password, before it is known: the page asks for it, one below it leads there, all else is not there.
WITHOUT_PASSWORD = dict.fromkeys(LOOKS, 404) | {"shared": 200, "shared-picture": 302, "shared-compare": 302}
WITH_PASSWORD = LOOKS | {"shared-card": 404}  # no chat program knows the password
ACTS = {"shared-unlock": {"password": PASSWORD}, "shared-answer": {"name": "Nora", "stars": "3"}}
WITH_KEY = ("shared-picture", "shared-thumbnail", "shared-view", "shared-file", "shared-answer")


def addresses(share, *, image=None, token=None):
    image = image or image_of(share)
    return {
        name: at(name, share, *([image] if name in WITH_KEY else []), token=token) for name in (*LOOKS, *ACTS)
    }  # fmt: skip


def look(client, share, **options):
    return {name: client.get(addresses(share, **options)[name]) for name in LOOKS}


def statuses(responses):
    return {name: (read(response), response.status_code)[1] for name, response in responses.items()}


def act(client, share, **options):
    return {name: client.post(addresses(share, **options)[name], form) for name, form in ACTS.items()}


CLOSED = {
    "wrong": lambda share: "x" * 43,
    "short": lambda share: "x",
    "absurd": lambda share: "é%00" * 400,
    "ended": lambda share: _with(share, expires_at=timezone.now()),
    "revoked": lambda share: shares.revoke_share(share),
    "replaced": lambda share: _replaced(share),
    "deleted": lambda share: _deleted(share),
    "of a locked member": lambda share: _locked(share),
}


def _with(share, **fields):
    Share.objects.filter(pk=share.pk).update(**fields)


def _replaced(share):
    old = shares.token_of(share)
    shares.replace_address(share)
    return old


def _deleted(share):
    old = shares.token_of(share)
    shares.delete_share(Share.objects.get(pk=share.pk))
    return old


def _locked(share):
    share.owner.is_active = False
    share.owner.save()


def test_the_right_token_opens_every_door(visitor, share):
    assert statuses(look(visitor, share)) == LOOKS
    assert {name: answer.status_code for name, answer in act(visitor, share).items()} == dict.fromkeys(ACTS, 302)


@pytest.mark.parametrize("way", CLOSED)
@pytest.mark.parametrize("password", [False, True], ids=["open", "unlocked"])
def test_closed_doors_look_like_doors_that_never_were(visitor, share, locked, way, password):
    link = locked if password else share
    if password:
        unlock(visitor, link)
    image = image_of(link)
    token = CLOSED[way](link) or shares.token_of(link)
    never = visitor.get("/s/never-was-a-link/")
    for responses in (look(visitor, link, image=image, token=token), act(visitor, link, image=image, token=token)):
        for name, response in responses.items():
            assert (response.status_code, response.content) == (404, never.content), name
            assert headers(response) == headers(never), name


def headers(response):
    return {name: value for name, value in response.headers.items() if name != "Set-Cookie"}


@pytest.mark.parametrize("way", ["wrong", "ended", "revoked", "replaced", "deleted"])
def test_closed_doors_cost_the_same_work(visitor, share, way):
    """The clock tells nothing: one look-up each, by the same statement."""
    with CaptureQueriesContext(connection) as never:
        visitor.get(f"/s/{'y' * 43}/")
    token = CLOSED[way](share) or shares.token_of(share)
    with CaptureQueriesContext(connection) as closed:
        visitor.get(at("shared", share, token=token))
    assert len(never) == len(closed) == 1
    assert [_shape(each) for each in closed] == [_shape(each) for each in never]


def _shape(query):
    """The statement without the values."""
    return query["sql"].split(" WHERE ")[0], query["sql"].count("AND")


def test_without_the_password_there_is_a_question_and_nothing_else(visitor, locked):
    responses = look(visitor, locked)
    question = responses["shared"].content.decode()
    assert statuses(responses) == WITHOUT_PASSWORD
    assert locked.title not in question
    assert locked.sharer not in question
    assert "og:" not in question
    assert key_in(locked, image_of(locked)) not in question
    assert visitor.post(addresses(locked)["shared-answer"], ACTS["shared-answer"]).status_code == 404


def test_with_the_password_everything_opens_but_the_card(visitor, locked):
    assert unlock(visitor, locked).status_code == 302
    assert statuses(look(visitor, locked)) == WITH_PASSWORD


def test_the_password_goes_by_post_only_and_never_into_an_address(visitor, locked):
    assert visitor.get(at("shared-unlock", locked), {"password": PASSWORD}).status_code == 405
    assert visitor.get(at("shared", locked), {"password": PASSWORD}).context["form"]
    answer = unlock(visitor, locked)
    assert answer["Location"] == at("shared", locked)
    assert PASSWORD not in unlock(Client(), locked, password=f"{PASSWORD}!").content.decode()


def test_one_unlocked_link_unlocks_no_other(visitor, owner, pictures, locked):
    other = make_share(owner, pictures[:3], password=PASSWORD)  # even with the same password
    unlock(visitor, locked)
    assert statuses(look(visitor, other)) == WITHOUT_PASSWORD


@pytest.mark.parametrize("change", ["another password", "replaced"])
def test_who_was_in_is_asked_again_after_a_change(visitor, locked, change):
    unlock(visitor, locked)
    if change == "replaced":
        shares.replace_address(locked)
    else:
        shares.change_share(locked, password="another one")
    assert statuses(look(visitor, locked)) == WITHOUT_PASSWORD


def test_taking_the_password_away_opens_it(visitor, locked):
    shares.change_share(locked, password="")
    assert statuses(look(visitor, locked)) == LOOKS


def test_a_password_that_comes_later_locks_out_who_was_in(visitor, share):
    assert statuses(look(visitor, share)) == LOOKS
    shares.change_share(share, password=PASSWORD)
    assert statuses(look(visitor, share)) == WITHOUT_PASSWORD


def test_pictures_outside_the_link_are_not_there(visitor, owner, pictures, share):
    for key in (
        key_in(share, pictures[3]),
        pictures[0].key,
        pictures[3].key,
        "0" * 14,
        "0" * 40,
        "\x00",
        "é",
        "é" * 40,
    ):
        for name in WITH_KEY[:-1]:
            assert visitor.get(at(name, share, key)).status_code == 404, (name, key)
        assert visitor.post(at("shared-answer", share, key), ACTS["shared-answer"]).status_code == 404
        assert visitor.get(at("shared", share), {"after": key}).status_code == 404
        assert (
            visitor.get(at("shared-compare", share), {"picture": [key_in(share, pictures[0]), key]}).status_code == 404
        )


def test_the_owner_and_other_members_are_guests_here_too(owner_client, colleague_client, locked):
    for client in (owner_client, colleague_client):
        assert statuses(look(client, locked)) == WITHOUT_PASSWORD


def test_members_only_is_for_those_named(
    visitor, owner, colleague, admin_client, colleague_client, owner_client, pictures
):
    share = make_share(owner, pictures[:3], public=False, members=[colleague], password=PASSWORD, download="clean")
    never = visitor.get("/s/never-was-a-link/").content
    for client in (visitor, admin_client):
        for name, response in look(client, share).items():
            assert (response.status_code, response.content) == (404, never), name
    assert statuses(look(colleague_client, share)) == WITH_PASSWORD  # named in person: no password
    assert statuses(look(owner_client, share)) == WITHOUT_PASSWORD
    shares.change_share(share, members=[])
    assert set(statuses(look(colleague_client, share)).values()) == {404}


def test_no_original_and_nothing_it_says_reaches_a_guest(visitor, owner, pictures, share):
    for rules in ({"download": "clean"}, {"download": "recipe"}):
        Share.objects.update(**rules)
        for name, response in look(visitor, share).items():
            assert SECRET not in read(response), name


def test_download_off_means_no_file_and_no_zip(visitor, share):
    Share.objects.update(download="off")
    assert statuses(look(visitor, share)) == LOOKS | {"shared-file": 404, "shared-zip": 404}


def test_a_link_ends_at_midnight_after_its_last_day(visitor, share):
    _with(share, expires_at=timezone.now() + timedelta(seconds=60))
    assert visitor.get(at("shared", share)).status_code == 200
    _with(share, expires_at=timezone.now() - timedelta(microseconds=1))
    assert visitor.get(at("shared", share)).status_code == 404


def test_a_zip_on_its_way_breaks_off_when_the_link_is_closed(visitor, share):
    response = visitor.get(at("shared-zip", share))
    parts = iter(response.streaming_content)
    assert b"JFIF" in next(parts)
    shares.revoke_share(share)
    with pytest.raises(ShareChanged):
        list(parts)

"""A password opens however it is composed, copied or typed; those kept before still do."""

import unicodedata

import pytest
from django.contrib.auth.hashers import make_password
from django.test import Client

from gallery.models import Share, User
from tests.factories import make_share
from tests.shares.conftest import at, unlock
from tests.shares.test_owner import make

pytestmark = pytest.mark.django_db

COMPOSED = "Grüße für Zoë ２７"
DECOMPOSED = unicodedata.normalize("NFD", COMPOSED)
WAYS = [COMPOSED, DECOMPOSED, f" {COMPOSED} ", f"{COMPOSED}\n", "Grüße für Zoë 27", f"\u202a{COMPOSED}\u202c\u200b"]


@pytest.mark.parametrize("typed", WAYS)
@pytest.mark.parametrize("chosen", [COMPOSED, DECOMPOSED, f"{COMPOSED} "])
def test_a_link_opens_for_every_way_to_type_its_password(owner_client, pictures, chosen, typed):
    share = make(owner_client, image=pictures[0].key, password=chosen)
    assert unlock(Client(), share, password=typed)["Location"] == at("shared", share)
    assert unlock(Client(), share, password=typed.replace("Z", "z")).status_code == 200


@pytest.mark.parametrize("kept", [COMPOSED, DECOMPOSED, f" {COMPOSED}"])
def test_a_password_that_was_kept_as_it_was_typed_still_opens(owner, pictures, kept):
    share = make_share(owner, pictures)
    Share.objects.filter(pk=share.pk).update(password=make_password(kept))
    assert unlock(Client(), share, password=kept).status_code == 302
    if kept == kept.strip():
        assert unlock(Client(), share, password=COMPOSED).status_code == 302
        assert unlock(Client(), share, password=DECOMPOSED).status_code == 302


@pytest.mark.parametrize("typed", ["   \u200b  \u200b ", "\u3164" * 8, "a\u200b\u200b\u200b\u200b\u200b"])
def test_a_password_is_as_long_as_what_is_seen_of_it(owner_client, pictures, typed):
    page = make(owner_client, status=200, image=pictures[0].key, password=typed)
    assert "Use at least 6 characters that can be seen." in page.text


@pytest.mark.parametrize("typed", WAYS)
def test_members_sign_in_however_they_type_it(owner, typed):
    for keep in (lambda: owner.set_password(COMPOSED), lambda: setattr(owner, "password", make_password(DECOMPOSED))):
        keep()
        owner.save()
        form = {"login": owner.username, "password": typed if keep else COMPOSED}
        answer = Client().post("/accounts/login/", form)
        if typed in (COMPOSED, DECOMPOSED) or User.objects.get(pk=owner.pk).check_password(typed):
            assert answer.status_code == 302
    owner.set_password(DECOMPOSED)
    assert all(map(owner.check_password, WAYS))
    assert not owner.check_password("Grusse fur Zoe 27")
    assert not owner.check_password("")
    assert not owner.check_password(None)


def test_an_account_made_by_a_link_has_one_spelling():
    made = User.objects.create_user("nina", password=DECOMPOSED)
    assert all(map(made.check_password, WAYS))
    assert all(map(User.objects.create_superuser("nils", password=f"{COMPOSED} ").check_password, WAYS))
    assert not User.objects.create_user("nobody").has_usable_password()


def test_no_password_is_asked_for_again(owner, pictures):
    share = make_share(owner, password="open sesame")
    assert unlock(Client(), share, password="").status_code == 200

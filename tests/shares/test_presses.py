"""The same press of “Make the link” twice makes one link; another press another."""

import pytest
from django.db import IntegrityError

from gallery.models import Share
from gallery.services.shares import shares
from tests.factories import make_share
from tests.pages import Page
from tests.shares.test_owner import FORM, NEW
from tests.worker.races import at_once

pytestmark = pytest.mark.django_db


def form_of(client, image, **fields):
    page = Page(client.get(NEW, {"image": image.key}))
    return {**FORM, "image": image.key, "nonce": page.value("nonce"), **fields}


def test_a_double_click_makes_one_link(owner_client, pictures):
    form = form_of(owner_client, pictures[0], password="open sesame")
    led = {owner_client.post(NEW, form)["Location"] for _ in range(3)}
    assert len(led) == Share.objects.count() == 1


def test_back_and_another_press_makes_another(owner_client, pictures):
    form = form_of(owner_client, pictures[0])
    for change in ({}, {"title": "Other vases"}, {"password": "open sesame"}, {"password": "another one"}, {}):
        assert owner_client.post(NEW, {**form, **change}).status_code == 302
    assert Share.objects.count() == 4
    assert [bool(share.password) for share in Share.objects.order_by("id")] == [False, False, True, True]


def test_a_form_that_was_opened_anew_makes_another(owner_client, pictures):
    for _ in range(2):
        owner_client.post(NEW, form_of(owner_client, pictures[0]))
    assert Share.objects.count() == 2


def test_without_a_nonce_every_press_counts(owner_client, pictures):
    for _ in range(2):
        owner_client.post(NEW, {**FORM, "image": pictures[0].key})
    assert Share.objects.count() == 2


def test_a_refused_form_keeps_its_nonce(owner_client, pictures):
    form = form_of(owner_client, pictures[0], title="")
    page = Page(owner_client.post(NEW, form))
    assert page.value("nonce") == form["nonce"]


def test_after_the_link_was_deleted_the_same_press_makes_it_again(owner_client, pictures):
    form = form_of(owner_client, pictures[0])
    owner_client.post(NEW, form)
    shares.delete_share(Share.objects.get())
    owner_client.post(NEW, form)
    assert Share.objects.count() == 1


def test_a_nonce_of_somebody_else_is_nothing_to_me(owner_client, colleague_client, colleague, pictures):
    form = form_of(owner_client, pictures[0])
    owner_client.post(NEW, form)
    assert colleague_client.post(NEW, form).status_code == 404


@pytest.mark.django_db(transaction=True)
def test_two_presses_at_the_same_moment_make_one_link(owner, pictures):
    def press(_):
        share = Share(owner=owner, title="Vases")
        return shares.create_share_once(share, nonce="n", press="p", images=pictures[:1])

    assert set(at_once(press, range(2))) == set(Share.objects.all())
    assert Share.objects.count() == 1


def test_what_conflicts_with_another_link_is_no_second_press(owner, pictures):
    first = make_share(owner, pictures[:1])
    with pytest.raises(IntegrityError):
        shares.create_share_once(Share(owner=owner, title="V", key=first.key), nonce="n", press="p", images=pictures)
    assert Share.objects.get() == first

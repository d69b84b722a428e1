"""The team's sizes: what it begins with, and how an admin adds, changes, moves and removes them."""

import importlib
from pathlib import Path

import pytest
from django.apps import apps
from django.db import IntegrityError, transaction

from gallery import migrations
from gallery.models import NamedSize
from gallery.services.library import named_sizes
from gallery.services.library.saved_items import NameTaken
from tests.pages import Page

pytestmark = pytest.mark.django_db

PAGE = "/sizes/"
FORM = {"name": "Poster", "size": "700 x 1000", "format": "png", "fit": "fit", "position": ""}


@pytest.fixture
def three(admin):
    """Three sizes and no others."""
    NamedSize.objects.all().delete()
    return [named_sizes.add_size(by=admin, name=name, width=100, height=50) for name in ("One", "Two", "Three")]


def names():
    sizes = named_sizes.list_sizes()
    assert [each.position for each in sizes] == sorted({each.position for each in sizes})
    return [each.name for each in sizes]


def test_a_team_begins_with_the_usual_sizes():
    NamedSize.objects.all().delete()
    [path] = Path(migrations.__path__[0]).glob("*_named_sizes.py")
    importlib.import_module(f"gallery.migrations.{path.stem}").add_first_sizes(apps, None)
    sizes = {(each.width, each.height) for each in named_sizes.list_sizes()}
    usual = {(1920, 1080), (1200, 628), (1080, 1350), (1080, 1080), (1080, 1920), (728, 90), (1500, 500), (2560, 1440)}
    assert usual <= sizes
    assert len(names()) == len(sizes)


def test_a_size_is_added_at_its_place(admin_client, three):
    assert admin_client.post(PAGE, FORM).status_code == 302
    assert admin_client.post(PAGE, FORM | {"name": "First", "position": "1"}).status_code == 302
    assert names() == ["First", "One", "Two", "Three", "Poster"]
    made = NamedSize.objects.get(name="Poster")
    assert (made.width, made.height, made.format, made.fit) == (700, 1000, "png", "fit")


def test_a_size_is_changed_and_moved(admin_client, three):
    admin_client.post(f"{PAGE}{three[2].key}/change/", FORM | {"name": "Third", "position": "1"})
    assert names() == ["Third", "One", "Two"]
    admin_client.post(f"{PAGE}{three[0].key}/change/", FORM | {"name": "One", "position": "99"})
    assert names() == ["Third", "Two", "One"]


def test_a_size_is_removed_and_comes_back_to_its_place(admin_client, three):
    key = three[1].key
    page = Page(admin_client.post(f"{PAGE}{key}/remove/", follow=True))
    assert names() == ["One", "Three"]
    assert "“Two” is off the list." in page.one("div", class_="note").text
    assert page.all("form", action=f"{PAGE}{key}/restore/")
    admin_client.post(PAGE, FORM | {"name": "Two"})
    assert "“Two 2” is back." in Page(admin_client.post(f"{PAGE}{key}/restore/", follow=True)).html
    assert names() == ["One", "Two 2", "Three", "Two"]
    assert Page(admin_client.get(f"{PAGE}?removed={key}")).all("div", class_="note") == []


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"name": "One"}, "Another size has this name already."),
        ({"name": " "}, "This field is required."),
        ({"size": "9x9"}, "9 × 9 is too narrow"),
        ({"size": ""}, "This field is required."),
        ({"format": "bmp"}, "bmp is not one of the available choices."),
        ({"position": "0"}, "greater than or equal to 1"),
    ],
)
def test_what_cannot_be_is_said_and_changes_nothing(admin_client, three, wrong, words):
    for address in (PAGE, f"{PAGE}{three[1].key}/change/"):
        response = admin_client.post(address, FORM | wrong)
        assert response.status_code == 200
        assert words in Page(response).text
    assert names() == ["One", "Two", "Three"]


def test_the_list_has_an_end(admin, admin_client, three, monkeypatch):
    monkeypatch.setattr(named_sizes, "MOST_SIZES", 3)
    assert "remove one first" in Page(admin_client.post(PAGE, FORM)).text
    named_sizes.remove_size(three[0], by=admin)
    named_sizes.add_size(by=admin, name="Four", width=20, height=20)
    three[0].refresh_from_db()
    assert "remove one first" in Page(admin_client.post(f"{PAGE}{three[0].key}/restore/", follow=True)).html
    assert names() == ["Two", "Three", "Four"]


def test_only_admins_find_the_list(owner_client, admin_client, lead_client, three):
    assert [each.get(PAGE).status_code for each in (owner_client, lead_client, admin_client)] == [404, 404, 200]
    links = [len(Page(each.get("/gallery/")).all("a", href=PAGE)) for each in (owner_client, admin_client)]
    assert links == [0, 1]


def test_the_page_costs_the_same_however_long_the_list_is(admin, admin_client, three, django_assert_num_queries):
    admin_client.get(PAGE)
    with django_assert_num_queries(7):
        admin_client.get(PAGE)
    for n in range(20):
        named_sizes.add_size(by=admin, name=f"Size {n}", width=20, height=20)
    with django_assert_num_queries(7):
        admin_client.get(PAGE)


@pytest.mark.parametrize(
    "wrong", [{"width": 15}, {"height": 4097}, {"format": "gif"}, {"fit": ""}, {"name": "One"}], ids=str
)
def test_the_database_refuses_what_cannot_be(three, wrong):
    with pytest.raises(IntegrityError), transaction.atomic():
        NamedSize.objects.filter(pk=three[1].pk).update(**wrong)


def test_a_taken_name_is_told_to_whoever_adds_it(admin, three):
    with pytest.raises(NameTaken):
        named_sizes.add_size(by=admin, name="One", width=20, height=20)

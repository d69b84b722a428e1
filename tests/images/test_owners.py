"""The gallery of another member: what they show to the team, and nothing that only they may know."""

import pytest
from django.db.models import Q

from gallery.models import Image
from gallery.services.collections import collections, items, smart, walked
from gallery.services.images.filters import Filters
from gallery.services.search import index
from tests.factories import make_run
from tests.images.test_gallery import tiles
from tests.pages import Page
from tests.rows import finish, make_images

pytestmark = pytest.mark.django_db

GALLERY = "/gallery/"


@pytest.fixture
def shown(owner, colleague):
    """Return the keys of what a colleague shows, newest first: three of a run of five, two of them twice."""
    make_images(owner, 2)
    theirs = finish(make_run(colleague, prompt="a pier", seed="1..5", project="Secret"))
    make_images(colleague, 4)
    for name, team, images in (("A", "look", theirs[:3]), ("B", "add", theirs[1:3]), ("C", "", theirs)):
        items.add_images(collections.make_collection(owner=colleague, name=name, team=team), images, by=colleague)
    index.write_texts(list(Image.objects.values_list("pk", flat=True)))
    return [image.key for image in theirs[2::-1]]


def look(client, **query):
    return Page(client.get(GALLERY, query))


def test_what_a_member_shows_to_the_team_is_found_by_their_name(shown, owner, colleague, owner_client):
    page = look(owner_client, owner=colleague.username)
    assert tiles(page) == shown
    assert page.one("a", class_="on").text == f"of {colleague.username}"
    assert tiles(look(owner_client, owner=colleague.username, seed="2", sort="oldest")) == [shown[1]]
    assert tiles(look(owner_client, owner=colleague.username, verdict="none", fold="1")) == shown[:1]
    assert len(tiles(look(owner_client, owner=owner.username))) == 2
    panel = Page(owner_client.get("/gallery/filters/"))
    assert [each.text for each in panel.one("select", id="filter-owner").node.find_all("option")] == [
        "my own", colleague.username,
    ]  # fmt: skip


def test_a_page_goes_on_behind_a_picture_of_theirs(shown, colleague, owner_client):
    assert tiles(look(owner_client, owner=colleague.username, before=shown[0])) == shown[1:]


@pytest.mark.parametrize("query", [{"project": "Secret"}, {"made": "reference"}, {"made": "upload"}])
def test_nothing_is_learnt_that_only_they_may_know(shown, colleague, owner_client, query):
    assert not tiles(look(owner_client, owner=colleague.username, **query))
    assert len(tiles(look(owner_client, owner=colleague.username, q="-nothing-"))) == 3  # words are left out
    assert "Words look through your own" in look(owner_client, owner=colleague.username, q="pier").text


def test_what_is_no_longer_shown_and_who_shows_nothing_are_not_there(shown, owner, colleague, owner_client, client):
    collections.change_collection(colleague.collections.get(name="A"), team="")
    assert tiles(look(owner_client, owner=colleague.username)) == shown[:2]
    collections.delete_collection(colleague.collections.get(name="B"))
    assert not tiles(look(owner_client, owner=colleague.username))
    assert not tiles(look(owner_client, owner="nobody"))
    assert not Page(owner_client.get("/gallery/filters/")).all("select", id="filter-owner")


def test_no_act_on_all_that_match_reaches_pictures_of_others(shown, owner, colleague):
    filters = Filters.of(f"owner={colleague.username}")
    assert not filters.narrow(Image.objects.of(owner), owner).exists()


def test_a_collection_that_fills_itself_holds_nothing_of_others(shown, owner, colleague, owner_client):
    rules = smart.new_rules(f"owner={colleague.username}")
    made = collections.make_collection(owner=owner, name="Theirs", rules=rules)
    assert not smart.images_of(made).exists()
    assert not walked.newest_ids(rules, walked.Stretch(owner, None, 10), Q())
    assert len(walked.newest_ids(f"owner={owner.username}", walked.Stretch(owner, None, 10), Q())) == 2

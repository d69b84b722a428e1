"""Collections that fill themselves: nested groups are as a plain matcher says, for their owner, the team and guests."""

import json

import pytest
from django.db.models import Q
from django.urls import reverse
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gallery.models import Image, SavedSearch, User
from gallery.models.shares import Kind
from gallery.services.collections import collections, smart, walked
from gallery.services.compare import ratings
from gallery.services.shares import contents
from tests.collections.test_tags import press
from tests.conftest import signed_in
from tests.factories import make_share
from tests.pages import Page
from tests.rows import make_images
from tests.search.rows import make_prompted

pytestmark = pytest.mark.django_db

FACTS = {
    "stars=1": lambda n: n % 3 == 1,
    "stars=2": lambda n: n % 3 == 2,
    "verdict=pick": lambda n: n % 2 == 1,
    "favourite=1": lambda n: n > 4,
    "": lambda n: True,
    "q=red": lambda n: n % 4 == 0,
    "q=boat&stars=1": lambda n: n % 3 == 1,
    "from=2000-01-01": lambda n: True,
}
GROUPS = st.recursive(
    st.sampled_from(tuple(FACTS)),
    lambda parts: st.fixed_dictionaries({"join": st.sampled_from(("and", "or")), "parts": st.lists(parts, max_size=3)}),
    max_leaves=8,
)


def matches(rules, n):
    if isinstance(rules, str):
        return FACTS[rules](n)
    parts = [matches(part, n) for part in rules["parts"]]
    return bool(parts) and (all(parts) if rules["join"] == "and" else any(parts))


def rate(images, user):
    for n, image in enumerate(images):
        ratings.rate_images([image], user=user, stars=n % 3, verdict="pick" if n % 2 else "", favourite=n > 4)


class AnyGroups(TestCase):
    @classmethod
    def setUpTestData(cls):
        cls.user = User.objects.create_user("nora", "nora@example.com", "a long password")
        cls.images = make_prompted(cls.user, *["a red boat", "a boat", "a boat", "a boat"] * 2)
        rate(cls.images, cls.user)

    @settings(max_examples=60, deadline=None)
    @given(rules=GROUPS)
    def test_they_find_what_a_plain_matcher_finds(self, rules):
        wanted = {image.pk for n, image in enumerate(self.images) if matches(rules, n)}
        found = Image.objects.of(self.user).filter(smart.condition(rules, self.user))
        assert set(found.values_list("pk", flat=True)) == wanted
        for before in (None, self.images[5].pk):
            newest = sorted((pk for pk in wanted if before is None or pk < before), reverse=True)
            assert walked.newest_ids(rules, walked.Stretch(self.user, before, 3), Q()) == newest[:3]


@pytest.fixture
def collection(owner):
    rate(make_images(owner, 6), owner)
    rules = {"join": "or", "parts": ["favourite=1", {"join": "and", "parts": ["stars=1", "verdict=pick"]}]}
    return collections.make_collection(owner=owner, name="Best", rules=rules)


def rules_of(collection):
    collection.refresh_from_db()
    return collection.rules


def shown(page):
    return [box["value"] for box in page.all("input", name="image", type="checkbox")]


def test_it_is_made_and_edited_without_script(owner, owner_client):
    search = SavedSearch.objects.create(owner=owner, name="Picked", query="verdict=pick")
    made = owner_client.post("/collections/new/", {"name": "Best", "fills": "on"})
    address = made["Location"]
    collection = owner.collections.get()
    presses = [
        {"do": "add", "search": search.key},
        {"do": "group"},
        {"do": "add", "at": "1", "query": "https://flux.example.com/gallery/?stars=5&nonsense=1"},
        {"do": "or", "at": "1"},
    ]
    for said in presses:
        assert owner_client.post(address, said)["Location"] == address
    whole = {"join": "and", "parts": ["verdict=pick", {"join": "or", "parts": ["stars=5"]}]}
    assert rules_of(collection) == whole
    owner_client.get(address)
    owner_client.post(address, {"do": "remove", "at": "1"})
    page = Page(owner_client.get(address))
    assert rules_of(collection)["parts"] == ["verdict=pick"]
    press(owner_client, page)
    assert rules_of(collection) == whole


@pytest.mark.parametrize(
    "said",
    [{}, {"do": "x"}, {"do": "remove"}, {"do": "remove", "at": "7"}, {"do": "add", "at": "0"}, {"do": "or", "at": "-1"},
     {"do": "group", "at": "x"}, {"was": "{"}, {"was": "[1]"}, {"was": json.dumps({"join": "and", "parts": [1]})},
     {"do": "add", "search": "nobodys"}],
)  # fmt: skip
def test_nonsense_changes_no_rule(owner_client, collection, said):
    before = rules_of(collection)
    assert owner_client.post(reverse("collection-rules", args=[collection.key]), said).status_code == 404
    assert rules_of(collection) == before


def test_there_is_an_end_to_groups_and_parts(owner_client, collection):
    address = reverse("collection-rules", args=[collection.key])
    for at in ("", "2", "2.0", "2.0.0", "2.0.0.0"):
        owner_client.post(address, {"do": "group", "at": at})
    assert "at most" in Page(owner_client.get(address)).one("div", class_="toasts").text
    for _ in range(smart.MOST_PARTS):
        owner_client.post(address, {"do": "add", "query": "stars=5"})
    assert json.dumps(rules_of(collection)).count("stars=") + 6 == smart.MOST_PARTS


def test_it_follows_what_is_rated(owner, owner_client, collection):
    address = reverse("collection", args=[collection.key])
    images = list(Image.objects.order_by("id"))
    assert shown(Page(owner_client.get(address))) == [images[5].key, images[1].key]
    ratings.rate_images([images[0]], user=owner, favourite=True)
    assert shown(Page(owner_client.get(address))) == [images[5].key, images[1].key, images[0].key]
    assert Page(owner_client.get(f"/cull/?collection={collection.key}")).one("output", id="left").text == "1"


def test_the_team_sees_what_it_finds_only_while_it_is_shared_and_finds_it(owner, colleague, collection):
    client, images = signed_in(colleague), list(Image.objects.order_by("id"))

    def statuses():
        pages = [reverse("image", args=[image.key]) for image in (images[5], images[0])]
        pages.append(reverse("compare") + f"?image={images[5].key}&image={images[1].key}")
        return [client.get(page).status_code for page in (*pages, reverse("collection", args=[collection.key]))]

    assert statuses() == [404] * 4
    collections.change_collection(collection, team="look")
    assert statuses() == [200, 404, 200, 200]
    ratings.rate_images([images[5]], user=owner, favourite=False)
    assert statuses() == [404, 404, 404, 200]
    collections.delete_collection(collection)
    assert statuses() == [404] * 4


@pytest.mark.parametrize("live", [True, False])
def test_it_and_a_search_are_shared_by_link(owner, collection, live):
    images = list(Image.objects.order_by("id"))
    share = make_share(owner, kind=Kind.COLLECTION, collection=collection, live=live)
    found = make_share(owner, kind=Kind.GALLERY, live=live, filter={"query": "favourite=1"})
    assert contents.read_page(share).images == [images[5], images[1]]
    assert contents.read_page(found).images == [images[5]]
    assert contents.find_neighbours(share, images[1])[2:] == (images[5], None)
    ratings.rate_images([images[0]], user=owner, favourite=True)
    more = [images[0]] if live else []
    assert contents.read_page(share).images == [images[5], images[1], *more]
    assert contents.read_page(found).images == [images[5], *more]


def test_a_search_is_shared_from_its_address(owner, owner_client, collection):
    form = Page(owner_client.get("/shares/new/?gallery=1&query=favourite%3D1"))
    assert form.value("query") == "favourite=1"
    assert "Share a search" in form.text

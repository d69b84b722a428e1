"""Seeds of one recipe as one tile: each recipe once, the newest that may be shown, whatever page begins where."""

from collections import defaultdict
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.models import Image, ImageTag, Rating, Tag
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.pages import page_rows
from gallery.services.images.walks import Place
from gallery.services.search import index
from tests.factories import make_run
from tests.pages import Page
from tests.rows import finish, make_images

pytestmark = pytest.mark.django_db

GALLERY = "/gallery/"


@pytest.fixture
def seeds(owner, colleague):
    """Three recipes whose seeds come in turns, two of them of one prompt, and what others made by the same."""
    for first in (1, 11, 21):
        for prompt in ("a red boat", "a car"):
            finish(make_run(owner, prompt=prompt, seed=f"{first}..{first + 4}", models=["flux-2-pro"]))
        finish(make_run(owner, prompt="a red boat", seed=f"{first}..{first + 1}", models=["flux-2-klein-4b"]))
    finish(make_run(colleague, prompt="a red boat", seed="1..3", models=["flux-2-pro"]))
    mine = list(Image.objects.of(owner).order_by("id"))
    tag = Tag.objects.create(owner=owner, name="red", folded="red")
    ImageTag.objects.bulk_create(ImageTag(tag=tag, image=image) for image in mine[::4])
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=n % 6) for n, image in enumerate(mine))
    index.write_texts([image.pk for image in Image.objects.all()])
    return tag


def walk(filters, user, *, size, fold):
    """Return the pictures of all pages, in their order."""
    bound, after, found = Bound(filters, user), None, []
    while page := list(page_rows(bound, after=after, limit=size, fold=fold)):
        found += page
        after = Place(page[-1].id, page[-1].created_at, page[-1].stars if filters.sort == "best" else 0)
    return found


QUERIES = [
    "", "model=flux-2-pro", "tag={}", "stars_from=3", "from=2020-01-01", "sort=oldest", "sort=best", "seed=3", "q=boat",
    "q=red", "q=red&stars_from=2", "q=NOT boat", "q=*", "sort=best&q=red", "sort=oldest&q=boat",
]  # fmt: skip


@pytest.mark.parametrize("size", [1, 2, 60])
def test_each_recipe_stands_on_one_page_once_for_all_its_seeds(seeds, owner, size):
    for query in QUERIES:
        assert_folds_once(query.format(seeds.key), owner, size)


def assert_folds_once(query, owner, size):
    filters = Filters.of(query)
    groups = defaultdict(list)
    for image in walk(filters, owner, size=60, fold=False):
        groups[image.fold].append(image)
    best, first = filters.sort == "best", min if filters.words and filters.sort == "oldest" else max
    wanted = {first(group, key=lambda each: (each.stars if best else 0, each.id)).pk for group in groups.values()}
    found = [image.pk for image in walk(filters, owner, size=size, fold=True)]
    assert len(found) == len(groups) <= 3, query
    assert set(found) == wanted, query


def test_a_tile_says_for_how_many_it_stands_and_leads_to_them(seeds, owner, owner_client):
    page = Page(owner_client.get(GALLERY, {"fold": "1", "q": "boat"}))
    stacks = page.all("div", class_="folded")
    assert [each.text for each in page.all("span", class_="seeds")] == ["6 seeds", "15 seeds"]
    opened = Page(owner_client.get(stacks[0].node.find("a")["href"]))
    assert len(opened.all("input", name="image", type="checkbox")) == 6
    assert not opened.all("div", class_="folded")
    assert "a red boat" in opened.one("a", class_="on").text


def test_a_picture_without_others_of_its_recipe_is_a_tile_like_any(owner, owner_client):
    make_images(owner, 1)
    page = Page(owner_client.get(GALLERY, {"fold": "1"}))
    assert page.all("div", class_="tile")
    assert not page.all("div", class_="folded")


def test_whether_seeds_are_folded_is_remembered_and_said_in_the_address(seeds, owner_client):
    came_from = {"headers": {"Referer": "http://testserver/gallery/?model=flux-2-pro&before=x"}}
    pressed = owner_client.post("/gallery/tiles/", {"fold": "1"}, **came_from)
    assert pressed["Location"] == "/gallery/?model=flux-2-pro&fold=1"
    assert len(Page(owner_client.get(GALLERY)).all("div", class_="folded")) == 3
    pressed = owner_client.post("/gallery/tiles/", {"fold": "0"}, **came_from)
    assert pressed["Location"] == "/gallery/?model=flux-2-pro"
    assert not Page(owner_client.get(GALLERY)).all("div", class_="folded")


def test_a_folded_page_costs_two_queries_more_whatever_the_size(owner, owner_client):
    make_images(owner, 3)
    with CaptureQueriesContext(connection) as few:
        owner_client.get(GALLERY, {"fold": "1"})
    for n in range(70):
        finish(make_run(owner, prompt=f"boat {n}", seed="1, 2"))
    with CaptureQueriesContext(connection) as many:
        page = Page(owner_client.get(GALLERY, {"fold": "1"}))
    assert len(page.all("div", class_="folded")) == 60
    assert len(many) == len(few) <= 7


def test_pictures_of_before_are_given_their_folds(seeds, owner):
    before = dict(Image.objects.values_list("pk", "fold"))
    Image.objects.exclude(pk__in=list(before)[:3]).update(fold=None)
    migration = import_module("gallery.migrations.0054_fill_folds")
    migration.fill(apps, connection.schema_editor())
    assert dict(Image.objects.values_list("pk", "fold")) == before

"""The gallery: every picture exactly once, newest first, at a constant price in queries."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from gallery.models import Image, Rating
from gallery.services.search import index
from tests.pages import Page
from tests.rows import make_images
from tests.search.rows import make_prompted

pytestmark = pytest.mark.django_db

GALLERY = "/gallery/"
QUERIES = 6
HTMX = {"HX-Request": "true"}


def tiles(page):
    return [each["value"] for each in page.all("input", name="image", type="checkbox")]


def test_an_empty_gallery_says_how_to_fill_it(owner_client):
    page = Page(owner_client.get(GALLERY))
    assert page.one("h1").text == "Gallery"
    assert page.one("div", class_="empty")


@pytest.mark.parametrize("headers", [{}, HTMX], ids=["pages", "fragments"])
def test_every_picture_stands_on_exactly_one_page_newest_first(owner, colleague, owner_client, headers):
    mine = make_images(owner, 100, days_ago=1) + make_images(owner, 41)
    make_images(colleague, 5)
    seen, address = [], GALLERY
    while address:
        page = Page(owner_client.get(address, headers=headers))
        seen.append(tiles(page))
        address = page.next_address
    assert [len(each) for each in seen] == [60, 60, 21]
    assert [key for keys in seen for key in keys] == [image.key for image in reversed(mine)]


def test_a_picture_that_comes_while_one_pages_moves_nothing(owner, owner_client):
    mine = make_images(owner, 70)
    next_page = Page(owner_client.get(GALLERY)).next_address
    make_images(owner, 3)
    assert tiles(Page(owner_client.get(next_page))) == [image.key for image in reversed(mine[:10])]


def test_exactly_one_page_has_no_next_one(owner, owner_client):
    make_images(owner, 60)
    page = Page(owner_client.get(GALLERY))
    assert (len(tiles(page)), page.next_address) == (60, None)


def test_each_day_has_one_heading_also_across_pages(owner, owner_client):
    make_images(owner, 50, days_ago=2)
    make_images(owner, 100, days_ago=1)
    first = Page(owner_client.get(GALLERY))
    second = Page(owner_client.get(first.next_address, headers=HTMX))
    third = Page(owner_client.get(second.next_address, headers=HTMX))
    assert [len(page.all("h2", class_="day")) for page in (first, second, third)] == [1, 1, 0]


def test_a_fragment_is_only_the_next_tiles(owner, owner_client):
    make_images(owner, 61)
    address = Page(owner_client.get(GALLERY)).next_address
    assert not Page(owner_client.get(address, headers=HTMX)).all("html")
    assert Page(owner_client.get(address)).one("h1").text == "Gallery"


@pytest.mark.parametrize("count", [1, 150])
def test_a_page_costs_the_same_queries_whatever_the_size(owner, owner_client, count):
    make_images(owner, count)
    with CaptureQueriesContext(connection) as first:
        address = Page(owner_client.get(GALLERY)).next_address
    assert len(first) <= QUERIES
    if address:
        with CaptureQueriesContext(connection) as second:
            owner_client.get(address, headers=HTMX)
        assert len(second) <= QUERIES
        assert_scales(second)
    assert_scales(first)


def assert_scales(queries):
    """No query of the page counts pictures or skips over rows; what is counted are the jobs that wait."""
    asked = [each["sql"] for each in queries]
    assert any('"gallery_image"' in sql for sql in asked)
    counting = [sql for sql in asked if "COUNT(" in sql.upper()]
    assert all('"gallery_image"' not in sql and "state" in sql for sql in counting)
    assert not [sql for sql in asked if re.search("OFFSET", sql, re.IGNORECASE)]


def test_every_tile_reserves_its_place_and_loads_when_it_is_near(owner, owner_client):
    make_images(owner, 2)
    pictures = [each for each in Page(owner_client.get(GALLERY)).all("img") if "data-picture" not in each.attrs]
    assert [(each["width"], each["height"], each["loading"]) for each in pictures] == [("64", "64", "lazy")] * 2
    assert all(each["alt"] == "2 boats" for each in pictures)


@pytest.mark.parametrize("key", ["nobodys", "%00", "%ED%A0%80", "9" * 5000])
def test_a_page_before_a_picture_that_is_not_mine_is_not_there(owner_client, key):
    assert owner_client.get(f"{GALLERY}?before={key}").status_code == 404


def test_a_page_before_a_picture_of_somebody_else_is_not_there(colleague, owner_client):
    foreign = make_images(colleague, 2)[-1]
    assert owner_client.get(GALLERY, {"before": foreign.key}).status_code == 404


@pytest.mark.parametrize("path", ["/runs/{}/", "/runs/{}/changes/", "/images/{}/", "/images/{}/original"])
@pytest.mark.parametrize("key", ["%00", "%ED%A0%80", "x" * 5000, "é"])
def test_an_absurd_key_is_not_there(owner_client, path, key):
    assert owner_client.get(path.format(key)).status_code == 404


@pytest.mark.parametrize("query", ["image=%00", "run=%00", "image=%ED%A0%80"])
def test_an_absurd_key_fills_no_form(owner_client, query):
    assert owner_client.get(f"/?{query}").status_code == 404


@pytest.mark.parametrize("query", ["before=%00", "before=-1", "before=" + "9" * 30, "before=x", "before="])
def test_an_absurd_page_of_runs_is_the_first(owner_client, query):
    assert owner_client.get(f"/runs/?{query}").status_code == 200


def test_a_search_pages_like_the_gallery_and_says_how_many_there_are(owner, colleague, owner_client):
    make_prompted(owner, *["a red boat"] * 61, *["a car"] * 3)
    make_prompted(colleague, "a red boat")
    first = Page(owner_client.get(GALLERY, {"q": '"red boat" NOT car'}))
    assert first.one("input", name="q")["value"] == '"red boat" NOT car'
    assert first.one("span", id="found").text == "60+ found"
    second = Page(owner_client.get(first.next_address, headers=HTMX))
    assert (len(tiles(first)), len(tiles(second)), second.next_address) == (60, 1, None)
    assert Page(owner_client.get(GALLERY, {"q": "car"})).one("span", id="found").text == "3 found"


def test_a_search_that_finds_nothing_says_what_to_do(owner, owner_client):
    make_prompted(owner, "a boat")
    page = Page(owner_client.get(GALLERY, {"q": "<zebra> AND"}))
    assert "“<zebra> AND”" in page.one("div", class_="empty").text
    assert page.one("input", name="q")["value"] == "<zebra> AND"


@pytest.mark.parametrize("text", ["boat", "zebra", "b*", "NOT zebra", "*", "\x00", "('\"*"])
def test_a_search_costs_the_same_queries_however_many_pictures_there_are(owner, owner_client, text):
    make_prompted(owner, *["a boat"] * 70)
    with CaptureQueriesContext(connection) as queries:
        assert owner_client.get(GALLERY, {"q": text}).status_code == 200
    assert len(queries) <= QUERIES + 6  # PostgreSQL looks through stretches of ids


@pytest.mark.parametrize("query", ["", "sort=oldest", "from=2020-01-01", "fold=1", "stars_from=2", "q=boats"])
def test_an_address_opens_the_gallery_around_any_picture(owner, owner_client, query):
    mine = make_images(owner, 150)
    index.write_texts([image.pk for image in mine])
    Image.objects.update(fold=None)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=3) for image in mine)
    order = [image.key for image in (mine if query == "sort=oldest" else reversed(mine))]
    page = Page(owner_client.get(f"{GALLERY}?{query}&at={order[100]}"))
    assert tiles(page) == order[76:136]
    newer, first = (each["href"] for each in page.one("nav", aria_label="Pictures before these").node.find_all("a"))
    assert f"?{query}".rstrip("?") in first
    assert tiles(Page(owner_client.get(newer))) == order[51:111]
    assert tiles(Page(owner_client.get(page.next_address, headers=HTMX))) == order[136:]
    page = Page(owner_client.get(f"{GALLERY}?{query}&at={order[5]}"))
    assert tiles(page) == order[:60]
    assert not page.all("nav", aria_label="Pictures before these")


def test_where_there_is_no_way_back_the_page_begins_with_the_picture(owner, owner_client):
    mine = make_images(owner, 70)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=3) for image in mine)
    page = Page(owner_client.get(f"{GALLERY}?sort=best&at={mine[40].key}"))
    assert tiles(page) == [image.key for image in mine[40::-1]]
    assert page.one("nav", aria_label="Pictures before these").text == "From the beginning"


def test_the_place_of_a_picture_that_is_gone_or_not_mine_is_the_beginning(owner, colleague, owner_client):
    (image,), (foreign,) = make_images(owner, 1), make_images(colleague, 1)
    for key in ("gone", "%00", foreign.key):
        assert tiles(Page(owner_client.get(f"{GALLERY}?at={key}"))) == [image.key]

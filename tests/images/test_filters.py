"""Filters of the gallery: every picture that matches exactly once, in order; the address holds all of them."""

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.http import QueryDict
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from gallery.models import Collection, CollectionImage, Image, ImageTag, Rating, SavedSearch, Tag
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.pages import page_rows
from gallery.services.images.walks import Place
from tests.factories import make_run
from tests.images.test_gallery import QUERIES, tiles
from tests.pages import Page
from tests.rows import finish, make_images
from tests.search.rows import make_prompted

pytestmark = pytest.mark.django_db

GALLERY = "/gallery/"
MODELS = ["flux-2-klein-4b", "flux-2-pro"]
SIZES = {"64x64": "1:1", "128x64": "7:3"}


@pytest.fixture
def mine(owner, colleague):
    """Twenty-four pictures that differ in everything, and some of somebody else's."""
    for n, (size, shape) in enumerate(SIZES.items()):
        run = make_run(owner, models=MODELS, seed="1..6", size=size, project=["", "Atlas"][n])
        finish(run, days_ago=40 * n)
        width, height = size.split("x")
        run.images.update(width=width, height=height, shape=shape)
    tag = Tag.objects.create(owner=owner, key="boats", name="boats", folded="boats")
    collection = Collection.objects.create(owner=owner, key="harbour", name="Harbour")
    images = list(Image.objects.of(owner).order_by("id"))
    for n, image in enumerate(images):
        if n % 3 == 0:
            ImageTag.objects.create(tag=tag, image=image)
        if n % 4 == 0:
            CollectionImage.objects.create(collection=collection, image=image, position=-n, added_by=owner)
        verdict = ["", "pick", "maybe", "reject"][n % 4]
        if n % 5:
            Rating.objects.create(user=owner, image=image, stars=n % 6, verdict=verdict, favourite=n % 7 == 0)
    Image.objects.filter(pk=images[5].pk).update(trashed_at=timezone.now())
    make_images(colleague, 5)
    return [image for image in images if image != images[5]]


def matches(image, query, ratings):
    """Say it in plain Python."""
    rating = ratings.get(image.id) or Rating(stars=0, verdict="", favourite=False)
    day = timezone.localdate(image.created_at)
    asked = {
        "model": lambda value: image.model == value,
        "shape": lambda value: SIZES[f"{image.width}x{image.height}"] == value,
        "size": lambda value: f"{image.width}x{image.height}" == value,
        "seed": lambda value: image.seed == int(value),
        "from": lambda value: day.isoformat() >= value,
        "to": lambda value: day.isoformat() <= value,
        "month": lambda value: day.isoformat().startswith(value),
        "stars": lambda value: rating.stars == int(value),
        "stars_from": lambda value: rating.stars >= int(value),
        "favourite": lambda _: rating.favourite,
        "verdict": lambda value: (rating.verdict or "none") == value,
        "tag": lambda value: image.on_tags.filter(tag__key=value).exists(),
        "collection": lambda value: image.in_collections.filter(collection__key=value).exists(),
        "project": lambda value: bool(image.project) and image.project.name == value,
        "made": lambda value: value == "upload" and image.is_upload,
    }
    wanted = {name: query.getlist(name) for name in query if name != "sort"}
    return all(any(map(asked[name], values)) for name, values in wanted.items())


def expected(images, query, ratings):
    found = [image for image in images if matches(image, query, ratings)]
    if query.get("sort") == "best":
        stars = {image.id: ratings[image.id].stars if image.id in ratings else 0 for image in found}
        return sorted((image for image in found if stars[image.id]), key=lambda image: (-stars[image.id], -image.id))
    few = {
        "tag",
        "collection",
        "seed",
        "stars",
        "stars_from",
        "favourite",
        "verdict",
    }  # their indexes are walked rather
    stretch = set(query) & {"from", "to"} and not set(query) & {"size", "project"}
    by_day = not set(query) & few and ("month" in query or stretch)
    ordered = sorted(found, key=lambda image: (image.created_at, image.id) if by_day else image.id)
    return ordered if query.get("sort") == "oldest" else ordered[::-1]


def walked(bound, *, size):
    """List every picture by pages of this size."""
    found, after = [], None
    while page := list(page_rows(bound, after=after, limit=size)):
        found += page
        last = page[-1]
        stars = last.stars if bound.filters.sort == "best" else 0
        after = Place(last.id, last.created_at, stars, getattr(last, "rank", 0))
    return found


TODAY = timezone.now().date()
VALUES = {
    "model": MODELS,
    "shape": ["1:1", "7:3", "4:5"],
    "size": list(SIZES),
    "seed": ["1", "2", "6", "77"],
    "stars": ["1", "3", "5"],
    "stars_from": ["2", "4"],
    "favourite": ["1"],
    "verdict": ["pick", "maybe", "reject", "none"],
    "tag": ["boats", "gone"],
    "collection": ["harbour"],
    "project": ["Atlas", "Nobody"],
    "made": ["upload", "reference"],
    "from": [str(TODAY - timedelta(days=60)), str(TODAY - timedelta(days=20))],
    "to": [str(TODAY - timedelta(days=20)), str(TODAY)],
    "month": [f"{TODAY:%Y-%m}", f"{TODAY - timedelta(days=40):%Y-%m}"],
}
ONCE = ("stars_from", "favourite", "from", "to")
chosen = st.fixed_dictionaries(
    {},
    optional={
        **{
            name: st.lists(st.sampled_from(values), min_size=1, max_size=1 if name in ONCE else 2, unique=True)
            for name, values in VALUES.items()
        },
        "sort": st.sampled_from([["oldest"], ["best"]]),
    },
).map(lambda wanted: dict(list(wanted.items())[:4]))


@settings(max_examples=80, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(wanted=chosen, size=st.integers(1, 9))
def test_pages_show_what_matches_once_and_in_order(mine, owner, wanted, size):
    query = QueryDict(mutable=True)
    for name, values in wanted.items():
        query.setlist(name, values)
    filters = Filters.read(query)
    assert Filters.of(filters.query) == filters
    bound = Bound(filters, owner)
    ratings = {rating.image_id: rating for rating in Rating.objects.of(owner)}
    found = walked(bound, size=size)
    assert [image.id for image in found] == [image.id for image in expected(mine, query, ratings)]
    if not filters.sort:
        narrowed = filters.narrow(Image.objects.of(owner).kept(), owner)
        assert set(narrowed.values_list("id", flat=True)) == {image.id for image in found}


def test_the_address_shows_its_filters_as_chips_and_each_can_be_taken_off(mine, owner_client):
    page = Page(owner_client.get(f"{GALLERY}?model=flux-2-pro&tag=boats&seed=1,2&tag=gone"))
    chips = {chip.text: chip["href"] for chip in page.all("a", class_="on")}
    assert list(chips) == ["model flux-2-pro", "seed 1", "seed 2", "tag boats", "tag gone"]
    assert chips["seed 2"] == f"{GALLERY}?model=flux-2-pro&seed=1&tag=boats&tag=gone"
    assert chips["model flux-2-pro"] == f"{GALLERY}?seed=1&seed=2&tag=boats&tag=gone"


def test_what_means_nothing_is_said_and_left_out(mine, owner_client):
    response = owner_client.get(
        f"{GALLERY}?seed=x&stars=9&month=2026-13&from=soon&size=wide&verdict=%00&sort=up&shape=2:1&run=%20a%20b&model=%07"
    )
    page = Page(response)
    assert len(page.one("div", class_="note").node.find_all("p")) == 10
    assert len(tiles(page)) == len(mine)


def test_a_filter_without_a_picture_says_what_to_do(mine, owner_client):
    page = Page(owner_client.get(f"{GALLERY}?seed=77"))
    assert "No pictures match" in page.one("div", class_="empty").text
    assert page.all("a", class_="on")


def test_the_form_leads_to_a_short_address_and_shows_it_ticked(mine, owner_client):
    panel = Page(owner_client.get("/gallery/filters/?model=flux-2-pro&stars_from=3&month=2026-11"))
    assert panel.value("model") == ["flux-2-pro"]
    assert (panel.value("stars_from"), panel.one("input", name="month")["value"]) == ("3", "2026-11")
    assert panel.all("input", name="tag")[0]["value"] == "boats"
    sent = owner_client.get(f"{GALLERY}?model=flux-2-pro&stars_from=&from=&seed=2, 3&sort=")
    assert sent["Location"] == f"{GALLERY}?model=flux-2-pro&seed=2&seed=3"


def test_words_and_filters_hold_at_once_in_every_order(owner, owner_client):
    images = make_prompted(owner, *["a red boat", "a boat", "a red car"] * 3)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=1 + n % 5) for n, image in enumerate(images[:6]))
    red = [image.key for n, image in enumerate(images) if n % 3 == 0]
    for query, found in {
        "q=red+boat": red[::-1],
        "q=red+boat&sort=oldest": red,
        "q=red+boat&sort=best": [red[1], red[0]],
        "q=red+boat&stars_from=1": [red[1], red[0]],
        "q=red+boat&stars_from=1&model=flux-2-pro": [],
    }.items():
        page = Page(owner_client.get(f"{GALLERY}?{query}"))
        assert (tiles(page), page.one("input", name="q")["value"]) == (found, "red boat")
    assert "under these filters" in page.one("div", class_="empty").text


@pytest.mark.parametrize("few", [3, 2000], ids=["many", "few"])
@pytest.mark.parametrize("sort", ["", "oldest", "best"])
def test_pages_of_words_repeat_and_skip_nothing_in_any_order(owner, owner_client, monkeypatch, sort, few):
    monkeypatch.setattr("gallery.services.search.finding.FEW", few)
    monkeypatch.setattr("gallery.services.images.pages.READ_AT_ONCE", 7)
    images = make_prompted(owner, *["a red boat", "a boat"] * 100)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=n % 3) for n, image in enumerate(images))
    red = [(n % 3, image) for n, image in enumerate(images) if n % 2 == 0]
    best = sorted(((stars, image.id, image) for stars, image in red if stars), reverse=True)
    wanted = {"": [image for _, image in red[::-1]], "oldest": [image for _, image in red]}
    seen, address = [], f"{GALLERY}?q=red&sort={sort}" if sort else f"{GALLERY}?q=red"
    while address:
        page = Page(owner_client.get(address))
        seen += tiles(page)
        address = page.next_address
    assert seen == [image.key for image in wanted.get(sort, [row[-1] for row in best])]


@pytest.mark.parametrize("sort", ["", "&sort=oldest", "&sort=best"])
def test_the_next_page_keeps_the_filters(owner, owner_client, sort):
    images = make_images(owner, 130)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=1 + n % 3) for n, image in enumerate(images))
    seen, address = [], f"{GALLERY}?stars_from=2{sort}"
    while address:
        page = Page(owner_client.get(address))
        seen += tiles(page)
        address = page.next_address
    assert len(seen) == len(set(seen)) == sum(n % 3 > 0 for n in range(130))


def test_every_single_filter_costs_at_most_six_queries_and_counts_nothing(mine, owner, owner_client):
    keys = {"run": [owner.runs.first().key]}
    for name, values in (VALUES | keys | {"sort": ["oldest", "best"]}).items():
        with CaptureQueriesContext(connection) as queries:
            owner_client.get(GALLERY, {name: values[0]})
        assert len(queries) <= QUERIES, (name, [q["sql"] for q in queries])
        assert not [q for q in queries if re.search(r'COUNT.*"gallery_image"|OFFSET', q["sql"])]


def test_a_search_is_kept_under_a_name_opened_deleted_and_put_back(mine, owner, owner_client, colleague_client):
    saved = owner_client.post("/gallery/searches/", {"name": "Best boats", "query": "stars_from=4&tag=boats"})
    assert saved["Location"] == f"{GALLERY}?stars_from=4&tag=boats"
    panel = Page(owner_client.get("/gallery/filters/"))
    assert [link["href"] for link in panel.all("a", class_="chip") if link.text == "Best boats"] == [saved["Location"]]
    search = SavedSearch.objects.get()
    gone = owner_client.post(f"/gallery/searches/{search.key}/delete/")
    panel = Page(owner_client.get(gone["Location"]))
    assert not panel.all("section", class_="saved-searches")
    back = panel.one("form", action=f"/gallery/searches/{search.key}/restore/")
    assert owner_client.post(back["action"])["Location"] == saved["Location"]
    assert SavedSearch.objects.of(owner).get() == search


def test_any_month_is_reached_at_once_and_the_size_of_tiles_is_remembered(mine, owner, owner_client):
    panel = Page(owner_client.get("/gallery/filters/"))
    links = panel.one("nav", class_="scrubber").node.find_all("a")
    old = [image for image in mine if timezone.localdate(image.created_at) < timezone.localdate() - timedelta(days=30)]
    oldest = Page(owner_client.get(links[-1]["href"]))
    assert tiles(oldest) == [image.key for image in reversed(old)]
    owner_client.post("/gallery/tiles/", {"size": "l"})
    assert Page(owner_client.get(GALLERY)).all("div", class_="tiles-l")
    owner_client.post("/gallery/tiles/", {"size": "x"})
    assert Page(owner_client.get(GALLERY)).all("div", class_="tiles-l")

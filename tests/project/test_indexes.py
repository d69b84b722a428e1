"""The queries that must stay fast at a million use the index that was made for them, on both databases."""

from datetime import timedelta
from itertools import product

import pytest
from django.db import connection
from django.utils import timezone

from gallery.models import (
    Attempt,
    Collection,
    CollectionImage,
    Image,
    ImageTag,
    Job,
    Preset,
    Rating,
    Run,
    Share,
    ShareItem,
    Sheet,
    Tag,
    Worker,
)  # fmt: skip
from gallery.models.ratings import Comparison
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.pages import page_rows
from gallery.services.images.walks import Place
from gallery.services.ledger import drilldown
from gallery.services.ledger.reports import Slice
from gallery.services.runs import prompt_history
from gallery.services.shares import shares
from tests.factories import make_run, make_share
from tests.rows import finish, make_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def plan(owner, colleague):
    """Tell how the database would answer a query, with some rows there; never by reading the whole table."""
    for person, count in ((colleague, 400), (owner, 80), (colleague, 400)):  # as in life: most is somebody else's
        make_images(person, count)
        make_run(person, seed="1..50")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL random_page_cost = 1")
            for way in ("seqscan", "bitmapscan", "sort", "hashjoin"):  # with a million rows these lose by themselves
                cursor.execute(f"SET LOCAL enable_{way} = off")
    return lambda rows: rows.explain()


def test_a_page_of_the_gallery_walks_the_owners_images(plan, owner):
    middle = Image.objects.of(owner).order_by("id")[40]
    for after in (None, Place(middle.id)):
        page = plan(page_rows(Bound(Filters(), owner), after=after))
        # SQLite's index of the foreign key ends in the row id too: it is the same walk.
        assert "image_of_owner" in page or "gallery_image_owner_id" in page
        assert "B-TREE" not in page


# Index by filter. A constraint's index of the same columns, gone along backwards, is the same walk.
WALKS = {
    "model=flux-2-klein-4b": "image_by_model",
    "shape=1:1": "image_by_shape",
    "size=64x64": "image_by_size",
    "seed=3": "image_by_seed",
    "project=Client 1": "image_by_project",
    "run={run}": "image_by_run",
    "made=reference": "image_edited",
    "made=upload": "image_uploaded",
    "month=2026-11": "image_by_day",
    "from=2020-01-01": "image_by_day",
    "to=2099-01-01": "image_by_day",
    "stars=3": "rating_by_stars",
    "stars_from=3": "rating_by_stars",
    "sort=best": "rating_by_stars",
    "favourite=1": "rating_favourite",
    "verdict=pick": "rating_by_verdict",
    "verdict=none": "image_of_owner|gallery_image_owner_id|gallery_image_pkey",
    "tag={tag}": "image_tag_newest|image_tag_once",
    "collection={collection}": "collection_newest|collection_shows_once",
}


@pytest.fixture
def judged(owner, colleague):
    """Pictures of several models, projects and shapes, of two people, with everything on them that can be on one."""
    for person, n in product((owner, colleague), range(3)):
        models = ["flux-2-klein-4b", "flux-2-klein-9b", "flux-2-pro"]
        run = make_run(person, models=models, seed="1..60", size="64x64", project=f"Client {n} {person.username}")
        finish(run)
        run.images.update(width=64 * (n + 1), shape=["1:1", "16:9", "7:3"][n])
    mine = list(Image.objects.of(owner))
    for n in range(12):
        tag = Tag.objects.create(owner=owner, name=f"{n}", folded=f"{n}")
        ImageTag.objects.bulk_create(ImageTag(tag=tag, image=image) for image in mine[n::12])
        collection = Collection.objects.create(owner=owner, name=f"{n}")
        items = enumerate(mine[n::12])
        CollectionImage.objects.bulk_create(
            CollectionImage(collection=collection, image=image, position=place, added_by=owner)
            for place, image in items
        )
    verdicts = ["", "pick", "maybe", "reject"]
    Rating.objects.bulk_create(
        Rating(user=owner, image=image, stars=n % 6, verdict=verdicts[n % 4], favourite=n % 9 == 0)
        for n, image in enumerate(mine)
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
        if connection.vendor == "postgresql":
            cursor.execute("SET LOCAL random_page_cost = 1")
            for way in ("seqscan", "bitmapscan", "hashjoin", "mergejoin", "material"):  # with a million rows these lose
                cursor.execute(f"SET LOCAL enable_{way} = off")


def test_every_filter_of_the_gallery_walks_an_index_made_for_it(judged, owner):
    middle = Image.objects.of(owner).order_by("id")[300]
    keys = {
        "run": owner.runs.order_by("id")[1].key,
        "tag": Tag.objects.order_by("id")[1].key,
        "collection": Collection.objects.order_by("id")[1].key,
    }
    project = f"Client 1 {owner.username}"
    for query, index in WALKS.items():
        bound = Bound(Filters.of(query.format(**keys).replace("Client 1", project)), owner)
        assert bound.filters.query
        for after in (None, Place(middle.id, middle.created_at, 3)):
            page = page_rows(bound, after=after)
            assert any(name in page.explain() for name in index.split("|")), (query, after, page.explain())


def test_the_next_job_of_a_member_is_found_among_the_waiting(plan, owner):
    jobs = Job.objects.claimable(now=timezone.now(), demo=False).filter(owner=owner).order_by("id")
    assert "job_by_state" in plan(jobs[:1])


def test_unfinished_jobs_are_found_without_reading_the_finished(plan):
    assert "job_by_state" in plan(Job.objects.unfinished().values("id"))


def test_due_fetches_are_found_among_the_wanted(plan):
    assert "attempt_by_fetch" in plan(Attempt.objects.due_for_fetch(timezone.now())[:100])


def test_a_poll_finds_the_changed_jobs(plan, owner):
    run = owner.runs.first()
    assert "job_changed" in plan(run.jobs.changed_since(3))


def test_the_newest_runs_of_a_member_are_walked(plan, owner):
    assert "run_of_owner" in plan(Run.objects.of(owner).newest_first()[:9])


def test_past_prompts_are_walked_from_the_newest(plan, owner):
    prompt_history.remember_prompts([f"boat {n}" for n in range(300)], owner=owner, at=timezone.now())
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    place = prompt_history.search_prompts(owner)[100]
    for rows in (
        prompt_history.search_prompts(owner),
        prompt_history.search_prompts(owner).after(place.used_at, place.key),
    ):
        found = plan(rows[:41])
        assert "past_prompt_newest" in found
        assert "B-TREE" not in found


def test_links_are_found_by_their_digest_and_walked_by_their_owner(plan, owner):
    for _ in range(60):
        share = make_share(owner, list(Image.objects.of(owner)[:3]))
    assert "digest" in plan(Share.objects.with_token(shares.token_of(share)).order_by())
    assert "share_of_owner" in plan(Share.objects.of(owner).order_by("-id")[:41])
    items = plan(ShareItem.objects.filter(share=share).order_by("position"))
    assert "share_item_place" in items or "autoindex_gallery_shareitem_1" in items  # SQLite names it itself
    assert "B-TREE" not in items


def test_presets_are_walked_from_the_newest(plan, owner, colleague):
    for person in (owner, colleague):
        rows = (Preset(owner=person, name=f"{n}", form={}, shared=n % 9 == 0) for n in range(300))
        Preset.objects.bulk_create(rows)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    mine, team = (
        Preset.objects.owned_by(owner).newest_first()[:41],
        Preset.objects.shared_with(owner).newest_first()[:41],
    )
    assert "preset_of_owner" in plan(mine)
    assert "preset_shared" in plan(team)
    assert "B-TREE" not in plan(mine) + plan(team)


def test_pictures_without_a_thumbnail_are_found_among_few(plan):
    assert "image_no_thumbnail" in plan(Image.objects.due_for_thumbnail(timezone.now()).order_by("-id")[:20])


def test_sheets_to_draw_are_found_without_the_finished(plan, owner):
    Sheet.objects.bulk_create(
        Sheet(run=owner.runs.first(), owner=owner, edge=256, format="png", cells=1, size=1, state=state, due_at=due_at)
        for state, due_at in [("DONE", None)] * 300 + [("WAITING", timezone.now())]
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    assert "sheet_due" in plan(Sheet.objects.due(timezone.now()).order_by("due_at")[:5])
    assert "sheet_by_age" in plan(Sheet.objects.filter(created_at__lt=timezone.now() - timedelta(days=30)))


def test_the_calls_under_a_sum_are_walked_in_their_order(plan, owner):
    for narrower in ({}, {"owner_id": owner.pk}, {"model": "flux-2-klein-4b"}):
        chosen = Slice(timezone.localdate() - timedelta(days=30), timezone.localdate(), **narrower)
        middle = drilldown.list_calls(chosen, drilldown.call_kind("all"))[20]
        for kind, after in product(("all", "pictures", "charged", "free"), (None, middle)):
            page = drilldown.list_calls(chosen, drilldown.call_kind(kind), after=after)[:51]
            explained = plan(page)
            assert "attempt_of_" in explained or "attempt_by_day" in explained, (narrower, kind, after)
            assert "TEMP B-TREE" not in explained, (narrower, kind, after)


def test_living_workers_are_found_without_the_stopped(plan):
    assert "worker_running" in plan(Worker.objects.filter(stopped_at=None))


def test_saved_comparisons_of_a_member_are_walked(plan, owner):
    assert "comparison_of_owner" in plan(Comparison.objects.of(owner).newest_first()[:31])

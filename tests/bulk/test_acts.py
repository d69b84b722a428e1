"""What is done to more pictures than one press takes: frozen, done in slices, stopped, undone, resumed after a kill."""

import pytest
from django.utils import timezone

from gallery.models import BulkAct, BulkSlice, Collection, Image, Rating, Selection, Tag
from gallery.models.operations.bulk import KEPT_DAYS, Verb
from gallery.services.bulk import acts
from gallery.services.collections import collections, items, tags
from gallery.services.compare import ratings
from gallery.services.images import selection, trash
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def small(monkeypatch):
    """Three pictures are as many as one press takes, and two a slice."""
    monkeypatch.setattr(selection, "MOST", 3)
    monkeypatch.setattr(acts, "SLICE", 2)


def work():
    while acts.work_next():
        pass


def press(client, path, **sent):
    response = client.post(path, {"all": "", **sent})
    act = BulkAct.objects.latest("id")
    assert response["Location"] == f"/acts/{act.key}/"
    return act


def undo(client, act):
    client.post(f"/acts/{act.key}/undo/")
    work()
    act.refresh_from_db()
    assert (act.stage, act.done) == ("undone", 0)
    assert "Everything is as before." in Page(client.get(f"/acts/{act.key}/")).text


def rated(owner):
    return dict(Rating.objects.of(owner).values_list("image_id", "verdict"))


def test_all_that_match_are_rated_and_it_can_be_undone(owner, owner_client):
    images = make_images(owner, 7)
    ratings.rate_images(images[:2], user=owner, verdict="reject", stars=4)
    before = rated(owner)
    act = press(owner_client, "/marks/?verdict=pick", without=[images[6].key])
    make_images(owner, 1)  # came later, and is not meant
    work()
    assert rated(owner) == {image.pk: "pick" for image in images[:6]}
    assert Rating.objects.get(image=images[0]).stars == 4
    page = Page(owner_client.get(f"/acts/{act.key}/"))
    assert (page.one("h1").text, "All of them are done" in page.text) == ("Picked", True)
    undo(owner_client, act)
    assert {pk: verdict for pk, verdict in rated(owner).items() if verdict} == before


def test_undoing_keeps_what_was_rated_since(owner, owner_client):
    images = make_images(owner, 5)
    ratings.rate_images(images[:2], user=owner, verdict="reject")
    act = press(owner_client, "/marks/?verdict=pick")
    work()
    ratings.rate_images(images[:1], user=owner, stars=5, favourite=True)
    ratings.rate_images(images[1:2], user=owner, verdict="")
    undo(owner_client, act)
    found = Rating.objects.of(owner).order_by("image").values_list("verdict", "stars", "favourite")
    assert list(found[:3]) == [("reject", 5, True), ("", 0, False), ("", 0, False)]


def test_it_can_be_stopped_half_way_and_goes_back(owner, owner_client):
    images = make_images(owner, 7)
    act = press(owner_client, "/gallery/trash/add/")
    acts.work_next()
    page = Page(owner_client.get(f"/acts/{act.key}/"))
    assert ("2 of 7 pictures are done" in page.text, Image.objects.of(owner).count()) == (True, 5)
    assert page.one("svg", role="progressbar")["aria-valuenow"] == "28"
    undo(owner_client, act)
    assert Image.objects.of(owner).count() == len(images)


def test_a_slice_is_done_once_whoever_is_killed(owner, owner_client, monkeypatch):
    make_images(owner, 5)
    act = press(owner_client, "/marks/?stars=3")
    with monkeypatch.context() as killed:
        killed.setattr(ratings.entries, "note_picks", None)
        killed.setattr(ratings, "ratings_of", None)  # it fails in the middle of a slice
        assert acts.work_next()
    act.refresh_from_db()
    assert (act.done, BulkSlice.objects.filter(is_done=True).count(), Rating.objects.count()) == (0, 0, 0)
    assert not acts.work_next()  # it rests first
    BulkAct.objects.update(next_at=timezone.now())
    work()
    assert Rating.objects.filter(stars=3).count() == 5


def test_one_that_always_fails_stops_and_holds_up_nobody(owner, owner_client, colleague, colleague_client, monkeypatch):
    make_images(owner, 5)
    make_images(colleague, 5)
    act = press(owner_client, "/gallery/trash/add/")
    press(colleague_client, "/marks/?stars=3")
    monkeypatch.setattr(acts.VERBS[Verb.TRASH].do.__globals__["trash"], "trash_images", None)
    work()
    assert Rating.objects.filter(user=colleague, stars=3).count() == 5
    for _ in range(acts.MOST_TRIES):
        BulkAct.objects.update(next_at=timezone.now())
        work()
    assert "It failed several times and has stopped" in Page(owner_client.get(f"/acts/{act.key}/")).text
    monkeypatch.undo()
    undo(owner_client, act)


def test_of_a_locked_member_nothing_goes_on(owner, owner_client):
    make_images(owner, 5)
    press(owner_client, "/marks/?stars=3")
    owner.is_active = False
    owner.save()
    assert not acts.work_next()


def test_what_was_deleted_for_good_is_not_said_to_be_back(owner, owner_client, settings):
    settings.TRASH_DAYS = 7
    make_images(owner, 5)
    act = press(owner_client, "/gallery/trash/add/")
    work()
    assert "undone for 7 days" in Page(owner_client.get(f"/acts/{act.key}/")).text
    trash.empty_trash(Image.objects.order_by("id")[:2], owner=owner)
    owner_client.post(f"/acts/{act.key}/undo/")
    work()
    assert "2 pictures had been deleted for good" in Page(owner_client.get(f"/acts/{act.key}/")).text
    BulkAct.objects.update(stage="done", created_at=timezone.now() - timezone.timedelta(days=7))
    assert "It can no longer be undone." in Page(owner_client.get(f"/acts/{act.key}/")).text
    assert not acts.undo_act(BulkAct.objects.get())
    BulkAct.objects.update(stage="freezing")
    assert "interrupted before it began" in Page(owner_client.get(f"/acts/{act.key}/")).text


def test_many_are_tagged_after_the_page_has_asked(owner, owner_client):
    images = make_images(owner, 7)
    tags.tag_images(images[:1], ["dawn"], user=owner)
    asked = Page(owner_client.post("/tags/put/", {"all": "", "without": [images[6].key]}))
    assert asked.one("h1").text == "Tag 6 pictures"
    form = asked.one("form", action="/tags/put/")
    [key] = [each["value"] for each in form.node.find_all("input", attrs={"name": "selection"})]
    owner_client.post("/tags/put/", {"selection": key, "tag": "heron, dawn"})
    act = BulkAct.objects.get()
    work()
    assert [tag.images for tag in Tag.objects.of(owner).order_by("folded").counted()] == [6, 6]
    undo(owner_client, act)
    assert [tag.images for tag in Tag.objects.of(owner).order_by("folded").counted()] == [1, 0]


def test_many_are_collected_with_the_newest_in_front(owner, owner_client):
    images = make_images(owner, 7)
    shelf = collections.make_collection(owner=owner, name="Shelf")
    items.add_images(shelf, [images[3]], by=owner)
    assert "Collect 7 pictures" in Page(owner_client.post("/collections/put/", {"all": ""})).one("h1").text
    act = press(owner_client, "/collections/put/", collection=shelf.key)
    work()
    order = list(items.items_in_order(shelf).values_list("image", flat=True))
    assert order == [image.pk for image in [*images[:3], *images[4:]][::-1]] + [images[3].pk]
    undo(owner_client, act)
    assert list(items.items_in_order(shelf).values_list("image", flat=True)) == [images[3].pk]
    press(owner_client, "/collections/put/", name="New")
    collections.delete_collection(Collection.objects.get(name="New"))
    work()
    assert BulkAct.objects.latest("id").stage == "done"


def test_a_few_are_done_at_once(owner, owner_client):
    make_images(owner, 3)
    owner_client.post("/marks/?verdict=pick", {"all": ""})
    assert (Rating.objects.picked().count(), BulkAct.objects.count()) == (3, 0)


def test_it_is_its_owners_and_forgotten_after_a_month(owner, owner_client, colleague_client):
    make_images(owner, 5)
    act = acts.begin_act(Selection(owner=owner, query=""), Verb.TRASH, owner=owner, said="Moved to the trash")
    assert Page(owner_client.get("/acts/")).one("a", class_="name").text == "Moved to the trash"
    assert colleague_client.post(f"/acts/{act.key}/undo/").status_code == 404
    assert not Page(colleague_client.get("/acts/")).all("a", class_="name")
    work()
    BulkAct.objects.update(created_at=timezone.now() - timezone.timedelta(days=KEPT_DAYS))
    acts.delete_old_acts()
    assert (BulkAct.objects.count(), BulkSlice.objects.count()) == (0, 0)

"""The trash: what is deleted is gone everywhere at once, comes back whole, and goes for good without its books."""

from datetime import timedelta

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from gallery.models import Attempt, Image, Job, JobReference, Rating, Reference, Vote
from gallery.models.runs import State
from gallery.services.compare import comparisons, model_quality, ratings
from gallery.services.images import trash
from gallery.services.references import lineage
from gallery.services.references.keeping import keep_image
from gallery.services.runs import reuse
from gallery.services.shares import shares
from gallery.services.shares.image_keys import key_in
from gallery.services.storage import files
from tests.factories import make_run, make_share
from tests.pages import Page
from tests.references.pictures import BLUE, RED, picture_file
from tests.rows import finish, make_images

pytestmark = pytest.mark.django_db

GALLERY = {"HX-Request": "true", "HX-Current-URL": "http://testserver/gallery/?before=x"}


@pytest.fixture
def pair(owner):
    return make_images(owner, 2)


def stored(image, *, title="", colour=RED):
    """Give a picture files of its own, and something made ready of it."""
    Image.objects.filter(pk=image.pk).update(
        file=files.publish_bytes(picture_file(colour=colour).read(), files.file_name(image.key, "originals", ".png")),
        thumbnail=files.publish_bytes(b"small", files.file_name(image.key, "thumbnails", ".webp")),
    )
    image.refresh_from_db()
    files.publish_bytes(b"view", files.view_name(image))
    reference = keep_image(image, owner=image.owner)
    Reference.objects.filter(pk=reference.pk).update(title=title)
    return reference


def names_of(image, reference):
    return [image.file, image.thumbnail, files.view_name(image), reference.file, reference.thumbnail]


def be_killed(*_):
    raise KeyboardInterrupt


def restore(ids, *, owner):
    trash.restore_images(Image.objects.filter(pk__in=ids), owner=owner)


def delete_all():
    while trash.delete_next():
        pass


def test_a_press_puts_pictures_into_the_trash_and_undo_takes_them_back(owner, owner_client, pair):
    one, two = pair
    owner_client.post("/gallery/trash/add/", {"image": [one.key, two.key]})
    page = Page(owner_client.get("/gallery/"))
    assert "2 pictures moved to the trash" in page.one("div", class_="toast").text
    assert one.key not in page.html
    undo = page.one("input", name="since")["value"]
    assert one.key in owner_client.get("/gallery/trash/").text
    owner_client.post("/gallery/trash/restore/", {"since": undo})
    assert one.key in owner_client.get("/gallery/").text
    assert set(Image.objects.of(owner)) == {one, two}


@pytest.mark.parametrize("since", ["", "yesterday", "2026-11-26T20:00", "2026-99-99T00:00:00Z", "\x00"])
def test_an_undo_of_nothing_puts_nothing_back(owner, owner_client, pair, since):
    trash.trash_images([pair[0].pk], owner=owner)
    owner_client.post("/gallery/trash/restore/", {"since": since})
    assert list(Image.objects.of(owner)) == [pair[1]]


def test_with_htmx_the_tiles_go_and_the_toast_says_how_they_come_back(owner_client, pair):
    answer = owner_client.post("/gallery/trash/add/", {"image": pair[0].key}, headers=GALLERY)
    page = Page(answer)
    assert page.one("div", id=f"tile-{pair[0].key}")["hx-swap-oob"] == "delete"
    assert page.one("form")["hx-post"] == "/gallery/trash/restore/"


def test_what_is_in_the_trash_is_in_no_list(owner, owner_client, pair):
    one, two = pair
    comparison = comparisons.save_comparison(pair, owner=owner, name="Doors")
    trash.trash_images([one.pk], owner=owner)
    for address in ("/gallery/", f"/compare/?image={one.key}&image={two.key}", f"/compare/saved/{comparison.key}/"):
        answer = owner_client.get(address, follow=True)
        assert answer.status_code == 200
        assert f"/images/{one.key}/" not in answer.text
    assert reuse.image_ids_of_run(one.job.run_id, owner_id=owner.pk) == ([two.pk] if two.run == one.run else [])
    for address in (f"/compare/?image={one.key}", f"/download/?image={one.key}", f"/shares/new/?image={one.key}"):
        assert owner_client.get(address).status_code == 404


def test_the_owner_finds_it_on_its_page_and_in_its_run(owner, owner_client, pair):
    trash.trash_images([pair[0].pk], owner=owner)
    page = Page(owner_client.get(f"/images/{pair[0].key}/"))
    assert "in the trash since" in page.text
    assert owner_client.get(f"/images/{pair[0].key}/thumbnail").status_code in (200, 404)  # no file in these rows
    assert "In the trash" in owner_client.get(f"/runs/{pair[0].run.key}/").text


@pytest.mark.parametrize("live", [False, True])
def test_a_link_shows_it_as_gone_at_once(owner, visitor, pair, live):
    share = make_share(owner, live=True, kind="gallery") if live else make_share(owner, pair)
    token, gone = shares.token_of(share), key_in(share, pair[0])
    for change, status in ((trash.trash_images, 404), (restore, 200)):
        change([pair[0].pk], owner=owner)
        assert (gone in visitor.get(f"/s/{token}/").text) == (status == 200)
        assert visitor.get(f"/s/{token}/pictures/{gone}/").status_code == status


@pytest.mark.django_db(transaction=True)
def test_the_search_finds_what_is_not_in_the_trash(owner, owner_client, pair):
    for change, found in ((trash.trash_images, False), (restore, True)):
        change([pair[0].pk], owner=owner)
        assert (pair[0].key in owner_client.get("/gallery/?q=boats").text) == found


def test_nobody_reaches_into_anothers_trash(owner, colleague, colleague_client, pair):
    assert colleague_client.post("/gallery/trash/add/", {"image": pair[0].key}).status_code == 404
    since = trash.trash_images([each.pk for each in pair], owner=owner)
    colleague_client.post("/gallery/trash/restore/", {"image": pair[0].key})
    colleague_client.post("/gallery/trash/restore/", {"since": since.isoformat()})
    colleague_client.post("/gallery/trash/empty/", {"all": "1"})
    assert pair[0].key not in colleague_client.get("/gallery/trash/").text
    assert set(Image.objects.in_trash_of(owner)) == set(pair)
    trash.trash_images([make_images(colleague, 1)[0].pk], owner=owner)
    assert Image.objects.of(colleague).count() == 1


def test_emptying_deletes_what_is_named_or_all_and_nothing_by_mistake(owner, owner_client, pair):
    trash.trash_images([each.pk for each in pair], owner=owner)
    owner_client.post("/gallery/trash/empty/")
    assert Image.objects.in_trash_of(owner).count() == 2
    owner_client.post("/gallery/trash/empty/", {"image": pair[0].key})
    assert list(Image.objects.in_trash_of(owner)) == [pair[1]]
    owner_client.post("/gallery/trash/restore/", {"image": pair[0].key})  # too late
    owner_client.post("/gallery/trash/empty/", {"all": "1"})
    delete_all()
    assert not Image.objects.exists()


def test_what_is_due_goes_with_its_files_and_the_rest_stays(owner, pair, settings):
    one, two = pair
    gone, left = names_of(one, stored(one)), names_of(two, stored(two, colour=BLUE))
    trash.trash_images([one.pk, two.pk], owner=owner)
    days = timedelta(days=settings.TRASH_DAYS)
    Image.objects.filter(pk=one.pk).update(trashed_at=timezone.now() - days)
    Image.objects.filter(pk=two.pk).update(trashed_at=timezone.now() - days + timedelta(minutes=1))
    assert trash.delete_next()
    assert not trash.delete_next()
    assert [name for name in gone if default_storage.exists(name)] == []
    assert [name for name in left if not default_storage.exists(name)] == []
    assert list(Image.objects.all()) == [two]
    assert Attempt.objects.count() == Job.objects.filter(state=State.DONE).count() == 2


def test_a_kill_between_files_and_rows_leaves_what_the_next_round_finds(owner, pair, monkeypatch):
    stored(pair[0])
    trash.trash_images([pair[0].pk], owner=owner)
    trash.empty_trash(Image.objects.all(), owner=owner)
    with monkeypatch.context() as patch:
        patch.setattr(trash, "_delete_rows", be_killed)
        with pytest.raises(KeyboardInterrupt):
            trash.delete_next()
    assert not default_storage.exists(pair[0].file)
    delete_all()
    assert list(Image.objects.all()) == [pair[1]]


def test_a_file_that_many_demo_pictures_show_stays(owner, pair):
    sample = files.publish_bytes(b"many", files.sample_name("0" * 64, "originals", ".jpeg"))
    Image.objects.update(file=sample, thumbnail=sample)
    trash.trash_images([pair[0].pk], owner=owner)
    trash.empty_trash(Image.objects.all(), owner=owner)
    delete_all()
    assert default_storage.exists(sample)


def test_votes_and_ratings_stay_with_the_models(owner, pair):
    first, second = make_run(owner, models=("flux-2-pro", "flux-2-flex"), seed="1"), make_run(owner, seed="7")
    one, two = finish(first)
    (other,) = finish(second)
    ratings.save_vote(one, two, user=owner)
    ratings.save_vote(one, other, user=owner)
    ratings.rate_images([one], user=owner, verdict="pick")
    ratings.rate_images([two], user=owner, verdict="reject")
    before = model_quality.assess_models()
    trash.trash_images([one.pk, two.pk, other.pk], owner=owner)
    trash.empty_trash(Image.objects.all(), owner=owner)
    delete_all()
    assert model_quality.assess_models() == before
    assert {each.model for each in before} >= {"flux-2-pro", "flux-2-flex"}
    assert Vote.objects.count() == Rating.objects.count() == 2


def test_what_was_made_of_it_keeps_its_place_and_its_name(owner, pair):
    source, made = pair
    reference = stored(source)
    JobReference.objects.create(job=made.job, position=0, reference=reference, name=reference.name)
    trash.trash_images([source.pk], owner=owner)
    assert [each.is_deleted for each in lineage.inputs_of(made.job)] == [True]  # to guests
    trash.empty_trash(Image.objects.all(), owner=owner)
    delete_all()
    assert [(each.number, each.name, each.reference) for each in lineage.inputs_of(made.job)] == [
        (1, reference.name, None)
    ]


@pytest.mark.parametrize("kept_by", ["its name", "a job that waits"])
def test_what_was_made_ready_of_it_stays_while_it_is_wanted(owner, pair, kept_by):
    reference = stored(pair[0], title="Heron" if kept_by == "its name" else "")
    if kept_by == "a job that waits":
        job = make_run(owner, seed="9").jobs.get()
        JobReference.objects.create(job=job, position=0, reference=reference, name="heron.png")
    trash.trash_images([pair[0].pk], owner=owner)
    trash.empty_trash(Image.objects.all(), owner=owner)
    delete_all()
    reference.refresh_from_db()
    assert reference.image is None
    assert default_storage.exists(reference.file)


def test_pages_of_the_trash_follow_each_other_by_when_it_was_deleted(owner, owner_client):
    images = make_images(owner, 130)
    for part in (images[:65], images[65:]):
        trash.trash_images([each.pk for each in part], owner=owner)
    seen, address = [], "/gallery/trash/"
    while address:
        page = Page(owner_client.get(address))
        seen += [box["value"] for box in page.all("input", name="image", type="checkbox")]
        address = page.next_address
    newest_first = sorted(Image.objects.all(), key=lambda each: (each.trashed_at, each.id), reverse=True)
    assert seen == [each.key for each in newest_first]

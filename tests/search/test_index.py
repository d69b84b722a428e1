"""The index follows what changes: at once, by the worker, by the night; and a crash between row and index is healed."""

import io

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from gallery.catalogue.search.documents import collection_facet, owner_facet, project_facet, tag_facet
from gallery.models import (
    Collection,
    CollectionImage,
    FacetChange,
    Image,
    ImageChange,
    ImageTag,
    ImageText,
    Job,
    Project,
    Tag,
)  # fmt: skip
from gallery.models.collections import TeamUse
from gallery.services.db.statements import execute_statement
from gallery.services.references.keeping import keep_upload
from gallery.services.search import index, upkeep
from tests.references.pictures import picture_bytes
from tests.rows import make_images
from tests.search.rows import found, make_prompted, matched

pytestmark = pytest.mark.django_db


def settle():
    index.index_changes()
    assert not ImageChange.objects.exists()
    assert not FacetChange.objects.exists()


def assert_sound():
    """Texts and index say the same, in both directions."""
    if connection.vendor == "sqlite":
        execute_statement("INSERT INTO gallery_search (gallery_search, rank) VALUES ('integrity-check', 1)")
    assert found("*") == found("NOT nobody") == matched("*")


def tagged(owner, name, images):
    tag = Tag.objects.create(owner=owner, name=name, folded=name)
    ImageTag.objects.bulk_create(ImageTag(tag=tag, image=image) for image in images)
    index.mark_changed([image.id for image in images])
    return tag


def test_pictures_are_found_by_tags_collections_project_and_name(owner, colleague):
    boat, car = make_prompted(owner, "a boat", "a car")
    project = Project.objects.create(name="Harbour Campaign")
    Image.objects.filter(pk=boat.pk).update(project=project, name="IMG_2041.jpg")
    tagged(owner, "crème brûlée", [car])
    collection = Collection.objects.create(owner=owner, name="Für Kunde")
    CollectionImage.objects.create(collection=collection, image=car, position=1, added_by=owner)
    index.mark_changed([boat.id, car.id])
    settle()
    assert found("harbour camp*") == found('"img 2041"') == [boat.id]
    assert found('"creme brulee"') == found("fur kunde") == found("car kunde") == [car.id]
    assert found('"brulee fur"') == []  # no phrase reaches from one field into another
    assert found("*", facets=[project_facet(project.id)]) == [boat.id]
    assert found("*", facets=[owner_facet(owner.id), collection_facet(collection.id)]) == [car.id]
    assert found("*", facets=[owner_facet(colleague.id)]) == []
    assert_sound()


def test_the_name_of_anothers_private_collection_finds_nothing(owner, colleague):
    [boat] = make_prompted(owner, "a boat")
    for name, team in (("secret", TeamUse.NOTHING), ("open", TeamUse.LOOK)):
        collection = Collection.objects.create(owner=colleague, name=name, team=team)
        CollectionImage.objects.create(collection=collection, image=boat, position=1, added_by=colleague)
    tagged(colleague, "ugly", [boat])
    settle()
    assert (found("secret"), found("ugly"), found("open")) == ([], [], [boat.id])


@pytest.mark.django_db(transaction=True)
def test_a_few_are_found_as_soon_as_the_change_is_committed(owner):
    [boat] = make_prompted(owner, "a boat")
    with transaction.atomic():
        tag = tagged(owner, "sea", [boat])
    assert found("sea") == [boat.id]
    with transaction.atomic():
        Tag.objects.filter(pk=tag.pk).update(name="ocean")
        index.mark_facet_changed(tag_facet(tag.id))
    assert (found("sea"), found("ocean")) == ([], [boat.id])


@pytest.mark.django_db(transaction=True)
def test_an_upload_is_found_by_its_name(owner):
    keep_upload(io.BytesIO(picture_bytes()), name="Møbel-Katalog.png", owner=owner)
    assert len(found("mobel katalog")) == 1


def test_many_changes_are_followed_in_slices(owner, monkeypatch):
    monkeypatch.setattr("gallery.services.db.slices.LEAST", 7)
    images = make_prompted(owner, *["a boat"] * 40)
    ids = [image.id for image in reversed(images)]
    tag = tagged(owner, "sea", images[:30])
    settle()
    assert found("sea") == ids[10:]
    Tag.objects.filter(pk=tag.pk).update(name="ocean")
    index.mark_facet_changed(tag_facet(tag.id))
    settle()
    assert (found("sea"), found("ocean")) == ([], ids[10:])
    facet = tag_facet(tag.id)
    tag.delete()
    index.mark_facet_changed(facet)
    settle()
    assert found("ocean") == found("*", facets=[facet]) == []
    assert found("boat") == ids
    assert_sound()


def test_what_is_trashed_restored_or_deleted_is_found_accordingly(owner):
    kept, trashed, gone = make_prompted(owner, "a boat", "a boat", "a boat")
    Image.objects.filter(pk=trashed.pk).update(trashed_at=timezone.now())
    Image.objects.filter(pk=gone.pk).delete()
    assert found("boat") == [kept.id]  # the index may lag behind, what is shown does not
    index.mark_changed([trashed.id, gone.id])
    settle()
    assert matched("boat") == [kept.id]
    assert_sound()
    Image.objects.filter(pk=trashed.pk).update(trashed_at=None)
    index.mark_changed([trashed.id])
    settle()
    assert found("boat") == [trashed.id, kept.id]


def test_what_a_crash_left_behind_is_found_after_the_night(owner):
    images = make_images(owner, 5)  # rows without a text
    make_prompted(owner, "a car")
    Job.objects.filter(pk=images[0].job_id).update(prompt="a lighthouse")
    execute_statement("DELETE FROM gallery_image WHERE id = %s", [images[4].id])
    index.write_texts([image.id for image in images[3:]])
    Job.objects.filter(pk=images[3].job_id).update(prompt="a tram")  # and nobody said so
    upkeep.sweep_index()
    assert (found("lighthouse"), found("tram")) == ([images[0].id], [images[3].id])
    assert len(found("*")) == ImageText.objects.count() == 5
    assert_sound()


def test_a_text_of_a_picture_that_is_gone_goes_at_night(owner):
    boat, car = make_prompted(owner, "a boat", "a car")
    Image.objects.filter(pk=boat.pk).delete()
    upkeep.sweep_index()
    assert matched("*") == [car.id]
    assert_sound()


@pytest.mark.django_db(transaction=True)
def test_the_index_is_rebuilt_and_says_so(owner):
    images = make_prompted(owner, *["a boat"] * 30)
    if connection.vendor == "sqlite":
        execute_statement("INSERT INTO gallery_search (gallery_search) VALUES ('delete-all')")
        execute_statement("DELETE FROM gallery_search_idx")
    out = io.StringIO()
    call_command("search", rebuild=True, stdout=out)
    assert out.getvalue() == "30 images can be found.\n"
    assert found("boat") == [image.id for image in reversed(images)]
    assert_sound()


def test_pictures_are_found_and_change_while_the_index_is_rebuilt(owner, monkeypatch):
    monkeypatch.setattr(upkeep, "LOOKED_AT", 5)
    images = make_prompted(owner, *["a boat"] * 30)
    ids = [image.id for image in reversed(images)]
    rebuilding = upkeep.rebuild_index()
    next(rebuilding)
    assert found("boat") == ids
    tagged(owner, "sea", [images[0], images[-1]])  # one that is rebuilt already, and one that is not
    Image.objects.filter(pk=ids[1]).update(trashed_at=timezone.now())
    index.mark_changed([ids[1]])
    settle()
    for _ in rebuilding:
        assert len(found("boat")) == 29
    assert found("sea") == [ids[0], ids[-1]]
    assert_sound()

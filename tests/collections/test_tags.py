"""Tags: any Unicode, one spelling each, put on and taken off many at once, renamed, merged and deleted with undo."""

import unicodedata

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gallery.catalogue.text.tags import FOLDED_LENGTH, TAG_LENGTH, fold_tag, is_too_long, split_tags
from gallery.forms.collections import TagsForm
from gallery.models import ImageTag, Tag, User
from gallery.services.collections import tags
from gallery.services.images import trash
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true"}


def on(image):
    return {tag.name for tag in tags.tags_of(image, user=image.owner)}


def press(client, page):
    """Press the newest Undo that a page offers, and return what it answers."""
    form = page.all("button", class_="link")[-1].node.find_parent("form")
    fields = {}
    for each in form.find_all("input"):
        fields.setdefault(each["name"], []).append(each["value"])
    return client.post(form["action"], fields)


@given(typed=st.text(max_size=80))
def test_a_tag_is_cleaned_once_and_folded_once(typed):
    for name in split_tags(typed):
        assert split_tags(name) == [name]
        assert fold_tag(fold_tag(name)) == fold_tag(name) != ""
        assert fold_tag(unicodedata.normalize("NFD", name)) == fold_tag(name)
        assert fold_tag(name.upper().lower()) == fold_tag(name.lower()) or name.upper().lower() != name.lower()


class AnyUnicode(TestCase):
    """Whatever the form takes, the database keeps; twice the same is one tag."""

    @classmethod
    def setUpTestData(cls):
        cls.user = User.objects.create_user("nora", "nora@example.com", "a long password")
        (cls.image,) = make_images(cls.user, 1)

    @given(typed=st.text(min_size=1, max_size=70))
    def test_what_the_form_takes_is_kept(self, typed):
        form = TagsForm({"tag": typed})
        if not form.is_valid():
            return
        names = form.cleaned_data["tag"]
        for _ in range(2):
            done = tags.tag_images([self.image], names, user=self.user)
        assert [fold_tag(tag.name) for tag in done.tags] == [fold_tag(name) for name in names]
        assert all(len(tag.name) <= TAG_LENGTH and len(tag.folded) <= FOLDED_LENGTH for tag in done.tags)
        assert not done.pairs


ALIKE = [
    ("Café", "CAFE\u0301"),
    ("ＦＬＵＸ", "flux"),
    ("straße", "STRASSE"),
    (" red   door ", "red door"),
    ("x\u200f", "x"),
]
WRONG = ["", " ", ",;,", "\u200b", "\u3164", "a" * 61, "\ufdfa" * 20, "a\ufffd", ",".join("abcdefghijklmnopqrstu")]


@pytest.mark.parametrize(("one", "other"), ALIKE)
def test_what_reads_alike_is_one_tag(owner, one, other):
    (image,) = make_images(owner, 1)
    for name in (one, other):
        tags.tag_images([image], split_tags(name), user=owner)
    assert Tag.objects.count() == ImageTag.objects.count() == 1


@pytest.mark.parametrize("typed", WRONG)
def test_what_cannot_be_a_tag_is_said_beside_the_field(owner, owner_client, typed):
    (image,) = make_images(owner, 1)
    page = Page(owner_client.post("/tags/put/", {"image": image.key, "tag": typed}))
    assert page.one("p", class_="why").text
    assert not Tag.objects.exists()
    assert is_too_long("a" * 61)


def test_a_selection_is_tagged_and_untagged_by_undo(owner, owner_client):
    one, two = make_images(owner, 2)
    tags.tag_images([one], ["boat"], user=owner)
    asked = Page(owner_client.post("/tags/put/", {"image": [one.key, two.key]}))
    assert [each["value"] for each in asked.all("input", name="image")] == [one.key, two.key]
    owner_client.post("/tags/put/", {"image": [one.key, two.key], "tag": "Boat，sea", "back": "/gallery/"})
    assert on(one) == on(two) == {"boat", "sea"}
    page = Page(owner_client.get("/gallery/"))
    assert "2 pictures tagged “boat”, “sea”." in page.one("div", class_="toasts").text
    press(owner_client, page)
    assert (on(one), on(two)) == ({"boat"}, set())


def test_on_its_page_a_picture_is_tagged_without_leaving_it(owner, owner_client):
    (image,) = make_images(owner, 1)
    page = Page(owner_client.post("/tags/put/", {"image": image.key, "tag": "boat"}, headers=HTMX))
    assert page.one("li", class_="chip").text == "boat"
    off = Page(owner_client.post(page.all("form")[0]["action"], {"image": image.key}, headers=HTMX))
    assert not off.all("li")
    press(owner_client, off)
    assert on(image) == {"boat"}


def test_a_picture_has_fifty_tags_at_most(owner):
    full, free = make_images(owner, 2)
    tags.tag_images([full], [f"tag {n}" for n in range(50)], user=owner)
    done = tags.tag_images([full, free], ["one more"], user=owner)
    assert (done.full, len(on(full)), on(free)) == (1, 50, {"one more"})


def test_a_rename_touches_one_row_and_can_be_undone(owner, owner_client):
    images = make_images(owner, 30)
    (tag,) = tags.tag_images(images, ["baot"], user=owner).tags
    with CaptureQueriesContext(connection) as asked:
        owner_client.post(f"/tags/{tag.key}/", {"name": "boat"})
    assert len([each for each in asked if each["sql"].startswith('UPDATE "gallery_tag')]) == 1
    assert not [each for each in asked if "gallery_imagetag" in each["sql"]]
    page = Page(owner_client.get("/tags/"))
    assert "boat" in page.one("ul", class_="taglist").text
    press(owner_client, page)
    assert on(images[0]) == {"baot"}


def test_a_name_that_is_taken_leads_to_merging_which_can_be_undone(owner, owner_client):
    one, two, three = make_images(owner, 3)
    tags.tag_images([one, two], ["boat"], user=owner)
    (ship,) = tags.tag_images([two, three], ["ship"], user=owner).tags
    assert "merge the two" in Page(owner_client.post(f"/tags/{ship.key}/", {"name": "BOAT"})).text
    assert owner_client.post(f"/tags/{ship.key}/merge/", {"name": "ship"}).status_code == 200
    owner_client.post(f"/tags/{ship.key}/merge/", {"name": "Boat"})
    assert [on(each) for each in (one, two, three)] == [{"boat"}] * 3
    press(owner_client, Page(owner_client.get("/tags/")))
    assert [on(each) for each in (one, two, three)] == [{"boat"}, {"boat", "ship"}, {"ship"}]


def test_a_deleted_tag_comes_back_with_its_pictures_unless_its_name_is_taken(owner, owner_client):
    (image,) = make_images(owner, 1)
    (tag,) = tags.tag_images([image], ["boat"], user=owner).tags
    owner_client.post(f"/tags/{tag.key}/delete/")
    assert on(image) == set()
    page = Page(owner_client.get("/tags/"))
    assert press(owner_client, page).status_code == 302
    assert on(image) == {"boat"}
    tags.delete_tag(tag)
    tags.find_or_make("BOAT", user=owner)
    owner_client.post(f"/tags/{tag.key}/restore/")
    assert "another tag “boat”" in Page(owner_client.get("/tags/")).one("div", class_="toasts").text


def test_the_list_pages_through_all_with_the_same_queries(owner, owner_client):
    (image,) = make_images(owner, 1)
    names = [f"tag {n:03}" for n in range(230)]
    Tag.objects.bulk_create(Tag(owner=owner, name=name, folded=name) for name in names)
    tags.tag_images([image], names[:2], user=owner)
    seen, address, counts = [], "/tags/", set()
    while address:
        with CaptureQueriesContext(connection) as asked:
            page = Page(owner_client.get(address))
        counts.add(len(asked) - (("before" in address) * 1))
        seen += [each.text for each in page.all("a", class_="name")]
        more = [each["href"] for each in page.all("a", class_="ghost") if "before=" in each["href"]]
        address = more[0] if more else None
    assert seen == names
    assert len(counts) == 1


def test_typing_offers_what_begins_so_and_nobody_elses(owner, colleague, owner_client):
    for user, names in ((owner, ["Boat", "steamboat", "sea"]), (colleague, ["boathouse"])):
        for name in names:
            tags.find_or_make(name, user=user)
    page = Page(owner_client.get("/tags/complete/", {"tag": "BOA"}))
    assert [each["value"] for each in page.all("option")] == ["Boat", "steamboat"]
    assert owner_client.get("/tags/complete/", {"tag": "%\0"}).status_code == 200


def test_what_lay_in_the_trash_for_a_month_is_forgotten(owner):
    (image,) = make_images(owner, 1)
    (tag,) = tags.tag_images([image], ["boat"], user=owner).tags
    tags.delete_tag(tag)
    tags.delete_old_tags()
    assert Tag.objects.exists()
    Tag.objects.update(deleted_at="2020-01-01T00:00Z")
    tags.delete_old_tags()
    assert not Tag.objects.exists()


def test_what_lies_in_the_trash_is_not_counted(owner, owner_client):
    images = make_images(owner, 3)
    tags.tag_images(images, ["harbour"], user=owner)
    trash.trash_images([images[0].pk], owner=owner)
    assert Page(owner_client.get("/tags/")).one("span", class_="num").text == "2 pictures"

"""What is selected: any number of pictures, kept on the server, named in addresses by one key."""

import pytest

from gallery.models import Image, Rating, Selection
from gallery.services.images import selection
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db


def keys(images):
    return [image.key for image in images]


def test_a_few_go_by_their_own_keys_and_many_as_one_selection(owner, owner_client):
    images = make_images(owner, 205)
    few = owner_client.post("/selection/compare/", {"image": keys(images[:3])})
    assert few["Location"] == "/compare/?" + "&".join(f"image={key}" for key in keys(images[:3]))
    many = owner_client.post("/selection/download/", {"image": keys(images)})
    kept = Selection.objects.get()
    assert many["Location"] == f"/download/?selection={kept.key}"
    assert "205 pictures" in Page(owner_client.get(many["Location"])).one("h1").text
    zipped = Page(owner_client.get(many["Location"])).one("form", action="/download/pictures.zip")
    assert [field["value"] for field in zipped.node.find_all("input", attrs={"name": "selection"})] == [kept.key]
    compared = owner_client.get(f"/compare/?selection={kept.key}")
    assert Page(compared).one("h1").text == "Compare 60"


def test_all_that_match_are_found_by_the_server_but_those_that_were_taken_off(owner, colleague, owner_client):
    images = make_images(owner, 90)
    make_images(colleague, 5)
    Rating.objects.bulk_create(Rating(user=owner, image=image, stars=1 + n % 2) for n, image in enumerate(images))
    chosen = {"all": "stars=2", "without": [images[1].key]}
    meant = [image for n, image in enumerate(images) if n % 2 and n != 1]
    owner_client.post("/marks/?verdict=pick", chosen)
    assert set(Rating.objects.picked().values_list("image_id", flat=True)) == {image.id for image in meant}
    led = owner_client.post("/selection/download/", chosen)
    make_images(owner, 2)
    assert "44 pictures" in Page(owner_client.get(led["Location"])).one("h1").text
    shared = Page(owner_client.post("/shares/new/", chosen))
    assert [each["value"] for each in shared.all("input", name="image")] == keys(meant[::-1])
    owner_client.post("/gallery/trash/add/", chosen)
    assert set(Image.objects.of(owner)) & set(meant) == set()
    page = Page(owner_client.get("/gallery/"))
    undo = page.one("form", action="/gallery/trash/restore/")
    fields = {each["name"]: each["value"] for each in undo.node.find_all("input")}
    owner_client.post(undo["action"], fields)
    assert Image.objects.of(owner).count() == 92


def test_of_more_than_one_press_takes_the_newest_are_meant_and_the_page_says_so(owner, owner_client, monkeypatch):
    monkeypatch.setattr(selection, "MOST", 5)
    make_images(owner, 7)
    led = owner_client.post("/selection/compare/", {"all": ""})
    page = Page(owner_client.get(led["Location"]))
    assert (page.one("h1").text, "the newest 5 are meant" in page.html) == ("Compare 5", True)


def test_a_selection_is_its_owners_and_old_ones_are_forgotten(owner, owner_client, colleague_client, monkeypatch):
    monkeypatch.setattr(selection, "KEPT", 2)
    images = make_images(owner, 3)
    first, second, third = (selection.keep_selection(owner, images=[image.pk]) for image in images)
    assert list(Selection.objects.order_by("id")) == [second, third]
    for path in ("/compare/", "/download/", "/", "/compare/pairs/"):
        assert colleague_client.get(path, {"selection": third.key}).status_code == 404
        assert owner_client.get(path, {"selection": first.key}).status_code == 404
    assert colleague_client.post("/selection/compare/", {"image": keys(images)}).status_code == 404

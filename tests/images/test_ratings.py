"""Marks: one press for many pictures, only on one's own, seen where the pictures are."""

import pytest
from django.urls import reverse

from gallery.models import Image, Rating
from tests.pages import Page
from tests.rows import make_images

pytestmark = pytest.mark.django_db

MARKS = "/marks/"
HTMX = {"HX-Request": "true"}


def kept(user):
    return set(Rating.objects.of(user).picked().values_list("image__key", flat=True))


def test_one_press_picks_what_is_ticked(owner, owner_client):
    one, two, _ = make_images(owner, 3)
    response = owner_client.post(
        f"{MARKS}?verdict=pick", {"image": [one.key, two.key]}, headers={"Referer": "http://testserver/gallery/"}
    )
    assert response["Location"].endswith("/gallery/")
    assert kept(owner) == {one.key, two.key}
    page = Page(owner_client.get("/gallery/"))
    assert page.one("div", class_="toast").text == "2 pictures picked. Undo"
    assert "picked" in page.one("span", id=f"marked-{one.key}").text


def test_a_verdict_leaves_the_stars_and_the_stars_the_verdict(owner, owner_client):
    (image,) = make_images(owner, 1)
    for said in ({"verdict": "pick"}, {"stars": "4"}, {"verdict": "reject"}):
        owner_client.post(MARKS, {"image": image.key, **said})
    rating = Rating.objects.get()
    assert (rating.verdict, rating.stars) == ("reject", 4)
    owner_client.post(MARKS, {"image": image.key, "verdict": ""})
    owner_client.post(MARKS, {"image": image.key, "stars": "0"})
    rating.refresh_from_db()
    assert (rating.verdict, rating.stars) == ("", 0)


def test_with_htmx_the_tiles_say_it_where_they_are(owner, owner_client):
    (image,) = make_images(owner, 1)
    page = Page(owner_client.post(f"{MARKS}?verdict=reject", {"image": image.key}, headers=HTMX))
    assert "rejected" in page.one("span", id=f"marked-{image.key}").text
    assert not page.all("html")


def test_undo_gives_every_picture_back_what_it_had(owner, owner_client):
    one, two = make_images(owner, 2)
    owner_client.post(MARKS, {"image": one.key, "verdict": "maybe", "stars": "3", "favourite": "1"})
    toast = Page(owner_client.post(f"{MARKS}?verdict=pick", {"image": [one.key, two.key]}, headers=HTMX))
    was = [each["value"] for each in toast.all("input", name="was")]
    assert was == [f"{one.key}:maybe:3:1", f"{two.key}::0:0"]
    assert owner_client.post("/marks/restore/", {"was": was, "shown": "1"}).status_code == 204
    rated = Rating.objects.order_by("image_id").values_list("verdict", "stars", "favourite")
    assert list(rated) == [("maybe", 3, True), ("", 0, False)]
    assert not Image.objects.filter(attempt__picked=True).exists()


@pytest.mark.parametrize("was", ["{}", "{}:pick:3", "{}:love:3:1", "{}:pick:9:1", "{}:pick:3:2", "", "\x00:pick:3:1"])
def test_nothing_is_undone_with_nonsense(owner, owner_client, was):
    (image,) = make_images(owner, 1)
    sent = owner_client.post("/marks/restore/", {"was": [f"{image.key}:pick:3:1", was.format(image.key)]})
    assert sent.status_code in (400, 404)
    assert not Rating.objects.exists()


@pytest.mark.parametrize(
    "said",
    [{}, {"verdict": "perhaps"}, {"stars": "6"}, {"stars": "-1"}, {"stars": ""}, {"stars": "x"}, {"favourite": "2"}],
)
def test_nonsense_is_not_written(owner, owner_client, said):
    (image,) = make_images(owner, 1)
    assert owner_client.post(MARKS, {"image": image.key, **said}).status_code == 400
    assert not Rating.objects.exists()


def test_a_press_without_pictures_or_with_too_many_is_refused(owner_client):
    assert owner_client.post(MARKS, {"verdict": "pick"}).status_code == 400
    assert owner_client.post(MARKS, {"verdict": "pick", "image": ["x"] * 2001}).status_code == 400


def test_a_whole_run_is_judged_in_one_press(owner, owner_client):
    images = make_images(owner, 400)
    keys = [image.key for image in images] * 5
    assert owner_client.post(f"{MARKS}?verdict=pick", {"image": keys, "csrfmiddlewaretoken": "x"}).status_code == 302
    assert Rating.objects.picked().count() == 400


@pytest.mark.parametrize("key", ["nobodys", "\x00", "é" * 5000])
def test_one_foreign_picture_hides_them_all(owner, colleague, owner_client, key):
    mine, foreign = make_images(owner, 1) + make_images(colleague, 1)
    for other in (foreign.key, key):
        assert owner_client.post(MARKS, {"image": [mine.key, other], "verdict": "pick"}).status_code == 404
    assert not Rating.objects.exists()


def test_nobody_is_sent_elsewhere_by_a_foreign_page(owner, owner_client):
    (image,) = make_images(owner, 1)
    headers = {"Referer": "https://example.org/gallery/"}
    response = owner_client.post(MARKS, {"image": image.key, "verdict": "pick"}, headers=headers)
    assert response["Location"] == reverse("gallery")


def test_the_bar_floats_below_with_compare_first(owner, owner_client):
    make_images(owner, 2)
    page = Page(owner_client.get("/gallery/"))
    assert page.one("form", id="selection")["action"] == "/selection/compare/"
    boxes = page.all("input", name="image", type="checkbox", form="selection")
    assert len(boxes) == 2
    assert all(box["aria-label"].startswith("Select ") for box in boxes)

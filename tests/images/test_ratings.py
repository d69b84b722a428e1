"""Marks: one press for many pictures, only on one's own, seen where the pictures are."""

import pytest
from django.urls import reverse

from gallery.models import Rating
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
    assert page.one("div", class_="toast").text == "2 pictures picked."
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


@pytest.mark.parametrize(
    "said", [{}, {"verdict": "perhaps"}, {"stars": "6"}, {"stars": "-1"}, {"stars": ""}, {"stars": "x"}]
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
    assert page.one("form", id="selection")["action"] == "/compare/"
    boxes = page.all("input", name="image", type="checkbox", form="selection")
    assert len(boxes) == 2
    assert all(box["aria-label"].startswith("Select ") for box in boxes)

"""Asked / got on the pages: of a run, of a picture, of a comparison."""

import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from PIL import Image as Pillow

from gallery.models import Image, ImageLook
from gallery.services.images.seen import measuring
from gallery.services.media.seeing import looks
from gallery.services.storage import files
from tests.factories import make_run
from tests.pages import Page
from tests.rows import finish, make_images

pytestmark = pytest.mark.django_db


@pytest.fixture
def run(owner):
    """Two models, two seeds, one colour that comes nearer with each picture; one picture is not measured."""
    run = make_run(owner, prompt="a door in #FF6600", models=["flux-2-pro", "flux-2-flex"], seed="1..2", size="64x64")
    images = finish(run)
    for image, name in zip(images, ("#0000FF", "#FFAA00", "#FF6A10"), strict=False):
        looks.keep_look(image, ImageLook(palette=[[name, 140]]))
    return run


def rows(page, table):
    return [row.get_text() for row in page.one("table", id=table).node.select("tbody tr")]


def test_the_page_of_a_run_orders_pictures_and_models_by_how_near_they_came(owner_client, run):
    page = Page(owner_client.get(reverse("run-colours", args=[run.key])))
    pictures = rows(page, "colours-of-pictures")
    assert [next(name for name in ("#FF6A10", "#FFAA00", "#0000FF") if name in row) for row in pictures] == [
        "#FF6A10", "#FFAA00", "#0000FF",
    ]  # fmt: skip
    models = rows(page, "colours-of-models")
    assert len(models) == 2
    assert "near in 0 of 1" in models[0]
    assert "near in 1 of 2" in models[1]


def test_a_run_without_colours_says_how_to_name_one(owner, owner_client):
    run = make_images(owner, 1)[0].run
    assert "#C4622D" in Page(owner_client.get(reverse("run-colours", args=[run.key]))).one("main").text


def test_the_picture_and_the_comparison_tell_it_too(owner_client, run):
    image = run.images.order_by("id")[2]
    told = Page(owner_client.get(reverse("image", args=[image.key]))).one("main").text
    assert "#FF6A10" in told
    assert "14 % of the picture" in told
    keys = [each.key for each in run.images.order_by("id")]
    table = Page(owner_client.get(reverse("compare"), {"image": keys})).one("table", id="differences").text
    assert all(name in table for name in ("#FF6600", "#FF6A10", "#0000FF"))
    cells = Page(owner_client.get(reverse("run", args=[run.key]))).all("span", class_="got")
    assert len(cells) == 3


def test_an_open_page_of_a_run_shows_differences_as_they_are_measured(owner, owner_client):
    run = make_run(owner, prompt="a door in #FF6600", seed="1", size="64x64")
    (image,) = finish(run)
    out = io.BytesIO()
    Pillow.new("RGB", (64, 64), "#FF6600").save(out, "PNG")
    name = files.publish_bytes(out.getvalue(), files.file_name(image.file_key, "images", ".png"))
    Image.objects.filter(pk=image.pk).update(file=name)
    address = Page(owner_client.get(reverse("run", args=[run.key]))).one("div", id="poll")["hx-get"]
    assert owner_client.get(address).status_code == 204
    assert measuring.measure_next_look()
    answer = owner_client.get(address)
    assert Page(answer).one("span", class_="got").text == "ΔE 0"
    assert "hx-get" not in Page(answer).one("div", id="poll").attrs
    assert "HX-Trigger" not in answer


def test_many_pictures_take_no_more_queries(owner_client, run, owner):
    def queries():
        with CaptureQueriesContext(
            connection,
        ) as caught:
            owner_client.get(reverse("run-colours", args=[run.key]))
        return len(caught)

    few = queries()
    many = make_run(owner, prompt="a door in #FF6600", seed="1..20", size="64x64")
    for image in finish(many):
        looks.keep_look(image, ImageLook(palette=[["#FF6600", 140]]))
    run = many
    assert queries() == few

"""Words in pictures: looked for once, in the worker, where a reader is installed; shown, filtered, counted."""

import io

import pytest
from django.db import connection
from django.urls import reverse
from PIL import Image as Pillow
from PIL import ImageDraw, ImageFont

from gallery.models import Image, ImageLook, ImageWords
from gallery.services.compare import model_quality
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.seen import measuring
from gallery.services.media.seeing import looks, words
from gallery.services.storage import files
from tests.factories import make_run
from tests.images.test_filters import walked
from tests.images.test_gallery import tiles
from tests.pages import Page
from tests.rows import finish

pytestmark = pytest.mark.django_db

DRAWN = ("OPEN LATE", "OPEN LTAE", "")


def drawn(text):
    picture = Pillow.new("RGB", (240, 80), "#224466")
    ImageDraw.Draw(picture).text((20, 20), text, font=ImageFont.load_default(30), fill="white")
    return picture


class Reader:
    """Reads what `drawn` has drawn, and nothing of other pictures."""

    def __init__(self):
        self.known = {drawn(text).tobytes(): text for text in DRAWN}
        self.asked = []

    def __call__(self, pictures):
        self.asked.append(len(pictures))
        return [self.read(picture) for picture in pictures]

    def read(self, picture):
        text = self.known.get(picture.tobytes())
        return None if text is None else text.split("\n") if text else []


@pytest.fixture
def run(owner):
    """Three models, of which the first spells right, the second wrong, and the third draws no words."""
    run = make_run(
        owner, prompt='a bar, its sign says "OPEN LATE"', models=["flux-2-pro", "flux-2-flex", "flux-2-max"], seed="7",
        size="64x64",
    )  # fmt: skip
    for image, text in zip(finish(run), DRAWN, strict=True):
        give_picture(image, drawn(text))
        looks.keep_look(image, ImageLook(palette=[]))
    return run


def give_picture(image, picture):
    out = io.BytesIO()
    picture.save(out, "PNG")
    name = files.publish_bytes(out.getvalue(), files.file_name(image.file_key, "images", ".png"))
    Image.objects.filter(pk=image.pk).update(file=name, look_tries=None)


@pytest.fixture
def read(run):
    measuring.read_next_words(Reader())
    return run


def test_the_words_of_a_prompt_are_looked_for_once(run):
    reader = Reader()
    assert measuring.read_next_words(reader)
    found = ImageWords.objects.order_by("image").values_list("verdict", "found")
    assert list(found) == [
        ("right", [["OPEN LATE", "OPEN LATE", "right"]]),
        ("wrong", [["OPEN LATE", "OPEN LTAE", "wrong"]]),
        ("unread", [["OPEN LATE", "", "unread"]]),
    ]
    assert not measuring.read_next_words(reader)
    assert reader.asked == [3]


def test_without_a_reader_nothing_is_read_and_nothing_is_said(run, owner_client):
    assert words.read_next_words(None) == []
    assert set(ImageWords.objects.values_list("verdict", "tries")) == {("", 0)}
    image = run.images.first()
    for address in (reverse("image", args=[image.key]), reverse("run", args=[run.key]), reverse("gallery-filters")):
        page = Page(owner_client.get(address)).one("main").text
        assert "spelled" not in page
        assert "not read" not in page


def test_a_prompt_that_quotes_nothing_is_not_read(owner):
    (image,) = finish(make_run(owner, prompt="a bar", seed="7", size="64x64"))
    looks.keep_look(image, ImageLook(palette=[]))
    assert not ImageWords.objects.exists()


def test_a_picture_that_cannot_be_read_is_tried_three_times_and_holds_up_no_other(run):
    first, second, _ = run.images.order_by("id")
    give_picture(first, Pillow.new("RGB", (9, 9)))  # of which this reader says nothing
    files.remove_file(Image.objects.get(pk=second.pk).file)
    reader = Reader()
    while measuring.read_next_words(reader):
        pass
    assert list(ImageWords.objects.order_by("image").values_list("verdict", "tries")) == [
        ("", 3), ("", 3), ("unread", 1),
    ]  # fmt: skip
    assert reader.asked == [2, 1, 1]


def test_the_pages_of_picture_and_run_say_what_was_read(read, owner_client):
    told = [Page(owner_client.get(reverse("image", args=[image.key]))).one("main").text for image in images_of(read)]
    assert "spelled right" in told[0]
    assert "OPEN LTAE spelled otherwise" in told[1]
    assert "not read" in told[2]
    cells = Page(owner_client.get(reverse("run", args=[read.key]))).all("span", class_="spelled")
    assert [cell.text for cell in cells] == ["spelled right", "reads “OPEN LTAE”", "not read"]
    keys = [image.key for image in images_of(read)]
    table = Page(owner_client.get(reverse("compare"), {"image": keys})).one("table", id="differences").text
    assert "“OPEN LATE”spelled rightreads “OPEN LTAE”not read" in table


def images_of(run):
    return list(run.images.order_by("id"))


def test_the_gallery_filters_by_it(read, owner, colleague, owner_client):
    images = images_of(read)
    for verdict, image in zip(("right", "wrong", "unread"), images, strict=True):
        assert walked(Bound(Filters.of(f"words={verdict}"), owner), size=2) == [image]
        assert not walked(Bound(Filters.of(f"words={verdict}"), colleague), size=2)
    page = Page(owner_client.get("/gallery/", {"words": "right"}))
    assert tiles(page) == [images[0].key]
    assert "words spelled right" in page.text
    assert "words spelled otherwise" in Page(owner_client.get(reverse("gallery-filters"))).text
    assert (
        "image_words_verdict" in ImageWords.objects.filter(owner=owner, verdict="right").order_by("-image").explain()
        or connection.vendor == "postgresql"
    )  # which reads a small table whole


def test_the_price_of_a_picture_that_is_spelled_right_stands_beside_the_votes(read, owner, owner_client):
    pro, flex, _ = images_of(read)
    found = {each.model: each for each in model_quality.assess_models(user=owner)}
    assert found[pro.model].spelling[:2] == (1, 1)
    assert found[pro.model].micros_per_spelled == pro.booked_micros
    assert (found[flex.model].spelling[:2], found[flex.model].micros_per_spelled) == ((0, 1), None)
    page = Page(owner_client.get(reverse("compare-models"))).one("main").text
    assert "Price of a right one" in page


def test_an_open_page_of_a_run_hears_of_what_was_read(run, owner_client, monkeypatch):
    monkeypatch.setattr(measuring, "installed_reader", Reader)
    page = Page(owner_client.get(reverse("run", args=[run.key])))
    address = page.one("div", id="poll")["hx-get"]
    assert owner_client.get(address).status_code == 204
    measuring.read_next_words()
    answer = owner_client.get(address)
    assert "spelled right" in answer.text
    assert "HX-Trigger" not in answer
    assert "hx-get" not in str(Page(owner_client.get(reverse("run", args=[run.key]))).one("div", id="poll").node)

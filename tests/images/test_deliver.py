"""Downloads at an exact size: of one picture and of many as a ZIP, whose they are, and what is said of wrong wishes."""

import io
import zipfile

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Attempt, Image, NamedSize
from gallery.services.collections import collections, smart
from gallery.services.media import exact_sizes
from gallery.services.media.metadata import xmp
from gallery.services.operations import stream_slots
from gallery.services.references.keeping import keep_upload
from gallery.services.storage import zip_stream
from tests.factories import make_run
from tests.images.test_decoding import opened
from tests.pages import Page
from tests.references.pictures import picture_file
from tests.rows import make_images

pytestmark = pytest.mark.django_db(transaction=True)

ZIP, CHOOSE = "/download/pictures.zip", "/download/"


@pytest.fixture
def run(owner, worker, provider_server):
    run = make_run(owner, models=["flux-2-pro"], seed="7, 8", size="64x128")
    worker.work()
    return run


@pytest.fixture
def image(run):
    return run.jobs.get(seed=7).images.get()


@pytest.fixture
def poster(db):
    return NamedSize.objects.create(name="Poster", width=60, height=90, format="png", fit="fit")


def deliver(client, image, **wish):
    return client.get(reverse("image-as", args=[image.key]), wish)


def files_in(response):
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize(
    ("wish", "size", "image_format"),
    [
        ({"size": "192x108"}, (192, 108), "JPEG"),
        ({"size": "192 × 108", "format": "png", "fit": "fit", "colour": "#0f0"}, (192, 108), "PNG"),
        ({"size": "31x17", "format": "webp", "focus": "0,100", "quality": "1"}, (31, 17), "WEBP"),
        ({"size": "16x16", "format": "avif", "focus": ["10", "20"]}, (16, 16), "AVIF"),
    ],
)
def test_a_picture_comes_at_the_very_size_and_its_name_says_so(owner_client, image, wish, size, image_format):
    response = deliver(owner_client, image, **wish)
    made = opened(response.content)
    assert (response.status_code, made.size, made.format) == (200, size, image_format)
    suffix = {"JPEG": "jpg"}.get(image_format, image_format.lower())
    name = f"flux-2-pro-7-{image.key}-{size[0]}x{size[1]}.{suffix}"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'
    assert response["Content-Type"] == f"image/{image_format.lower()}"
    assert response["Cache-Control"] == "private, no-cache"
    assert list(Image.objects.order_by("id")) == list(image.job.run.owner.images.order_by("id"))
    assert Image.objects.count() == 2  # nothing was added


def test_two_number_fields_are_one_focus(owner_client, image):
    wish = {"size": "64x32", "format": "png"}
    contents = [deliver(owner_client, image, **wish, focus=focus).content for focus in ("50,0", ["50", "0"], "50,100")]
    assert contents[0] == contents[1] != contents[2]


def test_a_named_size_brings_its_format_and_its_fit_and_both_can_be_overruled(owner_client, image, poster):
    made = opened(deliver(owner_client, image, named=poster.key, size="").content)
    assert (made.size, made.format, made.mode) == ((60, 90), "PNG", "RGBA")
    made = opened(deliver(owner_client, image, named=poster.key, fit="crop", format="webp").content)
    assert (made.size, made.format, made.mode) == ((60, 90), "WEBP", "RGB")
    made = opened(deliver(owner_client, image, named=poster.key, size="99x77").content)  # typed wins
    assert (made.size, made.format) == ((99, 77), "JPEG")


@pytest.mark.parametrize(
    ("wish", "words"),
    [
        ({"size": "15x99"}, "15 × 99 is too narrow"),
        ({"size": "5000x99"}, "5000 × 99 is too wide"),
        ({"size": "no size"}, "“no size” is no size."),
        ({"size": "64x64", "format": "gif"}, "gif is not one of the available choices."),
        ({"size": "64x64", "fit": "stretch"}, "stretch is not one of the available choices."),
        ({"size": "64x64", "focus": "left"}, "“left” is no focus."),
        ({"size": "64x64", "focus": "50,101"}, "101 is no percent"),
        ({"size": "64x64", "colour": "nice"}, "“nice” is no colour."),
        ({"size": "64x64", "quality": "0"}, "“0” is no quality."),
        ({"named": "gone"}, "not on the list any more"),
        ({"format": "png"}, "Choose a size, or type one"),
    ],
)
def test_what_cannot_be_is_said_beside_its_field_and_nothing_is_made(owner_client, image, wish, words):
    for response in (deliver(owner_client, image, **wish), owner_client.get(ZIP, wish | {"image": image.key})):
        page = Page(response)
        assert response.status_code == 400
        assert words in " ".join(each.text for each in page.all("p", class_="why"))
        assert page.value("size") == wish.get("size", "")
        chosen = page.one("select", name="format").node.find_all("option", selected=True)
        assert [each["value"] for each in chosen] == ["png"] * (wish.get("format") == "png")
    assert not Attempt.objects.filter(downloaded=True).exists()


def test_the_page_of_a_picture_asks_by_a_plain_form(owner_client, image, poster):
    page = Page(owner_client.get(reverse("image", args=[image.key])))
    form = page.one("form", class_="deliver")
    assert (form["method"], form["action"]) == ("get", reverse("image-as", args=[image.key]))
    fields = {"size": "80x20", "format": "png", "fit": "", "named": "", "colour": page.value("colour")}
    sent = fields | {"focus": [each["value"] for each in page.all("input", name="focus")], "quality": "90"}
    assert opened(owner_client.get(form["action"], sent).content).size == (80, 20)
    assert f"{poster.name} · 60 × 90" in page.one("select", name="named").text
    alone = owner_client.get(CHOOSE, {"image": image.key}, follow=True)
    assert alone.redirect_chain == [(form["action"], 302)]
    assert (alone.status_code, Page(alone).one("h1").text) == (200, "Download this picture")


def test_a_download_counts_as_one(owner_client, image):
    owner_client.head(reverse("image-as", args=[image.key]), {"size": "16x16"})
    assert not Attempt.objects.get(image=image).downloaded
    deliver(owner_client, image, size="16x16")
    assert Attempt.objects.get(image=image).downloaded


def test_a_file_that_is_gone_is_not_found_and_costs_the_others_nothing(owner_client, run, image):
    default_storage.delete(image.file)
    assert deliver(owner_client, image, size="16x16").status_code == 404
    [name] = files_in(owner_client.get(ZIP, {"run": run.key, "size": "16x16"}))
    assert name.startswith("002-flux-2-pro-8-")


def test_a_selection_and_a_run_come_as_they_are_or_all_at_one_size(owner_client, run):
    images = [job.images.get() for job in run.jobs.order_by("position")]
    for wanted in ({"image": [each.key for each in images], "table": "without"}, {"run": run.key, "table": "without"}):
        originals = files_in(owner_client.get(ZIP, wanted))
        assert list(originals) == [f"{n:03d}-{each.download_name}" for n, each in enumerate(images, 1)]
        for image, content in zip(images, originals.values(), strict=True):
            with default_storage.open(image.file) as stored:
                assert stored.read() == content
        response = owner_client.get(ZIP, wanted | {"size": "90x30", "format": "webp", "focus": "50,10"})
        assert response["Content-Disposition"] == 'attachment; filename="pictures-90x30.zip"'
        made = files_in(response)
        assert list(made) == [
            f"{n:03d}-flux-2-pro-{each.seed}-{each.key}-90x30.webp" for n, each in enumerate(images, 1)
        ]
        assert {(opened(each).size, opened(each).format) for each in made.values()} == {((90, 30), "WEBP")}
    assert Attempt.objects.filter(downloaded=True).count() == 2


def test_a_zip_makes_each_picture_when_it_is_asked_for(owner_client, run, monkeypatch):
    asked, deliver_image = [], exact_sizes.deliver_image
    monkeypatch.setattr(
        exact_sizes, "deliver_image", lambda *wish, **how: asked.append(wish) or deliver_image(*wish, **how)
    )
    response = owner_client.get(ZIP, {"run": run.key, "size": "64x64"})
    made = [len(asked) for _ in response]
    response.close()
    assert (made[0], made[-1]) == (1, 2)
    assert not stream_slots.taken_slots


def test_what_a_run_reused_comes_along(owner, owner_client, run, image):
    again = make_run(owner, models=["flux-2-pro"], seed="7", size="64x128", buy_again=False)
    assert [*files_in(owner_client.get(ZIP, {"run": again.key, "table": "without"}))] == [f"001-{image.download_name}"]


def test_an_upload_keeps_its_name_and_is_not_called_made_by_a_model(owner, owner_client):
    image = keep_upload(picture_file("PNG"), name="Straße/der Löwe.png", owner=owner).image
    response = deliver(owner_client, image, size="40x30")
    assert response["Content-Disposition"].endswith("der%20L%C3%B6we-40x30.jpg")
    assert opened(response.content).size == (40, 30)
    assert xmp.MADE_BY_MODEL not in response.content
    for query, name in (
        ({"table": "without"}, "001-Straße-der Löwe.png"),
        ({"size": "40x30"}, "001-Straße-der Löwe-40x30.jpg"),
    ):
        assert list(files_in(owner_client.get(ZIP, query | {"image": image.key}))) == [name]


def test_a_run_without_pictures_and_a_selection_of_nothing_are_not_found(owner, owner_client, run):
    empty = make_run(owner, seed="99")
    for query in ({}, {"run": empty.key}, {"image": ""}, {"run": "", "image": "x"}):
        assert [owner_client.get(address, query).status_code for address in (ZIP, CHOOSE)] == [404, 404]


def test_what_is_somebody_elses_is_not_there_in_any_way(colleague, colleague_client, admin_client, run, image):
    [own] = make_images(colleague, 1)
    for client in (colleague_client, admin_client):
        for query in ({"run": run.key}, {"image": image.key}, {"image": [own.key, image.key]}):
            for address in (ZIP, CHOOSE):
                assert client.get(address, query | {"size": "16x16"}).status_code == 404
        assert deliver(client, image, size="16x16").status_code == 404


def test_too_many_at_once_wait_in_line(owner, owner_client, image):
    taken = [stream_slots.take_slot(f"member {owner.pk}", "192.0.2.1") for _ in range(stream_slots.OF_LINK)]
    try:
        for address in (reverse("image-as", args=[image.key]), ZIP):
            response = owner_client.get(address, {"image": image.key, "size": "16x16"})
            assert (response.status_code, response["Refresh"]) == (503, "3")
            assert "in line and starts by itself" in Page(response).text
    finally:
        for slot in taken:
            stream_slots.release_slot(slot)
    assert deliver(owner_client, image, size="16x16").status_code == 200
    assert not stream_slots.taken_slots


def test_whoever_waits_while_a_picture_is_made_is_not_slow(owner_client, image, monkeypatch):
    def make(*_, **how):
        [slot] = stream_slots.taken_slots
        return f"{slot.waits_since} {slot.link}".encode()

    monkeypatch.setattr(exact_sizes, "deliver_image", make)
    assert deliver(owner_client, image, size="16x16").content == f"None member {image.owner_id}".encode()
    assert not stream_slots.taken_slots


def test_a_large_avif_is_made_apart_and_one_that_takes_too_long_says_so(owner_client, image, monkeypatch):
    wish = {"size": "4096x2048", "format": "avif"}
    response = deliver(owner_client, image, **wish)
    made = opened(response.content)
    assert (made.size, made.format) == ((4096, 2048), "AVIF")
    assert xmp.MADE_BY_MODEL in response.content
    monkeypatch.setattr(exact_sizes, "WAIT_SECONDS", 0.001)
    late = deliver(owner_client, image, **wish)
    assert late.status_code == 302
    assert "That took too long on this machine." in Page(owner_client.get(late["Location"])).html
    assert not stream_slots.taken_slots


@pytest.mark.parametrize("count", [2, 30])
def test_the_page_of_a_selection_costs_the_same_however_many_there_are(owner, owner_client, count):
    keys = [each.key for each in make_images(owner, count)]
    with CaptureQueriesContext(
        connection,
    ) as queries:
        page = Page(owner_client.get(CHOOSE, {"image": keys}))
    assert page.one("h1").text == f"Download {count} pictures"
    assert [each["value"] for each in page.all("input", name="image")] == keys
    assert len(page.all("div", class_="stage")) == min(count, 24)
    assert len(queries) == 7


def test_the_length_of_a_zip_is_known_before_it_is_made(owner, owner_client, run):
    rules = collections.make_collection(owner=owner, name="All", rules=smart.new_rules("model=flux-2-pro"))
    for wanted in (
        {"run": run.key},
        {"run": run.key, "table": "without"},
        {"image": [each.key for each in Image.objects.all()]},
        {"all": "model=flux-2-pro"},
        {"collection": rules.key},
    ):
        response = owner_client.get(ZIP, wanted)
        assert int(response["Content-Length"]) == len(response.getvalue())
        assert len(files_in(response := owner_client.get(ZIP, wanted))) == 2 + ("table" not in wanted)
    response = owner_client.get(ZIP, {"run": run.key, "size": "16x16"})
    assert ("Content-Length" in response, len(files_in(response))) == (False, 2)


def test_a_file_that_is_another_than_was_said_breaks_the_connection(owner_client, run, image):
    response = owner_client.get(ZIP, {"run": run.key})
    default_storage.delete(image.file)
    default_storage.save(image.file, ContentFile(b"short"))
    with pytest.raises(zip_stream.NotAsLong):
        list(response)
    response.close()
    assert not stream_slots.taken_slots


def test_names_are_safe_wherever_they_are_unpacked(owner, owner_client):
    image = keep_upload(picture_file("PNG"), name="nul\u202egpj: ?.png", owner=owner).image
    [name] = files_in(owner_client.get(ZIP, {"image": image.key, "table": "without"}))
    assert name == "001-nulgpj- -.png"

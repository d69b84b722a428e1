"""What is seen in a picture: measured once, in the worker, after its thumbnail; near-duplicates and colours."""

import io
from importlib import import_module
from math import dist, sqrt
from urllib.parse import urlencode

import pytest
from django.apps import apps
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.numbers.colours import Rgb
from gallery.catalogue.prompts.asked_colours import FAIR_SHARE
from gallery.models import Image, ImageColour, ImageLook
from gallery.models.finding.looks import BANDS
from gallery.services.images import trash
from gallery.services.images.filters import Bound, Filters
from gallery.services.images.seen import by_colour, likeness
from gallery.services.media import decoding, thumbnails, validation
from gallery.services.media.seeing import looks, palette, perceptual_hash
from gallery.services.storage import files
from gallery.worker import process
from tests.factories import make_run
from tests.images.test_filters import walked
from tests.images.test_gallery import QUERIES, tiles
from tests.pages import Page
from tests.rows import make_images

HASHES = st.integers(-(2**63), 2**63 - 1)
LEVELS = st.integers(0, 255)
COLOURS = st.builds(Rgb, LEVELS, LEVELS, LEVELS)


def scene(*, turned=False, sign="#FF6600"):
    """Draw hills under a sky, with a small sign in a colour of its own."""
    sky = Pillow.linear_gradient("L").resize((320, 200))
    picture = Pillow.merge("RGB", (sky, sky.transpose(Pillow.Transpose.ROTATE_180), Pillow.new("L", sky.size, 160)))
    draw = ImageDraw.Draw(picture)
    draw.ellipse((-60, 110, 170, 330), fill="#234F1E")
    draw.ellipse((120, 140, 400, 330), fill="#3E7A2E")
    draw.rectangle((230, 40, 270, 60), fill=sign)
    return picture.transpose(Pillow.Transpose.ROTATE_90) if turned else picture


def as_jpeg(picture, quality):
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Pillow.open(out)


def test_a_picture_made_smaller_and_packed_harder_keeps_its_hash():
    one = perceptual_hash.hash_picture(scene())
    small = as_jpeg(scene().resize((160, 100)), 60)
    assert perceptual_hash.distance(one, perceptual_hash.hash_picture(small)) <= 7
    brighter = scene().point(lambda level: min(255, level + 12))
    assert perceptual_hash.distance(one, perceptual_hash.hash_picture(brighter)) <= 7
    assert perceptual_hash.distance(one, perceptual_hash.hash_picture(scene(turned=True))) > 16


def test_an_even_ground_has_no_hash():
    assert perceptual_hash.hash_picture(Pillow.new("RGB", (40, 40), "#204060")) is None


@given(HASHES, st.sets(st.integers(0, 63), max_size=7))
def test_hashes_that_differ_in_seven_bits_have_a_band_that_is_looked_for(one, flipped):
    other = perceptual_hash.signed((one & (2**64 - 1)) ^ sum(1 << n for n in flipped))
    assert perceptual_hash.distance(one, other) == len(flipped)
    looked_for = map(perceptual_hash.near_bands, perceptual_hash.bands(one))
    assert any(band in near for band, near in zip(perceptual_hash.bands(other), looked_for, strict=True))


def test_a_small_sign_is_found_in_its_very_colour_with_its_share():
    found = dict(palette.find_palette(scene()))
    nearest = min(found, key=lambda name: distance("#FF6600", name))
    assert distance("#FF6600", nearest) < 1
    assert found[nearest] == pytest.approx(1000 * 41 * 21 / (320 * 200), abs=4)
    assert sum(found.values()) <= 1000
    assert len(found) <= palette.MOST


@pytest.mark.parametrize(
    ("picture", "how", "shown"),
    [
        (Pillow.new("RGB", (1, 1), "#FF6600"), "PNG", "#FF6600"),
        (Pillow.new("RGB", (3000, 1), "#FF6600"), "PNG", "#FF6600"),
        (Pillow.new("RGBA", (64, 64), (255, 102, 0, 0)), "PNG", "#FFFFFF"),
        (Pillow.new("RGBA", (64, 64), (255, 102, 0, 128)), "WEBP", "#FFB27F"),
        (Pillow.new("L", (64, 64), 128), "JPEG", "#808080"),
        (Pillow.new("I;16", (64, 64), 128 * 257), "PNG", "#808080"),
        (Pillow.new("CMYK", (64, 64), (0, 153, 255, 0)), "JPEG", "#FF6600"),
        (Pillow.new("RGB", (64, 64), "#FF6600").quantize(), "PNG", "#FF6600"),
    ],
    ids=["one pixel", "one line", "clear", "half clear", "grey", "16 bits", "CMYK", "palette"],
)
def test_odd_pictures_have_the_colours_that_people_see(picture, how, shown):
    file = io.BytesIO()
    picture.save(file, how, quality=95, lossless=True)
    with validation.open_image(file) as opened:
        upright = decoding.lay_on_ground(decoding.render_upright(opened, within=(64, 64)), looks.GROUND)
    ((name, share),) = looks.look_at(upright).palette
    assert share == 1000
    assert distance(shown, name) < 1


def distance(one, other):
    return colours.difference(*(colours.lab(colours.read_hex(name)) for name in (one, other)))


HALF_A_CELL = sqrt(3) * colour_cells.EDGE / 2


@settings(deadline=None)
@given(COLOURS, COLOURS, st.integers(30, 130))
def test_cells_around_a_colour_are_those_within_reach_the_nearest_first(one, other, reach):
    here, there = colour_cells.place_of(one), colour_cells.place_of(other)
    near = colour_cells.cells_around(here, reach=reach)
    assert near[0] == colour_cells.cell_of(here)
    assert len(near) == len(set(near))
    away = dist(here, there)
    if away <= reach - HALF_A_CELL:
        assert colour_cells.cell_of(there) in near
    if away > reach + HALF_A_CELL:
        assert colour_cells.cell_of(there) not in near


def test_what_lies_in_one_cell_is_hardly_told_apart_from_its_middle():
    assert HALF_A_CELL / 10 < 3  # of DIN99o


def test_cells_have_numbers_of_their_own():
    numbers = [colour_cells.cell_of(colour_cells.place_of(Rgb(r, g, b))) for r in LEVEL for g in LEVEL for b in LEVEL]
    cubes = {
        tuple(part // colour_cells.EDGE for part in colour_cells.place_of(Rgb(r, g, b)))
        for r in LEVEL for g in LEVEL for b in LEVEL
    }  # fmt: skip
    assert len(set(numbers)) == len(cubes)
    assert min(numbers) >= 0
    assert max(numbers) < 2**15


LEVEL = (0, 60, 128, 200, 255)


@pytest.fixture
def image(owner, worker, provider_server):
    make_run(owner, seed="7", size="64x128")
    worker.work()
    return Image.objects.get()


@pytest.mark.django_db(transaction=True)
def test_the_worker_looks_at_a_picture_once_after_its_thumbnail(image):
    Image.objects.update(thumbnail="", thumbnail_tries=0)
    assert process.make_next()
    assert not ImageLook.objects.exists()
    assert process.make_next()
    look = ImageLook.objects.get()
    assert (look.image, look.owner) == (image, image.owner)
    assert [look.band_0, look.band_1, look.band_2, look.band_3] == perceptual_hash.bands(look.hash)
    assert ImageColour.objects.of(image.owner).filter(image=image).exists()
    assert not process.make_next()


@pytest.mark.django_db(transaction=True)
def test_a_picture_that_cannot_be_read_is_tried_three_times(image, monkeypatch):
    monkeypatch.setattr(files, "open_file", lambda name: io.BytesIO(b"no picture"))
    while looks.measure_next_look():
        pass
    assert Image.objects.get().look_tries == 3
    assert not ImageLook.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_what_was_measured_goes_with_its_picture(image):
    looks.measure_next_look()
    trash.trash_images([image.pk], owner=image.owner)
    trash.empty_trash(Image.objects.all(), owner=image.owner)
    trash.delete_next()
    assert not Image.objects.exists()
    assert not ImageLook.objects.exists()
    assert not ImageColour.objects.exists()
    assert not looks.measure_next_look()
    assert not thumbnails.make_next_thumbnail()


@pytest.mark.django_db
def test_near_duplicates_come_the_most_alike_first_and_only_mine(owner, colleague):
    mine = make_images(owner, 5)
    others = make_images(colleague, 1)
    hashes = (0, 0b11, 0, 2**40 - 1, 1)
    for image, number in zip([*mine, *others], [*hashes, 0], strict=True):
        looks.keep_look(image, a_look(number))
    first, far, twin, _, near = (image.pk for image in mine)
    assert likeness.images_like(first, owner) == [(0, twin), (1, near), (2, far)]
    trash.trash_images([near], owner=owner)
    assert likeness.images_like(first, owner) == [(0, twin), (2, far)]
    assert likeness.images_like(others[0].pk, owner)[0].image_id == twin
    ImageLook.objects.filter(pk=first).delete()
    assert likeness.images_like(first, owner) == []


def a_look(number, colours=()):
    bands = dict(zip(BANDS, perceptual_hash.bands(number), strict=True))
    return ImageLook(hash=number, palette=[*map(list, colours)], **bands)


@pytest.mark.django_db
def test_each_index_of_looks_is_used(owner):
    make_images(owner, 10)
    for n, image in enumerate(make_images(owner, 200)):
        looks.keep_look(image, a_look(perceptual_hash.signed(n * 0x0101_0101_0101_0101)))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    for band in BANDS:
        plan = ImageLook.objects.filter(owner=owner, **{f"{band}__in": [1, 2, 3]}).explain()
        assert f"look_{band}" in plan or connection.vendor == "postgresql"  # which reads a small table whole
    assert "image_no_look" in Image.objects.due_for_look().order_by("-id")[:1].explain()


@pytest.mark.django_db
def test_the_gallery_shows_what_looks_like_one_of_what_may_be_seen(owner, colleague, owner_client, colleague_client):
    mine, (other,) = make_images(owner, 3), make_images(colleague, 1)
    for image, number in zip([*mine, other], (7, 6, -1, 7), strict=True):
        looks.keep_look(image, a_look(number))
    page = Page(owner_client.get("/gallery/", {"like": mine[0].key}))
    assert tiles(page) == [mine[1].key, mine[0].key]
    near = {"like": mine[0].key, "sort": "near"}
    assert tiles(Page(owner_client.get("/gallery/", near))) == [mine[0].key, mine[1].key]
    assert "looks like" in page.text
    assert not tiles(Page(colleague_client.get("/gallery/", {"like": mine[0].key})))
    link = Page(owner_client.get(reverse("image", args=[mine[0].key]))).one(
        "a", href=f"/gallery/?like={mine[0].key}&sort=near"
    )
    assert link.text == "Looks like this one"


PALETTES = st.lists(st.lists(st.tuples(COLOURS, st.integers(1, 400)), max_size=3), min_size=4, max_size=4)


@pytest.mark.django_db
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(palettes=PALETTES, step=st.tuples(*[st.integers(-40, 40)] * 3), size=st.integers(1, 3))
def test_a_colour_finds_every_picture_that_shows_it_in_each_order(owner, colleague, palettes, step, size):
    images = [*(Image.objects.of(owner) or make_images(owner, 4))]
    (other,) = Image.objects.of(colleague) or make_images(colleague, 1)
    for image, shown in [*zip(images, palettes, strict=True), (other, palettes[0])]:
        looks.keep_look(image, a_look(1, [(colour.hex, share) for colour, share in shown]))
    first = next((colour for shown in palettes for colour, _ in shown), Rgb(0, 0, 0))
    asked = Rgb(*(min(255, max(0, level + by)) for level, by in zip(first, step, strict=True)))
    steps = {image: steps_to(shown, asked) for image, shown in zip(images, palettes, strict=True)}
    shown = sorted((image for image in images if steps[image] is not None), key=lambda image: -image.id)
    query = f"colour={asked.hex[1:]}"
    assert walked(Bound(Filters.of(query), owner), size=size) == shown
    assert walked(Bound(Filters.of(f"{query}&sort=oldest"), owner), size=size) == shown[::-1]
    assert walked(Bound(Filters.of(f"{query}&sort=near"), owner), size=size) == sorted(shown, key=steps.get)
    assert set(Image.objects.filter(Bound(Filters.of(query), owner).condition())) == set(shown)


def steps_to(swatches, asked):
    """Count the cells that are nearer than the nearest of a picture; None if none of them is near."""
    near = colour_cells.cells_around(colour_cells.place_of(asked), reach=by_colour.REACH)
    cells = [colour_cells.cell_of(colour_cells.place_of(colour)) for colour, share in swatches if share >= FAIR_SHARE]
    return min((near.index(cell) for cell in cells if cell in near), default=None)


@pytest.mark.django_db
def test_a_colour_is_sought_among_what_the_other_filters_leave(owner, owner_client):
    images = make_images(owner, 70)
    for n, image in enumerate(images):
        looks.keep_look(image, a_look(1, [(("#FF6600", "#FF6A10", "#0000FF")[n % 3], 300)]))
    Image.objects.filter(pk__in=[image.pk for image in images[::2]]).update(model="flux-2-flex")
    trash.trash_images([images[0].pk], owner=owner)
    for sort in ("", "oldest", "near"):
        filters = Filters.of(f"colour=f60&model=flux-2-flex&sort={sort}")
        found = walked(Bound(filters, owner), size=7)
        assert sorted(image.pk for image in found) == [
            image.pk for n, image in enumerate(images) if n % 3 < 2 and n % 2 == 0 and n
        ]
    page = Page(owner_client.get("/gallery/", {"colour": "#f60", "sort": "near"}))
    assert tiles(page)[0] == images[69].key
    assert "Nearest first" in page.one("nav", class_="orders").text
    assert "Nearest first" not in Page(owner_client.get("/gallery/")).text
    with CaptureQueriesContext(connection) as queries:
        owner_client.get("/gallery/", {"colour": "#f60", "sort": "near"})
    assert len(queries) <= QUERIES + 1  # the nearest cells did not fill the page: the others are looked through, too


@pytest.mark.django_db
def test_a_page_of_the_nearest_goes_on_where_the_last_one_ended(owner, owner_client):
    images = make_images(owner, 70)
    for n, image in enumerate(images):
        looks.keep_look(image, a_look(1, [(("#FF6600", "#FF7A20")[n % 2], 300)]))
    first = Page(owner_client.get("/gallery/", {"colour": "#f60", "sort": "near"}))
    second = Page(owner_client.get(first.next_address))
    nearest = [*images[::2][::-1], *images[1::2][::-1]]
    assert tiles(first) + tiles(second) == [image.key for image in nearest]


@pytest.mark.parametrize(
    ("typed", "read"), [("#ff6600", "#FF6600"), ("f60", "#FF6600"), ("#FF66001", ""), ("red", ""), ("##f60", "")]
)
def test_a_colour_is_read_with_or_without_its_sign(typed, read):
    assert Filters.of(urlencode({"colour": typed})).wanted("colour") == ((read,) if read else ())


@pytest.mark.django_db
def test_colours_that_were_measured_are_found_by_their_new_cells(owner):
    image = make_images(owner, 1)[0]
    looks.keep_look(image, a_look(1, [("#FF6600", 300), ("#0000FF", 50), ("#00FF00", 3)]))
    cells = set(ImageColour.objects.values_list("image", "cell"))
    ImageColour.objects.all().delete()
    fill = import_module("gallery.migrations.0057_fill_colour_cells").fill
    for _ in range(2):  # again after a kill
        fill(apps, None)
        assert set(ImageColour.objects.values_list("image", "cell")) == cells
    assert len(cells) == 2

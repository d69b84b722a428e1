"""What is seen in a picture: measured once, in the worker, after its thumbnail; near-duplicates and colours."""

import io
from math import dist

import pytest
from django.db import connection
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageDraw

from gallery.catalogue.numbers import colour_cells, colours
from gallery.catalogue.numbers.colours import Rgb
from gallery.models import Image, ImageColour, ImageLook
from gallery.models.looks import BANDS
from gallery.services.images import likeness, trash
from gallery.services.media import thumbnails
from gallery.services.media.seeing import looks, palette, perceptual_hash
from gallery.services.storage import files
from gallery.worker import process
from tests.factories import make_run
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


def distance(one, other):
    return colours.difference(*(colours.lab(colours.read_hex(name)) for name in (one, other)))


@given(COLOURS, COLOURS, st.integers(1, 300))
def test_what_lies_within_reach_lies_in_a_cell_that_is_looked_in(one, other, reach):
    here, there = colour_cells.place_of(one), colour_cells.place_of(other)
    if dist(here, there) <= reach:
        assert colour_cells.cell_of(there) in colour_cells.cells_around(here, reach=reach)


def test_cells_have_numbers_of_their_own():
    numbers = [colour_cells.cell_of(colour_cells.place_of(Rgb(r, g, b))) for r in LEVEL for g in LEVEL for b in LEVEL]
    cubes = {
        tuple(part // colour_cells.EDGE for part in colour_cells.place_of(Rgb(r, g, b)))
        for r in LEVEL for g in LEVEL for b in LEVEL
    }  # fmt: skip
    assert len(set(numbers)) == len(cubes)
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
    assert likeness.images_like(mine[0], owner) == [(0, twin), (1, near), (2, far)]
    trash.trash_images([near], owner=owner)
    assert likeness.images_like(mine[0], owner) == [(0, twin), (2, far)]
    assert likeness.images_like(others[0], owner)[0].image_id == twin
    ImageLook.objects.filter(pk=first).delete()
    assert likeness.images_like(mine[0], owner) == []


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

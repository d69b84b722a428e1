"""A picture at an exact size: to the pixel, cut where one says, in any format, and nothing else is in the file."""

from xml.etree import ElementTree

import pytest
from PIL import Image as Pillow

from gallery.catalogue.parameters import delivery as deliveries
from gallery.catalogue.parameters.delivery import Delivery
from gallery.catalogue.problems import InvalidValue
from gallery.models import Image
from gallery.services.media import exact_sizes
from gallery.services.media.metadata import xmp
from tests.images.test_decoding import (
    BLUE,
    GREEN,
    RED,
    YELLOW,
    corners,
    encoded,
    exif,
    near,
    opened,
    quarters,
    wide_profile,
)
from tests.rows import make_images

IPTC = "http://iptc.org/std/Iptc4xmpExt/2008-02-29/"
WHITE, ORANGE = (255, 255, 255), (255, 136, 0)


def drawn(picture, **wish):
    """Draw a picture as it is asked for and read the file back."""
    delivery = Delivery(**{"width": 160, "height": 90, "quality": 95} | wish)
    return opened(exact_sizes.encode_exact(exact_sizes.draw_exact(picture, delivery), delivery))


@pytest.mark.parametrize("image_format", deliveries.FORMATS)
@pytest.mark.parametrize("fit", deliveries.FITS)
@pytest.mark.parametrize("size", [(728, 90), (16, 16), (101, 333), (64, 40), (63, 41)])
def test_every_format_has_the_very_size(image_format, fit, size):
    made = drawn(quarters(), format=image_format, fit=fit, width=size[0], height=size[1])
    assert (made.size, made.format) == (size, image_format.upper())


@pytest.mark.parametrize("size", [(4096, 4096), (4096, 16), (16, 4096)])
def test_the_largest_and_the_longest(size):
    assert drawn(quarters(), width=size[0], height=size[1], fit="crop").size == size
    assert drawn(quarters(), width=size[0], height=size[1], fit="fit").size == size


@pytest.mark.parametrize(
    ("focus", "seen"),
    [
        ((0, 0), (RED, RED, BLUE, BLUE)),
        ((100, 50), (GREEN, GREEN, YELLOW, YELLOW)),
        ((50, 0), (RED, GREEN, BLUE, YELLOW)),
    ],
)
def test_a_narrow_crop_is_cut_at_its_focus(focus, seen):
    made = drawn(quarters((400, 200)), width=100, height=100, focus=focus)
    assert near(corners(made), seen, by=20)


@pytest.mark.parametrize(("focus", "seen"), [((50, 0), (RED, GREEN)), ((0, 100), (BLUE, YELLOW))])
def test_a_low_crop_is_cut_at_its_focus(focus, seen):
    made = drawn(quarters((200, 400)), width=200, height=100, focus=focus)
    assert near(corners(made), (*seen, *seen), by=20)


def test_a_fit_shows_all_of_it_on_a_colour():
    made = drawn(quarters((100, 100)), fit="fit", width=300, height=100, colour=ORANGE)
    edges = [made.convert("RGB").getpixel(place) for place in ((20, 50), (280, 50))]
    assert near(edges, [ORANGE, ORANGE])
    assert near(corners(made.crop((100, 0, 200, 100))), (RED, GREEN, BLUE, YELLOW), by=20)


@pytest.mark.parametrize("image_format", deliveries.FORMATS)
def test_what_is_free_stays_clear_where_the_format_can_and_is_white_elsewhere(image_format):
    can = image_format in deliveries.CLEAR
    framed = drawn(quarters((100, 100)), fit="fit", width=300, height=100, format=image_format)
    glass = drawn(Pillow.new("RGBA", (64, 64), (*RED, 0)), width=32, height=32, format=image_format)
    for made, place in ((framed, (5, 50)), (glass, (16, 16))):
        assert ("A" in made.mode) == can
        assert made.getpixel(place)[-1] == 0 if can else near([made.getpixel(place)], [WHITE])
    assert drawn(quarters(), format=image_format).mode == "RGB"
    laid = drawn(Pillow.new("RGBA", (64, 64), (*RED, 0)), width=32, height=32, format=image_format, colour=ORANGE)
    assert laid.mode == "RGB"
    assert near([laid.getpixel((16, 16))], [ORANGE])


@pytest.mark.parametrize("image_format", deliveries.FORMATS)
def test_nothing_stands_in_it_but_how_it_was_made(image_format):
    delivery = Delivery(64, 64, format=image_format)
    content = exact_sizes.encode_exact(exact_sizes.draw_exact(quarters(), delivery), delivery)
    made = opened(content)
    made.load()
    assert content.count(xmp.MADE_BY_MODEL) == 1
    [source] = ElementTree.fromstring(xmp.MADE_BY_MODEL).iter(f"{{{IPTC}}}DigitalSourceType")
    assert source.text.endswith("/digitalsourcetype/trainedAlgorithmicMedia")
    assert not made.info.get("exif")
    assert not made.info.get("icc_profile")


def test_quality_is_a_matter_of_bytes():
    noise = Pillow.effect_noise((200, 200), 80).convert("RGB")
    for image_format in ("jpeg", "webp", "avif"):
        low, high = (
            exact_sizes.encode_exact(noise, Delivery(200, 200, format=image_format, quality=quality))
            for quality in (10, 95)
        )
        assert len(low) * 2 < len(high)


@pytest.fixture
def stored(owner, settings):
    """Store these bytes as the original of a picture of the owner."""

    def store(content):
        [image] = make_images(owner, 1)
        name = f"originals/{image.key}"
        path = settings.MEDIA_ROOT / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
        Image.objects.filter(pk=image.pk).update(file=name)
        image.refresh_from_db()
        return image

    return store


def test_a_stored_picture_is_upright_and_in_srgb(stored):
    turned = stored(encoded("jpeg", exif=exif(6), quality=95, icc_profile=wide_profile()))  # red is its green
    delivery = Delivery(40, 64, format="png")
    made = opened(exact_sizes.deliver_image(turned, delivery))
    swapped = [(green, red, blue) for red, green, blue in (BLUE, RED, YELLOW, GREEN)]
    assert made.size == (40, 64)
    assert near(corners(made), swapped, by=25)
    assert exact_sizes.delivered_name(turned, delivery) == f"{turned.model}-{turned.seed}-{turned.key}-40x64.png"


def test_a_file_that_is_gone_is_told(stored):
    image = stored(b"")
    Image.objects.filter(pk=image.pk).update(file="originals/gone")
    image.refresh_from_db()
    with pytest.raises(FileNotFoundError):
        exact_sizes.deliver_image(image, Delivery(64, 64))


def is_free(slot):
    free = slot.acquire(blocking=False)
    if free:
        slot.release()
    return free


def test_of_large_ones_one_is_made_at_a_time_and_small_ones_do_not_wait(stored, monkeypatch):
    image, draw = stored(encoded("png")), exact_sizes.draw_exact
    free = []

    def draw_and_look(*wish):
        free.append(is_free(exact_sizes.LARGE_SLOT))
        return draw(*wish)

    monkeypatch.setattr(exact_sizes, "draw_exact", draw_and_look)
    for width in (4096, 64):
        exact_sizes.deliver_image(image, Delivery(width, 2048))
    with exact_sizes.LARGE_SLOT:
        exact_sizes.deliver_image(image, Delivery(64, 2048))
    assert free == [False, True, False]
    assert is_free(exact_sizes.LARGE_SLOT)


@pytest.mark.parametrize(
    ("read", "text", "value"),
    [
        (deliveries.read_delivered_size, "1920x1080", (1920, 1080)),
        (deliveries.read_delivered_size, " 16 × 4096 px", (16, 4096)),
        (deliveries.read_focus, "0,100", (0, 100)),
        (deliveries.read_focus, "33.5, 7", (33.5, 7)),
        (deliveries.read_colour, "#ff8800", ORANGE),
        (deliveries.read_colour, "f80", ORANGE),
        (deliveries.read_colour, "Transparent", None),
        (deliveries.read_quality, "100", 100),
    ],
)
def test_what_is_typed_is_read(read, text, value):
    assert read(text) == value


@pytest.mark.parametrize(
    ("read", "text", "words"),
    [
        (deliveries.read_delivered_size, "15x400", "15 × 400 is too narrow: a side has at least 16 pixels."),
        (deliveries.read_delivered_size, "400x15", "400 × 15 is too low"),
        (deliveries.read_delivered_size, "4097x400", "4097 × 400 is too wide: a side has at most 4,096 pixels."),
        (deliveries.read_delivered_size, "400x999999999", "too tall"),
        (deliveries.read_delivered_size, "large", "“large” is no size."),
        (deliveries.read_focus, "left", "“left” is no focus."),
        (deliveries.read_focus, "101,0", "101 is no percent from 0 to 100."),
        (deliveries.read_focus, "50,-1", "-1 is no percent"),
        (deliveries.read_colour, "#ggg", "“#ggg” is no colour."),
        (deliveries.read_quality, "0", "“0” is no quality."),
        (deliveries.read_quality, "9.5", "is no quality"),
    ],
)
def test_what_cannot_be_is_refused_by_name(read, text, words):
    with pytest.raises(InvalidValue, match=words.replace(".", r"\.")):
        read(text)

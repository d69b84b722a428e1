"""Turned, transparent and grey pictures, from the provider to every page, file and sheet."""

import functools
import io
import json

import pytest
from django.urls import reverse
from PIL import Image as Pillow
from PIL import ImageChops, ImageOps

from gallery.models import Image, SheetPart
from gallery.services.contact_sheets import sheets
from gallery.services.shares import image_keys
from gallery.services.storage import files
from gallery.simulator import faults
from tests.factories import make_run, make_share
from tests.images.test_decoding import BLUE, CORNERS, GREYS, SIXTEEN, corners, encoded, exif, near, png, quarters
from tests.pages import Page
from tests.shares.conftest import at

pytestmark = pytest.mark.django_db(transaction=True)

LYING = (640, 400)
STANDING = (400, 640)
AS_IT_STANDS = {"width": "400", "height": "640"}
FORMATS = ["jpeg", "png", "webp"]
KEPT_EXIF = {0x0112, 0x8769}  # how it is turned, and where the recipe stands


@pytest.fixture
def deliver(owner, worker, world, provider_server):
    """Have the provider send these bytes for one picture; return its image with its thumbnail."""

    def delivered(content):
        run = make_run(owner, seed="7", size="640x400")
        world.script_download(faults.WrongType(content))
        worker.work()
        return Image.objects.get(job__run=run)

    return delivered


def turned(image_format, orientation=6):
    return encoded(image_format, quarters(LYING), exif=exif(orientation))


def read(response):
    content = response.getvalue()
    response.close()
    return Pillow.open(io.BytesIO(content))


def sides_of(page, address):
    """Return how large a picture is shown there, which is the same wherever it stands on the page."""
    shown = [each for each in page.all("img") if each.attrs.get("src") == address]
    (sides,) = {(each["width"], each["height"]) for each in shown}
    return dict(zip(("width", "height"), sides, strict=True))


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_turned_picture_stands_everywhere_as_it_is_meant(owner_client, deliver, image_format):
    image = deliver(turned(image_format))
    assert (image.width, image.height, image.turned, image.format) == (*STANDING, True, image_format)
    small, large = (reverse(name, args=[image.key]) for name in ("image-thumbnail", "image-original"))
    for address in (reverse("gallery"), reverse("run", args=[image.job.run.key])):
        assert sides_of(Page(owner_client.get(address)), small) == AS_IT_STANDS
    page = Page(owner_client.get(reverse("image", args=[image.key])))
    assert sides_of(page, large) == AS_IT_STANDS
    assert "400 × 640" in page.one("main").text
    thumbnail = read(owner_client.get(small))
    assert thumbnail.size == (320, 512)
    assert near(corners(thumbnail), CORNERS[6], by=40)


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_stand_in_for_the_thumbnail_is_turned_by_every_browser(owner_client, deliver, image_format):
    image = deliver(turned(image_format))
    Image.objects.update(thumbnail="")
    for name in ("image-thumbnail", "image-original"):
        shown = read(owner_client.get(reverse(name, args=[image.key])))
        assert (shown.size, dict(shown.getexif())) in ((LYING, {0x0112: 6}), (STANDING, {}))
        assert shown.format != "WEBP" or shown.size == STANDING  # Chromium 156 turns JPEG and PNG only


@pytest.mark.parametrize("image_format", FORMATS)
def test_its_owner_downloads_what_was_received(owner_client, deliver, image_format):
    image = deliver(turned(image_format))
    response = owner_client.get(reverse("image-original", args=[image.key]), {"download": "1"})
    assert response.getvalue() == turned(image_format)


@pytest.mark.parametrize(
    ("image_format", "orientation"),
    [("jpeg", 3), ("jpeg", 5), ("jpeg", 6), ("png", 7), ("png", 8), ("webp", 2), ("webp", 6)],
)
def test_a_link_shows_and_hands_it_out_upright_without_its_metadata(visitor, owner, deliver, image_format, orientation):
    image = deliver(turned(image_format, orientation))
    share = make_share(owner, [image], download="recipe")
    size = STANDING if orientation >= 5 else LYING
    assert sides_of(Page(visitor.get(at("shared", share))), at("shared-view", share, image)) == {
        "width": str(size[0]), "height": str(size[1]),
    }  # fmt: skip
    for name in ("shared-thumbnail", "shared-view", "shared-file"):
        came = read(visitor.get(at(name, share, image)))
        assert set(came.getexif()) <= (KEPT_EXIF if name == "shared-file" else set())  # its pixels are not redrawn
        shown = ImageOps.exif_transpose(came)
        assert shown.width * size[1] == shown.height * size[0]
        assert near(corners(shown), CORNERS[orientation], by=40)
    card = read(visitor.get(at("shared-card", share)))
    assert near(corners(card), CORNERS[orientation], by=50)


def test_the_recipe_in_a_file_has_the_size_it_stands_in(visitor, owner, deliver):
    image = deliver(turned("png"))
    share = make_share(owner, [image], download="recipe")
    recipe = json.loads(read(visitor.get(at("shared-file", share, image))).text["fluxweb"])
    assert (recipe["width"], recipe["height"]) == STANDING


def sheet_of(run):
    sheets.request_sheet(run, edge=256, image_format="png")
    assert sheets.draw_next_part()
    with files.open_file(SheetPart.objects.get().file) as file:
        return Pillow.open(file).convert("RGB")


@pytest.mark.parametrize("thumbnail", [True, False])
@pytest.mark.parametrize("image_format", FORMATS)
def test_a_sheet_shows_it_upright(deliver, image_format, thumbnail):
    image = deliver(turned(image_format))
    if not thumbnail:
        Image.objects.update(thumbnail="")
    sheet = sheet_of(image.job.run)
    off = ImageChops.difference(sheet, Pillow.new("RGB", sheet.size, BLUE))
    blue = functools.reduce(ImageChops.lighter, off.split()).point(lambda value: 255 * (value <= 40))
    left, top, right, bottom = blue.getbbox()
    width, height = right - left, bottom - top
    assert width < height


CLEAR = {
    "png": encoded("png", Pillow.new("RGBA", LYING, (0, 0, 0, 0))),
    "webp": encoded("webp", Pillow.new("RGBA", LYING, (0, 0, 0, 0)), lossless=True),
    "grey and alpha": encoded("png", Pillow.new("LA", LYING, (0, 0))),
    "palette": encoded("png", Pillow.new("P", LYING, 0), transparency=0),
    "grey, clear value": encoded("png", Pillow.new("L", LYING, 0), transparency=0),
    "sixteen bits": SIXTEEN["grey, clear value"][0],
}


@pytest.mark.parametrize("name", CLEAR)
def test_what_is_transparent_stays_so_and_pages_show_a_checker_behind_it(owner_client, visitor, owner, deliver, name):
    image = deliver(CLEAR[name])
    assert image.transparent
    thumbnail = read(owner_client.get(reverse("image-thumbnail", args=[image.key])))
    assert thumbnail.getchannel("A").getextrema()[0] == 0
    compared = deliver(encoded("png", quarters()))
    own = [reverse("gallery"), reverse("run", args=[image.job.run.key]), reverse("image", args=[image.key])]
    own += [
        f"{reverse('compare')}?image={image.key}&image={compared.key}",
        f"{reverse('compare')}?image={compared.key}",
    ]
    for address in own:
        assert has_checker(Page(owner_client.get(address)), image)
        assert not has_checker(Page(owner_client.get(address)), compared)
    share = make_share(owner, [image, compared])
    assert has_checker(Page(owner_client.get(reverse("shares"))), image)
    page = Page(visitor.get(at("shared", share)))
    assert has_checker(page, image, share=share)
    assert not has_checker(page, compared, share=share)
    assert has_checker(Page(visitor.get(at("shared-picture", share, image))), image, share=share)
    view = read(visitor.get(at("shared-view", share, image)))
    assert view.getchannel("A").getextrema()[0] == 0


def has_checker(page, image, *, share=None):
    key = image_keys.key_in(share, image) if share else image.key
    shown = [each for each in page.all("img") if key in each.attrs.get("src", "")]
    return any("clear" in each.attrs.get("class", "").split() for each in shown)


@pytest.mark.parametrize("name", ["png", "webp", "palette"])
def test_paper_shows_through_on_a_sheet_and_white_in_a_chat(visitor, owner, deliver, name):
    image = deliver(CLEAR[name])
    share = make_share(owner, [image])
    assert read(visitor.get(at("shared-card", share))).convert("RGB").getextrema() == ((255, 255),) * 3
    dark = [
        pixel for _, pixel in sheet_of(image.job.run).crop((26, 150, 200, 200)).getcolors(10_000) if max(pixel) < 200
    ]
    assert not dark


def test_grey_of_sixteen_bits_is_grey(owner_client, deliver):
    image = deliver(png((4, 64), 16, 0, GREYS))
    assert not image.transparent
    small = read(owner_client.get(reverse("image-thumbnail", args=[image.key]))).convert("L")
    assert [small.getpixel((x, 9)) for x in range(4)] == pytest.approx([0, 64, 128, 255], abs=12)

"""Any picture becomes a reference that FLUX reads as it stands; what cannot names itself and says why."""

import hashlib
import io
import os
import re
import struct
import zlib

import pytest
from django.core.files.storage import default_storage
from PIL import Image as Pillow
from PIL import ImageChops

from gallery.models import Reference
from gallery.services.references import encoding, keeping, preparation, refusals, sizes
from gallery.services.references.preparation import UnusablePicture, prepare_picture
from gallery.services.references.reading import apart
from tests.images.test_decoding import (
    CORNERS,
    chunk,
    corners,
    encoded,
    exif,
    near,
    opened,
    png,
    quarters,
    wide_profile,
)
from tests.references.pictures import picture_file

SIZE = (320, 192)
HEIC = b"\0\0\0\x18ftypmif1\0\0\0\0mif1heic" + bytes(400)


def prepared(content, name="photo.png"):
    return prepare_picture(io.BytesIO(content), name=name)


def picture_of(result):
    """Return the prepared picture, having looked at what must hold of every one."""
    picture = opened(result.content)
    picture.load()
    assert (picture.format.lower(), picture.size) == (result.format, (result.width, result.height))
    assert all(side % 16 == 0 and 64 <= side <= 2048 for side in picture.size)
    assert abs(result.width * result.original_height / (result.height * result.original_width) - 1) < 0.01
    assert len(result.content) <= encoding.BYTES_MOST
    assert hashlib.sha256(result.content).hexdigest() == result.sha256
    assert not {"exif", "icc_profile", "xmp", "comment"} & set(picture.info)
    assert picture.mode in ("RGB", "RGBA")
    return picture


def noise(size, mode="RGB"):
    picture = Pillow.merge("RGB", [Pillow.effect_noise(size, sigma) for sigma in (90, 91, 92)])
    return picture.convert(mode)


def clear(size=SIZE):
    picture = quarters(size).convert("RGBA")
    picture.paste((0, 0, 0, 0), (0, 0, size[0] // 4, size[1] // 4))
    return picture


def frames(count, size=SIZE):
    return [quarters(size), *(Pillow.new("RGB", size, (n * 83 % 256, n * 149 % 256, 9)) for n in range(1, count))]


def moving(image_format, count, size=SIZE):
    first, *others = frames(count, size)
    return encoded(image_format, first, save_all=True, append_images=others, duration=20)


def cmyk_profile():
    """Describe inks of which the first, cyan, is red: what obeys it cannot be overlooked."""
    white, red, black = (255, 128, 128), (127, 200, 190), (0, 128, 128)  # in Lab
    corners = [
        black if n & 1 else red if n & 8 else white for n in range(16)
    ]  # cyan is the highest bit, black the lowest
    identity = struct.pack(">9l", *(65536 * (n % 4 == 0) for n in range(9)))
    curves = bytes(range(256))
    table = b"".join(map(bytes, corners))
    lut = b"mft1" + bytes(4) + bytes([4, 3, 2, 0]) + identity + curves * 4 + table + curves * 3
    body = struct.pack(">L4sLL", 1, b"A2B0", 144, len(lut)) + lut
    light = struct.pack(">3L", 0xF6D6, 0x10000, 0xD32D)
    head = struct.pack(">L4sL4s4s4s", 128 + len(body), bytes(4), 0x02400000, b"prtr", b"CMYK", b"Lab ")
    return (head + bytes(12) + b"acsp" + bytes(28) + light).ljust(128, b"\0") + body


# -- what can be used -------------------------------------------------------------------------------------------------

LOSSLESS = {"png": {}, "gif": {}, "webp": {"lossless": True}}
LOSSY = ("jpeg", "webp", "avif")


@pytest.mark.parametrize("image_format", LOSSLESS)
def test_what_was_drawn_is_kept_to_the_pixel(image_format):
    result = prepared(encoded(image_format, quarters(SIZE), **LOSSLESS[image_format]))
    assert (result.format, result.original_format, result.notes) == ("png", image_format, ())
    assert not ImageChops.difference(picture_of(result), quarters(SIZE)).getbbox()


@pytest.mark.parametrize("image_format", LOSSY)
def test_what_was_taken_becomes_a_jpeg(image_format):
    result = prepared(encoded(image_format, quarters(SIZE), quality=95))
    assert (result.format, result.original_format, result.notes) == ("jpeg", image_format, ())
    assert near(corners(picture_of(result)), CORNERS[1])


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp", "avif"])
@pytest.mark.parametrize("orientation", [3, 6, 7])
def test_a_turned_picture_is_put_upright(image_format, orientation):
    result = prepared(encoded(image_format, quarters((400, 240)), exif=exif(orientation)))
    assert near(corners(picture_of(result)), CORNERS[orientation], by=25)
    upright = (400, 240) if orientation == 3 else (240, 400)
    assert (result.width, result.height) == (result.original_width, result.original_height) == upright


@pytest.mark.parametrize(
    ("content", "pixel"),
    [
        (encoded("jpeg", Pillow.new("RGB", SIZE, (255, 0, 0)), icc_profile=wide_profile()), (0, 255, 0)),
        (encoded("png", Pillow.new("RGB", SIZE, (255, 0, 0)), icc_profile=wide_profile()), (0, 255, 0)),
        (encoded("jpeg", Pillow.new("CMYK", SIZE, (0, 230, 230, 10)), icc_profile=b"none"), (245, 24, 24)),
        (encoded("jpeg", Pillow.new("CMYK", SIZE, (255, 0, 0, 0)), icc_profile=cmyk_profile()), (228, 27, 9)),
        (encoded("png", Pillow.new("L", SIZE, 77)), (77, 77, 77)),
        (png((128, 64), 16, 0, b"\x80\0" * 128), (128, 128, 128)),
        (png((128, 64), 16, 2, b"\x40\0\x80\0\xff\xff" * 128), (64, 128, 255)),
    ],
    ids=["profile", "profile of a PNG", "CMYK", "CMYK by its profile", "grey", "16 bits of grey", "16 bits"],
)
def test_colours_are_those_that_are_meant(content, pixel):
    assert near([picture_of(prepared(content)).getpixel((5, 5))], [pixel], by=15)


def test_transparency_is_kept_while_it_fits_and_laid_on_white_else(monkeypatch):
    kept = prepared(encoded("png", clear()))
    assert picture_of(kept).getpixel((5, 5)) == (0, 0, 0, 0)
    assert kept.notes == (preparation.KEPT_CLEAR,)
    monkeypatch.setattr(encoding, "BYTES_MOST", 150_000)
    large = noise((384, 384), "RGBA")
    large.paste((0, 0, 0, 0), (0, 0, 96, 96))
    laid = prepared(encoded("png", large, compress_level=1))
    assert laid.format == "jpeg"
    assert near([picture_of(laid).getpixel((5, 5))], [(255, 255, 255)])
    assert preparation.LAID_ON_WHITE in laid.notes
    opaque = prepared(encoded("webp", quarters(SIZE).convert("RGBA"), quality=95))
    assert (opaque.format, opaque.notes) == ("jpeg", ())


@pytest.mark.parametrize("image_format", ["gif", "png", "webp", "avif"])
def test_of_a_moving_picture_the_first_is_taken_and_said(image_format):
    result = prepared(moving(image_format, 3))
    assert near(corners(picture_of(result)), CORNERS[1], by=25)
    assert result.notes == ("It has 3 pictures in it: the first one is used.",)


@pytest.mark.parametrize(
    "size", [(1000, 750), (65, 64), (64, 65), (1920, 1080), (2047, 66), (4000, 3000), (3001, 2003)]
)
@pytest.mark.parametrize("image_format", ["jpeg", "png"])
def test_sides_become_multiples_of_sixteen_without_a_cut(size, image_format):
    result = prepared(encoded(image_format, quarters(size)))
    assert near(corners(picture_of(result)), CORNERS[1], by=25)
    assert (result.original_width, result.original_height) == size
    made = f"Made {result.width} × {result.height} pixels from {size[0]} × {size[1]}: nothing is cut off."
    assert result.notes == (made,)


def test_every_shape_up_to_32_to_1_has_a_size_that_does_not_distort_it():
    shapes = [(64 + n, 64) for n in range(0, 1985, 3)] + [(4000, side) for side in range(125, 4001, 7)]
    for width, height in shapes:
        wide, high = sizes.fit_size(width, height)
        assert wide % 16 == high % 16 == 0
        assert min(wide, high) >= 64
        assert max(wide, high) <= 2048
        assert abs(wide * height / (high * width) - 1) < 0.01
        assert sizes.fit_size(height, width) == (high, wide)


def test_what_is_too_large_to_send_loses_quality_and_then_pixels(monkeypatch):
    for most, width in ((200_000, 384), (40_000, 200)):
        monkeypatch.setattr(encoding, "BYTES_MOST", most)
        picture = picture_of(prepared(encoded("png", noise((384, 384)))))
        assert (picture.format, picture.width >= width, picture.width == 384) == ("JPEG", True, width == 384)


APART = {"png": {}, "webp": {}, "avif": {}, "gif": {}, "jpeg": {"progressive": True}}


@pytest.mark.parametrize("image_format", APART)
def test_a_large_one_is_drawn_apart_as_it_would_be_here(image_format, monkeypatch):
    content = encoded(image_format, quarters((640, 400)), exif=exif(6), **APART[image_format])
    here = prepared(content)
    monkeypatch.setattr(preparation, "APART_PIXELS", 0)
    monkeypatch.setattr(preparation, "_draw_here", None)
    assert prepared(content) == here
    assert apart.draw_apart(io.BytesIO(encoded("png", clear())), "png")[0].mode == "RGBA"


def test_pictures_in_a_cut_file_are_counted_as_far_as_it_goes():
    assert prepared(moving("gif", 3)[:-40]).notes == ("It has 3 pictures in it: the first one is used.",)


def test_what_lacks_nothing_but_its_end_can_be_used():
    assert near(corners(picture_of(prepared(encoded("jpeg", quarters(SIZE))[:-2]))), CORNERS[1])


# -- what cannot ------------------------------------------------------------------------------------------------------


def bomb(width, height):
    """Write a PNG of one colour: some hundred kilobytes, however many pixels."""
    head = struct.pack(">LLBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"".join([b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), chunk(b"IDAT", zlib.compress(bytes(width * 99)))])


def webp_of(width, height):
    sides = (width - 1).to_bytes(3, "little") + (height - 1).to_bytes(3, "little")
    return b"RIFF" + struct.pack("<L", 500) + b"WEBPVP8X" + struct.pack("<L", 10) + bytes(4) + sides + bytes(500)


def vp8l_of(width, height):
    bits = (width - 1) | (height - 1) << 14
    return b"RIFF" + struct.pack("<L", 500) + b"WEBPVP8L" + struct.pack("<L", 400) + b"\x2f" + struct.pack("<L", bits)


LAYERS = encoded("jpeg", quarters(SIZE), progressive=True)
SVG = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>"
WHOLE = encoded("jpeg", noise(SIZE))
AVIF, AVIF_FILM = encoded("avif", noise(SIZE)), moving("avif", 3)
REFUSED = {
    "empty": (b"", "An empty file"),
    "a text": ("Ein Bild? Nein, nur Wörter.".encode(), "A text, not a picture, whatever its name says"),
    "nobody knows": (bytes(range(256)), "A file of an unknown kind, not a picture"),
    "svg with a script": (SVG, "An SVG drawing: PNG, JPEG, WebP, AVIF and GIF can be used. Save it as PNG"),
    "a page": (b"<!doctype html><title>photo.png</title>", "A web page: .*open the picture itself"),
    "tiff": (encoded("tiff", quarters(SIZE)), "A TIFF picture: PNG, JPEG"),
    "heic": (HEIC, "A HEIC picture, which this server cannot read. On an iPhone, .*JPEG"),
    "one pixel": (encoded("png", Pillow.new("RGB", (1, 1))), "1 × 1 pixels; FLUX needs 64 × 64 or more"),
    "narrow": (encoded("jpeg", quarters((800, 63))), "800 × 63 pixels; FLUX needs"),
    "a ribbon": (encoded("png", quarters((4000, 64))), "4000 × 64 pixels; made to fit the 2,048"),
    "100 megapixels": (bomb(10_000, 10_000), "It has more than 20 megapixels"),
    "22 megapixels": (bomb(5000, 4600), "5000 × 4600 pixels, 21.9 megapixels; at most 20"),
    "webp of 268 megapixels": (webp_of(16384, 16384), "16384 × 16384 pixels, 256.0 megapixels"),
    "lossless webp of 256 megapixels": (vp8l_of(16384, 16384), "16384 × 16384 pixels, 256.0 megapixels"),
    "20 MB": (WHOLE + bytes(20 * 1024 * 1024), "20.0 MB; at most 20 MB"),
    "gif of 300 pages": (moving("gif", 300, (64, 64)), "More than 250 pictures in one file"),
    "png of 300 pages": (moving("png", 300, (64, 64)), "More than 250 pictures in one file"),
    "webp of 300 pages": (moving("webp", 300, (64, 64)), "More than 250 pictures in one file"),
    "jpeg of 300 layers": (LAYERS[:-2] + b"\xff\xda\0\x08\x01\x01\0\0\x3f\0" * 300, "A JPEG in so many layers"),
    "cut": (WHOLE[: len(WHOLE) // 2], "It ends early or is damaged"),
    "cut at its end": (WHOLE[:-200], "It ends early or is damaged"),
    "cut and large": (encoded("jpeg", quarters((2400, 1800)))[:-9], "It ends early or is damaged"),
    "cut in its first words": (WHOLE[:5], "It ends early or is damaged"),
    "webp of nothing": (b"RIFF\x30\0\0\0WEBPnone" + bytes(40), "It ends early or is damaged"),
    "cut in its head": (WHOLE[:30], "It ends early or is damaged"),
    "cut png": (encoded("png", noise(SIZE))[:-5000], "It ends early or is damaged"),
    "cut webp": (encoded("webp", noise(SIZE))[:-5000], "It ends early or is damaged"),
    "cut avif": (encoded("avif", noise(SIZE))[:-5000], "It ends early or is damaged"),
    "avif of nonsense": (re.sub(b"(?s)(?<=mdat).{99}", b"x" * 99, AVIF), "It ends early or is damaged"),
    "avif without time": (re.sub(b"(?s)(?<=mdhd.{20}).{4}", bytes(4), AVIF_FILM), "It ends early or is damaged"),
    "png without its palette": (png((128, 64), 8, 3, bytes(128)), "It ends early or is damaged"),
    "nothing but a head": (b"\x89PNG\r\n\x1a\n" + bytes(100), "It ends early or is damaged"),
    "gif of nothing": (b"GIF89a" + bytes(100), "It ends early or is damaged|0 × 0"),
}  # fmt: skip


@pytest.mark.parametrize("what", REFUSED)
def test_what_cannot_be_used_names_itself_and_the_reason(what, monkeypatch):
    monkeypatch.setattr(apart, "reads_heic", lambda: False)
    content, words = REFUSED[what]
    with pytest.raises(UnusablePicture, match=f"^photo.png: {words}") as caught:
        prepared(content)
    assert caught.value.name == "photo.png"
    assert f"photo.png: {caught.value.sentence}" == str(caught.value)


@pytest.mark.parametrize("what", ["22 megapixels", "gif of 300 pages", "webp of 268 megapixels", "a ribbon"])
def test_nothing_is_decoded_of_what_its_head_forbids(what, monkeypatch):
    def decode(*args, **options):
        raise AssertionError("decoded")

    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", decode)
    with pytest.raises(UnusablePicture):
        prepared(REFUSED[what][0])


@pytest.mark.parametrize("content", [encoded("png", noise(SIZE))[:-5000], b"GIF89a" + bytes(100), HEIC])
def test_a_process_apart_says_what_is_wrong_with_a_picture(content, monkeypatch):
    monkeypatch.setattr(apart, "reads_heic", lambda: True)
    monkeypatch.setattr(preparation, "APART_PIXELS", 0)
    with pytest.raises(UnusablePicture):
        prepared(content)


@pytest.fixture
def child(monkeypatch, tmp_path):
    """Return a function that has a process apart do this instead of drawing, and says why there is no picture."""

    folder, path = str(apart.CHILD.parent), tmp_path / "child.py"

    def run(body):
        path.write_text(f"import os, sys, time\nsys.path.insert(0, {folder!r})\nimport apart_child\n{body}\n")
        monkeypatch.setattr(apart, "CHILD", path)
        with pytest.raises(apart.Unfit) as caught:
            apart.draw_apart(io.BytesIO(b"picture"), "png")
        return str(caught.value)

    return run


def test_a_process_apart_cannot_take_more_memory_or_time_than_it_is_given(child, monkeypatch):
    drawing = "apart_child._draw = lambda image_format: {}\napart_child.main()"
    assert child(drawing.format("sys.stdout.buffer.write(bytes(66_000_000))")) == refusals.DAMAGED
    assert child(drawing.format("bytearray(2_000_000_000)")) == refusals.TOO_LONG
    assert child(drawing.format("sys.stdout.buffer.write(bytes(99_000_000))")) == refusals.TOO_LONG
    monkeypatch.setattr(apart, "WAIT_SECONDS", 0.3)
    assert child("time.sleep(60)") == refusals.TOO_LONG


def test_a_process_apart_sees_no_secrets(child):
    assert "FLUX_API_KEY" in os.environ
    assert child("apart_child._answer(trouble='memory' if set(os.environ) - {'LC_CTYPE'} else '?')") == refusals.DAMAGED


ANSWERS = [
    b"", b"{}\n", b"[]\n", b"x" * 5000, b'{"trouble": "damaged"}\n', b'{"lying": [64, 64]}\n',
    b'{"lying": [64, 64], "turned": false, "mode": "P"}\n' + bytes(64 * 64),
    b'{"lying": [1' + b"0" * 400 + b", 64]}\n", b"[" * 900 + b"\n",
    b'{"lying": [99999, 16], "turned": false, "mode": "RGB"}\n',
    b'{"lying": [64, 64], "turned": false, "mode": "RGB"}\n12',
]  # fmt: skip


@pytest.mark.parametrize("answer", ANSWERS, ids=lambda answer: repr(answer[:60]))
def test_nothing_is_believed_that_a_process_apart_says(answer):
    with pytest.raises(apart.Unfit):
        apart._read(io.BytesIO(answer))


@pytest.mark.django_db(transaction=True)
def test_one_picture_that_comes_twice_at_once_is_kept_once(owner, monkeypatch):
    monkeypatch.setattr(keeping, "_find_kept", lambda *_: None)
    first, second = (keeping.keep_upload(picture_file("PNG"), name="a.png", owner=owner) for _ in range(2))
    assert first == second
    assert default_storage.exists(first.file)
    assert Reference.objects.count() == 1


@pytest.mark.django_db
def test_a_reference_without_the_file_that_was_given_has_none_to_show(owner, owner_client):
    reference = keeping.keep_upload(picture_file("PNG"), name="a.png", owner=owner)
    address = f"/references/{reference.key}/original"
    assert owner_client.get(address).status_code == 404
    Reference.objects.update(original="references/gone.gif")
    assert owner_client.get(address).status_code == 404

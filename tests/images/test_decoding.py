"""A picture is shown as a browser shows it: turned, in its colours, and transparent where it is."""

import io
import struct
import zlib

import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from gallery.services.media import decoding, similarity, thumbnails, validation

SIZE = (64, 40)
STANDING = {5, 6, 7, 8}
RED, GREEN, BLUE, YELLOW = (220, 20, 20), (20, 200, 20), (20, 20, 220), (230, 220, 20)
# What stands in the corners (upper left, upper right, lower left, lower right) of a picture whose pixels have
# red, green, blue and yellow there: the eight orientations of EXIF.
CORNERS = {
    1: (RED, GREEN, BLUE, YELLOW), 2: (GREEN, RED, YELLOW, BLUE), 3: (YELLOW, BLUE, GREEN, RED),
    4: (BLUE, YELLOW, RED, GREEN), 5: (RED, BLUE, GREEN, YELLOW), 6: (BLUE, RED, YELLOW, GREEN),
    7: (YELLOW, GREEN, BLUE, RED), 8: (GREEN, YELLOW, RED, BLUE),
}  # fmt: skip


def quarters(size=SIZE):
    picture = Pillow.new("RGB", size, RED)
    width, height = size
    picture.paste(GREEN, (width // 2, 0, width, height // 2))
    picture.paste(BLUE, (0, height // 2, width // 2, height))
    picture.paste(YELLOW, (width // 2, height // 2, width, height))
    return picture


def exif(orientation):
    tags = Pillow.Exif()
    tags[decoding.ORIENTATION] = orientation
    return tags.tobytes()


def encoded(image_format, picture=None, **options):
    out = io.BytesIO()
    (picture or quarters()).save(out, image_format, **options)
    return out.getvalue()


def opened(content):
    return Pillow.open(io.BytesIO(content))


def chunk(kind, body):
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def png(size, depth, colour_type, row, *extra):
    """Write a PNG whose rows are all the same."""
    head = struct.pack(">LLBBBBB", *size, depth, colour_type, 0, 0, 0)
    body = zlib.compress(size[1] * (b"\0" + row))
    return b"".join(
        [b"\x89PNG\r\n\x1a\n", chunk(b"IHDR", head), *extra, chunk(b"IDAT", body), chunk(b"IEND", b"")]
    )  # fmt: skip


def corners(picture):
    width, height = picture.size
    places = [(0.2, 0.2), (0.8, 0.2), (0.2, 0.8), (0.8, 0.8)]
    return [picture.convert("RGB").getpixel((int(x * width), int(y * height))) for x, y in places]


def near(found, wanted, by=12):
    return all(
        abs(a - b) <= by for one, other in zip(found, wanted, strict=True) for a, b in zip(one, other, strict=True)
    )


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp"])
@pytest.mark.parametrize("orientation", CORNERS)
def test_every_orientation_of_every_format_stands_upright(image_format, orientation):
    content = encoded(image_format, exif=exif(orientation))
    size = SIZE[::-1] if orientation in STANDING else SIZE
    known = validation.verify_image(io.BytesIO(content))
    assert (known.width, known.height) == size
    for within in (None, (32, 32), (1000, 20)):
        shown = decoding.render_upright(opened(content), within=within)
        assert near(corners(shown), CORNERS[orientation], by=25)
        assert not shown.info
    assert decoding.render_upright(opened(content)).size == size
    small = opened(thumbnails.make_thumbnail(opened(content)))
    assert small.size == size
    assert near(corners(small), CORNERS[orientation], by=40)


def test_a_large_turned_jpeg_is_made_small_as_it_stands():
    content = encoded("jpeg", quarters((640, 400)), exif=exif(6))
    small = opened(thumbnails.make_thumbnail(opened(content)))
    assert small.size == (320, 512)
    assert decoding.render_upright(opened(content), within=(100, 100)).size == (63, 100)


def test_a_png_that_tells_its_orientation_at_its_end_is_turned():
    whole = encoded("png")
    content = whole[:-12] + chunk(b"eXIf", exif(6).removeprefix(b"Exif\0\0")) + whole[-12:]
    assert decoding.render_upright(opened(content)).size == SIZE[::-1]
    assert validation.verify_image(io.BytesIO(content)).width == SIZE[1]


@pytest.mark.filterwarnings("ignore:Corrupt EXIF")
@pytest.mark.parametrize("wrong", [b"", b"Exif\0\0", b"Exif\0\0MM\0*\0\0\0\xff", b"nonsense", exif(0), exif(9)])
def test_words_that_cannot_be_read_turn_nothing(wrong):
    assert decoding.render_upright(opened(encoded("jpeg", exif=wrong))).size == SIZE


def test_xmp_turns_nothing_because_no_browser_asks_it():
    xmp = b'<x:xmpmeta xmlns:x="adobe:ns:meta/"><r tiff:Orientation="6"/></x:xmpmeta>'
    assert decoding.render_upright(opened(encoded("jpeg", xmp=xmp))).size == SIZE


GREYS = struct.pack(">4H", 0, 0x4000, 0x8000, 0xFFFF)
SIXTEEN = {
    "grey": (png((4, 2), 16, 0, GREYS), [(0, 0, 0), (64, 64, 64), (128, 128, 128), (255, 255, 255)]),
    "grey, clear value": (
        png((4, 2), 16, 0, GREYS, chunk(b"tRNS", b"\x40\x00")),
        [(0, 0, 0, 255), (64, 64, 64, 0), (128, 128, 128, 255), (255, 255, 255, 255)],
    ),
    "grey and alpha": (
        png((2, 2), 16, 4, struct.pack(">4H", 0x4000, 0x8000, 0xFFFF, 0xFFFF)),
        [(64, 64, 64, 128), (255, 255, 255, 255)],
    ),
    "colour": (png((2, 2), 16, 2, struct.pack(">6H", 0x4000, 0x8000, 0xFFFF, 0, 0, 0)), [(64, 128, 255), (0, 0, 0)]),
    "colour, clear value": (
        png(
            (2, 2), 16, 2, struct.pack(">6H", 0x4000, 0x8000, 0xFFFF, 0, 0, 0), chunk(b"tRNS", b"\x40\0\x80\0\xff\xff")
        ),
        [(64, 128, 255, 0), (0, 0, 0, 255)],
    ),
    "colour and alpha": (png((1, 2), 16, 6, struct.pack(">4H", 0x4000, 0x8000, 0xFFFF, 0x8000)), [(64, 128, 255, 128)]),
}
FEW_BITS = {
    "four bits, clear value": (png((2, 1), 4, 0, b"\x3f", chunk(b"tRNS", b"\0\x03")), [(51,) * 3 + (0,), (255,) * 4]),
    "two bits, clear value": (
        png((2, 1), 2, 0, b"\x60", chunk(b"tRNS", b"\0\x01")),
        [(85,) * 3 + (0,), (170,) * 3 + (255,)],
    ),
    "one bit": (png((2, 1), 1, 0, b"\x40"), [(0, 0, 0), (255, 255, 255)]),
    "one bit, clear value": (
        png((2, 1), 1, 0, b"\x40", chunk(b"tRNS", b"\0\x01")),
        [(0, 0, 0, 255), (255, 255, 255, 0)],
    ),
    "palette, clear entry": (
        png((2, 1), 8, 3, b"\0\1", chunk(b"PLTE", b"\xff\0\0\0\xff\0"), chunk(b"tRNS", b"\0")),
        [(255, 0, 0, 0), (0, 255, 0, 255)],
    ),
    "palette, half clear entry": (
        png((2, 1), 8, 3, b"\0\1", chunk(b"PLTE", b"\xff\0\0\0\xff\0"), chunk(b"tRNS", b"\xff\x80")),
        [(255, 0, 0, 255), (0, 255, 0, 128)],
    ),
}


@pytest.mark.parametrize("name", SIXTEEN | FEW_BITS)
def test_levels_and_transparency_of_every_depth_are_read(name):
    content, wanted = (SIXTEEN | FEW_BITS)[name]
    shown = decoding.render_upright(opened(content))
    assert [shown.getpixel((x, 0)) for x in range(len(wanted))] == wanted
    clear = any(len(pixel) == 4 and pixel[3] < 255 for pixel in wanted)
    assert validation.verify_image(io.BytesIO(content)).transparent == clear
    assert opened(thumbnails.make_thumbnail(opened(content))).mode == ("RGBA" if clear else "RGB")


def test_an_alpha_channel_that_is_opaque_everywhere_is_not_transparent():
    assert not validation.verify_image(io.BytesIO(encoded("png", quarters().convert("RGBA")))).transparent


@pytest.mark.parametrize("image_format", ["png", "webp"])
def test_of_an_animation_the_first_frame_is_shown(image_format):
    frames = [Pillow.new("RGB", SIZE, colour) for colour in (RED, BLUE)]
    content = encoded(image_format, frames[0], save_all=True, append_images=frames[1:], lossless=True)
    assert near([decoding.render_upright(opened(content)).getpixel((5, 5))[:3]], [RED])


def test_cmyk_is_not_turned_into_its_negative():
    content = encoded("jpeg", Pillow.new("CMYK", SIZE, (0, 230, 230, 10)), quality=95)
    assert near([decoding.render_upright(opened(content)).getpixel((5, 5))], [(245, 24, 24)], by=15)
    small = opened(thumbnails.make_thumbnail(opened(content)))
    assert small.mode == "RGB"


def wide_profile():
    """Describe a space whose red and green are exchanged: what obeys it cannot be overlooked."""
    profile = bytearray(ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes())
    return bytes(profile.replace(b"rXYZ", b"tmpX").replace(b"gXYZ", b"rXYZ").replace(b"tmpX", b"gXYZ"))


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp"])
def test_colours_are_those_of_the_profile(image_format):
    content = encoded(image_format, Pillow.new("RGB", SIZE, (255, 0, 0)), icc_profile=wide_profile())
    for shown in (decoding.render_upright(opened(content)), opened(thumbnails.make_thumbnail(opened(content)))):
        assert near([shown.getpixel((5, 5))], [(0, 255, 0)], by=12)
        assert "icc_profile" not in shown.info


def test_the_profile_of_a_transparent_picture_is_obeyed_and_its_transparency_kept():
    content = encoded("png", Pillow.new("RGBA", SIZE, (255, 0, 0, 100)), icc_profile=wide_profile())
    (pixel,) = [decoding.render_upright(opened(content)).getpixel((5, 5))]
    assert near([pixel], [(0, 255, 0, 100)])


@pytest.mark.parametrize("mode", ["L", "RGB", "RGBA", "CMYK", "P", "1", "LA"])
@pytest.mark.parametrize("profile", [b"", b"no profile at all", wide_profile()])
def test_no_profile_that_does_not_fit_costs_the_picture(mode, profile):
    content = encoded("jpeg" if mode == "CMYK" else "png", quarters().convert(mode), icc_profile=profile)
    assert decoding.render_upright(opened(content)).size == SIZE


def test_what_is_transparent_lies_on_the_ground_it_is_given():
    picture = Pillow.new("RGBA", SIZE, (0, 0, 0, 0))
    assert decoding.lay_on_ground(picture, (250, 250, 250)).getpixel((5, 5)) == (250, 250, 250)


def test_a_turned_picture_is_the_same_as_one_whose_pixels_were_turned():
    turned = encoded("png", quarters(), exif=exif(6))
    upright = encoded("png", quarters().transpose(Pillow.Transpose.ROTATE_270))
    assert similarity.compare_images(opened(turned), opened(upright)).mean_difference == 0


def test_the_colour_of_what_is_fully_transparent_is_no_difference_but_transparency_is():
    clear = Pillow.new("RGBA", SIZE, (255, 0, 0, 0))
    assert similarity.compare_images(clear, Pillow.new("RGBA", SIZE, (0, 0, 255, 0))).similarity == "same"
    assert similarity.compare_images(clear, Pillow.new("RGB", SIZE, (255, 0, 0))).similarity == "different"


def segment(marker, body):
    return bytes([0xFF, marker]) + (len(body) + 2).to_bytes(2) + body


JPEG, PNG = encoded("jpeg"), encoded("png", Pillow.effect_noise((64, 40), 90))
FORGIVEN = {
    "a version cut off": JPEG[:2] + segment(0xE0, b"JFIF\0") + JPEG[2:],
    "words of a program cut off": JPEG[:2] + segment(0xED, b"Photoshop 3.0\x008BIM\4\4") + JPEG[2:],
    "filled up, and much behind its end": JPEG.replace(b"\xff\xda", b"\xff\xff\xff\xda", 1) + b"x" * 70_000,
    "an odd chunk, and cut within its end": PNG[:33] + chunk(b"gAMA", b"") + PNG[33:-3],
    "cut within its words": encoded("webp", exif=exif(6))[:-4],
}


@pytest.mark.parametrize("what", FORGIVEN)
def test_what_is_odd_around_whole_pixels_is_forgiven_as_by_a_browser(what):
    whole = validation.verify_image(io.BytesIO(FORGIVEN[what]))
    assert (whole.width, whole.height, whole.turned) == (*SIZE, False)


def test_of_a_cut_picture_what_came_is_seen():
    seen = validation.render_visible(io.BytesIO(PNG[: len(PNG) // 2]))
    assert seen.crop((0, 0, 64, 8)).tobytes() == opened(PNG).convert("RGB").crop((0, 0, 64, 8)).tobytes()
    assert seen.getpixel((63, 39)) == (0, 0, 0)


def test_of_a_picture_without_its_palette_nothing_is_seen():
    with pytest.raises(validation.TruncatedImage, match="Nothing of the picture"):
        validation.render_visible(io.BytesIO(png((128, 64), 8, 3, bytes(128))))

"""Nothing but the picture leaves: planted metadata of every kind is gone, and no pixel has changed."""

import contextlib
import io
import struct
import zlib

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image as Pillow
from PIL import ImageCms
from PIL.PngImagePlugin import PngInfo

from gallery.services.media.metadata import stripping

SECRET = b"planted by somebody"
TEXT = SECRET.decode()
SIZE = (48, 32)
FORMATS = ("jpeg", "png", "webp")


def picture(mode="RGB"):
    image = Pillow.linear_gradient("L").resize(SIZE)
    bands = [image, image.rotate(180), image, image.point(lambda v: 255 - v // 2)]
    return Pillow.merge(mode, bands[: len(mode)])


def encoded(image_format, image=None, **options):
    out = io.BytesIO()
    (image or picture()).save(out, image_format, **options)
    return out.getvalue()


def pixels(content):
    with Pillow.open(io.BytesIO(content)) as opened:
        return opened.mode, opened.size, opened.tobytes()


def exif(orientation=None):
    tags = Pillow.Exif()
    tags[0x010E] = TEXT
    if orientation:
        tags[0x0112] = orientation
    return tags.tobytes()


def jpeg_segment(marker, body):
    return struct.pack(">BBH", 0xFF, marker, len(body) + 2) + body


def in_jpeg(content, segment):
    return content[:2] + segment + content[2:]


def png_chunk(kind, body):
    return struct.pack(">L", len(body)) + kind + body + struct.pack(">L", zlib.crc32(kind + body))


def in_png(content, chunk):
    return content[:33] + chunk + content[33:]


def webp_chunk(kind, body):
    return kind + struct.pack("<L", len(body)) + body + b"\0" * (len(body) % 2)


def in_webp(content, chunk):
    body = content[8:] + chunk
    return b"RIFF" + struct.pack("<L", len(body)) + body


PLAIN = {"jpeg": encoded("jpeg"), "png": encoded("png"), "webp": encoded("webp", lossless=True)}
LARGE = b"x" * 60_000 + SECRET
PLANTED = {
    "jpeg comment": ("jpeg", encoded("jpeg", comment=SECRET)),
    "jpeg exif": ("jpeg", encoded("jpeg", exif=exif())),
    "jpeg xmp": ("jpeg", encoded("jpeg", xmp=SECRET)),
    "jpeg comment behind the scan": ("jpeg", PLAIN["jpeg"][:-2] + jpeg_segment(0xFE, SECRET) + b"\xff\xd9"),
    "jpeg filled markers": ("jpeg", in_jpeg(PLAIN["jpeg"], b"\xff\xff\xff" + jpeg_segment(0xFE, SECRET))),
    "jpeg after its end": ("jpeg", PLAIN["jpeg"] + SECRET),
    "jpeg in jpeg after its end": ("jpeg", PLAIN["jpeg"] + encoded("jpeg", comment=SECRET)),
    "jpeg thumbnail in JFIF": ("jpeg", in_jpeg(PLAIN["jpeg"], jpeg_segment(0xE0, b"JFXX\0\x10" + SECRET))),
    "jpeg longer JFIF": (
        "jpeg",
        b"\xff\xd8" + jpeg_segment(0xE0, b"JFIF\0\1\1\0\0\1\0\1\0\0" + SECRET) + PLAIN["jpeg"][20:],
    ),
    "jpeg longer Adobe": ("jpeg", in_jpeg(PLAIN["jpeg"], jpeg_segment(0xEE, b"Adobe\0\x64\0\0\0\0\1" + SECRET))),
    "progressive jpeg": ("jpeg", encoded("jpeg", progressive=True, comment=SECRET)),
    "jpeg with restarts": ("jpeg", encoded("jpeg", restart_marker_blocks=1, comment=SECRET)),
    "cmyk jpeg": ("jpeg", encoded("jpeg", picture().convert("CMYK"), comment=SECRET)),
    "grey jpeg": ("jpeg", encoded("jpeg", picture().convert("L"), comment=SECRET)),
    "png exif": ("png", encoded("png", exif=exif())),
    "png after its end": ("png", PLAIN["png"] + SECRET),
    "png transparent": ("png", in_png(encoded("png", picture("RGBA")), png_chunk(b"tEXt", b"a\0" + SECRET))),
    "png palette": ("png", in_png(encoded("png", picture().quantize(8)), png_chunk(b"tIME", SECRET))),
    "webp exif": ("webp", encoded("webp", exif=exif())),
    "webp xmp": ("webp", encoded("webp", xmp=SECRET)),
    "lossy webp with alpha": ("webp", encoded("webp", picture("RGBA"), xmp=SECRET)),
    "webp after its end": ("webp", PLAIN["webp"] + SECRET),
    "webp unknown chunk": ("webp", in_webp(PLAIN["webp"], webp_chunk(b"SECR", SECRET))),
}
PLANTED |= {
    f"jpeg APP{n}": ("jpeg", in_jpeg(PLAIN["jpeg"], jpeg_segment(0xE0 + n, b"c2pa\0" + LARGE))) for n in range(16)
}
PLANTED |= {
    f"png {kind.decode()}": ("png", in_png(PLAIN["png"], png_chunk(kind, b"key\0\0\0\0\0" + SECRET)))
    for kind in (b"tEXt", b"zTXt", b"iTXt", b"tIME", b"pHYs", b"caBX", b"acTL", b"sPLT", b"prIV", b"sRGB")
}
PIXELS_KEPT = {b"VP8X", b"VP8 ", b"VP8L", b"ALPH"}


@pytest.mark.parametrize("name", PLANTED)
def test_what_was_planted_is_gone_and_the_picture_is_the_same(name):
    image_format, content = PLANTED[name]
    stripped = stripping.strip_metadata(content, image_format)
    assert SECRET not in stripped
    assert b"c2pa" not in stripped
    assert pixels(stripped) == pixels(content)
    assert stripping.strip_metadata(stripped, image_format) == stripped


@pytest.mark.parametrize("image_format", FORMATS)
def test_nothing_pillow_calls_information_is_left(image_format):
    planted = {"jpeg": {"comment": SECRET, "xmp": SECRET}, "png": {"pnginfo": _texts()}, "webp": {"xmp": SECRET}}
    content = encoded(image_format, exif=exif(), **planted[image_format])
    with Pillow.open(io.BytesIO(stripping.strip_metadata(content, image_format))) as opened:
        opened.load()
        known = {"jfif", "jfif_version", "jfif_unit", "jfif_density", "loop", "background", "timestamp", "duration"}
        assert set(opened.info) <= known
        assert not opened.getexif()


def _texts():
    info = PngInfo()
    info.add_text("parameters", TEXT)
    info.add_itxt("prompt", TEXT, zip=True)
    return info


@pytest.mark.parametrize("image_format", FORMATS)
def test_a_profile_and_a_turn_stay_and_nothing_around_them(image_format):
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    content = encoded(image_format, icc_profile=profile, exif=exif(orientation=6))
    stripped = stripping.strip_metadata(content, image_format)
    assert SECRET not in stripped
    assert pixels(stripped) == pixels(content)
    with Pillow.open(io.BytesIO(stripped)) as opened:
        assert opened.info["icc_profile"] == profile
        assert dict(opened.getexif()) == {0x0112: 6}
    assert stripping.strip_metadata(stripped, image_format) == stripped


@pytest.mark.parametrize("image_format", FORMATS)
def test_upright_by_its_exif_is_stripped(image_format):
    assert SECRET not in stripping.strip_metadata(encoded(image_format, exif=exif(orientation=1)), image_format)


@pytest.mark.parametrize("image_format", FORMATS)
def test_what_is_cut_or_something_else_is_refused(image_format):
    content = PLAIN[image_format]
    for wrong in (b"", b"\xff\xd8", SECRET, content[: len(content) // 2], content[:-3], content[:9]):
        with pytest.raises(stripping.CannotStrip):
            stripping.strip_metadata(wrong, image_format)


@pytest.mark.parametrize("image_format", FORMATS)
@given(at=st.integers(0, 5000), junk=st.binary(max_size=40))
def test_damaged_bytes_are_stripped_or_refused_never_an_accident(image_format, at, junk):
    content = PLAIN[image_format]
    at %= len(content)
    with contextlib.suppress(stripping.CannotStrip):
        stripped = stripping.strip_metadata(content[:at] + junk + content[at + len(junk) :], image_format)
        assert stripping.strip_metadata(stripped, image_format) == stripped


def test_a_webp_whose_length_leaves_its_picture_out_is_drawn_anew():
    content = encoded("webp")
    for length in (0, 4, 12):
        with pytest.raises(stripping.CannotStrip):
            stripping.strip_metadata(content[:4] + struct.pack("<L", length) + content[8:], "webp")


@pytest.mark.parametrize("body", [b"", b"x", bytes(7), bytes(300)])
def test_a_png_with_damaged_transparency_is_drawn_anew(body):
    content = encoded("png")
    with pytest.raises(stripping.CannotStrip):
        stripping.strip_metadata(content[:33] + png_chunk(b"tRNS", body) + content[33:], "png")

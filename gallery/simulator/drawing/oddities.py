"""Pictures that every browser shows although they are built oddly, and the same picture in other formats."""

from __future__ import annotations

import io
import struct
import zlib

from PIL import Image

ZEROS = bytes(200_000)
LONG_TEXT = zlib.compress(b"a long story " * 250_000)  # more than three megabytes unpacked
PNG_HEAD_BYTES = 33
PNG_END_BYTES = 12


def odd_picture(content, kind):
    """Return a picture (JPEG, PNG or WebP) rebuilt in one of the `KINDS`. Raises KeyError for another kind."""
    with Image.open(io.BytesIO(content)) as picture:
        return KINDS[kind](picture.convert("RGB"))


def _encoded(picture, image_format, **options):
    out = io.BytesIO()
    picture.save(out, image_format, **options)
    return out.getvalue()


def _jpeg(picture, **options):
    return _encoded(picture, "JPEG", quality=90, **options)


def write_png(picture, *chunks, last=()):
    """Write a PNG with chunks behind its head, and others before its end."""
    plain = _encoded(picture, "PNG")
    head, body, end = plain[:PNG_HEAD_BYTES], plain[PNG_HEAD_BYTES:-PNG_END_BYTES], plain[-PNG_END_BYTES:]
    return b"".join([head, *chunks, body, *last, end])


def _chunk(name, content, *, checksum=None):
    right = zlib.crc32(name + content)
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", right if checksum is None else checksum)


def _turned(picture):
    return picture.transpose(Image.Transpose.ROTATE_180)


KINDS = {
    "second-picture": lambda picture: _encoded(picture, "MPO", save_all=True, append_images=[_turned(picture)]),
    "jpeg-zeros-after": lambda picture: _jpeg(picture) + ZEROS,
    "jpeg-text-after": lambda picture: _jpeg(picture) + b"<!-- served by a proxy -->",
    "jpeg-without-end": lambda picture: _jpeg(picture)[:-2],
    "jpeg-cmyk": lambda picture: _jpeg(picture.convert("CMYK")),
    "jpeg-progressive": lambda picture: _jpeg(picture, progressive=True),
    "jpeg-long-profile": lambda picture: _jpeg(picture, icc_profile=bytes(300_000)),
    "png-zeros-after": lambda picture: write_png(picture) + ZEROS,
    "png-long-text": lambda picture: write_png(picture, _chunk(b"zTXt", b"Story\0\0" + LONG_TEXT)),
    "png-long-international-text": lambda picture: write_png(picture, _chunk(b"iTXt", b"Story\0\1\0\0\0" + LONG_TEXT)),
    "png-long-text-last": lambda picture: write_png(picture, last=[_chunk(b"zTXt", b"Story\0\0" + LONG_TEXT)]),
    "png-long-profile": lambda picture: write_png(picture, _chunk(b"iCCP", b"sRGB\0\0" + LONG_TEXT)),
    "png-wrong-checksum": lambda picture: write_png(picture, _chunk(b"tEXt", b"Title\0Heron", checksum=1)),
    "png-wrong-checksum-of-unknown": lambda picture: write_png(picture, _chunk(b"vpAg", b"x", checksum=1)),
    "png-without-end": lambda picture: write_png(picture)[:-PNG_END_BYTES],
    "png-palette": lambda picture: _encoded(picture.convert("P"), "PNG"),
    "png-grey-16": lambda picture: _encoded(picture.convert("I;16"), "PNG"),
    "png-one-bit": lambda picture: _encoded(picture.convert("1"), "PNG"),
    "png-animated": lambda picture: _encoded(picture, "PNG", save_all=True, append_images=[_turned(picture)]),
    "webp-animated": lambda picture: _encoded(picture, "WEBP", save_all=True, append_images=[_turned(picture)]),
    "webp-zeros-after": lambda picture: _encoded(picture, "WEBP") + ZEROS,
    "gif": lambda picture: _encoded(picture, "GIF"),
    "avif": lambda picture: _encoded(picture, "AVIF"),
    "bmp": lambda picture: _encoded(picture, "BMP"),
    "tiff": lambda picture: _encoded(picture, "TIFF"),
    "tiff-large": lambda picture: _encoded(picture, "TIFF", big_tiff=True),
}

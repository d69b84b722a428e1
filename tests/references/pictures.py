"""Files of pictures as people have them, made by Pillow."""

import io

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image as Pillow

RED, GREEN, BLUE = (200, 30, 30), (30, 160, 60), (40, 60, 200)


def picture_bytes(colour=RED, *, size=(320, 240), image_format="PNG", **options):
    """Return the bytes of a picture of one colour."""
    out = io.BytesIO()
    Pillow.new("RGB", size, colour).save(out, image_format, **options)
    return out.getvalue()


def upload(name="cup.png", colour=RED, **options):
    """Return a file as a browser sends it."""
    return SimpleUploadedFile(name, picture_bytes(colour, **options))


def picture_file(image_format="PNG", colour=RED, **options):
    """Return an open file."""
    return io.BytesIO(picture_bytes(colour, image_format=image_format, **options))

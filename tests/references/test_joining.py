"""Two pictures become one, whole and in their order, for a model that takes one."""

import pytest
from PIL import Image as Pillow

from gallery.services.references import preparation
from gallery.services.references.joining import join_pictures
from gallery.services.references.preparation import UnusablePicture
from tests.images.test_decoding import CORNERS, corners, encoded, near, quarters
from tests.references.test_preparation import clear, noise, picture_of, prepared

SIZES = [
    ((640, 480), (320, 480)),
    ((640, 480), (1024, 1024)),
    ((2048, 1024), (64, 1024)),
    ((512, 2048), (2048, 512)),
    ((2048, 1008), (2048, 1008)),
]


@pytest.mark.parametrize(("left", "right"), SIZES)
@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_both_are_whole_and_side_by_side(left, right, image_format):
    one, other = quarters(left), quarters(right).transpose(Pillow.Transpose.ROTATE_180)
    result = join_pictures(encoded(image_format, one), encoded(image_format, other))
    picture = picture_of(result)
    widths = [wide * result.height / high for wide, high in (left, right)]
    seam = round(widths[0] * result.width / sum(widths))
    halves = [picture.crop((0, 0, seam, picture.height)), picture.crop((seam, 0, *picture.size))]
    for half, turn in zip(halves, (1, 3), strict=True):
        assert near(corners(half), CORNERS[turn], by=40)
    assert (result.format, result.original_height) == (image_format, min(left[1], right[1]))


def test_what_fits_is_joined_to_the_pixel():
    one, other = noise((160, 96)), clear((96, 96))
    result = join_pictures(prepared(encoded("png", one)).content, encoded("png", other))
    picture = picture_of(result)
    assert (picture.size, picture.mode, result.notes) == ((256, 96), "RGBA", (preparation.KEPT_CLEAR,))
    assert picture.crop((0, 0, 160, 96)).convert("RGB").tobytes() == one.tobytes()
    assert picture.crop((160, 0, 256, 96)).tobytes() == other.tobytes()


@pytest.mark.parametrize(
    ("left", "words"),
    [(encoded("png", quarters((2048, 64))), "4096 × 64 pixels"), (b"none", "It ends early or is damaged")],
)
def test_what_cannot_be_joined_says_why(left, words):
    with pytest.raises(UnusablePicture, match=f"^The joined picture: {words}"):
        join_pictures(left, encoded("png", quarters((2048, 64))))

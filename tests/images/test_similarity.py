"""Pictures whose difference is known, and what is said of them."""

import io
from functools import cache

import pytest
from PIL import Image as Pillow
from PIL import ImageDraw

from gallery.services.media import similarity
from gallery.simulator.drawing import pictures

SIZE = (320, 240)


@pytest.fixture(scope="module")
def drawn():
    """One drawing of the simulator's, by seed."""

    @cache
    def draw(seed=1):
        return pictures.render(
            model="flux-2-pro", prompt="A pine forest in fog", seed=seed, width=1024, height=768, parameters={}
        ).convert("RGB")

    return draw


def as_jpeg(picture, quality):
    content = io.BytesIO()
    picture.save(content, "JPEG", quality=quality)
    return Pillow.open(content)


def moved_by(picture, levels):
    return picture.point(lambda value: value + levels)


@pytest.mark.parametrize(
    ("levels", "said"), [(0, "same"), (1, "same"), (3, "same"), (4, "different"), (60, "different")]
)
def test_a_known_difference_is_measured_to_the_level(levels, said):
    grey = Pillow.new("RGB", SIZE, (90, 120, 150))
    found = similarity.compare_images(grey, moved_by(grey, levels))
    assert found.mean_difference == pytest.approx(levels)
    assert (found.similarity, found.differing_share) == (said, 1.0 if levels > similarity.VISIBLE else 0.0)


def test_a_small_thing_that_is_gone_is_a_difference():
    """A square of 20 x 24 is 0.625 % of the picture: hardly anything on average."""
    plain = Pillow.new("RGB", SIZE, "white")
    with_thing = plain.copy()
    ImageDraw.Draw(with_thing).rectangle((10, 10, 29, 33), fill="black")
    found = similarity.compare_images(plain, with_thing)
    assert found.differing_share == pytest.approx(480 / (320 * 240))
    assert found.mean_difference < similarity.MEAN_OF_SAME
    assert found.similarity == "different"


@pytest.mark.parametrize("quality", [75, 85, 95])
def test_another_encoding_is_visually_the_same(drawn, quality):
    assert similarity.compare_images(drawn(), as_jpeg(drawn(), quality)).similarity == "same"


def test_another_seed_is_different(drawn):
    assert similarity.compare_images(drawn(1), drawn(2)).similarity == "different"


def test_other_sizes_are_different_without_a_measure(drawn):
    found = similarity.compare_images(drawn(), Pillow.new("RGB", (768, 1024)))
    assert (found.similarity, found.mean_difference, found.differing_share) == ("different", None, None)


@pytest.mark.parametrize("mode", ["L", "RGBA", "P", "CMYK"])
def test_pictures_of_any_mode_are_measured(mode):
    grey = Pillow.new("RGB", SIZE, (120, 120, 120))
    assert similarity.compare_images(grey, grey.convert(mode, palette=Pillow.Palette.ADAPTIVE)).similarity == "same"

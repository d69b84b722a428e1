"""Pictures: exact, reproducible, telling models and seeds apart, robust at every size."""

import io
import random

import pytest
from PIL import Image, ImageChops, ImageStat

from gallery.simulator.checks import ratio_size
from gallery.simulator.drawing.palettes import SCENE_WORDS, choose_palette, choose_scene
from gallery.simulator.drawing.pictures import SCENES, encode, render
from gallery.simulator.drawing.styles import STYLES, style_of
from gallery.simulator.world import CONTRACT
from tests.references.inputs import halves_in, inputs_in, is_near

SIDE = {"width": 192, "height": 160}


def draw(**fields):
    return render(**{"model": "flux-2-pro", "prompt": "a cat", "seed": 1, **SIDE, **fields})


def difference(first, second):
    """Mean difference of two pictures in grey levels."""
    return sum(ImageStat.Stat(ImageChops.difference(first, second)).mean) / 3


@pytest.mark.parametrize("scene", SCENES)
@pytest.mark.parametrize("size", [(64, 64), (64, 512), (512, 64), (80, 112)])
def test_every_scene_draws_at_every_size(scene, size):
    for seed, model in enumerate(STYLES):
        image = draw(prompt=SCENE_WORDS[scene].split()[0], seed=seed, model=model, width=size[0], height=size[1])
        assert (image.size, image.mode) == (size, "RGB")


@pytest.mark.parametrize("output_format", ["jpeg", "png"])
def test_the_same_recipe_gives_the_same_bytes(output_format):
    first, again = (encode(draw(parameters={"guidance": 3.0}), output_format) for _ in range(2))
    assert first == again
    with Image.open(io.BytesIO(first)) as image:
        assert (image.format, image.size) == (output_format.upper(), (192, 160))


def test_models_differ_visibly_but_compose_alike():
    vase = {"prompt": "stoneware vase", "width": 512, "height": 424}
    pictures = {model: draw(model=model, **vase) for model in CONTRACT["models"]}
    others = [difference(pictures["flux-2-pro"], image) for model, image in pictures.items() if model != "flux-2-pro"]
    assert min(others) > 1.5
    assert difference(pictures["flux-2-pro"], pictures["flux-2-klein-9b"]) < 12
    assert difference(pictures["flux-2-pro"], draw(seed=2, **vase)) > 15


@pytest.mark.parametrize("scene", SCENES)
def test_seeds_differ_more_than_noise(scene):
    word = SCENE_WORDS[scene].split()[0]
    assert difference(draw(prompt=word, seed=1), draw(prompt=word, seed=2)) > 4


def test_parameters_show():
    plain = draw(model="flux-2-flex", prompt="mountains")
    for parameters in ({"guidance": 10}, {"steps": 5}, {"prompt_upsampling": True}):
        assert difference(plain, draw(model="flux-2-flex", prompt="mountains", parameters=parameters)) > 1


def test_references_show_in_an_edit():
    red, blue = (Image.new("RGB", (90, 60), colour) for colour in ("#c02020", "#2030c0"))
    edits = [draw(references=pictures) for pictures in ((red,), (blue,), (red, blue))]
    assert difference(edits[0], edits[1]) > 20
    assert difference(edits[0], edits[2]) > 10


COLOURS = [(200, 30, 30), (30, 160, 40), (30, 50, 200), (230, 210, 40), (20, 20, 20), (250, 250, 250), (140, 60, 150)]


STRIPS = [
    ("jpeg", (1024, 1024), (300, 300)),
    ("jpeg", (512, 256), (300, 100)),
    ("jpeg", (662, 1544), (100, 300)),
    ("png", (768, 320), (300, 100)),
]


@pytest.mark.parametrize(("output_format", "size", "shape"), STRIPS)
def test_what_went_in_can_be_read_from_the_strip_in_its_order(output_format, size, shape):
    pictures = [Image.new("RGB", shape, colour) for colour in COLOURS]
    joined = Image.new("RGB", (400, 200), COLOURS[0])
    joined.paste(COLOURS[2], (200, 0, 400, 200))
    for references in (pictures, [*pictures[2:4], joined]):
        image = draw(model="flux-kontext-pro", width=size[0], height=size[1], references=references)
        seen = inputs_in(encode(image, output_format))
        assert len(seen) == len(references)
        for found, reference in zip(seen, references, strict=True):
            assert is_near(found, ImageStat.Stat(reference).mean)
    assert all(is_near(*pair) for pair in zip(halves_in(encode(image, output_format))[-1], COLOURS[0:3:2], strict=True))


def test_what_went_in_nowhere_leaves_no_strip():
    for prompt in ("a cat", "night", "snow"):
        assert inputs_in(encode(draw(prompt=prompt, width=640, height=512), "jpeg")) == []


@pytest.mark.parametrize("model", CONTRACT["models"])
def test_every_model_has_a_style(model):
    assert model in STYLES
    assert style_of(model, {"prompt_upsampling": True}).detail <= 3


def test_words_choose_the_scene_and_hex_the_colours():
    rng = random.Random(1)
    assert choose_scene("Perfume bottle, product photo", rng) == "bottle"
    assert choose_scene("portrait of a woman by the sea, fashion", rng) == "figure"
    assert choose_scene("猫", rng) in SCENES
    assert choose_palette("a vase in color #12AB34", rng).body == (0x12, 0xAB, 0x34)


@pytest.mark.parametrize(
    "prompt", ["猫と月", "\ud83d", "\x00", "e\u0301t\u00e9", '{"scene": "x"}', "x" * 100_000, "'''"]
)
def test_any_text_can_be_captioned(prompt):
    for word in ("", " poster"):
        assert draw(prompt=prompt + word, width=512, height=256).size == (512, 256)


def test_ratios_without_an_example_have_about_a_megapixel():
    assert ratio_size(16, 9) == (1408, 792)
    for wide, high in ((5, 4), (4, 5), (16, 10), (37, 41)):
        width, height = ratio_size(wide, high)
        assert abs(width * height / 1_048_576 - 1) < 0.02
        assert abs(width / height / (wide / high) - 1) < 0.01

"""A recipe put into a file: read back by us and by others, no pixel touched, nothing of what was there lost."""

import contextlib
import io
import json

import piexif
import piexif.helper
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from PIL import Image as Pillow

from gallery.catalogue.recipes.reading import read_recipe
from gallery.services.media.metadata import embedding, stripping
from gallery.services.media.metadata.extraction import read_texts
from tests.recipes import files
from tests.recipes.files import FACTS, FILES, PROMPT

OURS, INFOTEXT = {"fluxweb"}, {"parameters", "usercomment"}


def embedded(name, facts=FACTS, *, marked=True):
    image_format, content = FILES[name]
    return content, embedding.embed_recipe(content, image_format, facts, marked=marked)


def texts_in(content):
    return read_texts(io.BytesIO(content)).found


@pytest.mark.parametrize("name", FILES)
def test_a_recipe_is_read_by_us_and_by_others_and_the_picture_stays(name):
    content, spliced = embedded(name)
    assert files.pixels(spliced) == files.pixels(content)
    assert files.looks(spliced) == files.looks(content)
    texts = texts_in(spliced)
    own = read_recipe({key: text for key, text in texts.items() if key in OURS})
    assert (own.program, own.prompt, own.model, own.seed) == ("fluxweb", PROMPT, "flux-2-flex", 7)
    assert (own.steps, own.guidance, own.size, own.values["output_format"]) == (20, 4.5, (96, 64), "png")
    others = read_recipe({key: text for key, text in texts.items() if key in INFOTEXT})
    assert (others.prompt, others.seed, others.model) == (PROMPT, 7, "flux-2-flex")
    prompt, settings, models = files.read_by_others(spliced)
    assert (prompt, models) == (PROMPT, {"flux-2-flex"})
    assert (settings["seed"], settings["steps"], settings["cfg_scale"]) == ("7", "20", "4.5")
    assert files.source_types(spliced) == ["trainedAlgorithmicMedia"]


@pytest.mark.parametrize("name", FILES)
def test_clean_takes_all_of_it_out_again_and_marks_what_a_model_made(name):
    image_format, content = FILES[name]
    _, spliced = embedded(name)
    clean = stripping.strip_metadata(spliced, image_format)
    assert files.pixels(clean) == files.pixels(content)
    assert files.looks(clean) == files.looks(content)
    assert "Löwe".encode() not in clean
    assert "Löwe".encode("utf-16-be") not in clean
    assert b"by somebody" not in clean
    assert (texts_in(clean), files.xmp_of(clean)) == ({}, None)
    marked = embedding.embed_recipe(clean, image_format, {}, marked=True)
    assert files.source_types(marked) == ["trainedAlgorithmicMedia"]
    assert (files.pixels(marked), files.looks(marked)) == (files.pixels(content), files.looks(content))
    assert stripping.strip_metadata(marked, image_format) == stripping.strip_metadata(clean, image_format)


def test_a_comment_of_the_provider_stays_and_ours_is_in_xmp():
    there = {"Exif": {piexif.ExifIFD.UserComment: piexif.helper.UserComment.dump("theirs", "unicode")}}
    content = files.encoded("jpeg", exif=piexif.dump(there), xmp=b'<x xmlns:rdf="r"><rdf:RDF>theirs</rdf:RDF></x>')
    spliced = embedding.embed_recipe(content, "jpeg", FACTS, marked=True)
    found = piexif.load(spliced)["Exif"][piexif.ExifIFD.UserComment]
    assert piexif.helper.UserComment.load(found) == "theirs"
    assert b"<rdf:RDF>theirs<" in spliced
    assert read_recipe(texts_in(spliced)).prompt == PROMPT


def test_a_comment_is_put_beside_what_stands_in_exif():
    there = {"0th": {piexif.ImageIFD.Make: b"Someone"}, "Exif": {piexif.ExifIFD.LensMake: b"A lens"}, "1st": {}}
    for image_format in ("jpeg", "webp"):
        content = files.encoded(image_format, exif=piexif.dump(there))
        spliced = embedding.embed_recipe(content, image_format, FACTS, marked=False)
        with Pillow.open(io.BytesIO(spliced)) as opened:
            tags = piexif.load(opened.info["exif"])
        assert (tags["0th"][piexif.ImageIFD.Make], tags["Exif"][piexif.ExifIFD.LensMake]) == (b"Someone", b"A lens")
        comment = piexif.helper.UserComment.load(tags["Exif"][piexif.ExifIFD.UserComment])
        assert comment.startswith(PROMPT)


def test_what_automatic1111_wrote_is_read():
    text = "a 猫 🦁\nNegative prompt: blurry\nSteps: 20, Sampler: Euler a, CFG scale: 7, Seed: 42, Size: 512x768"
    exif = piexif.dump({"Exif": {piexif.ExifIFD.UserComment: piexif.helper.UserComment.dump(text, "unicode")}})
    for content in (files.encoded("jpeg", exif=exif), files.encoded("webp", exif=exif)):
        recipe = read_recipe(texts_in(content))
        assert (recipe.prompt, recipe.negative, recipe.seed, recipe.size) == ("a 猫 🦁", "blurry", 42, (512, 768))


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp"])
def test_the_longest_prompt_fits_into_every_file(image_format):
    """In a JPEG by several pieces, as XMP has them; it is longer than what is read back."""
    content = files.encoded(image_format)
    spliced = embedding.embed_recipe(content, image_format, FACTS | {"prompt": "ö" * 160_000}, marked=True)
    assert files.pixels(spliced) == files.pixels(content)
    assert len(spliced) > len(content) + 320_000
    assert files.source_types(spliced) == ["trainedAlgorithmicMedia"]
    assert read_recipe(texts_in(spliced)) is None


@pytest.mark.parametrize("image_format", ["jpeg", "png", "webp"])
@given(prompt=st.text(st.characters(codec="utf-8"), min_size=1, max_size=300))
@example(prompt="\x0b\ufffe]]>&lt;\\u0041 \U0010ffff")
def test_every_prompt_comes_back_from_every_file(image_format, prompt):
    _, content = FILES[{"jpeg": "jpeg", "png": "png", "webp": "lossy webp"}[image_format]]
    spliced = embedding.embed_recipe(content, image_format, FACTS | {"prompt": prompt}, marked=True)
    files.xmp_of(spliced)
    assert json.loads(texts_in(spliced)["fluxweb"])["prompt"] == prompt


@pytest.mark.parametrize("name", FILES)
@given(at=st.integers(0, 3000), junk=st.binary(max_size=30), cut=st.integers(0, 3000))
def test_damaged_files_are_spliced_or_refused_never_an_accident(name, at, junk, cut):
    image_format, content = FILES[name]
    at %= len(content)
    content = (content[:at] + junk + content[at + len(junk) :])[: len(content) - cut % len(content)]
    with contextlib.suppress(embedding.CannotEmbed):
        embedding.embed_recipe(content, image_format, FACTS, marked=True)
    with contextlib.suppress(stripping.CannotStrip):
        stripping.strip_metadata(content, image_format)
    read_recipe(texts_in(content))

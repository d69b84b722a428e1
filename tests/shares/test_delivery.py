"""What leaves by a link obeys its four switches everywhere: page, chat preview, file, ZIP and names."""

import io
import itertools
import json
import zipfile
from xml.etree import ElementTree

import pytest
from PIL import Image as Pillow
from PIL import ImageCms

from gallery.models import Image, Share
from gallery.services.shares import delivery, shares
from gallery.services.shares.image_keys import key_in
from gallery.services.storage import files, zip_stream
from tests.factories import make_share
from tests.pages import Page
from tests.rows import make_images
from tests.shares.conftest import SECRET, at, read

pytestmark = pytest.mark.django_db

PROMPT, MODEL, SEED, COST = "4 boats", "flux-2-klein-4b", 1, "0.01"
LAB = ImageCms.createProfile("LAB")
SWITCHES = ("show_prompt", "show_model", "show_seed", "show_cost")


@pytest.mark.parametrize("shown", list(itertools.product([False, True], repeat=4)))
def test_each_switch_rules_pages_previews_files_and_names_alike(visitor, owner, pictures, shown):
    rules = dict(zip(SWITCHES, shown, strict=True))
    share = make_share(owner, pictures[:1], download="recipe", **rules)
    image = pictures[0]
    pages = [visitor.get(at("shared", share)), visitor.get(at("shared-picture", share, image))]
    file = visitor.get(at("shared-file", share, image))
    zipped = zipfile.ZipFile(io.BytesIO(read(visitor.get(at("shared-zip", share)))))
    name, table = zipped.namelist()
    recipe = recipe_in(read(file))
    said = zipped.read(table).decode("utf-8-sig")
    columns, _ = said.splitlines()
    assert [each in columns.split(",") for each in ("prompt", "model", "seed", "cost")] == [
        rules[each] for each in SWITCHES
    ]
    assert recipe_in(zipped.read(name)) == recipe
    text = "".join(page.content.decode() for page in pages) + file["Content-Disposition"] + name + json.dumps(recipe)
    text += said + zipped.read(name).decode("latin-1") + zipped.read(name).decode("utf-16-be", "replace")
    facts = dict(zip(texts(pages[1], "dt"), texts(pages[1], "dd"), strict=True))
    assert (PROMPT in text) == rules["show_prompt"] == ("Prompt" in facts) == ("prompt" in recipe)
    assert (image.model in text) == rules["show_model"] == ("Model" in facts) == ("model" in recipe)
    assert ("Seed" in facts) == rules["show_seed"] == ("seed" in recipe)
    assert ("Cost" in facts) == rules["show_cost"] == ("cost" in recipe) == ("$0.01" in text)
    for named in (name, file["Content-Disposition"]):
        assert (image.model in named) == rules["show_model"]
        assert (
            f"-{image.seed}" in named.replace(image.model, "").replace(f"-{key_in(share, image)[:6]}", "")
        ) == rules["show_seed"]
    assert (
        set(recipe) - {"prompt", "model", "seed", "cost", "width", "height"} <= {"size", "output_format"}
        or rules["show_model"]
    )


def texts(response, tag):
    return [each.text for each in Page(response).all(tag)]


def recipe_in(content):
    with Pillow.open(io.BytesIO(content)) as opened:
        xmp = ElementTree.fromstring(opened.info["xmp"])
    [told] = xmp.iter("{urn:fluxweb:recipe#}recipe")
    return {name: value for name, value in json.loads(told.text).items() if name != "program"}


def test_clean_files_have_the_same_pixels_and_nothing_else(visitor, owner, pictures):
    share = make_share(owner, pictures[:1], download="clean", show_prompt=True)
    content = read(visitor.get(at("shared-file", share, pictures[0])))
    with files.open_file(pictures[0].file) as stored:
        original = stored.read()
    assert SECRET in original
    assert SECRET not in content
    with Pillow.open(io.BytesIO(original)) as one, Pillow.open(io.BytesIO(content)) as other:
        assert one.tobytes() == other.tobytes()
        assert "comment" not in other.info


def test_turned_and_coloured_pictures_stay_so_without_a_word_in_them(owner, pictures):
    image, share = pictures[0], make_share(owner, pictures[:1], download="clean")
    exif = Pillow.Exif()
    exif[0x0112], exif[0x010E] = 6, SECRET.decode()
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    wordy = profile.replace(b"s\0R\0G\0B", SECRET[:7])
    assert wordy != profile
    given = ImageCms.ImageCmsProfile(io.BytesIO(profile))
    for image_format in ("jpeg", "png", "webp"):
        out = io.BytesIO()
        Pillow.new("RGB", (40, 20), "teal").save(out, image_format, exif=exif.tobytes(), icc_profile=wordy)
        image.format = image_format
        image.file = files.publish_bytes(out.getvalue(), f"originals/test/turned.{image_format}")
        content = delivery.file_content(image, share)
        assert SECRET[:7] not in content
        with Pillow.open(io.BytesIO(content)) as drawn, Pillow.open(out) as before:
            assert (drawn.format.lower(), drawn.tobytes()) == (image_format, before.tobytes())
            assert dict(drawn.getexif()) == {0x0112: 6}
            kept = ImageCms.ImageCmsProfile(io.BytesIO(drawn.info["icc_profile"]))
            ramp = Pillow.linear_gradient("L").convert("RGB")
            lab = [ImageCms.profileToProfile(ramp, each, LAB, outputMode="LAB").tobytes() for each in (kept, given)]
        assert lab[0] == lab[1]


def test_views_are_at_most_1600_px_made_once_and_say_nothing(visitor, owner, pictures, share, monkeypatch):
    image, out = pictures[0], io.BytesIO()
    Pillow.new("RGB", (3200, 800), "teal").save(out, "JPEG", comment=SECRET)
    image.file = files.publish_bytes(out.getvalue(), f"originals/test/{image.key}-large.jpeg")
    image.save()
    content = read(visitor.get(at("shared-view", share, image)))
    with Pillow.open(io.BytesIO(content)) as opened:
        assert (opened.format, opened.size) == ("WEBP", (1600, 400))
        assert not {"exif", "xmp", "icc_profile", "comment"} & set(opened.info)
    monkeypatch.setattr(delivery, "render_view", None)  # it would fail to make another
    assert read(visitor.get(at("shared-view", share, image))) == content


def test_without_a_thumbnail_the_view_stands_in_never_the_original(visitor, pictures, share):
    Image.objects.update(thumbnail="")
    content = read(visitor.get(at("shared-thumbnail", share, pictures[0])))
    assert content[8:12] == b"WEBP"
    assert SECRET not in content


def test_a_file_that_went_is_not_there_and_costs_the_others_nothing(visitor, pictures, share):
    files.remove_file(pictures[0].file)
    files.remove_file(pictures[0].thumbnail)
    for name in ("shared-thumbnail", "shared-view", "shared-file"):
        assert visitor.get(at(name, share, pictures[0])).status_code == 404
    zipped = zipfile.ZipFile(io.BytesIO(read(visitor.get(at("shared-zip", share)))))
    assert [name[:3] for name in zipped.namelist()] == ["002", "003", "rec"]


def test_the_card_is_a_jpeg_that_chat_programs_find(visitor, share, settings):
    page = Page(visitor.get(at("shared", share)))
    cards = {each["property"]: each["content"] for each in page.all("meta") if "property" in each.attrs}
    assert cards["og:title"] == share.title
    assert cards["og:description"] == "Olga L. shared 3 images with you"
    assert cards["og:image"] == settings.PUBLIC_URL + at("shared-card", share)
    response = visitor.get(at("shared-card", share))
    assert response["Content-Type"] == "image/jpeg"
    assert response.content[:2] == b"\xff\xd8"


def test_a_zip_has_every_picture_once_in_order_under_neutral_names(visitor, share):
    response = visitor.get(at("shared-zip", share))
    assert response["Content-Disposition"] == 'attachment; filename="vase-studies.zip"'
    zipped = zipfile.ZipFile(io.BytesIO(read(response)))
    assert zipped.testzip() is None
    names = zipped.namelist()
    assert [name[:16] for name in names] == [*(f"00{n}-vase-studies" for n in (1, 2, 3)), "recipes.csv"]


def test_a_zip_holds_one_picture_at_a_time(owner, visitor, pictures, monkeypatch):
    """However many there are: each part that is sent is about as large as one file."""
    share = make_share(owner, pictures, download="clean")
    monkeypatch.setattr(delivery, "file_content", lambda image, share: b"x" * 1_000_000)
    parts = [len(part) for part in visitor.get(at("shared-zip", share)).streaming_content]
    assert max(parts) <= zip_stream.SLICE_BYTES
    assert sum(parts) > len(pictures) * 1_000_000


def test_a_zip_that_fails_before_it_begins_gives_its_place_back(visitor, share, monkeypatch):
    visitor.raise_request_exception = False
    with monkeypatch.context() as locked:
        locked.delattr(shares, "count_download")
        assert [visitor.get(at("shared-zip", share)).status_code for _ in range(5)] == [500] * 5
    response = visitor.get(at("shared-zip", share))
    assert response.status_code == 200
    response.close()


def test_hidden_prompts_do_not_stand_in_words_for_those_who_listen(visitor, owner, pictures):
    hidden, shown = (make_share(owner, pictures, show_prompt=each) for each in (False, True))
    assert {each["alt"] for each in Page(visitor.get(at("shared", hidden))).all("img")} == {
        f"Picture {n}" for n in range(1, 5)
    }
    assert {each["alt"] for each in Page(visitor.get(at("shared", shown))).all("img")} == {PROMPT}


def test_parameters_go_with_the_model_they_would_give_away(owner, pictures):
    job = pictures[0].job
    job.parameters = {"steps": 20, "guidance": 4.5, "secret": "not a parameter"}
    for shown in (False, True):
        recipe = delivery.recipe(Image(job=job, model="flux-2-flex", width=1, height=1), Share(show_model=shown))
        assert ("steps" in recipe, "secret" in recipe) == (shown, False)


def test_deleted_pictures_vanish_from_snapshots_and_live_links(visitor, owner, pictures):
    run = pictures[0].job.run
    links = [
        make_share(owner, pictures, download="clean"),
        make_share(owner, kind="run", run=run, live=True, download="clean"),
        make_share(owner, kind="gallery", live=True),
    ]
    gone = pictures[1]
    Image.objects.filter(pk=gone.pk).delete()
    for share in links:
        page = visitor.get(at("shared", share)).content.decode()
        assert key_in(share, gone) not in page
        assert key_in(share, pictures[2]) in page
        for name in ("shared-picture", "shared-thumbnail", "shared-view", "shared-file"):
            assert visitor.get(at(name, share, gone)).status_code == 404
        if not share.is_endless:
            assert len(zipfile.ZipFile(io.BytesIO(read(visitor.get(at("shared-zip", share))))).namelist()) == 3


def test_a_snapshot_stays_and_a_live_link_follows(visitor, owner, pictures):
    still, live = (make_share(owner, kind="gallery", live=each) for each in (False, True))
    new = make_images(owner, 1)[0]
    assert key_in(still, new) not in visitor.get(at("shared", still)).content.decode()
    assert visitor.get(at("shared-picture", still, new)).status_code == 404
    assert key_in(live, new) in visitor.get(at("shared", live)).content.decode()
    assert visitor.get(at("shared-picture", live, new)).status_code == 200


def test_a_live_gallery_shows_its_filter_only(visitor, owner, pictures):
    Image.objects.filter(pk=pictures[0].pk).update(model="flux-2-pro")
    share = make_share(owner, kind="gallery", live=True, filter={"model": "flux-2-pro", "project": ""})
    page = visitor.get(at("shared", share)).content.decode()
    assert key_in(share, pictures[0]) in page
    assert key_in(share, pictures[1]) not in page
    assert visitor.get(at("shared-thumbnail", share, pictures[1])).status_code == 404


@pytest.mark.parametrize("live", [False, True])
def test_pages_follow_one_another_in_a_constant_number_of_queries(visitor, owner, live, django_assert_max_num_queries):
    made = make_images(owner, 130)
    share = make_share(owner, kind="gallery", live=live)
    seen, address = [], at("shared", share)
    while address:
        with django_assert_max_num_queries(10):  # three of them say how long the counter may wait for SQLite
            page = Page(visitor.get(address))
        seen += [each["hx-get"].split("/")[4] for each in page.all("a") if "hx-get" in each.attrs]
        address = page.next_address
    assert seen == [key_in(share, image) for image in reversed(made)]

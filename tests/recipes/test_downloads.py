"""The three honest downloads of one picture and of many: what each keeps, its name, and what is said where none is."""

import csv
import hashlib
import io
import zipfile

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from gallery.models import Attempt, FileLength, Image
from gallery.services.collections import collections, items
from gallery.services.library import kept_files
from gallery.services.references.keeping import keep_upload
from gallery.services.shares import delivery
from gallery.services.storage import files as storage
from tests.factories import make_run, make_share
from tests.pages import Page
from tests.recipes import files
from tests.recipes.files import FILES, PROMPT

pytestmark = pytest.mark.django_db(transaction=True)

WRITTEN = PROMPT.replace("{red|blue}", "red").replace("\n", " ")
ZIP = "/download/pictures.zip"


@pytest.fixture
def run(owner, worker, provider_server):
    run = make_run(owner, models=["flux-2-flex"], prompt=WRITTEN, seed="7, 8", size="64x128", steps="20")
    worker.work()
    return run


@pytest.fixture
def image(run):
    return run.jobs.get(seed=7).images.get()


def get(client, image, **wish):
    return client.get(reverse("image-original", args=[image.key]), wish)


def stored(image):
    with storage.open_file(image.file) as file:
        return file.read()


def give_file(image, name):
    """Let a picture have one of the files of these tests."""
    image.format, content = FILES[name]
    image.file = storage.publish_bytes(content, f"originals/test/{image.key}-{name}")
    image.sha256 = hashlib.sha256(content).hexdigest()
    image.save()
    return content


@pytest.mark.parametrize("name", ["jpeg with looks", "png with looks", "webp with looks", "clear lossless webp"])
def test_each_download_keeps_what_it_says_and_the_stored_file_stays(owner_client, image, name):
    content = give_file(image, name)
    original, recipe, clean = (get(owner_client, image, keep=keep, download="1") for keep in kept_files.Keep)
    assert original.getvalue() == content
    assert files.pixels(recipe.content) == files.pixels(clean.content) == files.pixels(content)
    assert files.looks(recipe.content) == files.looks(clean.content) == files.looks(content)
    assert files.read_by_others(recipe.content)[0] == WRITTEN
    assert files.source_types(recipe.content) == files.source_types(clean.content) == ["trainedAlgorithmicMedia"]
    assert b"by somebody" not in clean.content
    assert "Löwe".encode() not in clean.content
    suffix = {"jpeg": "jpg"}.get(image.format, image.format)
    assert [each["Content-Disposition"] for each in (original, recipe, clean)] == [
        f'attachment; filename="{stem}.{suffix}"'
        for stem in (f"flux-2-flex-7-{image.key}", f"flux-2-flex-7-{image.key}-recipe", f"picture-{image.key}")
    ]
    assert {each["Content-Type"] for each in (original, recipe, clean)} == {f"image/{image.format}"}
    assert clean["Cache-Control"] == recipe["Cache-Control"] == "private, no-cache"
    assert hashlib.sha256(stored(image)).hexdigest() == image.sha256
    original.close()


def test_the_mark_is_taken_away_by_the_install_and_by_a_choice_that_is_written_down(owner_client, image, settings):
    with capture_logs() as logs:
        unmarked = get(owner_client, image, keep="clean", mark="off").content
        get(owner_client, image, keep="clean")
    [line] = [each for each in logs if each["event"] == "files without the mark of a model"]
    assert (line["images"], line["username"], line["log_level"]) == ([image.key], image.owner.username, "warning")
    assert files.source_types(unmarked) == []
    settings.AI_MARK = False
    share = make_share(image.owner, [image], download="clean")
    exact = owner_client.get(reverse("image-as", args=[image.key]), {"size": "16x16"}).content
    for content in (get(owner_client, image, keep="clean").content, delivery.file_content(image, share), exact):
        assert files.source_types(content) == []
    recipe = get(owner_client, image, keep="recipe").content
    assert files.source_types(recipe) == []
    assert files.read_by_others(recipe)[0] == WRITTEN


def test_guests_get_clean_files_that_are_marked(image):
    give_file(image, "jpeg with looks")
    content = delivery.file_content(image, make_share(image.owner, [image], download="clean"))
    assert files.source_types(content) == ["trainedAlgorithmicMedia"]
    assert b"by somebody" not in content


def test_a_download_counts_and_a_look_or_a_refusal_does_not(owner_client, image):
    storage_name = image.file
    for wish in ({"keep": "clean"}, {"keep": "recipe"}):
        get(owner_client, image, **wish)
    Image.objects.update(file=storage.publish_bytes(b"\xff\xd8nothing", "originals/test/broken"))
    refused = get(owner_client, image, keep="clean", download="1")
    assert not Attempt.objects.filter(downloaded=True).exists()
    page = Page(owner_client.get(refused["Location"]))
    assert "built in an unusual way (no marker where one should be), and it is not drawn anew" in page.html
    assert get(owner_client, image, keep="recipe", download="1").status_code == 302
    Image.objects.update(file=storage_name)
    get(owner_client, image, keep="clean", download="1")
    assert Attempt.objects.filter(downloaded=True).exists()


def test_what_is_no_choice_is_said_and_a_file_that_is_gone_is_not_found(owner_client, image):
    assert get(owner_client, image, keep="everything").status_code == 400
    storage.remove_file(image.file)
    assert [get(owner_client, image, keep=keep).status_code for keep in kept_files.Keep] == [404] * 3


def test_an_upload_has_no_recipe_and_no_mark(owner, owner_client):
    image = keep_upload(io.BytesIO(FILES["png with looks"][1]), name="mine.png", owner=owner).image
    page = Page(owner_client.get(reverse("image", args=[image.key])))
    kept = [each["href"].partition("?")[2] for each in page.all("a") if "keep=" in each.attrs.get("href", "")]
    assert kept == ["keep=original&download=1", "keep=clean&download=1"]
    clean = get(owner_client, image, keep="clean", download="1")
    assert clean["Content-Disposition"] == 'attachment; filename="mine.png"'
    assert (files.source_types(clean.content), b"by somebody" in clean.content) == ([], False)
    refused = get(owner_client, image, keep="recipe", download="1")
    assert "there is no recipe to put in" in Page(owner_client.get(refused["Location"])).html


def test_the_menu_names_the_files_by_what_they_keep(owner_client, image, settings):
    def menu():
        page = Page(owner_client.get(reverse("image", args=[image.key])))
        return [each.node.find("b").text for each in page.all("a") if "keep=" in each.attrs.get("href", "")]

    assert menu() == ["Original", "With recipe", "Clean", "Clean, unmarked"]
    settings.AI_MARK = False
    assert menu() == ["Original", "With recipe", "Clean"]


# -- many -------------------------------------------------------------------------------------------------------------


def files_in(response):
    with zipfile.ZipFile(io.BytesIO(response.getvalue())) as archive:
        assert archive.testzip() is None
        return {name: archive.read(name) for name in archive.namelist()}


def rows_in(found):
    text = found["recipes.csv"].decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(text)))


@pytest.mark.parametrize("keep", ["original", "recipe", "clean"])
def test_a_zip_keeps_the_same_and_says_what_made_what(owner_client, run, keep):
    images = [job.images.get() for job in run.jobs.order_by("position")]
    response = owner_client.get(ZIP, {"run": run.key, "keep": keep, "table": "with"})
    found = files_in(response)
    kind = {"original": "", "recipe": "-recipe", "clean": "-clean"}[keep]
    assert response["Content-Disposition"] == f'attachment; filename="pictures{kind}.zip"'
    names = [f"{n:03d}-{kept_files.kept_name(each, keep)}" for n, each in enumerate(images, 1)]
    assert list(found) == [*names, "recipes.csv"]
    for image, name in zip(images, names, strict=True):
        assert found[name] == kept_files.read_kept(image, kept_files.Keep(keep))
    rows = rows_in(found)
    assert [row["file"] for row in rows] == names
    assert rows[0] | {"made_at": ""} == {
        "file": names[0], "model": "flux-2-flex", "seed": "7", "prompt": WRITTEN, "size": "64x128",
        "parameters": "output_format=jpeg; safety_tolerance=2; prompt_upsampling=off; steps=20; guidance=4.5",
        "cost_usd": "0.060000", "made_at": "", "note": "",
    }  # fmt: skip
    assert rows[0]["made_at"].startswith(images[0].created_at.strftime("%Y-%m-%dT%H:%M"))


def test_what_is_handed_on_clean_has_no_table_unless_it_is_asked_for(owner_client, run):
    wishes = {"keep": "clean"}, {"size": "16x16"}, {"keep": "recipe", "table": "without"}
    for wish in wishes:
        assert "recipes.csv" not in files_in(owner_client.get(ZIP, wish | {"run": run.key}))
    for wish in {"keep": "recipe"}, {}, {"size": "16x16", "table": "with"}:
        assert "recipes.csv" in files_in(owner_client.get(ZIP, wish | {"run": run.key}))


def test_a_table_computes_nothing_and_tells_what_could_not_be(owner, owner_client, run, image):
    image.job.prompt = "=HYPERLINK(1)"
    image.job.save()
    FileLength.objects.all().delete()  # what is measured is measured of a prompt that stays
    upload = keep_upload(io.BytesIO(FILES["png"][1]), name="mine.png", owner=owner).image
    Image.objects.filter(seed=8).update(file=storage.publish_bytes(b"\xff\xd8nothing", "originals/test/broken2"))
    keys = [image.key, Image.objects.get(seed=8).key, upload.key]
    found = files_in(owner_client.get(ZIP, {"image": keys, "keep": "recipe"}))
    rows = rows_in(found)
    assert rows[0]["prompt"] == "'=HYPERLINK(1)"
    assert "built in an unusual way" in rows[1]["note"]
    assert found[rows[1]["file"]].decode() == rows[1]["note"]
    assert (rows[2]["note"], rows[2]["cost_usd"], found["003-mine.png"]) == ("uploaded", "", FILES["png"][1])


def test_the_page_of_a_zip_asks_what_is_kept(owner_client, run):
    page = Page(owner_client.get("/download/", {"run": run.key, "keep": "clean"}))
    radios = {each["value"]: "checked" in each.attrs for each in page.all("input", name="keep")}
    assert radios == {"original": False, "recipe": False, "clean": True}
    with capture_logs() as logs:
        wrong = owner_client.get(ZIP, {"run": run.key, "keep": "nothing"})
        files_in(owner_client.get(ZIP, {"run": run.key, "keep": "clean", "mark": "off"}))
    assert (wrong.status_code, "not one of the available choices" in Page(wrong).html) == (400, True)
    assert [each["images"] for each in logs if "without the mark" in each["event"]] == [[run.key]]


def test_of_a_picture_that_the_team_may_look_at_the_recipe_is_told_and_the_cost_is_not(
    owner, run, image, colleague, colleague_client
):
    assert get(colleague_client, image, keep="recipe").status_code == 404
    shared = collections.make_collection(owner=owner, name="Docks", team="look")
    items.add_images(shared, [image], by=owner)
    assert files.read_by_others(get(colleague_client, image, keep="recipe").content)[0] == WRITTEN
    for wanted in {"image": image.key}, {"collection": shared.key}:
        found = files_in(colleague_client.get(ZIP, wanted))
        assert [(row["prompt"], row["cost_usd"]) for row in rows_in(found)] == [(WRITTEN, "")]
    assert colleague_client.post("/studio/recipe/", {"recipe_image": image.key}).status_code == 404


def test_a_collection_comes_as_one_zip_in_its_order(owner, owner_client, colleague_client, run, image):
    other = Image.objects.get(seed=8)
    shelf = collections.make_collection(owner=owner, name="<Docks>")
    items.add_images(shelf, [image], by=owner)
    items.add_images(shelf, [other], by=owner)
    order = [row.image for row in items.items_in_order(shelf).select_related("image")]
    found = files_in(owner_client.get(ZIP, {"collection": shelf.key}))
    assert [*found] == [*(f"{n:03d}-{each.download_name}" for n, each in enumerate(order, 1)), "recipes.csv"]
    page = Page(owner_client.get("/download/", {"collection": shelf.key}))
    assert (page.one("h1").text, "“<Docks>”" in page.text) == ("Download 2 pictures", True)
    assert colleague_client.get(ZIP, {"collection": shelf.key}).status_code == 404

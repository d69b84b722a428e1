"""The batch of pairs: lists, a table, a ZIP; checked and priced first, joined where a model takes one, one run."""

import io
import zipfile

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from gallery.models import Reference, Run
from gallery.services.references import inputs
from tests.pages import Page
from tests.references.pictures import BLUE, GREEN, RED, picture_bytes, upload

FORM = {"prompt": "the pattern of the left image", "seed": "5", "aspect_ratio": "match", "nonce": "n"}
BOTH = ("flux-kontext-pro", "flux-2-pro")


def sent(client, *, models=("flux-kontext-pro",), **more):
    return client.post(reverse("pairs"), {**FORM, "model": list(models), **more})


def read_again(page):
    """Return what the page sends along of the pairs that it has read."""
    rows = page.context["rows"]
    return {
        "pair": [" ".join(each.key for each in references) for references, _ in rows],
        "pair_prompt": [words for _, words in rows],
    }


@pytest.mark.usefixtures("provider_server")
def test_one_against_many_is_priced_joined_and_bought_as_one_run(owner_client, worker, world, settings):
    settings.WAITING_MAX = 4  # the second press finds the queue full of what the first one bought
    files = {"left": [upload("pattern.png", RED)], "right": [upload("anna.png", BLUE), upload("ben.png", GREEN)]}
    page = sent(owner_client, models=BOTH, **files)
    assert (page.context["quote"].count, page.context["quote"].ours_micros) == (4, 130_000)
    assert not Run.objects.exists()
    started, again = (sent(owner_client, models=BOTH, start="1", **read_again(page)) for _ in range(2))
    run = Run.objects.get()
    assert started.url == again.url == f"/runs/{run.key}/"
    worker.work()
    inputs = [[name for name in post.body if name.startswith("input_image")] for post in world.till]
    assert sorted(map(len, inputs)) == [1, 1, 2, 2]
    joined = run.jobs.filter(model="flux-kontext-pro").order_by("id").first().inputs.get()
    assert joined.name == "pattern.png + anna.png"
    assert owner_client.get(started.url).status_code == 200
    assert set(run.jobs.values_list("state", flat=True)) == {"DONE"}


def zipped(table, files):
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("pairs.csv", table)
        for name, colour in files.items():
            archive.writestr(f"{name}.png", picture_bytes(colour))
    return SimpleUploadedFile("pairs.zip", out.getvalue())


@pytest.mark.parametrize("as_zip", [True, False])
def test_a_table_names_the_pictures_and_words_of_each_row(owner_client, as_zip):
    table = "left,right,prompt\na.png,b.png,\nc.png,b.png,a hat\n"
    files = {"a": RED, "b": BLUE, "c": GREEN}
    if as_zip:
        page = sent(owner_client, table=zipped(table, files))
    else:
        chosen = [upload(f"{name}.png", colour) for name, colour in files.items()]
        page = sent(owner_client, table=SimpleUploadedFile("pairs.csv", table.encode()), left=chosen)
    read = [([each.name for each in references], words) for references, words in page.context["rows"]]
    assert read == [(["a.png", "b.png"], ""), (["c.png", "b.png"], "a hat")]
    assert [cell.request.body["prompt"] for cell in page.context["plan"].cells] == [FORM["prompt"], "a hat"]


@pytest.mark.parametrize(
    ("names", "said"),
    [
        ({"left": "ab", "right": "cde"}, "The two lists have 2 and 3 pictures."),
        ({"left": "a"}, "Choose at least one picture on either side."),
        ({}, "Choose pictures on both sides"),
    ],
)
def test_what_does_not_fit_is_said_and_nothing_is_bought(owner_client, names, said):
    files = {side: [upload(f"{each}.png", (ord(each), 9, 9)) for each in found] for side, found in names.items()}
    page = sent(owner_client, start="1", **files)
    assert said in page.content.decode()
    assert not Run.objects.exists()


def test_a_bad_picture_names_itself_and_a_missing_one_too(owner_client):
    table = SimpleUploadedFile("pairs.csv", b"left,right\na.png,b.png\na.png,notes.png\n")
    chosen = [upload("a.png", RED), SimpleUploadedFile("notes.png", b"no picture at all")]
    page = sent(owner_client, table=table, left=chosen, start="1").content.decode()
    assert "b.png is not among the files that were chosen." in page
    assert "notes.png: " in page
    assert not Run.objects.exists()


@pytest.mark.usefixtures("provider_server")
def test_the_run_shows_each_pair_at_its_row_and_is_filled_in_again(owner_client, worker):
    files = {"left": [upload("a.png", RED)], "right": [upload("b.png", BLUE), upload("c.png", GREEN)]}
    page = sent(owner_client, models=BOTH, **files)
    address = sent(owner_client, models=BOTH, start="1", **read_again(page)).url
    heads = [each["src"] for each in Page(owner_client.get(address)).all("img", class_="head-input")]
    assert len(heads) == 4  # two rows of two
    assert heads[0] == heads[2] != heads[1] != heads[3]
    again = owner_client.get(reverse("pairs"), {"run": address.split("/")[2]})
    assert read_again(again) == read_again(page)


@pytest.mark.parametrize(
    ("table", "said"),
    [
        ("left,right\n" + "a.png,a.png\n" * 201, "These are 201 pairs. At most 200 make one run."),
        ("left,right\n" + "".join(f"https://a.example/{n}.png,a.png\n" for n in range(11)), "At most 10 pictures"),
        ("left,right\na.png,\n", "Line 2, right: No picture is named here."),
        ("picture,other\na.png,b.png\n", "The column “picture” is not known here."),
    ],
)
def test_a_table_that_cannot_be_used_says_why(owner_client, table, said):
    file = SimpleUploadedFile("pairs.csv", table.encode())
    page = sent(owner_client, table=file, left=[upload("a.png", RED)], start="1").content.decode()
    assert said in page
    assert not Run.objects.exists()


def test_pairs_that_make_too_many_images_are_refused_with_their_number(owner_client):
    files = {"left": [upload("a.png", RED)], "right": [upload(f"{n}.png", (n, 9, 9)) for n in range(6)]}
    page = sent(owner_client, models=("flux-2-pro",), seed="400 random", **files)
    assert "These are 2,400 images. At most 2,000 make one run." in page.content.decode()


def test_more_pairs_cost_no_more_queries(owner_client, django_assert_num_queries):
    def read(count):
        names = [upload(f"{n}.png", (40 * n, 9, 9)) for n in range(count)]
        return read_again(sent(owner_client, models=BOTH, left=[upload("a.png", BLUE)], right=names))

    few, many = read(2), read(6)
    with CaptureQueriesContext(connection) as queries:
        sent(owner_client, models=BOTH, **few)
    with django_assert_num_queries(len(queries)):
        sent(owner_client, models=BOTH, **many)


def test_a_pair_that_cannot_be_asked_for_is_named_by_its_number(owner_client):
    wide = {"size": (2048, 64)}
    files = {"left": [upload("a.png", RED, **wide)], "right": [upload("b.png", BLUE, **wide)]}
    page = sent(owner_client, **files)
    assert "Pair 1: The joined picture: 4096 × 64 pixels" in page.content.decode()
    Reference.objects.filter(name="b.png").delete()
    assert f"Pair 1: {inputs.GONE}" in sent(owner_client, **read_again(page)).content.decode()


def test_more_pairs_than_make_a_run_are_refused_also_when_they_were_read_before(owner_client):
    page = sent(owner_client, models=("flux-2-pro",), pair=["a b"] * 201, pair_prompt=[""] * 201)
    assert "These are 201 pairs. At most 200 make one run." in page.content.decode()


def test_a_picture_that_is_damaged_in_the_zip_names_itself(owner_client):
    good, bad = picture_bytes(RED), picture_bytes(BLUE)
    whole = zipped("left,right\na.png,b.png\n", {"a": RED, "b": BLUE}).read()
    assert good != bad
    page = sent(owner_client, table=SimpleUploadedFile("pairs.zip", whole.replace(bad[-30:-20], bytes(10))), start="1")
    assert "“b.png” in the ZIP is damaged." in page.content.decode()
    assert not Run.objects.exists()

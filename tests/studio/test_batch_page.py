"""The page of a batch: rows in, problems by line or a price out, and one run when its price has been seen."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from gallery.catalogue.tables import batches
from gallery.models import Run
from gallery.models.keys import random_key
from tests.pages import Page
from tests.studio.test_review import typed_in

pytestmark = pytest.mark.django_db

BATCH = "/batch/"
TABLE = "prompt;model;shape;seed\na door;flux-2-pro;16:9;7\na hat;;;8\n"


def form(rows="", **changes):
    usual = {"model": ["flux-2-klein-4b"], "seed": "1 random", "shape": "1:1", "nonce": random_key()}
    fields = {"rows": rows, "output_format": "jpeg", "safety_tolerance": "2", "steps": "50", "guidance": "4.5"}
    return {name: value for name, value in {**usual, **fields, **changes}.items() if value is not None}


def post(client, *args, **changes):
    response = client.post(BATCH, form(*args, **changes))
    assert response.status_code == 200
    return Page(response)


def file(content, name="rows.csv"):
    return SimpleUploadedFile(name, content if isinstance(content, bytes) else content.encode(), "text/csv")


def wrong_lines(page):
    """List (line, column, what is wrong)."""
    numbers = [each.text for each in page.all("th", scope="row")]
    cells = [each.text for each in page.all("td")]
    return list(zip(numbers, cells[::2], cells[1::2], strict=True))


def test_rows_are_priced_first_and_nothing_is_bought(owner_client):
    page = post(owner_client, TABLE)
    assert page.one("h1").text == "Review 2 images"
    assert "2 rows" in page.text
    assert page.one("button", id="generate").text.startswith("Generate 2 images $0.04")
    assert not Run.objects.exists()


def test_what_the_review_sends_makes_the_run_that_it_showed(owner_client, owner):
    page = post(owner_client, TABLE, project="Harbour")
    response = owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    run = Run.objects.get()
    assert response["Location"] == reverse("run", args=[run.key])
    assert (run.owner, run.size, run.prompt, run.project.name) == (owner, 2, "a door and 1 more row", "Harbour")
    assert run.quoted_micros == sum(run.jobs.values_list("quoted_micros", flat=True))
    first, second = run.jobs.order_by("position")
    assert (first.model, first.parameters["size"], first.seed) == ("flux-2-pro", "1360x768", 7)
    assert (second.model, second.parameters["size"], second.seed) == ("flux-2-klein-4b", "1024x1024", 8)
    assert first.axes == {"row": "1 · a door · flux-2-pro"}


def test_the_run_shows_its_rows_and_can_be_made_again(owner_client):
    page = post(owner_client, TABLE)
    owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    run = Run.objects.get()
    shown = Page(owner_client.get(reverse("run", args=[run.key])))
    assert "row 1 · a door" in shown.text
    assert not shown.all(id="extend")  # rows have seeds of their own
    again = shown.one("a", href=f"{BATCH}?run={run.key}")
    page = Page(owner_client.get(again["href"]))
    assert page.value("rows") == TABLE.replace("\n", "\r\n") or page.value("rows") == TABLE
    assert page.value("model") == ["flux-2-klein-4b"]


def test_a_double_press_is_one_run_and_another_list_another(owner_client):
    sent = typed_in(post(owner_client, TABLE)) | {"start": "1"}
    for _ in range(2):
        owner_client.post(BATCH, sent)
    assert Run.objects.count() == 1
    owner_client.post(BATCH, sent | {"rows": "a lamp"})
    assert Run.objects.count() == 2


def test_every_line_that_is_wrong_is_listed_and_everything_typed_stays(owner_client):
    rows = "prompt,shape\na door,1000x1000\n,\na hat,5:1\n"
    page = post(owner_client, rows, seed="7", project="Harbour", shape="3:2")
    assert page.one(id="what-is-wrong").text == "2 lines need a change. Nothing was bought."
    assert wrong_lines(page) == [
        ("2", "shape", "1000 is no multiple of 16. Use 1008x1008."),
        ("4", "shape", "5:1 is wider than 7:3. Use 7:3."),
    ]
    assert page.value("rows") == rows
    assert (page.value("seed"), page.value("project"), page.value("shape")) == ("7", "Harbour", "3:2")


def test_a_file_is_read_and_stands_in_the_field_when_it_is_wrong(owner_client):
    page = post(owner_client, "older rows", file=file("prompt;seed\nein Käfer;many\n".encode("cp1252")))
    assert page.value("rows") == "prompt;seed\nein Käfer;many\n"
    assert wrong_lines(page) == [("2", "seed", "“many” is no seed. Write 42, a range 100..110, or 4 random.")]
    page = post(owner_client, file=file("prompt;seed\nein Käfer;4\n".encode("utf-16")))
    assert page.one("h1").text == "Review 1 image"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"PK\x03\x04", "Save it as CSV"),
        (b"a" * (batches.MAX_BYTES + 1), "larger than 2 MB"),
        (b"", "at least one row"),
    ],
)
def test_a_file_that_cannot_be_read_says_why_and_keeps_what_was_pasted(owner_client, content, words):
    page = post(owner_client, "" if not content else "a door", file=file(content))
    assert words in page.one(id="why-rows").text
    assert page.value("rows") == ("a door" if content else "")


def test_too_many_rows_are_refused_before_anything_else(owner_client):
    page = post(owner_client, "prompt,colour\n" + "a,b\n" * 2_001, seed="nonsense")
    assert page.errors() == {"rows": "This list has more than 2,000 rows. At most 2,000 make one run: split it."}


def test_what_is_usual_is_checked_once_beside_its_field(owner_client):
    page = post(owner_client, "a door\na hat\n", seed="many", shape="square", steps="99")
    assert set(page.errors()) == {"shape"}
    page = post(owner_client, "a door\na hat\n", seed="many", shape="5:1", guidance="99")
    assert set(page.errors()) == {"shape", "seed"}
    page = post(owner_client, "a door\na hat\n", model=["flux-2-flex"], guidance="99")
    assert page.errors() == {"guidance": "99.0 is above 10. Use 1.5 to 10."}
    assert page.value("rows") == "a door\na hat\n"


def test_without_a_model_every_row_must_name_one(owner_client):
    page = post(owner_client, "prompt,model\na door,flux-2-pro\na hat,\n", model=None)
    assert wrong_lines(page) == [("3", "model", "Name a model here, or tick one for the rows that name none.")]


def test_more_than_may_wait_in_the_line_is_refused_in_words(owner_client, settings):
    settings.WAITING_MAX = 1
    page = post(owner_client, "a door\na hat\n")
    assert page.one("div", role="alert").text.startswith("0 of your images wait, and at most 1 may")
    assert page.value("rows") == "a door\na hat\n"


def test_back_from_the_review_leads_to_the_rows(owner_client):
    page = post(owner_client, TABLE, seed="9")
    page = Page(owner_client.post(BATCH, typed_in(page) | {"edit": "1"}))
    assert (page.value("rows"), page.value("seed")) == (TABLE, "9")
    assert not Run.objects.exists()


def test_what_is_owned_is_reused_and_can_be_bought_again(owner_client, owner, worker, provider_server):
    sent = typed_in(post(owner_client, "a door\na hat\n", seed="7", shape="64x64"))
    owner_client.post(BATCH, sent | {"start": "1"})
    worker.work()
    page = post(owner_client, "a door\na lamp\n", seed="7", shape="64x64")
    assert "You own 1 of these already" in page.text
    assert re.search(r"Generate 2 images \$0\.01", page.one("button", id="generate").text)
    owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    assert owner.runs.latest("id").jobs.filter(reused=None).count() == 1
    bought = post(owner_client, "a door\na lamp\n", seed="7", shape="64x64", buy_again="on")
    assert bought.one("button", id="generate").text.startswith("Generate 2 images $0.02")


def test_the_template_can_be_downloaded_filled_in_and_sent(owner_client):
    response = owner_client.get(reverse("batch-template"))
    assert response["Content-Disposition"] == 'attachment; filename="fluxweb-batch.csv"'
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    page = post(owner_client, file=file(response.content))
    assert page.one("h1").text == "Review 4 images"


def test_a_colleagues_batch_cannot_be_looked_at(colleague_client, owner_client):
    owner_client.post(BATCH, typed_in(post(owner_client, TABLE)) | {"start": "1"})
    assert colleague_client.get(BATCH, {"run": Run.objects.get().key}).status_code == 404


def test_two_thousand_rows_ask_the_database_little_more_than_two(owner_client, django_assert_max_num_queries):
    for count in (2, 2_000):
        rows = "".join(f"door {n}\n" for n in range(count))
        with django_assert_max_num_queries(13):
            page = post(owner_client, rows)
        with django_assert_max_num_queries(100):  # SQLite takes 39 rows in one statement
            owner_client.post(BATCH, typed_in(page) | {"start": "1"})
    assert Run.objects.latest("id").size == 2_000

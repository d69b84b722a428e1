"""Sheets on the run's page: asked for, watched, downloaded, tried again, deleted."""

import io
import zipfile

import pytest
from django.urls import reverse
from PIL import Image as Pillow

from gallery import tasks
from gallery.models import Sheet, SheetPart
from gallery.models.contact_sheets import SheetState
from gallery.services.contact_sheets import sheet_layout, sheets
from gallery.services.operations import stream_slots
from tests.factories import make_run
from tests.images.test_image import bytes_of
from tests.pages import Page

pytestmark = pytest.mark.django_db

WISH = {"edge": "256", "format": "png"}


@pytest.fixture
def run(owner):
    return make_run(owner, models=["flux-2-klein-4b", "flux-2-pro"], seed="7..9", size="64x64")


@pytest.fixture
def page_of(owner_client, run):
    return lambda query="": Page(owner_client.get(reverse("run", args=[run.key]) + query))


@pytest.fixture
def ask(owner_client, run):
    """Press the button of the run's page."""

    def press(query="", **changes):
        address = reverse("run-sheets", args=[run.key])
        referer = f"http://testserver{reverse('run', args=[run.key])}{query}"
        return owner_client.post(address, WISH | changes, headers={"Referer": referer}, follow=True)

    return press


def listed(page):
    return [each.text for each in page.all(class_="made-sheet")]


def test_the_menu_asks_for_the_arrangement_that_is_shown(page_of, ask, run):
    page = page_of("?across=seed&page=none")
    assert (page.value("across"), page.value("page")) == ("seed", "none")
    page = Page(ask("?across=seed&page=none", across="seed", page="none"))
    assert (run.sheets.get().across, run.sheets.get().page) == ("seed", "none")
    assert "seeds across, small pictures, PNG" in listed(page)[0]
    assert "being drawn" in listed(page)[0]
    assert [each["aria-current"] for each in page.all("a", id="across-seed")] == ["true"]  # it stays as it was


def test_asking_nudges_a_worker_and_no_broker_is_needed(ask, monkeypatch):
    ask()
    assert tasks.queue.pending_count() == 1

    def gone():
        raise ConnectionError

    monkeypatch.setattr(tasks, "draw", gone)
    assert ask(edge="512").status_code == 200
    assert Sheet.objects.count() == 2


@pytest.mark.django_db(transaction=True)  # drawing gives its connection back
def test_the_poll_tells_what_changed_and_ends_by_itself(owner_client, page_of, ask, run):
    ask()
    poll = page_of().one(id="made-sheets")["hx-get"]
    assert owner_client.get(poll).status_code == 204
    sheets.draw_next_part()
    page = Page(owner_client.get(poll))
    assert "hx-get" not in page.one(id="made-sheets").attrs
    assert (
        page.all("a", class_="btn")[0]["href"] == reverse("sheet-part", args=[run.sheets.get().key, 1]) + "?download=1"
    )


def test_a_page_without_sheets_does_not_poll_for_them(page_of):
    assert "hx-get" not in page_of().one(id="made-sheets").attrs


@pytest.mark.django_db(transaction=True)
def test_a_part_is_a_picture_for_its_owner_only(owner_client, colleague_client, admin_client, ask, run):
    ask()
    sheets.draw_next_part()
    sheet = run.sheets.get()
    address = reverse("sheet-part", args=[sheet.key, 1])
    response = owner_client.get(address, {"download": "1"})
    assert response["Content-Type"] == "image/png"
    assert response["Cache-Control"] == "private, max-age=31536000, immutable"
    assert response["Content-Disposition"] == f'attachment; filename="sheet-{run.key}.png"'
    assert Pillow.open(io.BytesIO(bytes_of(response))).size == (sheet.parts.get().width, sheet.parts.get().height)
    assert colleague_client.get(address).status_code == admin_client.get(address).status_code == 404
    for number in (0, 2, 10**30):
        assert owner_client.get(f"/sheets/{sheet.key}/{number}").status_code == 404


def test_a_sheet_that_failed_says_why_and_is_tried_again(owner_client, page_of, ask, run):
    ask()
    run.sheets.update(state=SheetState.FAILED, due_at=None, reason="The disk is nearly full.", tries=3)
    page = page_of()
    assert "The disk is nearly full." in listed(page)[0]
    again = page.one("form", action=reverse("sheet-again", args=[run.sheets.get().key]))
    owner_client.post(again["action"])
    assert "being drawn" in listed(page_of())[0]
    assert run.sheets.get().tries == 0


def test_a_sheet_that_waits_for_another_try_says_so(page_of, ask, run):
    ask()
    run.sheets.update(reason="The storage does not answer: EndpointConnectionError.", tries=1)
    assert "EndpointConnectionError. It is tried again." in listed(page_of())[0]


@pytest.mark.django_db(transaction=True)  # drawing gives its connection back
def test_deleting_leads_back_to_the_page_without_it(owner_client, page_of, ask, run):
    ask()
    sheets.draw_next_part()
    page = Page(owner_client.post(reverse("sheet-delete", args=[run.sheets.get().key]), follow=True))
    assert listed(page) == []
    assert "The sheet is deleted. Its pictures are not." in page.html


def test_a_sender_that_is_no_address_costs_the_arrangement_only(owner_client, run):
    response = owner_client.post(reverse("run-sheets", args=[run.key]), WISH, headers={"Referer": "http://[x/?size=l"})
    assert response["Location"] == reverse("run", args=[run.key])
    assert Sheet.objects.exists()


@pytest.mark.parametrize(
    "wrong", [{"edge": "300"}, {"edge": ""}, {"format": "gif"}, {"across": "\x00"}, {"page": "colour"}]
)
def test_a_wish_that_cannot_be_is_refused_in_words(ask, wrong):
    assert "That is no sheet that can be made." in ask(**wrong).content.decode()
    assert not Sheet.objects.exists()


def test_too_many_parts_are_refused_in_words(ask, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_PARTS", 0)
    assert "That would be 1 parts: at most 0. Choose smaller pictures." in ask().content.decode()


def test_the_run_page_asks_as_few_questions_with_many_sheets(page_of, ask, django_assert_num_queries):
    ask()
    with django_assert_num_queries(2):
        sheets_of = list(Sheet.objects.with_parts())
    assert len(sheets_of) == 1
    ask(edge="512"), ask(edge="1024"), ask(format="jpeg")
    with django_assert_num_queries(2):
        assert len(list(Sheet.objects.with_parts())) == 4
    assert len(listed(page_of())) == 4


@pytest.fixture
def in_parts(monkeypatch):
    """As if a part could hold one row only."""
    monkeypatch.setattr(sheet_layout.plan_parts, "__kwdefaults__", {"most_pixels": 200_000})


def zip_of(owner_client, sheet):
    return owner_client.get(reverse("sheet-zip", args=[sheet.key]))


@pytest.mark.django_db(transaction=True)  # drawing gives its connection back
def test_all_parts_come_with_one_click(owner_client, page_of, ask, run, in_parts):
    ask()
    sheet = run.sheets.get()
    assert sheet.size > 2
    sheets.draw_next_part()
    assert f"1 of {sheet.size} parts" in listed(page_of())[0]
    while sheets.draw_next_part():
        pass
    address = reverse("sheet-zip", args=[sheet.key])
    (link,) = [each for each in page_of().all("a", class_="btn") if each.attrs["href"] == address]
    assert link.text.startswith(f"All {sheet.size} parts ZIP, ")
    response = zip_of(owner_client, sheet)
    assert response["Content-Disposition"] == f'attachment; filename="sheet-{run.key}.zip"'
    archive = zipfile.ZipFile(io.BytesIO(bytes_of(response)))
    assert archive.testzip() is None
    assert archive.namelist() == [f"sheet-{run.key}-{n}-of-{sheet.size}.png" for n in range(1, sheet.size + 1)]
    for part, name in zip(sheet.parts.order_by("number"), archive.namelist(), strict=True):
        assert archive.read(name) == bytes_of(owner_client.get(reverse("sheet-part", args=[sheet.key, part.number])))


@pytest.mark.django_db(transaction=True)
def test_a_part_whose_file_is_gone_costs_the_others_nothing(owner_client, ask, run, in_parts):
    ask()
    while sheets.draw_next_part():
        pass
    sheet = run.sheets.get()
    sheets.files.remove_file(sheet.parts.first().file)
    archive = zipfile.ZipFile(io.BytesIO(bytes_of(zip_of(owner_client, sheet))))
    assert len(archive.namelist()) == sheet.size - 1


@pytest.mark.django_db(transaction=True)
def test_one_download_too_many_waits_in_line(owner_client, ask, run, in_parts):
    ask()
    sheets.draw_next_part()
    running = [zip_of(owner_client, run.sheets.get()) for _ in range(stream_slots.OF_LINK)]
    refused = owner_client.get(reverse("sheet-zip", args=[run.sheets.get().key]), follow=True)
    assert "Several downloads are on their way. Yours is number 1 in line" in refused.content.decode()
    for each in running:
        each.close()
    assert bytes_of(zip_of(owner_client, run.sheets.get()))[:2] == b"PK"


def test_the_files_of_many_parts_stand_in_their_order(run):
    sheet = Sheet(run=run, size=34, format="jpeg")
    names = [sheets.part_file_name(SheetPart(sheet=sheet, number=n)) for n in (2, 10, 34)]
    assert names == sorted(names) == [f"sheet-{run.key}-{n}-of-34.jpg" for n in ("02", "10", "34")]

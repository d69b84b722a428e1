"""A sheet is drawn in the background, part by part, and is never lost: the pictures that come out are looked at."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone
from PIL import Image as Pillow
from PIL import ImageChops, ImageStat

from gallery.models import Image, Sheet, SheetPart
from gallery.models.contact_sheets import SheetState
from gallery.services.contact_sheets import rendering, sheet_layout, sheets
from gallery.simulator import faults
from tests.factories import grow, make_run
from tests.worker.races import after_statement

pytestmark = pytest.mark.django_db(transaction=True)

MODELS = ["flux-2-klein-4b", "flux-2-pro"]
NEAR = 12  # of 255: JPEG and two ways of making a picture small differ by less


@pytest.fixture
def run(owner, worker, provider_server):
    """Three seeds on two models, all made."""
    run = make_run(owner, models=MODELS, seed="7..9", size="256x128", project="Docks")
    worker.work()
    return run


def ask(run, *, edge=256, image_format="png", **asked):
    return sheets.request_sheet(run, edge=edge, image_format=image_format, **asked)


def draw(sheet):
    """Draw until nothing is due; return the sheet as it is then."""
    while sheets.draw_next_part():
        pass
    return Sheet.objects.get(pk=sheet.pk)


def pictures(sheet):
    for part in sheet.parts.all():
        with default_storage.open(part.file) as file:
            picture = Pillow.open(file)
            picture.load()
            assert (picture.width, picture.height) == (part.width, part.height)
        yield picture


def corners(box):
    return (box.x, box.y, box.x + box.width, box.y + box.height)


def difference(one, other):
    """How far two pictures of one size are apart, of 255."""
    return max(ImageStat.Stat(ImageChops.difference(one, other)).mean)


def is_blank(picture, area):
    return picture.crop(area).getcolors(1) is not None


def later(sheet, seconds=3600):
    """Let the time pass that a sheet waits, or that a dead worker's lease lasts."""
    then = timezone.now() - timedelta(seconds=seconds)
    Sheet.objects.filter(pk=sheet.pk).exclude(due_at=None).update(due_at=then)
    Sheet.objects.filter(pk=sheet.pk).exclude(lease_until=None).update(lease_until=then)


@pytest.mark.parametrize("image_format", ["png", "jpeg"])
def test_every_picture_stands_in_its_place_under_its_labels(run, image_format):
    sheet = draw(ask(run, image_format=image_format))
    assert (sheet.state, sheet.size) == (SheetState.DONE, 1)
    (picture,), (part,) = pictures(sheet), sheets.plan_sheet(sheet)
    assert picture.format == image_format.upper()
    for box in part.boxes:
        with default_storage.open(box.cell.image.file) as file:
            original = Pillow.open(file).convert("RGB").resize((box.width, box.height))
        assert difference(picture.crop(corners(box)), original) < NEAR
    left = min(box.x for box in part.boxes)
    top = min(box.y for box in part.boxes)
    if image_format == "png":  # JPEG shades around every edge
        for label in part.labels:
            assert not is_blank(picture, (label.x, label.y, label.x + 2 * label.size, label.y + label.size))
        assert is_blank(picture, (0, 0, picture.width, part.labels[0].y))
        assert is_blank(picture, (0, 0, min(label.x for label in part.labels), picture.height))
        assert is_blank(picture, (left - 4, top, left, picture.height))
    assert [" ".join(label.lines) for label in part.labels][:2] == [
        "a lighthouse in fog", f"6 images · 2 models · 3 seeds · Docks · {run.created_at:%d %B %Y}".replace(" 0", " "),
    ]  # fmt: skip


def test_the_arrangement_of_the_page_is_the_one_of_the_sheet(run):
    sheet = draw(ask(run, across="seed"))
    assert (sheet.across, sheet.page) == ("seed", "none")
    (part,) = sheets.plan_sheet(sheet)
    assert [box.cell.job.seed for box in part.boxes] == [7, 8, 9, 7, 8, 9]


def test_what_is_missing_is_an_empty_place_that_says_why(owner, worker, provider_server, world):
    run = make_run(owner, models=MODELS, seed="7..8", size="256x256")
    world.script(faults.Moderated())
    worker.call()
    worker.fetch(worker.call())
    for name in (Image.objects.get().thumbnail, Image.objects.get().file):
        default_storage.delete(name)
    sheet = draw(ask(run))
    (picture,), (part,) = pictures(sheet), sheets.plan_sheet(sheet)
    for box in part.boxes:
        inside = picture.crop(corners(box))
        colours = {colour for _, colour in inside.getcolors(70_000)}
        assert {rendering.EMPTY, rendering.EDGE, rendering.INKS["quiet"]} <= colours
    assert {box.cell.job.state for box in part.boxes} == {"FAILED", "DONE", "QUEUED"}


def test_one_damaged_picture_does_not_keep_the_others_from_being_drawn(run):
    broken = Image.objects.first()
    for name in (broken.thumbnail, broken.file):
        Path(default_storage.path(name)).write_bytes(b"no picture")
    (picture,), (part,) = pictures(draw(ask(run))), sheets.plan_sheet(run.sheets.get())
    empty = [box.cell.image for box in part.boxes if picture.getpixel((box.x, box.y)) == rendering.EDGE]
    assert empty == [broken]


def test_a_storage_that_fails_over_one_picture_is_no_damage_to_it(run):
    path = Path(default_storage.path(Image.objects.first().file))
    path.rename(path.with_name("aside"))
    path.mkdir()
    sheet = ask(run, edge=512)
    assert sheets.draw_next_part()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == (SheetState.WAITING, "The storage says: Is a directory.")
    path.rmdir()
    path.with_name("aside").rename(path)
    later(sheet)
    assert draw(sheet).state == SheetState.DONE


def test_sheets_stop_before_the_disk_is_full_and_say_so(run, monkeypatch):
    monkeypatch.setattr(sheets, "FREE_BYTES", 2**60)
    sheet = ask(run)
    sheets.draw_next_part()
    sheet.refresh_from_db()
    assert sheet.reason.startswith("The disk is nearly full")


def test_a_thumbnail_that_is_gone_is_no_loss(run):
    for image in Image.objects.all():
        default_storage.delete(image.thumbnail)
    (picture,) = pictures(draw(ask(run)))
    (part,) = sheets.plan_sheet(run.sheets.get())
    assert not any(is_blank(picture, corners(box)) for box in part.boxes)


def test_pictures_larger_than_a_thumbnail_are_drawn_from_their_originals(owner, worker, provider_server):
    run = make_run(owner, seed="1", size="1024x1024")
    worker.work()
    Image.objects.update(thumbnail="nothing here")
    (picture,) = pictures(draw(ask(run, edge=1024)))
    (part,) = sheets.plan_sheet(run.sheets.get())
    with default_storage.open(Image.objects.get().file) as file:
        assert difference(picture.crop(corners(part.boxes[0])), Pillow.open(file).convert("RGB")) < 2


@pytest.fixture
def small_parts(monkeypatch):
    """As if a part could hold one row only."""
    monkeypatch.setattr(sheet_layout.plan_parts, "__kwdefaults__", {"most_pixels": 200_000})


def test_a_large_sheet_is_drawn_part_by_part_and_takes_turns(run, small_parts):
    large, other = ask(run), ask(run, edge=512)
    assert large.size > 2
    assert sheets.draw_next_part()
    assert sheets.draw_next_part()
    assert (large.parts.count(), other.parts.count()) == (1, 1)
    large = draw(large)
    assert large.state == SheetState.DONE
    assert [part.number for part in large.parts.all()] == list(range(1, large.size + 1))
    seen = [box.cell.job.position for part in sheets.plan_sheet(large) for box in part.boxes]
    assert seen == list(range(6))
    assert all(picture.width * picture.height <= 200_000 for picture in pictures(large))


def block_storage(settings):
    """Put a file where the folder of the sheets would be, as a storage that refuses to be written to."""
    path = Path(settings.MEDIA_ROOT) / sheets.FOLDER
    path.rename(path.with_name("aside"))
    path.write_text("in the way")
    return path


def test_a_failure_is_tried_again_then_shown_and_parts_that_are_made_stay(run, small_parts, settings):
    sheet = ask(run)
    sheets.draw_next_part()
    first = sheet.parts.get()
    path = block_storage(settings)
    for state in (SheetState.WAITING, SheetState.WAITING, SheetState.FAILED):
        assert sheets.draw_next_part()
        sheet.refresh_from_db()
        assert sheet.state == state
        assert sheet.reason == "The storage says: Not a directory."
        assert not sheets.draw_next_part()  # not at once
        later(sheet)
    assert not sheets.draw_next_part()  # a person decides now
    path.unlink()
    path.with_name("aside").rename(path)
    assert sheets.retry_sheet(sheet)
    sheet = draw(sheet)
    assert (sheet.state, sheet.reason, sheet.parts.count()) == (SheetState.DONE, "", sheet.size)
    assert sheet.parts.first() == first
    assert not sheets.retry_sheet(sheet)


def test_the_sheet_of_a_worker_that_died_is_drawn_by_another(run):
    sheet = ask(run)
    assert sheets.claim_sheet().pk == sheet.pk
    assert not sheets.draw_next_part()
    later(sheet)
    assert draw(sheet).state == SheetState.DONE


def test_a_sheet_that_kills_its_worker_is_given_up_with_a_reason(run):
    sheet = ask(run)
    for _ in range(3):
        assert sheets.claim_sheet()
        later(sheet)
    assert not sheets.draw_next_part()
    sheet.refresh_from_db()
    assert (sheet.state, sheet.reason) == (SheetState.FAILED, "Drawing was begun three times and came to no end.")


def test_who_slept_too_long_does_not_write_over_who_took_over(run):
    slow = ask(run)
    mine = sheets.claim_sheet()
    later(slow)
    assert draw(slow).state == SheetState.DONE
    with pytest.raises(sheets.LeaseLost):
        sheets.draw_part(mine, 1)
    assert SheetPart.objects.count() == 1


def test_a_run_that_grows_meanwhile_does_not_move_the_parts(run, small_parts):
    sheet = ask(run)
    sheets.draw_next_part()
    grow(run, seed="10")
    sheet = draw(sheet)
    assert sheet.state == SheetState.DONE
    assert [box.cell.job.seed for part in sheets.plan_sheet(sheet) for box in part.boxes] == [7, 7, 8, 8, 9, 9]


def test_asking_twice_while_it_is_drawn_is_asking_once(run):
    assert ask(run) == ask(run)
    assert ask(run, edge=512) != ask(run)
    draw(ask(run))
    assert ask(run).state == SheetState.WAITING  # pictures may have come since


def test_a_run_has_a_limit_of_sheets_and_a_sheet_one_of_parts(run, monkeypatch):
    monkeypatch.setattr(sheets, "MOST_OF_A_RUN", 2)
    ask(run), ask(run, edge=512)
    with pytest.raises(sheets.SheetNotPossible, match="2 sheets"):
        ask(run, edge=1024)
    monkeypatch.setattr(sheets, "MOST_PARTS", 0)
    with pytest.raises(sheets.SheetNotPossible, match="1 parts: at most 0"):
        ask(run, edge=1024)


def stored():
    return [name for name, _ in sheets.files.list_files(sheets.FOLDER)]


def test_deleting_takes_the_files_and_not_the_pictures(run):
    sheet = draw(ask(run))
    assert len(stored()) == 1
    sheets.delete_sheet(sheet)
    assert stored() == []
    assert not Sheet.objects.exists()
    assert Image.objects.count() == 6


@pytest.mark.parametrize("moment", ['UPDATE "gallery_sheet" SET "state"', 'UPDATE "gallery_sheet" SET "lease_until"'])
def test_a_sheet_deleted_while_it_is_drawn_leaves_nothing(run, moment):
    """Once it is claimed, or between the last look at the lease and the books."""
    sheet = ask(run)
    with after_statement(moment, lambda: sheets.delete_sheet(sheet)):
        assert sheets.draw_next_part()
    assert stored() == []
    assert not SheetPart.objects.exists()


def test_old_sheets_and_files_of_nobody_are_swept(run):
    old, new = draw(ask(run)), draw(ask(run, edge=512))
    Sheet.objects.filter(pk=old.pk).update(created_at=timezone.now() - timedelta(days=sheets.KEPT_DAYS + 1))
    sheets.files.publish_bytes(b"x", "sheets/No/Nobody.1.png")
    sheets.delete_old_sheets()
    assert list(Sheet.objects.all()) == [new]
    assert stored() == [new.parts.get().file]

"""Sheets: ask for one, draw the next part, try again, take them away. The parts that are made stay whatever happens."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import structlog
from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import dateformat, timezone

from gallery.catalogue.text import value_lists
from gallery.models import Image, Job, Run, Sheet, SheetPart
from gallery.models.contact_sheets import SheetFormat, SheetState
from gallery.services.contact_sheets import rendering, sheet_layout
from gallery.services.contact_sheets.sheet_layout import PlannedPart
from gallery.services.db.transactions import release_connection
from gallery.services.runs import matrix_layout
from gallery.services.runs.matrix_layout import Layout
from gallery.services.storage import files
from gallery.services.storage.zip_stream import Entry, Files

LEASE_SECONDS = 60  # who draws renews it; after that another worker does
RENEWED_AFTER_SECONDS = 5
WAITS = (5, 30)  # seconds before the second and the third try of a part; then a person decides
MOST_OF_A_RUN = 12
MOST_PARTS = 40
KEPT_DAYS = 30
FREE_BYTES = 5 * files.FREE_BYTES  # sheets stop long before pictures do
TITLE_CHARACTERS = 400
FOLDER = "sheets"
SUFFIXES: dict[str, str] = {SheetFormat.JPEG: "jpg", SheetFormat.PNG: "png"}

log = structlog.get_logger("fluxweb.sheets")


class SheetNotPossible(Exception):
    """This sheet cannot be made; the sentence says why."""


class LeaseLost(Exception):
    """The sheet is gone, or another worker draws it."""


@dataclass
class SheetCell:
    """One job with the picture that stands for it."""

    job: Job
    image: Image | None


def request_sheet(run: Run, *, across: str = "", page: str = "", edge: int, image_format: str) -> Sheet:
    """Have the matrix of a run drawn as it is laid out there; return the sheet. Raises SheetNotPossible.

    Asking twice while it is being drawn is asking once.
    """
    cells = _cells(run, run.size)
    layout = matrix_layout.lay_out(cells, across=across, page=page)
    wanted = {"across": layout.across, "page": layout.page_asked, "edge": edge, "format": image_format}
    size = len(_parts(run, layout, cells, edge=edge))
    if size > MOST_PARTS:
        raise SheetNotPossible(f"That would be {size} parts: at most {MOST_PARTS}. Choose smaller pictures.")
    with transaction.atomic():
        Run.objects.select_for_update().get(pk=run.pk)
        if asked := run.sheets.unfinished().filter(**wanted, cells=run.size).first():
            return asked
        if run.sheets.count() >= MOST_OF_A_RUN:
            raise SheetNotPossible(f"This run has {MOST_OF_A_RUN} sheets. Delete one of them first.")
        sheet = Sheet.objects.create(run=run, owner_id=run.owner_id, cells=run.size, size=size, **wanted)
    log.info("sheet asked for", sheet=sheet.key, run=run.key, parts=size)
    return sheet


def retry_sheet(sheet: Sheet) -> bool:
    """Let what failed be drawn from where it stopped; return whether it had failed."""
    failed = Sheet.objects.filter(pk=sheet.pk, state=SheetState.FAILED)
    return failed.update(state=SheetState.WAITING, tries=0, reason="", due_at=timezone.now()) == 1


def delete_sheet(sheet: Sheet) -> None:
    """Take a sheet and its files away."""
    names = list(sheet.parts.values_list("file", flat=True))
    sheet.delete()
    for name in names:
        files.remove_file(name)
    log.info("sheet deleted", sheet=sheet.key)


def part_file_name(part: SheetPart) -> str:
    """Name the file of a part: those of one sheet stand in their order in a folder."""
    sheet = part.sheet
    behind = f"-{part.number:0{len(str(sheet.size))}}-of-{sheet.size}" if sheet.size > 1 else ""
    return f"sheet-{sheet.run.key}{behind}.{SUFFIXES[sheet.format]}"


def pack_parts(sheet: Sheet) -> Files:
    """Return the parts that are made as files for a ZIP."""
    found = sheet.parts.select_related("sheet__run").order_by("number")
    sizes = [(part, files.stored_size(part.file, said=part.bytes)) for part in found]
    there = [(part, size) for part, size in sizes if size is not None]
    return Files(_contents(part for part, _ in there), [Entry(part_file_name(part), size) for part, size in there])


def _contents(parts: Iterable[SheetPart]) -> Iterator[tuple[str, Iterable[bytes]]]:
    for part in parts:
        yield part_file_name(part), files.pieces_of(part.file)


def delete_old_sheets() -> None:
    """Take away the sheets that are old, and files whose sheet is gone."""
    for sheet in Sheet.objects.filter(created_at__lt=timezone.now() - timedelta(days=KEPT_DAYS)):
        delete_sheet(sheet)
    for name, key in files.list_files(FOLDER):
        if not Sheet.objects.filter(key=key).exists():
            files.remove_file(name)


def draw_next_part() -> bool:
    """Draw one part of the sheet that has waited longest; return whether there was one to draw."""
    sheet = claim_sheet()
    if sheet is None:
        return False
    try:
        draw_part(sheet, len(sheet.parts.all()) + 1)
    except LeaseLost:
        log.info("sheet given up", sheet=sheet.key)
    except OSError as trouble:
        _fail(sheet, trouble)
    return True


def claim_sheet() -> Sheet | None:
    """Return a sheet with a lease of ours, or None. One whose worker died three times is not tried again."""
    now = timezone.now()
    for sheet in Sheet.objects.due(now).select_related("run__project").prefetch_related("parts").order_by("due_at")[:5]:
        mine = Sheet.objects.due(now).filter(pk=sheet.pk, tries=sheet.tries)
        if sheet.tries > len(WAITS):
            reason = "Drawing was begun three times and came to no end."
            mine.update(state=SheetState.FAILED, lease_until=None, due_at=None, reason=reason)
            continue
        until = now + timedelta(seconds=LEASE_SECONDS)
        if mine.update(state=SheetState.DRAWING, lease_until=until, tries=F("tries") + 1):
            sheet.lease_until, sheet.tries = until, sheet.tries + 1
            return sheet
    return None


def draw_part(sheet: Sheet, number: int) -> None:
    """Draw and store one part of a sheet whose lease we have. Raises LeaseLost."""
    files.check_storage(free_bytes=FREE_BYTES)
    part = plan_sheet(sheet)[number - 1]
    release_connection()
    canvas = rendering.draw_part(part, keep_lease=lambda: _renew(sheet))
    with files.incoming_file() as file:
        rendering.save_image(canvas, file, sheet.format)
        size = file.tell()
        _renew(sheet, at_once=True)
        name = files.publish_file(file, files.file_name_of(sheet, FOLDER, f".{number}.{SUFFIXES[sheet.format]}"))
    _settle(sheet, number, file=name, width=canvas.width, height=canvas.height, bytes=size)


def plan_sheet(sheet: Sheet) -> list[PlannedPart]:
    """Return what stands where on each part of a sheet."""
    cells = _cells(sheet.run, sheet.cells)
    layout = matrix_layout.lay_out(cells, across=sheet.across, page=sheet.page)
    return _parts(sheet.run, layout, cells, edge=sheet.edge)


def _renew(sheet: Sheet, *, at_once: bool = False) -> None:
    """Keep the lease. Raises LeaseLost if it is lost: the sheet was deleted, or this process slept too long."""
    now = timezone.now()
    assert sheet.lease_until is not None, "who draws has the lease"
    begun = sheet.lease_until - timedelta(seconds=LEASE_SECONDS)
    if at_once or now - begun > timedelta(seconds=RENEWED_AFTER_SECONDS):
        until = now + timedelta(seconds=LEASE_SECONDS)
        if not _mine(sheet).update(lease_until=until):
            raise LeaseLost
        sheet.lease_until = until
        release_connection()


def _mine(sheet: Sheet) -> QuerySet[Sheet]:
    return Sheet.objects.filter(pk=sheet.pk, state=SheetState.DRAWING, lease_until=sheet.lease_until)


def _settle(sheet: Sheet, number: int, **facts: Any) -> None:
    """Put the part on the books, and let the next sheet have its turn. A file of a sheet that is gone goes too."""
    ended = number == sheet.size
    turn = (
        {"state": SheetState.DONE, "due_at": None} if ended else {"state": SheetState.WAITING, "due_at": timezone.now()}
    )
    with transaction.atomic():
        if _mine(sheet).update(tries=0, reason="", lease_until=None, **turn):
            SheetPart.objects.create(sheet=sheet, number=number, **facts)
            log.info("part of a sheet drawn", sheet=sheet.key, part=number, of=sheet.size, bytes=facts["bytes"])
            return
    if not Sheet.objects.filter(pk=sheet.pk).exists():
        files.remove_file(facts["file"])


def _fail(sheet: Sheet, trouble: OSError) -> None:
    """Try again a little later, at last leave it to a person; what is drawn already stays."""
    reason = _say(trouble)
    last = sheet.tries > len(WAITS)
    state = SheetState.FAILED if last else SheetState.WAITING
    due_at = None if last else timezone.now() + timedelta(seconds=WAITS[sheet.tries - 1])
    _mine(sheet).update(state=state, reason=reason, lease_until=None, due_at=due_at)
    log.warning("sheet failed", sheet=sheet.key, tries=sheet.tries, reason=reason, again=not last)


def _say(trouble: OSError) -> str:
    if isinstance(trouble, files.StorageTrouble):
        return str(trouble)[:200]
    return f"The storage says: {trouble.strerror or type(trouble).__name__}."[:200]


def _cells(run: Run, count: int) -> list[SheetCell]:
    """Return the first jobs of a run as cells: those that came later are not on a sheet asked for before."""
    jobs = (
        run.jobs.filter(position__lt=count)
        .defer("prompt", "parameters", "notes", "words")
        .select_related("reused")
        .prefetch_related("images")
        .order_by("position")
    )
    return [SheetCell(job, job.shown_image) for job in jobs]


def _parts(run: Run, layout: Layout, cells: list[SheetCell], *, edge: int) -> list[PlannedPart]:
    title, facts = run.prompt[:TITLE_CHARACTERS], _facts(run, layout, cells)
    return sheet_layout.plan_parts(layout, edge=edge, title=title, facts=facts)


def _facts(run: Run, layout: Layout, cells: list[SheetCell]) -> list[str]:
    """What stands below the title: what varies by its count, what does not by its value; project and day."""
    models, seeds = ({getattr(cell.job, name) for cell in cells} for name in ("model", "seed"))
    one = {"1 model": min(models), "1 seed": f"seed {min(seeds)}"}
    day = dateformat.format(timezone.localtime(run.created_at), "j F Y")
    counts = [value_lists.counted(len(cells), "image"), *(one.get(count, count) for count in layout.counts)]
    return [*counts, run.project.name if run.project else "", day]

"""Sheets of a run: ask for one, see how far it is, have its parts, try again, delete."""

from dataclasses import dataclass, field
from functools import partial

from django.contrib import messages
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.forms.runs.sheets import SheetForm
from gallery.models import Run, Sheet, SheetPart
from gallery.models.contact_sheets import SheetState
from gallery.services.contact_sheets import sheets
from gallery.services.contact_sheets.sheet_layout import EDGES
from gallery.services.operations import stream_slots
from gallery.services.runs import matrix_layout
from gallery.views.images import files
from gallery.views.runs import matrix_controls
from gallery.views.streams import send_zip, take_stream_slot, wait_in_line

SHOWN = 2  # above the matrix; the older ones are folded
CONTENT_TYPES = {"jpeg": "image/jpeg", "png": "image/png"}


@dataclass
class Shown:
    """A sheet as the run's page lists it."""

    sheet: Sheet
    parts: list[SheetPart] = field(default_factory=list)

    @property
    def words(self) -> str:
        """What tells it from the others."""
        sheet = self.sheet
        named = [f"{matrix_layout.AXES[sheet.across][1]} across"] if sheet.across else []
        named += [f"a page for each {matrix_layout.AXES[sheet.page][0]}"] if sheet.page in matrix_layout.AXES else []
        return ", ".join([*named, f"{EDGES[sheet.edge]} pictures", sheet.get_format_display()])

    @property
    def made(self) -> int:
        return len(self.parts)

    @property
    def several(self) -> bool:
        return self.sheet.size > 1

    @property
    def bytes(self) -> int:
        return sum(part.bytes for part in self.parts)

    @property
    def unfinished(self) -> bool:
        return self.sheet.state in (SheetState.WAITING, SheetState.DRAWING)

    @property
    def failed(self) -> bool:
        return self.sheet.state == SheetState.FAILED

    @property
    def tries_again(self) -> bool:
        return self.unfinished and bool(self.sheet.reason)


@dataclass
class Listed:
    """The sheets of one run, newest first."""

    rows: list[Shown]

    @property
    def newest(self) -> list[Shown]:
        return self.rows[:SHOWN]

    @property
    def older(self) -> list[Shown]:
        return self.rows[SHOWN:]

    @property
    def live(self) -> bool:
        return any(row.unfinished for row in self.rows)

    @property
    def stamp(self) -> str:
        """Changes whenever anything shown changes."""
        return ".".join(f"{row.sheet.key}-{row.sheet.state}-{row.sheet.tries}-{row.made}" for row in self.rows)


def listed(run: Run) -> Listed:
    return Listed([Shown(sheet, list(sheet.parts.all())) for sheet in run.sheets.with_parts()])


@require_http_methods(["GET", "HEAD", "POST"])
def of_run(request: MemberRequest, key: str) -> HttpResponse:
    """Ask for a sheet; or answer one poll: the list of sheets, 204 while nothing changed."""
    if request.method == "POST":
        return _ask_for(request, access.run_write(request, key))
    run = access.run_read(request, key)
    found = listed(run)
    if request.GET.get("stamp") == found.stamp:
        return HttpResponse(status=204)
    return render(request, "contact_sheets/_sheets.html", {"run": run, "sheets": found})


def _ask_for(request: MemberRequest, run: Run) -> HttpResponse:
    form = SheetForm(request.POST)
    if not form.is_valid():
        messages.error(request, "That is no sheet that can be made.")
        return _back(request, run)
    try:
        sheets.request_sheet(run, **form.wish())
    except sheets.SheetNotPossible as refused:
        messages.error(request, str(refused))
    else:
        tasks.wake_sheet_renderer()
    return _back(request, run)


def _back(request: MemberRequest, run: Run) -> HttpResponse:
    return redirect(reverse("run", args=[run.key]) + matrix_controls.layout_query(request))


@require_safe
def part(request: MemberRequest, key: str, number: int) -> HttpResponseBase:
    """One picture of a sheet."""
    made = access.sheet_part_read(request, key, number)
    sheet = made.sheet
    etag, content_type = f"{sheet.key}.{number}", CONTENT_TYPES[sheet.format]
    return files.send(request, made.file, etag=etag, content_type=content_type, name=sheets.part_file_name(made))


@require_safe
def parts(request: MemberRequest, key: str) -> HttpResponseBase:
    """All parts that are made so far as one ZIP."""
    sheet = access.sheet_write(request, key)
    try:
        slot = take_stream_slot(request, f"member {request.user.pk}")
    except stream_slots.TooManyStreams as full:
        return wait_in_line(request, full, "images/deliver/waiting.html")
    return send_zip(partial(sheets.pack_parts, sheet), slot=slot, name=f"sheet-{sheet.run.key}.zip")


@require_POST
def again(request: MemberRequest, key: str) -> HttpResponse:
    sheet = access.sheet_write(request, key)
    if sheets.retry_sheet(sheet):
        tasks.wake_sheet_renderer()
    return _back(request, sheet.run)


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    sheet = access.sheet_write(request, key)
    sheets.delete_sheet(sheet)
    messages.info(request, "The sheet is deleted. Its pictures are not.")
    return _back(request, sheet.run)

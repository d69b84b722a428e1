"""The batch of pairs: two lists of pictures, or a table of them, under one prompt, checked and priced as one run."""

import tempfile
import time
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import IO, Any

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.parameters.inputs import MATCH
from gallery.catalogue.parameters.shapes import RATIO_TILES
from gallery.catalogue.problems import InvalidMatrix, InvalidValue
from gallery.catalogue.tables.batches import LineProblem
from gallery.catalogue.templates import ready_templates
from gallery.forms.studio.compose import START_MODEL
from gallery.forms.studio.pairs import PairsForm
from gallery.models import Reference, User
from gallery.services.references import fetching, inputs, keeping
from gallery.services.references.pairs.archives import PairArchive
from gallery.services.references.pairs.tables import PairRow, Pairs, is_address, read_pairs
from gallery.services.references.refusals import UnusablePicture
from gallery.services.runs.pairs import MOST, Pair, match_pairs, plan_pairs
from gallery.services.runs.plan import RunPlan
from gallery.services.storage.error_words import StorageTrouble
from gallery.views.studio import controls, studio

ZIP_HEAD = b"PK\x03\x04"
MOST_ADDRESSES = 10  # fetched in one request
MEMORY_BYTES = 2 * 1024 * 1024  # of what is fetched from an address; the rest lies on the disk
FETCH_SECONDS = 30.0  # for all addresses of a request; the one that runs then may end
TOO_SLOW = "the other addresses took too long. Download it yourself and choose the file."
NOT_AMONG = "is not among the files that were chosen"


@dataclass
class _Reader:
    """Keeps the pictures of one request, each once, and says what is wrong with the others."""

    owner: User
    until: float = field(default_factory=lambda: time.monotonic() + FETCH_SECONDS)
    problems: list[str] = field(default_factory=list)
    kept: dict[str, Reference | None] = field(default_factory=dict)

    def keep(self, name: str, file: IO[bytes]) -> Reference | None:
        try:
            return keeping.keep_upload(file, name=name, owner=self.owner)
        except UnusablePicture as wrong:
            self.problems.append(str(wrong))
        except StorageTrouble as trouble:
            self.problems.append(f"Nothing can be kept now: {trouble}")
        return None

    def keep_all(self, uploads: Iterable[UploadedFile]) -> list[Reference]:
        found = [self.keep(upload.name or "picture", upload) for upload in uploads]
        return [each for each in found if each]

    def fetch(self, address: str) -> Reference | None:
        if time.monotonic() > self.until:
            self.problems.append(f"{fetching.name_address(address)}: {TOO_SLOW}")
            return None
        with tempfile.SpooledTemporaryFile(max_size=MEMORY_BYTES) as file:
            try:
                fetching.fetch_picture(address, file)
            except UnusablePicture as wrong:
                self.problems.append(str(wrong))
                return None
            return self.keep(fetching.name_address(address), file)


def pairs(request: MemberRequest) -> HttpResponse:
    """Show the form, or take it: pairs are checked and priced, and bought when their price has been seen."""
    if request.method == "POST":
        return _take(request)
    template = ready_templates.BY_KEY.get(request.GET.get("template", ""))
    initial = {"model": [START_MODEL], "seed": "1 random", "prompt": template.prompt if template else ""}
    return _show(request, PairsForm(initial=initial | _from_run(request)), RunPlan())


def _from_run(request: MemberRequest) -> dict[str, Any]:
    """What makes the run again that the address names, if it was one of pairs."""
    if not (key := request.GET.get("run")):
        return {}
    typed = access.run_read(request, key).form
    pairs = [(" ".join(keys), words) for keys, words in typed.get("pairs", ())]
    return {**typed, "pair": pairs} if pairs else {}


def _take(request: MemberRequest) -> HttpResponse:
    data = request.POST.copy()
    reader = _Reader(request.user)
    for pair in _read(request, reader):
        data.appendlist("pair", " ".join(pair.keys))
        data.appendlist("pair_prompt", pair.prompt)
    form = PairsForm(data)
    plan = RunPlan()
    if form.is_valid() and form.pairs():
        plan = plan_pairs(form.pairs(), form.spec(), owner=request.user)
        form.add_problems(plan.problems)
    if reader.problems:
        form.add_error("pair", "Nothing was bought: see what is wrong with the pictures.")
    elif not form.pairs():
        form.add_error("pair", "Choose pictures on both sides, or a table that names them.")
    if "start" in request.POST:
        if made := form.press().find_run(plan):
            return redirect("run", made.key)
        if form.is_valid() and not form.asks_first(plan, studio.doubts_of(form)):
            run = studio.submit_form(form, plan)
            return redirect("run", run.key) if run else _show(request, form, plan)
    return _show(request, form, plan, problems=reader.problems)


def _read(request: MemberRequest, reader: _Reader) -> list[Pair]:
    """Return the pairs that came with this request as files."""
    left, right = (request.FILES.getlist(name)[:MOST] for name in ("left", "right"))
    try:
        if table := request.FILES.get("table"):
            return _read_table(table, [*left, *right], reader)
        return match_pairs(reader.keep_all(left), reader.keep_all(right)) if left or right else []
    except InvalidValue as wrong:
        reader.problems.append(str(wrong))
    except InvalidMatrix as wrong:
        reader.problems += [problem.message for problem in wrong.problems.values()]
    return []


def _read_table(table: UploadedFile, uploads: list[UploadedFile], reader: _Reader) -> list[Pair]:
    head = table.read(len(ZIP_HEAD))
    table.seek(0)
    if head == ZIP_HEAD:
        archive = PairArchive(table)
        return _pairs_of(archive.pairs, reader, lambda name: _keep_member(archive, name, reader))
    by_name = {(upload.name or "").casefold(): upload for upload in uploads}

    def keep(name: str) -> Reference | None:
        upload = by_name.get(name.casefold())
        if upload is None:
            reader.problems.append(f"{name} {NOT_AMONG}.")
            return None
        return reader.keep(name, upload)

    return _pairs_of(read_pairs(table.read()), reader, keep)


def _keep_member(archive: PairArchive, name: str, reader: _Reader) -> Reference | None:
    try:
        file = archive.open_picture(name)
    except InvalidValue as wrong:
        reader.problems.append(str(wrong))
        return None
    return reader.keep(name, file)


def _pairs_of(read: Pairs, reader: _Reader, keep: Any) -> list[Pair]:
    reader.problems += [_said(problem) for problem in read.problems]
    if len(read.rows) > MOST:
        raise InvalidValue(f"These are {len(read.rows):,} pairs. At most {MOST} make one run.")
    names = {name for row in read.rows for name in row.references}
    if sum(map(is_address, names)) > MOST_ADDRESSES:
        raise InvalidValue(f"At most {MOST_ADDRESSES} pictures are fetched from addresses at once. Send files instead.")
    for row in read.rows:
        for name in row.references:
            if name not in reader.kept:
                reader.kept[name] = reader.fetch(name) if is_address(name) else keep(name)
    return [pair for row in read.rows if (pair := _pair(row, reader.kept))]


def _pair(row: PairRow, kept: dict[str, Reference | None]) -> Pair | None:
    found = [kept[name] for name in row.references]
    return Pair(tuple(each.key for each in found if each), row.prompt) if all(found) else None


def _said(problem: LineProblem) -> str:
    where = f"Line {problem.line}, {problem.column}" if problem.column else f"Line {problem.line}"
    return f"{where}: {problem.message}"


def _show(request: MemberRequest, form: PairsForm, plan: RunPlan, *, problems: Iterable[str] = ()) -> HttpResponse:
    context = {
        "form": form, "plan": plan, "quote": plan.quote, "forecast": plan.forecast,
        "preview": plan.preview if plan.cells else None, "doubts": studio.doubts_of(form), "problems": list(problems),
        "rows": _rows(form, request.user), "match": MATCH, "ratios": RATIO_TILES, "most": MOST,
        "templates": [each for each in ready_templates.READY if each.name.startswith("Two pictures")],
        "here": reverse("pairs"), **controls.of_fields(form),
    }  # fmt: skip
    return render(request, "studio/pairs/pairs.html", context)


def _rows(form: PairsForm, user: User) -> list[tuple[list[Reference], str]]:
    """Return the pairs as the page shows them: the pictures, and words of their own."""
    sent = form["pair"].value() or []
    keys = [key for each, _ in sent for key in each.split()]
    found = {each.key: each for each in inputs.find_references(keys, user=user)}
    return [([found[key] for key in each.split() if key in found], words) for each, words in sent]

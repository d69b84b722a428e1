"""The batch of pairs: two lists of pictures, or a table of them, under one prompt, checked and priced as one run."""

from collections.abc import Iterable
from typing import Any

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
from gallery.services.references import inputs
from gallery.services.references.collecting import Collector
from gallery.services.references.pairs.archives import PairArchive
from gallery.services.references.pairs.tables import PairRow, Pairs, is_address, read_pairs
from gallery.services.runs.pairs import MOST, Pair, match_pairs, plan_pairs
from gallery.services.runs.plan import RunPlan
from gallery.views.studio import controls, studio

ZIP_HEAD = b"PK\x03\x04"
MOST_ADDRESSES = 10  # fetched in one request
NOT_AMONG = "is not among the files that were chosen"


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
    collector = Collector(request.user)
    for pair in _read(request, collector):
        data.appendlist("pair", " ".join(pair.keys))
        data.appendlist("pair_prompt", pair.prompt)
    form = PairsForm(data)
    plan = RunPlan()
    if form.is_valid() and form.pairs():
        plan = plan_pairs(form.pairs(), form.spec(), owner=request.user)
        form.add_problems(plan.problems)
    if collector.problems:
        form.add_error("pair", "Nothing was bought: see what is wrong with the pictures.")
    elif not form.pairs():
        form.add_error("pair", "Choose pictures on both sides, or a table that names them.")
    if "start" in request.POST:
        if made := form.press().find_run(plan):
            return redirect("run", made.key)
        if form.is_valid() and not form.asks_first(plan, studio.doubts_of(form)):
            run = studio.submit_form(form, plan)
            return redirect("run", run.key) if run else _show(request, form, plan)
    return _show(request, form, plan, problems=collector.problems)


def _read(request: MemberRequest, collector: Collector) -> list[Pair]:
    """Return the pairs that came with this request as files."""
    left, right = (request.FILES.getlist(name)[:MOST] for name in ("left", "right"))
    try:
        if table := request.FILES.get("table"):
            return _read_table(table, [*left, *right], collector)
        return match_pairs(_keep_all(left, collector), _keep_all(right, collector)) if left or right else []
    except InvalidValue as wrong:
        collector.problems.append(str(wrong))
    except InvalidMatrix as wrong:
        collector.problems += [problem.message for problem in wrong.problems.values()]
    return []


def _keep_all(uploads: Iterable[UploadedFile], collector: Collector) -> list[Reference]:
    found = [collector.keep_upload(upload.name, upload) for upload in uploads]
    return [each for each in found if each]


def _read_table(table: UploadedFile, uploads: list[UploadedFile], collector: Collector) -> list[Pair]:
    head = table.read(len(ZIP_HEAD))
    table.seek(0)
    if head == ZIP_HEAD:
        archive = PairArchive(table)
        return _pairs_of(archive.pairs, collector, lambda name: _keep_member(archive, name, collector))
    by_name = {(upload.name or "").casefold(): upload for upload in uploads}

    def keep(name: str) -> Reference | None:
        upload = by_name.get(name.casefold())
        if upload is None:
            collector.problems.append(f"{name} {NOT_AMONG}.")
            return None
        return collector.keep_upload(name, upload)

    return _pairs_of(read_pairs(table.read()), collector, keep)


def _keep_member(archive: PairArchive, name: str, collector: Collector) -> Reference | None:
    try:
        file = archive.open_picture(name)
    except InvalidValue as wrong:
        collector.problems.append(str(wrong))
        return None
    return collector.keep_upload(name, file)


def _pairs_of(read: Pairs, collector: Collector, keep: Any) -> list[Pair]:
    collector.problems += [_said(problem) for problem in read.problems]
    if len(read.rows) > MOST:
        raise InvalidValue(f"These are {len(read.rows):,} pairs. At most {MOST} make one run.")
    names = dict.fromkeys(name for row in read.rows for name in row.references)  # each once, in their order
    if sum(map(is_address, names)) > MOST_ADDRESSES:
        raise InvalidValue(f"At most {MOST_ADDRESSES} pictures are fetched from addresses at once. Send files instead.")
    kept = {name: collector.keep_address(name) if is_address(name) else keep(name) for name in names}
    return [pair for row in read.rows if (pair := _pair(row, kept))]


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

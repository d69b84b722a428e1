"""Pictures that go in: taken from files, an address or the gallery, listed in the studio, looked at."""

from dataclasses import dataclass, field
from typing import Any

from csp.decorators import csp_update
from django.core.files.uploadedfile import UploadedFile
from django.http import FileResponse, Http404, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import trigger_client_event

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.parameters import inputs as catalogue
from gallery.forms.studio import prefill
from gallery.forms.studio.compose import ComposeForm
from gallery.models import Image, Reference, User
from gallery.paging import read_keyset_page
from gallery.services.library import drafts, recipe_files
from gallery.services.references import inputs, keeping
from gallery.services.references.collecting import Collector
from gallery.services.storage import files as storage
from gallery.views.images import files

PAGE = 40  # pictures of the gallery to pick from
MOST_AT_ONCE = 60  # files in one request
MOST_ADDRESSES = 2  # in one request: each may take 20 s


@dataclass
class Taken:
    """What was sent, with the keys of the pictures that came along; and what is wrong with the others, in sentences.

    `with_recipe`: those files, as they are kept, that say how they were made.
    """

    data: QueryDict
    problems: list[str] = field(default_factory=list)
    with_recipe: list[Image] = field(default_factory=list)


def take_references(request: MemberRequest) -> Taken:
    """Keep every picture that came with a request, and put its key to those that were there. A bad one names itself."""
    taken = Taken(request.POST.copy())
    collector = Collector(request.user, taken.problems)
    addresses = request.POST.get("reference_address", "").split()[:MOST_ADDRESSES]
    images = access.images_write(request, request.POST.getlist("reference_image"))
    found = [
        *(_keep_upload(collector, file, taken) for file in request.FILES.getlist("reference")[:MOST_AT_ONCE]),
        *map(collector.keep_address, addresses),
        *map(collector.keep_image, images),
    ]
    for reference in found:
        if reference:
            taken.data.appendlist("reference_key", reference.key)
    return taken


def _keep_upload(collector: Collector, file: UploadedFile, taken: Taken) -> Reference | None:
    reference = collector.keep_upload(file.name, file)
    image = reference.image if reference and recipe_files.holds_recipe(file) else None
    if image and recipe_files.can_be_recalled(image):
        taken.with_recipe.append(image)
    return reference


@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Keep pictures, and answer with the list of all that the form has now. Buys nothing."""
    taken = take_references(request)
    drafts.keep_draft(request.user, prefill.read_typed(taken.data), nonce=taken.data.get("nonce", ""))
    form = ComposeForm(taken.data, unfinished=True)
    said = {"problems": taken.problems, "with_recipe": taken.with_recipe}
    context = {"form": form, **said, **list_references(form, request.user)}
    response = render(request, "studio/references/_references.html", context)
    return trigger_client_event(response, "fluxweb:references", after="settle")


def list_references(form: ComposeForm, user: User) -> dict[str, Any]:
    """Return what the studio shows of the pictures of a form."""
    found = inputs.find_references(form["reference_key"].value() or (), user=user)
    joins = bool(form["join"].value()) and len(found) == 2
    return {
        "references": found,
        "most_references": catalogue.MOST,
        "alone": form["references_as"].value() == catalogue.ALONE,
        "joined": keeping.find_joined(*found, owner=user) if joins else None,
    }


@require_safe
def pick(request: MemberRequest) -> HttpResponse:
    """List pictures of the gallery, newest first, to take one of them into the studio without leaving it."""
    cursor = request.GET.get("before", "")
    last = access.image_cursor(request, cursor, owner=request.user) if cursor else None
    rows = Image.objects.of(request.user).before(last.id if last else None).for_tiles()
    page = read_keyset_page(rows, size=PAGE)
    context = {"images": page.rows, "older": page.older, "first_page": last is None}
    return render(request, f"studio/references/{'_pick' if request.htmx else 'pick'}.html", context)


@require_safe
def thumbnail(request: MemberRequest, key: str) -> HttpResponseBase:
    reference = access.reference_read(request, key)
    etag, name = f"t{reference.digest}", f"{reference.key}.webp"
    return files.send(request, reference.thumbnail, etag=etag, content_type="image/webp", name=name)


@require_safe
def file(request: MemberRequest, key: str) -> HttpResponseBase:
    """The very bytes that are sent."""
    reference = access.reference_read(request, key)
    content_type, name = reference.content_type, f"{reference.key}.{reference.format}"
    return files.send(request, reference.file, etag=reference.digest, content_type=content_type, name=name)


@require_safe
@csp_update({"sandbox": True})  # type: ignore[arg-type]  # csp knows only views of a request alone
def original(request: MemberRequest, key: str) -> HttpResponseBase:
    """The file as it was given, where the gallery cannot show it: to keep, no browser is told what it is."""
    reference = access.reference_read(request, key)
    if not reference.original:
        raise Http404
    try:
        stored = storage.open_file(reference.original)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(
        stored, content_type="application/octet-stream", filename=reference.name, as_attachment=True
    )
    response.headers["Cache-Control"] = files.STAND_IN
    return response

"""Pictures as files: one at an exact size, several as a ZIP; and the pages where one chooses how."""

from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Self

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.parameters.delivery import Delivery
from gallery.forms.delivery import DeliveryForm, KeepForm
from gallery.models import Collection, Image, Run
from gallery.services.collections import smart
from gallery.services.images import selection
from gallery.services.ledger import entries
from gallery.services.library import downloads, kept_files, named_sizes
from gallery.services.library.downloads import Wish
from gallery.services.media import exact_sizes
from gallery.services.media.processes import children
from gallery.services.operations import stream_slots
from gallery.services.runs import reuse
from gallery.views.images.files import STAND_IN
from gallery.views.streams import send_zip, take_stream_slot, wait_in_line

WAITING = "images/deliver/waiting.html"
NAMED = ("selection", "all", "without")  # what names a selection
SHOWN = 24  # pictures on the page of a ZIP
ASKS = ("size", "named", "format", "fit")  # whoever names one of these wants another file than the original


@dataclass
class Chosen:
    """What a ZIP is asked of. `fields`: what says so in an address, as (name, value)."""

    ids: list[int]
    fields: list[tuple[str, str]]
    run: Run | None = None
    collection: Collection | None = None
    left_out: bool = False  # there are more than one ZIP takes

    def cut(self, most: int) -> Self:
        return replace(self, ids=self.ids[:most], left_out=len(self.ids) > most)

    @property
    def keys(self) -> list[str]:
        return [value for _, value in self.fields]


def choices(request: MemberRequest) -> DeliveryForm:
    """Return the form with the team's sizes; bound if the address asks for another file than the original."""
    asks = any(request.GET.get(name) for name in ASKS)
    return DeliveryForm(request.GET if asks else None, sizes=named_sizes.list_sizes())


@require_safe
def as_file(request: MemberRequest, key: str) -> HttpResponseBase:
    """One picture at the size that the address says; without one, the page where it is chosen."""
    image = access.image_read(request, key)
    form = choices(request)
    if form.is_valid():
        return _file(request, image, form.delivery())
    return _page(request, form, one_picture(image))


def one_picture(image: Image) -> dict[str, Any]:
    """Return what the form shows of a picture that is downloaded alone."""
    return {"images": [image], "alone": True, "action": reverse("image-as", args=[image.key])}


def _page(request: MemberRequest, form: DeliveryForm, context: dict[str, Any]) -> HttpResponse:
    """What cannot be done is said beside its field, with the code that tells scripts so."""
    status = 400 if any(each.errors for each in (form, context.get("kept")) if each) else 200
    return render(request, "images/deliver/page.html", context | {"form": form}, status=status)


def _file(request: MemberRequest, image: Image, delivery: Delivery) -> HttpResponseBase:
    try:
        slot = take_stream_slot(request, f"member {request.user.pk}")
    except stream_slots.TooManyStreams as full:
        return wait_in_line(request, full, WAITING)
    slot.took()  # nobody is slow while it is made
    marked = request.GET.get("mark") != "off"
    try:
        content = exact_sizes.deliver_image(image, delivery, marked=marked)
    except FileNotFoundError:
        raise Http404 from None
    except children.ChildFailed:
        messages.error(request, "That took too long on this machine. Try again, or choose a smaller size.")
        return redirect("image", key=image.key)
    finally:
        stream_slots.release_slot(slot)
    if not marked and request.method == "GET":
        kept_files.note_unmarked(request.user, [image.key])
    if request.method == "GET" and image.attempt:
        entries.note_downloaded(image.attempt)
    return _attachment(content, exact_sizes.delivered_name(image, delivery), delivery)


def _attachment(content: bytes, name: str, delivery: Delivery) -> HttpResponse:
    named = content_disposition_header(as_attachment=True, filename=name)
    headers = {"Content-Disposition": named or "attachment", "Cache-Control": STAND_IN}
    return HttpResponse(content, content_type=f"image/{delivery.format}", headers=headers)


@require_safe
def choose(request: MemberRequest) -> HttpResponse:
    """How a selection, or all of a run, is downloaded. One that was selected alone needs no ZIP."""
    chosen = _chosen(request)
    name, key = chosen.fields[0]
    if name == "image" and len(chosen.ids) == 1:
        return redirect("image-as", key=key)
    return _zip_page(request, chosen, choices(request), KeepForm(request.GET))


def _zip_page(request: MemberRequest, chosen: Chosen, form: DeliveryForm, kept: KeepForm) -> HttpResponse:
    shown = Image.objects.in_bulk(chosen.ids[:SHOWN])
    context = {
        "images": [shown[each] for each in chosen.ids[:SHOWN] if each in shown],
        "count": len(chosen.ids),
        "left_out": chosen.left_out,
        "fields": chosen.fields,
        "run": chosen.run,
        "collection": chosen.collection,
        "action": reverse("download-zip"),
        "kept": kept,
        "marks": settings.AI_MARK,
    }
    return _page(request, form, context)


@require_safe
def as_zip(request: MemberRequest) -> HttpResponseBase:
    """The pictures as one ZIP: all at the size that the address says, else by what it says that they keep."""
    chosen, form, kept = _chosen(request), choices(request), KeepForm(request.GET)
    if not kept.is_valid() or (form.is_bound and not form.is_valid()):
        return _zip_page(request, chosen, form, kept)
    wish = kept.wish(form.delivery() if form.is_bound else None)
    try:
        slot = take_stream_slot(request, f"member {request.user.pk}")
    except stream_slots.TooManyStreams as full:
        return wait_in_line(request, full, WAITING)
    if not wish.marked and request.method == "GET":
        kept_files.note_unmarked(request.user, chosen.keys)
    pack = partial(downloads.pack_files, chosen.ids, wish, reader=request.user)
    return send_zip(pack, slot=slot, name=f"pictures{_kind(wish)}.zip")


def _kind(wish: Wish) -> str:
    if wish.delivery:
        return f"-{wish.delivery.width}x{wish.delivery.height}"
    return "" if wish.keep == kept_files.Keep.ORIGINAL else f"-{wish.keep}"


def _chosen(request: MemberRequest) -> Chosen:
    """Return the pictures that the address names, or those of a run or a collection. None at all is not found."""
    if "run" in request.GET:
        run = access.run_read(request, request.GET["run"])
        chosen = Chosen(reuse.image_ids_of_run(run.pk, owner_id=request.user.pk), [("run", run.key)], run)
    elif "collection" in request.GET:
        collection = access.collection_read(request, request.GET["collection"])
        ids = smart.list_ids(collection, most=downloads.MOST + 1)
        chosen = Chosen(ids, [("collection", collection.key)], collection=collection)
    elif named := access.selection_named(request, request.GET):
        ids = selection.ids_of(named, most=downloads.MOST + 1)
        chosen = Chosen(ids, [(name, value) for name in NAMED for value in request.GET.getlist(name)])
    else:
        images = access.images_read(request, request.GET.getlist("image"))
        chosen = Chosen([image.pk for image in images], [("image", image.key) for image in images])
    if not chosen.ids:
        raise Http404
    return chosen.cut(downloads.MOST)

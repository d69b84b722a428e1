"""Bytes of images and of what was kept without being shown: permission first, cached by the owner's browser only."""

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.http import (
    FileResponse,
    Http404,
    HttpRequest,
    HttpResponse,
    HttpResponseBadRequest,
    HttpResponseNotModified,
)
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.delivery import KeepForm
from gallery.models import Image
from gallery.services.ledger import entries
from gallery.services.library import kept_files
from gallery.services.library.downloads import Wish
from gallery.services.media import decoding, validation
from gallery.services.paid_calls import held_files
from gallery.services.storage import files

CACHE = "private, max-age=31536000, immutable"  # a stored file never changes; only its owner's browser may keep it
STAND_IN = "private, no-cache"  # shown while there is no thumbnail, and asked for again


@require_safe
def original(request: MemberRequest, key: str) -> HttpResponseBase:
    """The picture in full: byte for byte as received, with its recipe, or clean."""
    image = access.image_read(request, key)
    form = KeepForm(request.GET)
    if not form.is_valid():
        return HttpResponseBadRequest("keep is one of original, recipe and clean; mark can be off.")
    wish = form.wish()
    is_original = wish.keep == kept_files.Keep.ORIGINAL
    if is_original:
        response = _send_original(request, image, cache=_cache_for(request, image))
    else:
        response = _send_kept(request, image, wish)
    if request.method == "GET" and "download" in request.GET and image.attempt and response.status_code != 302:
        entries.note_downloaded(image.attempt)
    return response


@require_safe
def thumbnail(request: MemberRequest, key: str) -> HttpResponseBase:
    """The thumbnail, or the original while there is none."""
    image = access.image_read(request, key)
    if not image.thumbnail:
        return _send_original(request, image, cache=STAND_IN)
    facts = {"etag": f"t{image.sha256}", "content_type": "image/webp", "name": f"{image.key}.webp"}
    return send(request, image.thumbnail, **facts, cache=_cache_for(request, image))


def _cache_for(request: MemberRequest, image: Image) -> str:
    """A browser that may see another's picture asks each time whether that is so still."""
    return CACHE if image.owner_id == request.user.pk else STAND_IN


@require_safe
@csp_update({"sandbox": True})  # type: ignore[arg-type]  # csp knows only views of a request alone
def held_file(request: MemberRequest, key: str) -> HttpResponseBase:
    """A file as it came, to keep: nothing says which bytes these are, so no browser shows or runs them."""
    attempt = access.held_read(request, key, request.GET.get("attempt", ""))
    try:
        name, file = held_files.download_name(attempt), files.open_file(attempt.held_name)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(file, content_type="application/octet-stream", filename=name, as_attachment=True)
    response.headers["Cache-Control"] = STAND_IN
    if request.method == "GET" and attempt.owner_id == request.user.pk:
        entries.note_downloaded(attempt)
    return response


@require_safe
def held_look(request: MemberRequest, key: str) -> HttpResponseBase:
    """What can be seen of a file as it came: drawn anew, never its own bytes."""
    attempt = access.held_read(request, key, request.GET.get("attempt", ""))
    try:
        drawn = held_files.open_preview(attempt)
    except FileNotFoundError:
        raise Http404 from None
    response = FileResponse(drawn, content_type="image/webp")
    response.headers["Cache-Control"] = STAND_IN
    return response


def _send_original(request: HttpRequest, image: Image, *, cache: str) -> HttpResponseBase:
    """Byte for byte as received; but not every browser turns a WebP by its EXIF: to be looked at it comes upright."""
    if image.turned and image.format == "webp" and not {"download", "keep"} & request.GET.keys():
        return _send_upright(image, cache=cache)
    name, content_type = image.download_name, image.content_type
    return send(request, image.file, etag=image.sha256, content_type=content_type, name=name, cache=cache)


def _send_kept(request: MemberRequest, image: Image, wish: Wish) -> HttpResponse:
    """The picture with a recipe put in or everything taken out; where that cannot be, its page says why."""
    try:
        content = wish.read(image)
    except FileNotFoundError:
        raise Http404 from None
    except kept_files.CannotKeep as reason:
        messages.error(request, str(reason))
        return redirect("image", key=image.key)
    if not wish.marked and request.method == "GET":
        kept_files.note_unmarked(request.user, [image.key])
    named = content_disposition_header("download" in request.GET, wish.name(image)) or "inline"
    headers = {"Content-Disposition": named, "Cache-Control": STAND_IN}
    return HttpResponse(content, content_type=image.content_type, headers=headers)


def _send_upright(image: Image, *, cache: str) -> HttpResponse:
    with _open(image.file) as file, validation.DECODE_SLOTS, validation.open_image(file) as picture:
        content = decoding.redraw_as_webp(picture)
    return HttpResponse(content, content_type="image/webp", headers={"Cache-Control": cache})


def send(
    request: HttpRequest, stored_name: str, *, etag: str, content_type: str, name: str, cache: str = CACHE
) -> HttpResponseBase:
    """Answer with a stored file, or 304 for who has it. Who may have it was asked before."""
    quoted = f'"{etag}"'
    response: HttpResponseBase
    if request.headers.get("If-None-Match") == quoted:
        response = HttpResponseNotModified()
    else:
        response = _file(stored_name, content_type=content_type, name=name, download="download" in request.GET)
    response.headers["ETag"] = quoted
    response.headers["Cache-Control"] = cache
    return response


def _file(stored_name: str, *, content_type: str, name: str, download: bool) -> FileResponse:
    return FileResponse(_open(stored_name), content_type=content_type, filename=name, as_attachment=download)


def _open(stored_name: str) -> Any:
    try:
        return files.open_file(stored_name)
    except FileNotFoundError:
        raise Http404 from None

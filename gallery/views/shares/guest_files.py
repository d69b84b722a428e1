"""The bytes behind a link: thumbnails, views, files to keep, a ZIP, a card for chat programs. Every one asks first."""

from typing import IO

from django.http import FileResponse, Http404, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from gallery import share_access
from gallery.models import Share
from gallery.models.shares import Refused
from gallery.services.operations import stream_slots
from gallery.services.shares import contents, delivery, refusals, shares
from gallery.services.shares.packing import pack_files
from gallery.services.storage import files
from gallery.services.storage.zip_stream import Files
from gallery.share_access import GuestRequest
from gallery.views.shares.guest import _find, unlocked, with_share
from gallery.views.shares.shown import Shown
from gallery.views.streams import send_zip, take_stream_slot, wait_in_line


@require_safe
@with_share
@unlocked
def thumbnail(request: GuestRequest, share: Share, token: str, key: str) -> FileResponse:
    """The thumbnail, or the view while there is none: never the original."""
    image = _find(share, key)
    return _send(files.open_file(image.thumbnail) if image.thumbnail else delivery.open_view(image), key)


@require_safe
@with_share
@unlocked
def view(request: GuestRequest, share: Share, token: str, key: str) -> FileResponse:
    return _send(delivery.open_view(_find(share, key)), key)


@require_safe
@with_share
@unlocked
def input_picture(request: GuestRequest, share: Share, token: str, key: str, number: int) -> FileResponse:
    """A picture that went into another, small, if the link shows what went in."""
    shown = Shown(share, _find(share, key))
    reference = next((each.reference for each in shown.inputs if each.number == number), None)
    if reference is None:
        raise Http404
    return _send(files.open_file(reference.thumbnail), f"{key}-{number}")


def _send(file: IO[bytes], key: str) -> FileResponse:
    """Send it under the key it has in this link: its stored name would be the same in all of them."""
    return FileResponse(file, content_type="image/webp", filename=f"{key}.webp")


@require_safe
@with_share
@unlocked
def download(request: GuestRequest, share: Share, token: str, key: str) -> HttpResponseBase:
    image = _find(share, key)
    _require_download(share)
    content = delivery.file_content(image, share)
    response = HttpResponse(content, content_type=image.content_type)
    _count(request, share)
    response.headers["Content-Disposition"] = f'attachment; filename="{delivery.file_name(image, share)}"'
    return response


def _require_download(share: Share) -> None:
    if not share.downloadable:
        raise Http404


def _count(request: GuestRequest, share: Share) -> None:
    if request.method == "GET" and request.user != share.owner:
        shares.count_download(share)


@require_safe
@with_share
@unlocked
def everything(request: GuestRequest, share: Share, token: str) -> HttpResponseBase:
    """All pictures, or those that were chosen, as one ZIP; of a link without end the newest."""
    _require_download(share)
    ids = _ids_to_take(request, share)
    try:
        slot = take_stream_slot(request, share.key)
    except stream_slots.TooManyStreams as full:
        if full.is_new:
            refusals.note_refusal(share, Refused.DOWNLOADS)
        return wait_in_line(request, full, "guest/busy.html")

    def pack() -> Files:
        _count(request, share)
        return pack_files(share, ids)

    return send_zip(pack, slot=slot, name=f"{slugify(share.title) or 'pictures'}.zip")


def _ids_to_take(request: GuestRequest, share: Share) -> list[int]:
    if "selection" in request.GET:
        ids = share_access.chosen_ids(request, share, request.GET["selection"])
    else:
        ids = contents.ids_to_take(share)
    if not ids:
        raise Http404
    return ids


@require_safe
@with_share
def card(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    """What a chat program shows beside the link; none behind a password, nor of what is for members only."""
    first = contents.read_page(share, limit=1).images if share.is_previewed else []
    if not first:
        raise Http404
    return HttpResponse(delivery.draw_card(first[0]), content_type="image/jpeg")

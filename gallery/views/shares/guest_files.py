"""The bytes behind a link: thumbnails, views, files to keep, a ZIP, a card for chat programs. Every one asks first."""

import contextlib
from collections.abc import Iterator
from typing import IO

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from gallery.models import Share
from gallery.models.shares import Refused
from gallery.services.operations import stream_slots
from gallery.services.shares import contents, delivery, refusals, shares
from gallery.services.storage import files, zip_stream
from gallery.share_access import GuestRequest
from gallery.views.shares.guest import _find, unlocked, with_share
from gallery.views.shares.shown import Shown
from gallery.views.streams import take_stream_slot, wait_in_line

ZIP_PAGE = 60  # pictures loaded at once


class ShareChanged(Exception):
    """The link was closed or changed while a ZIP was on its way: the connection breaks, so that nobody takes what
    arrived for the whole."""


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
    return _counted(request, share, _attached(response, delivery.file_name(image, share)))


def _require_download(share: Share) -> None:
    if not share.downloadable:
        raise Http404


def _attached(response: HttpResponseBase, name: str) -> HttpResponseBase:
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _counted(request: GuestRequest, share: Share, response: HttpResponseBase) -> HttpResponseBase:
    if request.method == "GET" and request.user != share.owner:
        shares.count_download(share)
    return response


@require_safe
@with_share
@unlocked
def everything(request: GuestRequest, share: Share, token: str) -> HttpResponseBase:
    """All pictures as one ZIP, as long as somebody knows how many there are."""
    _require_download(share)
    if share.is_endless:
        raise Http404
    try:
        slot = take_stream_slot(request, share.key)
    except stream_slots.TooManyStreams as full:
        if full.is_new:
            refusals.note_refusal(share, Refused.DOWNLOADS)
        return wait_in_line(request, full, "guest/busy.html")
    stream = zip_stream.Stream(_handed_out(share), slot=slot)
    response = StreamingHttpResponse(stream, content_type="application/zip")
    try:
        return _counted(request, share, _attached(response, f"{slugify(share.title) or 'pictures'}.zip"))
    except Exception:  # nobody else will close what was never sent, and its slot would be taken for ever
        stream.close()
        raise


def _handed_out(share: Share) -> Iterator[tuple[str, bytes]]:
    """Yield (name, content) of each picture; before each, the link must still be what it was."""
    ids = contents.list_ids(share)
    for start in range(0, len(ids), ZIP_PAGE):
        for n, image in enumerate(contents.load_images(ids[start : start + ZIP_PAGE]), start + 1):
            if not shares.is_unchanged(share):
                raise ShareChanged
            with contextlib.suppress(FileNotFoundError):  # a file that went must not cost the others
                content = delivery.file_content(image, share)
                yield delivery.file_name(image, share, number=n), content


@require_safe
@with_share
def card(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    """What a chat program shows beside the link; none behind a password, nor of what is for members only."""
    first = contents.read_page(share, limit=1).images if share.is_previewed else []
    if not first:
        raise Http404
    return HttpResponse(delivery.draw_card(first[0]), content_type="image/jpeg")

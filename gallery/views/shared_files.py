"""The bytes behind a link: thumbnails, views, files to keep, a ZIP, a card for chat programs. Every one asks first."""

import contextlib

from django.http import FileResponse, Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import render
from django.utils.text import slugify
from django.views.decorators.http import require_safe

from gallery.services import archive, contents, files, handouts, shares
from gallery.views.shared import _find, link, unlocked

ZIP_PAGE = 60  # pictures loaded at once
BUSY_SECONDS = 60  # after which somebody may come again while all streams are taken


class Closed(Exception):
    """The link was closed or changed while a ZIP was on its way: the connection breaks, so that nobody takes what
    arrived for the whole."""


@require_safe
@link
@unlocked
def thumbnail(request, share, token, key):
    """The thumbnail, or the view while there is none: never the original."""
    image = _find(share, key)
    return _send(files.open_file(image.thumbnail) if image.thumbnail else handouts.view(image))


@require_safe
@link
@unlocked
def view(request, share, token, key):
    return _send(handouts.view(_find(share, key)))


def _send(file):
    return FileResponse(file, content_type="image/webp")


@require_safe
@link
@unlocked
def download(request, share, token, key):
    image = _find(share, key)
    _require_download(share)
    content = handouts.content(image, share)
    response = HttpResponse(content, content_type=image.content_type)
    return _counted(request, share, _attached(response, handouts.file_name(image, share)))


def _require_download(share):
    if not share.downloadable:
        raise Http404


def _attached(response, name):
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _counted(request, share, response):
    if request.method == "GET" and request.user != share.owner:
        shares.count_download(share)
    return response


@require_safe
@link
@unlocked
def everything(request, share, token):
    """All pictures as one ZIP, as long as somebody knows how many there are."""
    _require_download(share)
    if share.is_endless:
        raise Http404
    try:
        stream = archive.Stream(_handed_out(share))
    except archive.Busy:
        return _busy(request)
    response = StreamingHttpResponse(stream, content_type="application/zip")
    try:
        return _counted(request, share, _attached(response, f"{slugify(share.title) or 'pictures'}.zip"))
    except Exception:  # nobody else will close what was never sent, and its place would be taken for ever
        stream.close()
        raise


def _busy(request):
    response = render(request, "shared/busy.html", status=503)
    response.headers["Retry-After"] = BUSY_SECONDS
    return response


def _handed_out(share):
    """Yield (name, content) of each picture; before each, the link must still be what it was."""
    ids = contents.list_ids(share)
    for start in range(0, len(ids), ZIP_PAGE):
        for n, image in enumerate(contents.in_order(ids[start : start + ZIP_PAGE]), start + 1):
            if not shares.is_still_open(share):
                raise Closed
            with contextlib.suppress(FileNotFoundError):  # a file that went must not cost the others
                content = handouts.content(image, share)
                yield handouts.file_name(image, share, number=n), content


@require_safe
@link
def card(request, share, token):
    """What a chat program shows beside the link; none behind a password, nor of what is for members only."""
    first = contents.part(share, limit=1).images if share.is_previewed else []
    if not first:
        raise Http404
    return HttpResponse(handouts.card(first[0]), content_type="image/jpeg")

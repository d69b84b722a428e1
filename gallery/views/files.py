"""Bytes of images: one door, permission first, cached by the owner's browser only."""

from django.http import FileResponse, Http404, HttpResponseNotModified
from django.views.decorators.http import require_safe

from gallery import access
from gallery.services import files

CACHE = "private, max-age=31536000, immutable"  # a stored file never changes; only its owner's browser may keep it
STAND_IN = "private, no-cache"  # shown while there is no thumbnail, and asked for again


@require_safe
def original(request, key):
    image = access.image_read(request, key)
    return _send_original(request, image)


@require_safe
def thumbnail(request, key):
    """The thumbnail, or the original while there is none."""
    image = access.image_read(request, key)
    if not image.thumbnail:
        return _send_original(request, image, cache=STAND_IN)
    return send(request, image.thumbnail, etag=f"t{image.sha256}", content_type="image/webp", name=f"{image.key}.webp")


def _send_original(request, image, *, cache=CACHE):
    name, content_type = image.download_name, image.content_type
    return send(request, image.file, etag=image.sha256, content_type=content_type, name=name, cache=cache)


def send(request, stored_name, *, etag, content_type, name, cache=CACHE):
    """Answer with a stored file, or 304 for who has it. Who may have it was asked before."""
    quoted = f'"{etag}"'
    if request.headers.get("If-None-Match") == quoted:
        response = HttpResponseNotModified()
    else:
        response = _file(stored_name, content_type=content_type, name=name, download="download" in request.GET)
    response.headers["ETag"] = quoted
    response.headers["Cache-Control"] = cache
    return response


def _file(stored_name, *, content_type, name, download):
    try:
        file = files.open_file(stored_name)
    except FileNotFoundError:
        raise Http404 from None
    return FileResponse(file, content_type=content_type, filename=name, as_attachment=download)

"""Long answers: each needs one of few places, whoever asks. Who finds none waits in line, holding no thread."""

import hashlib
from collections.abc import Callable
from typing import cast

from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import render

from fluxweb.server import HANG_UP
from gallery.services.operations import rate_limits, stream_slots, trusted_proxies
from gallery.services.storage.zip_stream import Files, Stream


def take_stream_slot(request: HttpRequest, of: str) -> stream_slots.Slot:
    """Take a slot for a stream of a link or a member. Raises stream_slots.TooManyStreams.

    Of a connection nobody reads from, only hanging up wakes its thread.
    """
    who = rate_limits.address_bucket(trusted_proxies.client_address(request.META))
    hang_up = cast("WSGIRequest", request).environ.get(HANG_UP)
    reader = _name_reader(request, of, who)
    return stream_slots.take_slot(of, who, reader=reader, **({"hang_up": hang_up} if hang_up else {}))


def _name_reader(request: HttpRequest, *known: str) -> str:
    """Name whoever wants this very answer, so that they have the same place in line whenever they ask."""
    told = [*known, request.headers.get("User-Agent", ""), request.get_full_path()]
    return hashlib.sha256("\n".join(told).encode()).hexdigest()


def wait_in_line(request: HttpRequest, full: stream_slots.TooManyStreams, template: str) -> HttpResponse:
    """Answer with a page that asks again by itself, without script, until the download comes instead of it."""
    response = render(request, template, {"place": full.place}, status=503)
    response.headers["Retry-After"] = response.headers["Refresh"] = stream_slots.WAIT_SECONDS
    return response


def send_zip(pack: Callable[[], Files], *, slot: stream_slots.Slot, name: str) -> StreamingHttpResponse:
    """Answer with a ZIP, with its length where that is known: a browser then shows how much of it has come."""
    try:
        stream = Stream(pack(), slot=slot)
    except BaseException:  # nobody else would give the slot back
        stream_slots.release_slot(slot)
        raise
    response = StreamingHttpResponse(stream, content_type="application/zip")
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    response.headers["Cache-Control"] = "private, no-cache"
    if stream.length is not None:
        response.headers["Content-Length"] = str(stream.length)
    return response

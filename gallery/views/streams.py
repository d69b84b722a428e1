"""Long answers: each needs one of few places, whoever asks."""

from typing import cast

from django.contrib import messages
from django.core.handlers.wsgi import WSGIRequest
from django.http import HttpRequest

from fluxweb.server import HANG_UP
from gallery.services.operations import rate_limits, stream_slots, trusted_proxies


def take_stream_slot(request: HttpRequest, of: str) -> stream_slots.Slot:
    """Take a slot for a stream of a link or a member. Raises stream_slots.TooManyStreams.

    Of a connection nobody reads from, only hanging up wakes its thread.
    """
    who = rate_limits.address_bucket(trusted_proxies.client_address(request.META))
    hang_up = cast("WSGIRequest", request).environ.get(HANG_UP)
    return stream_slots.take_slot(of, who, **({"hang_up": hang_up} if hang_up else {}))


def say_busy(request: HttpRequest) -> None:
    """Tell a member that there is no place now, on the page they come to next."""
    words = f"Several downloads are on their way. Try again in {stream_slots.BUSY_SECONDS} seconds."
    messages.error(request, words)

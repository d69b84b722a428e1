"""What was done, said with a button that undoes it, on the page that comes next."""

from collections.abc import Iterable

from django.contrib import messages
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme

from gallery.access import MemberRequest

MOST_FIELDS = 4000  # beyond, the button would be larger than the page


def say_undoable(request: MemberRequest, said: str, *, address: str, fields: Iterable[tuple[str, str]] = ()) -> None:
    """Say it; the button posts these fields to the address."""
    fields = list(fields)
    if len(fields) > MOST_FIELDS:
        messages.success(request, said)
        return
    context = {"said": said, "address": address, "fields": fields}
    messages.success(request, render_to_string("parts/_undoable.html", context, request=request), extra_tags="undo")


def where_from(request: MemberRequest, *, otherwise: str = "gallery") -> str:
    """Return the page that a form was sent from, if it is one of ours; a form in between says it in `back`."""
    before = request.POST.get("back") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse(otherwise)

"""What was done, said with a button that undoes it, on the page that comes next."""

from collections.abc import Iterable

from django.contrib import messages
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.html import format_html
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.safestring import SafeString

from gallery.access import MemberRequest

TOAST = '<div hx-swap-oob="beforeend:#toasts"><div class="toast good" data-toast>{}</div></div>'
MOST_FIELDS = 4000  # beyond, the button would be larger than the page


def say_undoable(request: MemberRequest, said: str, *, address: str, fields: Iterable[tuple[str, str]] = ()) -> None:
    """Say it; the button posts these fields to the address."""
    fields = list(fields)
    if len(fields) > MOST_FIELDS:
        messages.success(request, said)
        return
    messages.success(request, _written(request, said=said, address=address, fields=fields), extra_tags="undo")


def undoable_toast(request: MemberRequest, said: str, *, address: str, fields: Iterable[tuple[str, str]]) -> SafeString:
    """Return the same for a fragment, which puts it among the toasts of the page that is there."""
    return format_html(TOAST, _written(request, said=said, address=address, fields=fields, fragment=True))


def _written(request: MemberRequest, **context: object) -> SafeString:
    return render_to_string("parts/_undoable.html", context, request=request)


def where_from(request: MemberRequest, *, otherwise: str = "gallery") -> str:
    """Return the page that a form was sent from, if it is one of ours; a form in between says it in `back`."""
    before = request.POST.get("back") or request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse(otherwise)

"""What is selected is kept, and goes to the page that does something with it."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.services.images import selection

FEW = 12  # pictures that an address names itself, to be sent to others and kept
PAGES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "compare": ("compare", []),
    "edit": ("studio", [("use", "reference")]),
    "download": ("download", []),
}


@require_POST
def keep(request: MemberRequest, to: str) -> HttpResponse:
    """Lead on to a page, with what is selected: a few pictures by their keys, more as one selection."""
    name, more = PAGES[to]
    if named := access.selection_named(request, request.POST):
        row = selection.keep_selection(request.user, images=named.images, query=named.query)
        return _lead(name, [("selection", row.key), *more])
    images = access.images_read(request, request.POST.getlist("image"))
    if not images:
        raise Http404
    if len(images) <= FEW:
        return _lead(name, [*(("image", each.key) for each in images), *more])
    row = selection.keep_selection(request.user, images=[each.pk for each in images])
    return _lead(name, [("selection", row.key), *more])


def _lead(name: str, query: list[tuple[str, str]]) -> HttpResponse:
    return redirect(f"{reverse(name)}?{urlencode(query)}")

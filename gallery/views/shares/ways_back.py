"""Where somebody wanted to go under a link before it asked for the password: only ever a page of that link."""

from urllib.parse import urlsplit

from django.http import QueryDict
from django.urls import Resolver404, resolve, reverse

from gallery.share_access import GuestRequest

PAGES = {"shared", "shared-picture", "shared-compare", "shared-view", "shared-thumbnail", "shared-file", "shared-zip"}
# An answer can be given at the page of its picture only, and more pictures of a page are part of it.
LEADS_TO = {"shared-answer": "shared-picture", "shared-unlock": "shared", "shared-choose": "shared"}
KEPT = ("picture", "after", "selection")  # what pages of a link are asked for


def here(request: GuestRequest) -> str:
    """Return the address asked for. htmx asks for parts of a page: then that of the page, if it says so."""
    match = request.resolver_match
    if request.htmx and request.htmx.current_url_abs_path and match and match.url_name == "shared":
        return request.htmx.current_url_abs_path
    return request.get_full_path()


def page_of(token: str, address: str) -> str:
    """Return an address under the link of a token, written anew, if this is one; else the link itself."""
    try:
        parts = urlsplit(address)
        found = resolve(parts.path)
    except (ValueError, Resolver404):
        return reverse("shared", args=[token])
    name = LEADS_TO.get(found.url_name or "", found.url_name)
    if name not in PAGES or found.kwargs.get("token") != token:
        return reverse("shared", args=[token])
    return reverse(name, kwargs=found.kwargs) + _query(parts.query)


def _query(written: str) -> str:
    asked = QueryDict(written)
    query = QueryDict(mutable=True)
    for name in KEPT:
        query.setlist(name, asked.getlist(name))
    return f"?{text}" if (text := query.urlencode()) else ""

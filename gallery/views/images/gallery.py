"""The gallery: everything I made, by what it is filtered by, endless, as fast at a million as at ten."""

from datetime import date
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Image
from gallery.paging import KeysetPage, read_keyset_page
from gallery.services.images.filters import SORTS, Bound, Filters
from gallery.services.images.pages import PAGE, page_rows
from gallery.services.images.walks import Place
from gallery.views.images import cards
from gallery.views.undoing import where_from

TILES = "tiles"  # the cookie
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}
YEAR = 365 * 24 * 60 * 60  # seconds


@require_safe
def show_gallery(request: MemberRequest) -> HttpResponse:
    filters = Filters.read(request.GET)
    if "" in request.GET.dict().values():  # a form sends what was left open, too
        return redirect(address_of(filters))
    bound = Bound(filters, request.user)
    after = _place(request, filters)
    page = read_keyset_page(page_rows(bound, after=after), size=PAGE)
    context: dict[str, Any] = {"days": _days(filters, page, after), "older": _next(filters, page)}
    if request.htmx and after:
        return render(request, "images/_gallery_page.html", context)
    tiles = request.COOKIES.get(TILES, "")
    context |= {"found": _found(page), "tiles": tiles if tiles in SIZES else "m", "sizes": SIZES.items()}
    return render(request, "images/gallery.html", context | _around(bound))


@require_POST
def choose_tiles(request: MemberRequest) -> HttpResponse:
    """Remember in this browser how large tiles are."""
    response = redirect(where_from(request))
    if request.POST.get("size") in SIZES:
        kept: dict[str, Any] = {"max_age": YEAR, "httponly": True, "samesite": "Lax", "secure": request.is_secure()}
        response.set_cookie(TILES, request.POST["size"], **kept)
    return response


def address_of(filters: Filters) -> str:
    return reverse("gallery") + (f"?{filters.query}" if filters.query else "")


def _around(bound: Bound) -> dict[str, Any]:
    """What stands above the pictures: the filters as chips, and the orders."""
    filters = bound.filters
    return {
        "filters": filters,
        "chips": [(chip, address_of(chip.without)) for chip in bound.chips()],
        "sorts": [(words, address_of(filters.sorted_by(sort)), sort == filters.sort) for sort, words in SORTS.items()],
        "without_words": address_of(filters.without_words()),
    }


def _found(page: KeysetPage) -> str:
    """Say how many there are; where a page does not hold them, nobody counts."""
    return f"{PAGE}+ found" if page.older else f"{len(page.rows)} found"


def _days(filters: Filters, page: KeysetPage, after: Place | None) -> list[cards.Day]:
    if filters.sort == "best":
        return cards.in_one(page.rows)
    shown: date | None = timezone.localdate(after.created_at) if after else None
    return cards.by_day(page.rows, shown=shown)


def _place(request: MemberRequest, filters: Filters) -> Place | None:
    """Return where the page begins: after the picture that the address names, at the stars that it had there."""
    cursor = request.GET.get("before", "")
    if not cursor:
        return None
    stars, _, key = cursor.rpartition(".")
    image = access.image_cursor(request, key)
    return Place(image.id, image.created_at, int(stars) if stars in ("1", "2", "3", "4", "5") else 0)


def _next(filters: Filters, page: KeysetPage) -> str:
    """Return the address of the next page, if there is one."""
    last: Image | None = page.last
    if last is None:
        return ""
    cursor = f"{last.stars}.{last.key}" if filters.sort == "best" else last.key  # type: ignore[attr-defined]  # annotated
    query = f"{filters.query}&" if filters.query else ""
    return f"{reverse('gallery')}?{query}before={cursor}"

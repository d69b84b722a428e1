"""The gallery: everything I made, by what it is filtered by, endless, as fast at a million as at ten."""

from dataclasses import replace
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Image, User
from gallery.paging import KeysetPage, read_keyset_page
from gallery.services.images import folding
from gallery.services.images.filters import Bound, Filters, bind_to_look
from gallery.services.images.pages import PAGE, is_reversible, page_rows, place_around
from gallery.services.images.walks import Place
from gallery.views.images import cards
from gallery.views.undoing import where_from

TILES, FOLD = "tiles", "fold"  # the cookies
SIZES = {"s": "Small", "m": "Medium", "l": "Large"}
STEPS = {"best": "stars", "near": "rank"}  # what parts pictures before they are in the order of their days
YEAR = 365 * 24 * 60 * 60  # seconds


@require_safe
def show_gallery(request: MemberRequest) -> HttpResponse:
    filters = Filters.read(request.GET)
    if "" in request.GET.dict().values():  # a form sends what was left open, too
        return redirect(address_of(filters))
    bound = _bound(filters, request.user)
    filters = bound.filters
    folds = _folds(request, filters)
    around = access.image_around(request, request.GET.get("at", ""), owner=bound.owner)
    after = place_around(bound, around, fold=folds) if around else _place(request, bound)
    page = read_keyset_page(page_rows(bound, after=after, fold=folds), size=PAGE)
    days = _days(bound, page, None if around else after, folds=folds)
    context: dict[str, Any] = {"days": days, "older": _next(filters, page)}
    if request.htmx and after:
        return render(request, "images/_gallery_page.html", context)
    if around and after:
        context |= {"first": address_of(filters), "newer": _at(filters, after) if is_reversible(bound) else ""}
    tiles = request.COOKIES.get(TILES, "")
    context |= {"found": _found(page), "tiles": tiles if tiles in SIZES else "m", "sizes": SIZES.items()}
    context |= {"foreign": bound.owner != request.user, "folds": folds, "can_fold": _can_fold(filters)}
    return render(request, "images/gallery.html", context | _around(bound))


def _bound(filters: Filters, user: User) -> Bound:
    """Leave out words where another member's pictures are meant: tags and more that only they see would be found."""
    bound = bind_to_look(filters, user)
    if bound.owner == user or not filters.words:
        return bound
    said = "Words look through your own pictures only."
    return bind_to_look(replace(filters.without_words(), problems=(*filters.problems, said)), user)


def _at(filters: Filters, place: Place) -> str:
    """Return the address of the page around the picture of a place."""
    key = Image.objects.values_list("key", flat=True).get(pk=place.id)
    return f"{_address_with(filters, 'at', key)}#tile-{key}"


def _folds(request: MemberRequest, filters: Filters) -> bool:
    """Whether seeds of one recipe are one tile."""
    return _can_fold(filters) and (filters.fold or request.COOKIES.get(FOLD) == "1")


def _can_fold(filters: Filters) -> bool:
    """Not where the seeds, or what looks alike or comes near, are what is asked for."""
    return not (filters.wanted("seeds") or filters.wanted("like") or filters.sort == "near")


@require_POST
def choose_tiles(request: MemberRequest) -> HttpResponse:
    """Remember in this browser how large tiles are, or whether seeds of one recipe are one: the address says it too."""
    size, fold = request.POST.get("size"), request.POST.get("fold")
    before = where_from(request)
    response = redirect(_with_fold(before, fold) if fold in ("0", "1") else before)
    kept: dict[str, Any] = {"max_age": YEAR, "httponly": True, "samesite": "Lax", "secure": request.is_secure()}
    if size in SIZES:
        response.set_cookie(TILES, size, **kept)
    if fold in ("0", "1"):
        response.set_cookie(FOLD, fold, **kept)
    return response


def _with_fold(address: str, fold: str) -> str:
    """Return the gallery at that address from its beginning, with this said."""
    return address_of(replace(Filters.of(urlsplit(address).query), fold=fold == "1"))


def address_of(filters: Filters) -> str:
    return reverse("gallery") + (f"?{filters.query}" if filters.query else "")


def _around(bound: Bound) -> dict[str, Any]:
    """What stands above the pictures: the filters as chips, and the orders."""
    filters = bound.filters
    return {
        "filters": filters,
        "chips": [(chip, address_of(chip.without)) for chip in bound.chips()],
        "sorts": [
            (words, address_of(filters.sorted_by(sort)), sort == filters.sort) for sort, words in filters.sorts.items()
        ],
        "without_words": address_of(filters.without_words()),
    }


def _found(page: KeysetPage) -> str:
    """Say how many there are; where a page does not hold them, nobody counts."""
    return f"{PAGE}+ found" if page.older else f"{len(page.rows)} found"


def _days(bound: Bound, page: KeysetPage, after: Place | None, *, folds: bool) -> list[cards.Day]:
    shown: date | None = timezone.localdate(after.created_at) if after else None
    standing = _standing(bound, page.rows) if folds else cards.NO_FOLDS
    if bound.filters.sort in STEPS:
        return cards.in_one(page.rows, folds=standing)
    return cards.by_day(page.rows, shown=shown, folds=standing)


def _standing(bound: Bound, images: list[Image]) -> cards.Folds:
    """Count what each tile stands for."""
    counts = folding.count_seeds(bound, images)
    seeds = {image.key: counts[image.fold] for image in images if image.fold in counts}
    return cards.Folds(seeds, address_of(bound.filters.only("seeds", "")))


def _place(request: MemberRequest, bound: Bound) -> Place | None:
    """Return where the page begins: after the picture that the address names, at the step that it had there."""
    sort, cursor = bound.filters.sort, request.GET.get("before", "")
    if not cursor:
        return None
    typed, _, key = cursor.rpartition(".")
    image = access.image_cursor(request, key, owner=bound.owner)
    step = int(typed) if typed.isascii() and typed.isdecimal() and len(typed) < 5 else 0
    return Place(image.id, image.created_at, **{STEPS[sort]: step} if sort in STEPS else {})


def _next(filters: Filters, page: KeysetPage) -> str:
    """Return the address of the next page, if there is one."""
    last: Image | None = page.last
    if last is None:
        return ""
    step = f"{getattr(last, STEPS[filters.sort])}." if filters.sort in STEPS else ""
    return _address_with(filters, "before", f"{step}{last.key}")


def _address_with(filters: Filters, name: str, key: str) -> str:
    query = f"{filters.query}&" if filters.query else ""
    return f"{reverse('gallery')}?{query}{name}={key}"

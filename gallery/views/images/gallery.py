"""The gallery: everything I made, newest first, endless, as fast at a million as at ten."""

from dataclasses import dataclass
from datetime import date
from itertools import groupby

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.search.documents import owner_facet
from gallery.models import Image, User
from gallery.models.images import ImageQuerySet
from gallery.paging import KeysetPage, read_keyset_page
from gallery.services.compare import ratings
from gallery.services.search.finding import FoundImages, find_images

PAGE = 60


@dataclass
class Day:
    """Pictures of one day; `head` is empty when the page before has shown it already."""

    head: date | None
    images: list[Image]


@require_safe
def show_gallery(request: MemberRequest) -> HttpResponse:
    cursor = request.GET.get("before", "")
    last = access.image_cursor(request, cursor) if cursor else None
    text = request.GET.get("q", "").strip()
    page = read_keyset_page(_rows(request.user, last, text), size=PAGE)
    rated = ratings.ratings_of(request.user, page.rows)
    for image in page.rows:
        image.rating = rated.get(image.id)
    context = {"days": _by_day(page.rows, last), "older": page.older, "first_page": last is None}
    context |= {"text": text, "found": _found(page)}
    return render(request, "images/_gallery_page.html" if request.htmx and cursor else "images/gallery.html", context)


def gallery_rows(user: User, last: Image | None) -> ImageQuerySet:
    return Image.objects.of(user).before(last.id if last else None).for_tiles()


def _rows(user: User, last: Image | None, text: str) -> ImageQuerySet | FoundImages:
    """Return my pictures below one of them: all, or those that are found by what was typed."""
    rows = gallery_rows(user, last)
    found = find_images(rows, text, facets=[owner_facet(user.pk)])
    return found.before(last.id if last else None) if text else rows


def _found(page: KeysetPage) -> str:
    """Say how many there are; where a page does not hold them, nobody counts."""
    return f"{PAGE}+ found" if page.older else f"{len(page.rows)} found"


def _by_day(images: list[Image], last: Image | None) -> list[Day]:
    shown = timezone.localdate(last.created_at) if last else None
    days = groupby(images, key=lambda image: timezone.localdate(image.created_at))
    return [Day(day if day != shown else None, list(group)) for day, group in days]

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
from gallery.models import Image, User
from gallery.models.images import ImageQuerySet
from gallery.paging import read_keyset_page
from gallery.services.compare import ratings

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
    page = read_keyset_page(gallery_rows(request.user, last), size=PAGE)
    rated = ratings.ratings_of(request.user, page.rows)
    for image in page.rows:
        image.rating = rated.get(image.id)
    context = {"days": _by_day(page.rows, last), "older": page.older, "first_page": last is None}
    return render(request, "images/_gallery_page.html" if request.htmx and cursor else "images/gallery.html", context)


def gallery_rows(user: User, last: Image | None) -> ImageQuerySet:
    return Image.objects.of(user).kept().before(last.id if last else None).for_tiles()


def _by_day(images: list[Image], last: Image | None) -> list[Day]:
    shown = timezone.localdate(last.created_at) if last else None
    days = groupby(images, key=lambda image: timezone.localdate(image.created_at))
    return [Day(day if day != shown else None, list(group)) for day, group in days]

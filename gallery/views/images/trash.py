"""The trash: what I deleted and can still put back."""

from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db.models import Q
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.dateparse import parse_datetime
from django.views.decorators.http import require_POST, require_safe
from django_htmx.http import HttpResponseClientRefresh

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.models import Image
from gallery.models.images import ImageQuerySet
from gallery.models.operations.bulk import Verb
from gallery.paging import read_keyset_page
from gallery.services.images import selection, trash
from gallery.views.images import bulk
from gallery.views.undoing import say_undoable, undoable_toast, where_from

PAGE = 60
MOST = 2000  # pictures in one press, of those that are named one by one


@require_safe
def list_trash(request: MemberRequest) -> HttpResponse:
    """What was deleted last comes first."""
    cursor = request.GET.get("before", "")
    page = read_keyset_page(trash_rows(request, cursor), size=PAGE)
    context = {"images": page.rows, "older": page.older, "days": settings.TRASH_DAYS, "first_page": not cursor}
    return render(request, "images/trash/_page.html" if request.htmx and cursor else "images/trash/trash.html", context)


def trash_rows(request: MemberRequest, cursor: str) -> ImageQuerySet:
    rows = Image.objects.in_trash_of(request.user).for_tiles().order_by("-trashed_at", "-id")
    if not cursor:
        return rows
    last = access.trash_cursor(request, cursor)
    # The first of the two conditions says nothing new, but lets the database begin where the page begins.
    rest = Q(trashed_at__lt=last.trashed_at) | Q(trashed_at=last.trashed_at, id__lt=last.id)
    return rows.filter(rest, trashed_at__lte=last.trashed_at)


@require_POST
def add(request: MemberRequest) -> HttpResponse:
    """Put pictures into the trash, and say how they come back."""
    if large := bulk.large_selection(request):
        return bulk.begin(request, large, Verb.TRASH, said="Moved to the trash")
    images = _named(request)
    ids = _selected(request) if images is None else [image.pk for image in images]
    if not ids:
        return HttpResponseBadRequest("No picture was named.")
    since = trash.trash_images(ids, owner=request.user)
    words = f"{counted(len(ids), 'picture')} moved to the trash. What was paid stays in the books."
    undo: dict[str, Any] = {"address": reverse("trash-restore"), "fields": [("since", since.isoformat())]}
    if images is not None and _is_gallery(request):
        gone = {"images": images, "toast": undoable_toast(request, words, **undo)}
        return render(request, "images/trash/_gone.html", gone)
    say_undoable(request, words, **undo)
    return _led_back(request)


def _named(request: MemberRequest) -> list[Image] | None:
    """Return the pictures that are named one by one; None if a selection is."""
    keys = request.POST.getlist("image")
    if "all" in request.POST or "selection" in request.POST:
        return None
    return access.images_write(request, keys) if len(keys) <= MOST else []


def _selected(request: MemberRequest) -> list[int]:
    """Return the ids of a selection, however many."""
    named = access.selection_named(request, request.POST)
    return list(selection.selected_images(named).values_list("pk", flat=True)) if named else []


def _is_gallery(request: MemberRequest) -> bool:
    """Whether the page that asks has tiles to take away: a run shows the place of what is deleted."""
    return bool(request.htmx) and (request.htmx.current_url_abs_path or "").startswith(reverse("gallery"))


def _led_back(request: MemberRequest) -> HttpResponse:
    if request.htmx:
        return HttpResponseClientRefresh()
    return redirect(where_from(request))


@require_POST
def restore(request: MemberRequest) -> HttpResponse:
    """Put back what is named, or what one press has deleted."""
    if "since" in request.POST:
        since = _moment(request.POST["since"])
        count = trash.restore_since(since, owner=request.user) if since else 0
    else:
        chosen = access.images_of_trash(request, request.POST.getlist("image"))
        count = trash.restore_images(chosen, owner=request.user)
    messages.success(request, f"{counted(count, 'picture')} back in the gallery." if count else "Nothing was put back.")
    return _led_back(request)


def _moment(text: str) -> datetime | None:
    try:
        found = parse_datetime(text)
    except ValueError:
        return None
    return found if found and found.tzinfo else None


@require_POST
def empty(request: MemberRequest) -> HttpResponse:
    """Give up what is named, or everything: it is deleted for good within moments."""
    mine = Image.objects.in_trash_of(request.user)
    named = access.images_of_trash(request, request.POST.getlist("image"))
    count = trash.empty_trash(mine if "all" in request.POST else named, owner=request.user)
    messages.success(request, f"{counted(count, 'picture')} deleted for good." if count else "Nothing was deleted.")
    return redirect("trash")

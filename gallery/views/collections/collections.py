"""Collections: the lists of mine, the team's and the deleted; one of them; what is said about it."""

from typing import Any

from django.contrib import messages
from django.db.models import F
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.collections import CollectionForm
from gallery.models import Collection, CollectionImage, Image
from gallery.paging import KeysetPage, read_keyset_page, rows_after_cursor
from gallery.services.collections import collections, items
from gallery.services.compare import ratings
from gallery.views.undoing import say_undoable

PAGE = 40
PICTURES = 60  # on a page of one


@require_safe
def list_collections(request: MemberRequest) -> HttpResponse:
    of = request.GET.get("of", "")
    user, every = request.user, Collection.objects.all()
    lists = {"mine": every.owned_by, "team": every.of_others, "bin": every.in_trash_of}
    of = of if of in lists else "mine"
    rows = lists[of](user)
    rows = rows_after_cursor(request, rows, lambda key: access.cursor_row(rows, key))
    page = read_keyset_page(collections.with_covers(rows.select_related("owner")).order_by("-id"), size=PAGE)
    covers = collections.covers_of(page.rows)
    context = {"of": of, "rows": [(each, covers.get(each.pk)) for each in page.rows], "older": page.older}
    return render(request, "collections/collections.html", context)


def new(request: MemberRequest) -> HttpResponse:
    """Make an empty one."""
    form = CollectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("collection", key=collections.make_collection(owner=request.user, **form.cleaned_data).key)
    return render(request, "collections/form.html", {"form": form})


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    collection = access.collection_read(request, key)
    page = _page(request, collection)
    context = _tiles(request, collection, page)
    if request.htmx and "before" in request.GET:
        return render(request, "collections/_tiles.html", context)
    may_add = collection.owner == request.user or collection.team == "add"
    return render(request, "collections/collection.html", context | {"may_add": may_add})


def _page(request: MemberRequest, collection: Collection) -> KeysetPage:
    """Read the pictures in their order, from behind the one that the address names."""
    rows = items.items_in_order(collection)
    if cursor := request.GET.get("before", ""):
        rows = rows.following(access.item_cursor(collection, cursor))
    found = read_keyset_page(rows, size=PICTURES)
    tiles = Image.objects.for_tiles().annotate(by=F("owner__username"), by_id=F("owner_id"))
    images = tiles.in_bulk([item.image_id for item in found.rows])
    for item in found.rows:
        item.image = images[item.image_id]
    return found


def _tiles(request: MemberRequest, collection: Collection, page: KeysetPage) -> dict[str, Any]:
    images = [item.image for item in page.rows]
    rated = ratings.ratings_of(request.user, images)
    means = ratings.averages_of(images, seen_by=request.user) if collection.team else {}
    last: CollectionImage | None = page.last
    return {
        "collection": collection,
        "is_mine": collection.owner == request.user,
        "tiles": [(image, rated.get(image.pk), means.get(image.pk)) for image in images],
        "older": last.image.key if last else None,
        "arranging": "arrange" in request.GET and collection.owner == request.user,
    }


def change(request: MemberRequest, key: str) -> HttpResponse:
    """Give it another name or note, share it with the team or no longer."""
    collection = access.collection_write(request, key)
    before = {name: getattr(collection, name) for name in ("name", "note", "team")}
    form = CollectionForm(request.POST or None, initial=before)
    if request.method == "POST" and form.is_valid():
        collections.change_collection(collection, **form.cleaned_data)
        say_undoable(request, f"“{form.cleaned_data['name']}” is kept.", address=request.path, fields=before.items())
        return redirect("collection", key=key)
    return render(request, "collections/form.html", {"form": form, "collection": collection})


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    collection = access.collection_write(request, key)
    collections.delete_collection(collection)
    address = reverse("collection-restore", args=[key])
    say_undoable(request, f"“{collection.name}” is deleted. Its pictures stay.", address=address)
    return redirect("collections")


@require_POST
def restore(request: MemberRequest, key: str) -> HttpResponse:
    collection = access.collection_restore(request, key)
    collections.restore_collection(collection)
    messages.success(request, f"“{collection.name}” is back.")
    return redirect("collection", key=key)

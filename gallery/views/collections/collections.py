"""Collections: the lists of mine, the team's and the deleted; one of them; what is said about it."""

from typing import Any

from django.contrib import messages
from django.db.models import F, Q
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.collections import CollectionForm, NewCollectionForm
from gallery.models import Collection, Image
from gallery.models.images import ImageQuerySet
from gallery.paging import KeysetPage, read_keyset_page, rows_after_cursor
from gallery.services.collections import collections, items
from gallery.services.collections.walked import Stretch, newest_ids
from gallery.services.compare import ratings
from gallery.views.collections.rules import first_rules
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
    """Make an empty one, or one that fills itself."""
    query = request.GET.get("query", "")
    form = NewCollectionForm(request.POST or None, initial={"fills": bool(query)})
    if request.method == "POST" and form.is_valid():
        fields = dict(form.cleaned_data)
        fills = fields.pop("fills")
        made = collections.make_collection(owner=request.user, **fields, **(first_rules(request) if fills else {}))
        return redirect("collection-rules" if fills else "collection", key=made.key)
    return render(request, "collections/form.html", {"form": form, "query": query or request.POST.get("query", "")})


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    collection = access.collection_read(request, key)
    page = _page(request, collection)
    context = _tiles(request, collection, page)
    if request.htmx and "before" in request.GET:
        return render(request, "collections/_tiles.html", context)
    may_add = collection.rules is None and (collection.owner == request.user or collection.team == "add")
    return render(request, "collections/collection.html", context | {"may_add": may_add})


def _page(request: MemberRequest, collection: Collection) -> KeysetPage:
    """Read the pictures in their order, from behind the one that the address names."""
    if collection.rules is not None:
        last = access.item_found(collection, cursor) if (cursor := request.GET.get("before", "")) else None
        stretch = Stretch(collection.owner, last.pk if last else None, PICTURES + 1)
        ids = newest_ids(collection.rules, stretch, Q())
        return read_keyset_page(_for_page(Image.objects.filter(pk__in=ids)).order_by("-id"), size=PICTURES)
    rows = items.items_in_order(collection)
    if cursor := request.GET.get("before", ""):
        rows = rows.following(access.item_cursor(collection, cursor))
    found = read_keyset_page(rows, size=PICTURES)
    images = _for_page(Image.objects.all()).in_bulk([item.image_id for item in found.rows])
    last = found.last and images[found.last.image_id]
    return KeysetPage([images[item.image_id] for item in found.rows], last)


def _for_page(images: ImageQuerySet) -> ImageQuerySet:
    """As tiles show them, with whose they are."""
    return images.for_tiles().annotate(by=F("owner__username"), by_id=F("owner_id"))


def _tiles(request: MemberRequest, collection: Collection, page: KeysetPage) -> dict[str, Any]:
    images = page.rows
    rated = ratings.ratings_of(request.user, images)
    means = ratings.averages_of(images, seen_by=request.user) if collection.team else {}
    return {
        "collection": collection,
        "is_mine": collection.owner == request.user,
        "tiles": [(image, rated.get(image.pk), means.get(image.pk)) for image in images],
        "older": page.older,
        "arranging": "arrange" in request.GET and collection.owner == request.user and collection.rules is None,
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

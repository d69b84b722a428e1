"""Pictures of a collection: put in, taken out, moved, made its cover."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.collections import MoveForm, PutForm
from gallery.models import Collection, Image
from gallery.models.operations.bulk import Verb
from gallery.services.collections import collections, items
from gallery.services.collections.items import Place
from gallery.views.images import bulk
from gallery.views.undoing import say_undoable, where_from

MOST = 2000  # pictures in one press
OFFERED = 100  # collections to choose from


@require_POST
def put(request: MemberRequest) -> HttpResponse:
    """Put pictures of one's own into a collection, or a new one; without either, ask for it."""
    form = PutForm(request.POST if {"collection", "name"} & request.POST.keys() else None)
    large = bulk.large_selection(request)
    images = [] if large else _own(request)
    if not form.is_valid():
        fields = [("image", image.key) for image in images]
        meant = {"images": images, "count": len(images), "fields": fields}
        return _ask(request, form, bulk.asked_about(request, large) if large else meant)
    collection = _chosen_collection(request, form)
    if large:
        said = f"Put into “{collection.name}”"
        return bulk.begin(request, large, Verb.COLLECT, said=said, collection=collection.pk)
    new = items.add_images(collection, images, by=request.user)
    said = f"{counted(len(new), 'picture')} put into “{collection.name}”."
    address = reverse("collection-take-out", args=[collection.key])
    say_undoable(request, said, address=address, fields=[("image", image.key) for image in new])
    return redirect("collection", key=collection.key)


def _chosen_collection(request: MemberRequest, form: PutForm) -> Collection:
    """Return the collection that was chosen, or make the one that was named."""
    if key := form.cleaned_data["collection"]:
        return access.collection_add(request, key)
    return collections.make_collection(owner=request.user, name=form.cleaned_data["name"])


def _own(request: MemberRequest) -> list[Image]:
    """Return those of the pictures named that are one's own: what others share is theirs to give."""
    keys = access.chosen_keys(request, request.POST)
    if not 0 < len(keys) <= MOST:
        raise Http404
    own = [image for image in access.images_read(request, keys) if image.owner_id == request.user.pk]
    if len(own) < len(keys):
        messages.info(request, "Only pictures of your own are meant: those of others are left out.")
    return own


def _ask(request: MemberRequest, form: PutForm, meant: dict[str, Any]) -> HttpResponse:
    """Offer one's own collections and those that others let one put into, the newest first."""
    offered = Collection.objects.open_to(request.user).select_related("owner").order_by("-id")
    context = meant | {"form": form, "offered": offered[:OFFERED], "back": where_from(request)}
    return render(request, "collections/put.html", context)


@require_POST
def take_out(request: MemberRequest, key: str) -> HttpResponse:
    """Take pictures out: its owner any of them, others their own."""
    collection = access.collection_read(request, key)
    keys = access.chosen_keys(request, request.POST)
    if not 0 < len(keys) <= MOST:
        raise Http404
    images = access.images_read(request, keys)
    mine = {image.pk: image for image in images if image.owner_id == request.user.pk}
    if collection.owner != request.user:
        images = list(mine.values())
    places = items.remove_images(collection, images)
    fields = [("was", f"{mine[each.image_id].key}:{each.position}") for each in places if each.image_id in mine]
    said = f"{counted(len(places), 'picture')} taken out of “{collection.name}”."
    say_undoable(request, said, address=reverse("collection-put-back", args=[key]), fields=fields)
    return redirect("collection", key=key)


@require_POST
def put_back(request: MemberRequest, key: str) -> HttpResponse:
    """Undo: put pictures of one's own back where they stood."""
    collection = access.collection_add(request, key)
    parted = [text.partition(":") for text in request.POST.getlist("was")[:MOST]]
    images = {image.key: image.pk for image in access.images_write(request, [key for key, _, _ in parted])}
    places = [Place(images[key], int(at)) for key, _, at in parted if at.removeprefix("-").isdecimal() and len(at) < 18]
    items.put_back(collection, places, by=request.user)
    messages.success(request, "As before.")
    return redirect("collection", key=key)


@require_POST
def move(request: MemberRequest, key: str) -> HttpResponse:
    """Move one picture; by script without a page."""
    collection, form = access.collection_write(request, key), MoveForm(request.POST)
    if not form.is_valid():
        return HttpResponseBadRequest("Nothing was moved.")
    image = access.item_cursor(collection, form.cleaned_data["image"]).image
    key_before = form.cleaned_data["before"]
    before = access.item_cursor(collection, key_before).image if key_before else None
    items.move_image(collection, image, form.cleaned_data["to"], before=before)
    if request.htmx:
        return HttpResponse(status=204)
    return redirect(f"{reverse('collection', args=[key])}?arrange=1#tile-{image.key}")


@require_POST
def cover(request: MemberRequest, key: str) -> HttpResponse:
    """Let a picture of one's own stand for the collection."""
    collection = access.collection_write(request, key)
    image = access.image_write(request, access.item_cursor(collection, request.POST.get("image", "")).image.key)
    collections.change_collection(collection, cover=image)
    messages.success(request, "That picture stands for the collection now.")
    return redirect(f"{reverse('collection', args=[key])}?arrange=1#tile-{image.key}")

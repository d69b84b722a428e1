"""Nothing but the picture and keys: what is not judged yet, of a run, a collection or the gallery."""

from dataclasses import dataclass

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Collection, Image
from gallery.services.collections import smart
from gallery.services.collections.culling import MOST_COUNTED, Pile
from gallery.services.images.filters import Filters

POLL_SECONDS = 4  # while a run is made


@dataclass(frozen=True)
class Source:
    """A pile, what it is called, where it lies, and how an address names it."""

    pile: Pile
    name: str
    address: str
    query: str
    grows: bool = False


@require_safe
def show(request: MemberRequest) -> HttpResponse:
    """Show the first pictures; by script, those that follow one."""
    source, cursor = _source(request), request.GET.get("after", "")
    images = source.pile.next_images(access.image_read(request, cursor) if cursor else None)
    left = source.pile.count_left()
    context = {
        "source": source,
        "images": images,
        "left": min(left, MOST_COUNTED),
        "is_more": left > MOST_COUNTED,
        "poll_seconds": POLL_SECONDS if source.grows else 0,
    }
    return render(request, "collections/cull/_pictures.html" if request.htmx else "collections/cull/cull.html", context)


def _source(request: MemberRequest) -> Source:
    asked = request.GET.keys() - {"after"}  # a run with more beside it is a search
    if asked == {"run"}:
        key = request.GET["run"]
        run = access.run_read(request, key)
        grows = run.jobs.unfinished().exists()
        return Source(Pile(request.user, run=run), "the run", reverse("run", args=[key]), f"run={key}", grows)
    if asked == {"collection"}:
        key = request.GET["collection"]
        collection = access.collection_read(request, key)
        address = reverse("collection", args=[key])
        return Source(_of_collection(request, collection), collection.name, address, f"collection={key}")
    filters = Filters.read(request.GET)
    found = filters.narrow(Image.objects.of(request.user).kept(), request.user)
    address = reverse("gallery") + (f"?{filters.query}" if filters else "")
    return Source(Pile(request.user, found=found), "the search" if filters else "the gallery", address, filters.query)


def _of_collection(request: MemberRequest, collection: Collection) -> Pile:
    if collection.rules is None:
        return Pile(request.user, collection=collection)
    return Pile(request.user, found=smart.images_of(collection))

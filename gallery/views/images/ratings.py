"""Ratings of pictures, from wherever pictures can be selected."""

from typing import Any

from django.http import HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.ratings import RatingForm, read_earlier
from gallery.models import Image, Rating
from gallery.models.operations.bulk import Verb
from gallery.services.compare import ratings
from gallery.views.images import bulk
from gallery.views.undoing import say_undoable, undoable_toast, where_from

MOST = 2000  # pictures in one press: as many as a run has
WORDS = {"pick": "picked", "maybe": "put aside as maybe", "reject": "rejected", "": "no longer judged"}


@require_POST
def rate(request: MemberRequest) -> HttpResponse:
    """Write a rating on every picture named; what to write may stand in the address of a button."""
    form = RatingForm(request.GET or request.POST)
    if form.is_valid() and (large := bulk.large_selection(request)):
        said = _say_of(form.rating_fields)
        return bulk.begin(request, large, Verb.RATE, said=said[0].upper() + said[1:], **form.rating_fields)
    keys = access.chosen_keys(request, request.POST)
    if not form.is_valid() or not 0 < len(keys) <= MOST:
        return HttpResponseBadRequest("Nothing was said of any picture.")
    images = access.images_read(request, keys)
    before = ratings.rate_images(images, user=request.user, **form.rating_fields)
    return _answer(request, images, said=_say(images, form.rating_fields), before=before)


@require_POST
def restore(request: MemberRequest) -> HttpResponse:
    """Undo: write the ratings that are sent along, as they were before."""
    earlier = read_earlier(request.POST.getlist("was"))
    if not earlier or len(earlier) > MOST:
        return HttpResponseBadRequest("Nothing was said of any picture.")
    images = access.images_read(request, earlier)
    found = ratings.ratings_of(request.user, images)
    before = [found.get(image.id) or Rating(user=request.user, image=image, favourite=False) for image in images]
    ratings.restore_ratings([Rating(user=request.user, image=image, **earlier[image.key]) for image in images])
    return _answer(request, images, said=f"{counted(len(images), 'picture')} as before.", before=before)


def _answer(request: MemberRequest, images: list[Image], *, said: str, before: list[Rating]) -> HttpResponse:
    """Say what was done. `shown`: the page shows it already, and keeps what stood there before by itself.

    `raters`: it shows what all think, too, and that is answered: {key of a picture: words, "" where they are hidden}.
    """
    if "shown" in request.POST:
        return JsonResponse(_raters(request, images)) if "raters" in request.POST else HttpResponse(status=204)
    undo: dict[str, Any] = {"address": reverse("marks-restore"), "fields": [("was", _written(each)) for each in before]}
    if request.htmx:
        found = ratings.ratings_of(request.user, images)
        rated = [(image.key, found[image.id]) for image in images]
        toast = undoable_toast(request, said, **undo)
        return render(request, "images/ratings/_rating_tiles.html", {"rated": rated, "toast": toast})
    say_undoable(request, said, **undo)
    return redirect(where_from(request))


def _raters(request: MemberRequest, images: list[Image]) -> dict[str, str]:
    means = ratings.averages_of(images, seen_by=request.user)
    return {image.key: means[image.pk].words if image.pk in means else "" for image in images}


def _written(rating: Rating) -> str:
    key = rating.image.key if rating.image else ""
    return f"{key}:{rating.verdict}:{rating.stars}:{int(rating.favourite)}"


def _say(images: list[Image], fields: dict[str, Any]) -> str:
    n, said = counted(len(images), "picture"), _say_of(fields)
    return f"{n}: {said}." if said.endswith("stars") else f"{n} {said}."


def _say_of(fields: dict[str, Any]) -> str:
    """Say what was written of pictures, without how many."""
    if "verdict" in fields:
        return WORDS[fields["verdict"]]
    if "favourite" in fields:
        return f"{'among' if fields['favourite'] else 'no longer among'} the favourites"
    return f"{fields['stars']} of 5 stars"

"""Ratings of pictures, from wherever pictures can be selected."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.ratings import RatingForm
from gallery.models import Image
from gallery.services.compare import ratings

MOST = 2000  # pictures in one press: as many as a run has
WORDS = {"pick": "picked", "reject": "rejected", "": "no longer judged"}


@require_POST
def rate(request: MemberRequest) -> HttpResponse:
    """Write a verdict or stars on every picture named; what to write may stand in the address of a button."""
    form = RatingForm(request.GET or request.POST)
    keys = request.POST.getlist("image")
    if not form.is_valid() or not 0 < len(keys) <= MOST:
        return HttpResponseBadRequest("Nothing was said of any picture.")
    images = access.images_read(request, keys)
    ratings.rate_images(images, user=request.user, **form.rating_fields)
    if request.htmx and "letter" in request.POST:  # the buttons under a picture of a comparison
        return _buttons(request, images[0])
    said = _say(images, form.rating_fields)
    if request.htmx:
        found = ratings.ratings_of(request.user, images)
        rated = [(image.key, found[image.id]) for image in images]
        return render(request, "images/_rating_tiles.html", {"rated": rated, "said": said})
    messages.success(request, said)
    return redirect(_where_from(request))


def _buttons(request: MemberRequest, image: Image) -> HttpResponse:
    rating = ratings.ratings_of(request.user, [image])[image.id]
    return render(request, "images/_judge.html", {"image": image, "rating": rating, "letter": request.POST["letter"]})


def _say(images: list[Image], fields: dict[str, Any]) -> str:
    n = counted(len(images), "picture")
    if "verdict" in fields:
        return f"{n} {WORDS[fields['verdict']]}."
    return f"{n}: {fields['stars']} of 5 stars."


def _where_from(request: MemberRequest) -> str:
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse("gallery")

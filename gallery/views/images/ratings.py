"""Marks on pictures, from wherever pictures can be selected."""

from django.contrib import messages
from django.http import HttpResponseBadRequest
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from gallery import access
from gallery.catalogue.lists import counted
from gallery.forms.ratings import MarkForm
from gallery.services.compare import ratings

MOST = 1000  # pictures in one press
WORDS = {"pick": "picked", "reject": "rejected", "": "no longer judged"}


@require_POST
def mark(request):
    """Write a verdict or stars on every picture named; what to write may stand in the address of a button."""
    form = MarkForm(request.GET or request.POST)
    keys = request.POST.getlist("image")
    if not form.is_valid() or not 0 < len(keys) <= MOST:
        return HttpResponseBadRequest("Nothing was said of any picture.")
    images = access.images_read(request, keys)
    ratings.mark_images(images, user=request.user, **form.thoughts)
    if request.htmx and "letter" in request.POST:  # the buttons under a picture of a comparison
        return _buttons(request, images[0])
    said = _say(images, form.thoughts)
    if request.htmx:
        marks = ratings.marks_of(request.user, images)
        marked = [(image.key, marks[image.id]) for image in images]
        return render(request, "images/_marked_tiles.html", {"marked": marked, "said": said})
    messages.success(request, said)
    return redirect(_where_from(request))


def _buttons(request, image):
    mark = ratings.marks_of(request.user, [image])[image.id]
    return render(request, "images/_judge.html", {"image": image, "mark": mark, "letter": request.POST["letter"]})


def _say(images, thoughts):
    n = counted(len(images), "picture")
    if "verdict" in thoughts:
        return f"{n} {WORDS[thoughts['verdict']]}."
    return f"{n}: {thoughts['stars']} of 5 stars."


def _where_from(request):
    before = request.headers.get("Referer", "")
    ours = url_has_allowed_host_and_scheme(before, {request.get_host()}, require_https=request.is_secure())
    return before if ours else reverse("gallery")

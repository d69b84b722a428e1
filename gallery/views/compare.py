"""Compare: two to sixty pictures side by side, twelve at a time."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import access
from gallery.models import Image

MOST = 60  # pictures in one comparison; twelve are on the screen at once


@require_safe
def show(request):
    images = access.images_read(request, request.GET.getlist("image")[:MOST], _rows())
    return render(request, "gallery/compare.html", {"images": images})


def _rows():
    return Image.objects.select_related("job__run", "attempt")

"""One picture: large, its recipe, what it cost and why."""

from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import access
from gallery.catalogue import params
from gallery.models import Image

HIDDEN = ("aspect_ratio", "size")  # shown as the shape


@require_safe
def show(request, key):
    image = access.image_read(request, key)
    job = image.job
    mine = Image.objects.of(request.user)
    context = {
        "image": image,
        "job": job,
        "recipe": [_line(name, value) for name, value in job.parameters.items() if name not in HIDDEN],
        "attempts": job.attempts.order_by("id"),
        "newer": mine.filter(id__gt=image.id).order_by("id").only("key").first(),
        "older": mine.filter(id__lt=image.id).order_by("-id").only("key").first(),
    }
    return render(request, "gallery/image.html", context)


def _line(name, value):
    label = params.PARAMS[name].label if name in params.PARAMS else name
    return label, {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

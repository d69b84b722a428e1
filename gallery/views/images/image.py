"""One picture: large, its recipe, what it cost and why."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.models import params
from gallery.catalogue.numbers.money import money
from gallery.forms.compare import RepeatForm
from gallery.forms.studio import prefill
from gallery.models import Image
from gallery.models.keys import random_key
from gallery.services.runs import repeats

HIDDEN = ("aspect_ratio", "size")  # shown as the shape


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
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
        "repeats": repeats.repeats_of_image(image),
        "repeat_micros": repeats.quote_repeat(image),
        "nonce": random_key(),
    }
    return render(request, "images/image.html", context)


@require_POST
def repeat(request: MemberRequest, key: str) -> HttpResponse:
    """Buy the picture's very request once more; the button said the price."""
    image = access.image_read(request, key)
    form = RepeatForm(request.POST)
    price = repeats.quote_repeat(image)
    if not form.is_valid() or form.cleaned_data["quoted_micros"] != price:
        now = "It cannot be made here" if price is None else f"Its price is {money(price)} now"
        messages.error(request, f"{now}: nothing was bought.")
        return redirect("image", key=key)
    typed = prefill.from_job(image.job)
    run = repeats.submit_repeat(image, owner=request.user, nonce=form.cleaned_data["nonce"], form=typed)
    tasks.wake_workers(run.size)
    messages.info(request, "The same request is made once more. How like the two are stands on either picture’s page.")
    return redirect("run", key=run.key)


def _line(name: str, value: object) -> tuple[str, object]:
    label = params.PARAMS[name].label if name in params.PARAMS else name
    return label, {True: "on", False: "off"}.get(value, value) if isinstance(value, bool) else value

"""One picture: large, its recipe, what it cost and why."""

from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_POST, require_safe

from gallery import access, tasks
from gallery.access import MemberRequest
from gallery.catalogue.models import params
from gallery.catalogue.numbers.money import money
from gallery.catalogue.prompts.asked_colours import FAIR_SHARE
from gallery.forms.collections import TagsForm
from gallery.forms.compare import RepeatForm
from gallery.forms.studio import prefill
from gallery.models import Image, ImageLook, Job
from gallery.models.keys import random_key
from gallery.services.collections import tags
from gallery.services.compare import ratings
from gallery.services.images.seen import asked_colours, asked_words
from gallery.services.media.metadata.facts import is_marked
from gallery.services.references import lineage
from gallery.services.runs import repeats
from gallery.views.images import deliver, siblings

MOST_RELATIVES = 12  # small pictures in a row; the family has a page of its own
HIDDEN = ("aspect_ratio", "size")  # shown as the shape


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    image = access.image_read(request, key)
    mine = Image.objects.of(request.user)
    is_mine = image.owner == request.user
    context = {
        "image": image,
        "is_mine": is_mine,
        "mean": ratings.averages_of([image], seen_by=request.user).get(image.id),
        "rating": ratings.ratings_of(request.user, [image]).get(image.id),
        "tags": tags.tags_of(image, user=request.user),
        "form": TagsForm(),
        "newer": mine.filter(id__gt=image.id).order_by("id").only("key").first() if is_mine else None,
        "older": mine.filter(id__lt=image.id).order_by("-id").only("key").first() if is_mine else None,
        "marked": is_marked(image),
        "look": ImageLook.objects.filter(image=image).first(),
        "fair_share": FAIR_SHARE,
        "deliver": deliver.one_picture(image) | {"form": deliver.choices(request)},
        "used_in": lineage.images_made_from(image, user=request.user).before(None).for_tiles()[:MOST_RELATIVES],
        **(_of_job(image, image.job, is_mine=is_mine) if image.job else {}),
    }
    return render(request, "images/image.html", context)


def _of_job(image: Image, job: Job, *, is_mine: bool) -> dict[str, Any]:
    """What only a picture has that was made here. Others see the recipe: neither what went in nor what it cost."""
    recipe = [_line(name, value) for name, value in image.parameters.items() if name not in HIDDEN]
    return {"job": job, "recipe": recipe, **(_of_owner(image, job) if is_mine else {})}


def _of_owner(image: Image, job: Job) -> dict[str, Any]:
    return {
        "made_from": (made_from := lineage.inputs_of(job)),
        "before_after": _before_after(image, made_from),
        "attempts": job.attempts.order_by("id"),
        "got": asked_colours.got_by_image([image.pk]).get(image.pk),
        "spelled": asked_words.spelled_by_image([image.pk]).get(image.pk),
        "repeats": repeats.repeats_of_image(image),
        "repeat_micros": repeats.quote_repeat(image),
        "nonce": random_key(),
        "siblings": None if image.trashed_at else siblings.siblings_of(image, job, user=image.owner),
    }


def _before_after(image: Image, made_from: list[lineage.Input]) -> str:
    """Write the query of a comparison of a picture with those of the gallery that went into it, them first."""
    images = [reference.image for row in made_from for reference in row.pictures]
    before = [each.key for each in images if each and each.owner_id == image.owner_id]
    return urlencode({"image": [*before, image.key]}, doseq=True) if before else ""


@require_safe
def family(request: MemberRequest, key: str) -> HttpResponse:
    """Draw what a picture was made from and what was made from it, as far as it goes both ways."""
    image = access.image_write(request, key)
    context = {"image": image, "trees": lineage.find_family(image, user=request.user)}
    return render(request, "images/family/family.html", context)


@require_POST
def repeat(request: MemberRequest, key: str) -> HttpResponse:
    """Buy the picture's very request once more; the button said the price."""
    image = access.image_write(request, key)
    if image.job is None:
        raise Http404
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

"""What a guest ticked: compared side by side, or taken along. Kept in their session: no address grows."""

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from gallery import share_access
from gallery.models import Image, Share
from gallery.services.shares import contents, image_keys
from gallery.share_access import GuestRequest
from gallery.views.shares.guest import unlocked, unlocked_page, with_share
from gallery.views.shares.shown import Shown

MOST_COMPARED = 12
LETTERS = "ABCDEFGHIJKL"


@require_safe
@with_share
@unlocked_page
def compare(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    """Several pictures side by side, zoomed and moved together: those named, or the first ones."""
    images, more = _compared(request, share)
    panes = [(letter, Shown(share, image)) for letter, image in zip(LETTERS, images, strict=False)]
    context = {"share": share, "token": token, "panes": panes, "left_out": more}
    return render(request, "guest/compare.html", context)


def _compared(request: GuestRequest, share: Share) -> tuple[list[Image], bool]:
    """Return the pictures to compare, and whether more were chosen than fit."""
    if "selection" in request.GET:
        ids = share_access.chosen_ids(request, share, request.GET["selection"])
        if not ids:
            raise Http404
        return contents.load_images(ids[:MOST_COMPARED]), len(ids) > MOST_COMPARED
    if asked := request.GET.getlist("picture"):
        images = contents.find_images(share, asked[:MOST_COMPARED])
        if images is None:
            raise Http404
        return images, len(asked) > MOST_COMPARED
    return contents.read_page(share, limit=MOST_COMPARED).images, False


@require_POST
@with_share
@unlocked
def choose(request: GuestRequest, share: Share, token: str) -> HttpResponse:
    """Lead on with what was ticked: a few to compare by their keys, more, and what is downloaded, as one selection."""
    keys = request.POST.getlist("picture")[: contents.MOST_ITEMS]
    wants_files = request.POST.get("to") == "download"
    ids = contents.ids_shown(share, keys)
    if not ids or (wants_files and not share.downloadable):
        raise Http404
    if not wants_files and len(ids) <= MOST_COMPARED:
        named = [("picture", image_keys.key_in(share, image)) for image in contents.load_images(ids)]
    else:
        named = [("selection", share_access.keep_chosen(request, share, ids))]
    address = reverse("shared-zip" if wants_files else "shared-compare", args=[token])
    return redirect(f"{address}?{urlencode(named)}")

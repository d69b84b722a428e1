"""Two at a time, until the pictures are ranked."""

from hashlib import sha256
from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from gallery import access
from gallery.access import MemberRequest
from gallery.forms.compare import VoteForm
from gallery.models import Image, User
from gallery.models.images import ImageQuerySet
from gallery.services.compare import bradley_terry, ratings
from gallery.services.compare.comparisons import MOST
from gallery.views.compare import comparison_panes


@require_http_methods(["GET", "HEAD", "POST"])
def judge(request: MemberRequest) -> HttpResponse:
    """Show the next pair of the pictures in the address, or their ranking; a POST says which of two is better."""
    images = access.images_read(request, access.chosen_keys(request, request.GET)[:MOST], _rows())
    if len(images) < 2:
        return redirect(reverse("compare") + comparison_panes.comparison_query([image.key for image in images]))
    if request.method == "POST":
        return _vote(request, images)
    return render(request, "compare/pairwise.html", _context(request, images))


def _rows() -> ImageQuerySet:
    return Image.objects.select_related("job", "attempt")


def _vote(request: MemberRequest, images: list[Image]) -> HttpResponse:
    form = VoteForm(request.POST)
    found = {image.key: image for image in images}
    if form.is_valid() and (pair := form.pair_of(found)):
        ratings.save_vote(*pair, user=request.user, tie=form.cleaned_data["tie"], blind="blind" in request.GET)
    return redirect(request.get_full_path())


def _context(request: MemberRequest, images: list[Image]) -> dict[str, Any]:
    hidden = "blind" in request.GET
    votes: list[tuple[Any, Any, bool]] = [
        (vote.better_id, vote.worse_id, vote.tie) for vote in ratings.votes_of(request.user, images)
    ]
    by_id: dict[Any, Image] = {image.id: image for image in images}
    standings = bradley_terry.rank_players(by_id, votes)
    pair = bradley_terry.choose_pair(standings, votes)
    shown = _fairly([by_id[each] for each in pair], request.user) if pair else []
    keys = [image.key for image in images]
    return {
        "images": images,
        "panes": comparison_panes.build_panes(shown, user=request.user, hidden=hidden),
        "standings": [(by_id[each.player], each) for each in standings],
        "votes": len(votes),
        "left": len(bradley_terry.list_open_pairs(standings, votes)),
        "hidden": hidden,
        "compare_query": comparison_panes.comparison_query(keys, blind="1" if hidden else ""),
        "other_query": comparison_panes.comparison_query(keys, blind="" if hidden else "1"),
    }


def _fairly(pair: list[Image], user: User) -> list[Image]:
    """Put a pair into an order that nobody chose and that stays: each is on the left as often as on the right."""
    one, other = sorted(pair, key=lambda image: image.key)
    turned = sha256(f"{user.pk} {one.key} {other.key}".encode()).digest()[0] % 2
    return [other, one] if turned else [one, other]

"""The owner's side of links: made, listed, changed, replaced, revoked; what guests answered; shared with me."""

from functools import cached_property
from typing import Any, cast

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, QueryDict
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.catalogue.text.value_lists import counted
from gallery.forms.shares import FILTER, SWITCHES, ShareForm
from gallery.models import Image, Selection, Share
from gallery.models.shares import Kind
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.db import side_notes
from gallery.services.images import selection
from gallery.services.images.filters import Filters
from gallery.services.shares import contents, feedback, image_keys, refusals, shares
from gallery.views.images import bulk

PAGE = 40
KINDS: dict[str, str] = {
    Kind.RUN: "A run",
    Kind.GALLERY: "Gallery",
    Kind.COMPARISON: "A comparison",
    Kind.COLLECTION: "A collection",
}
WHAT = {"query": "a search", "without": "some left out"}  # of what a gallery is filtered by
MOST_NOTE = 1000  # characters of the note of a link
SHOWN = 12  # pictures of what is about to be shared
TOO_MANY = f"More than {contents.MOST_ITEMS:,} pictures. Let it be live, or filter it."
NOTHING = "There is no picture in it yet. Let it be live, or wait for the first."


@require_safe
def list_my_shares(request: MemberRequest) -> HttpResponse:
    """Mine, the newest first."""
    return _list(request, "shares/shares.html", Share.objects.of(request.user))


@require_safe
def list_received_shares(request: MemberRequest) -> HttpResponse:
    """What other members shared with me and is still open."""
    rows = Share.objects.open(timezone.now()).received_by(request.user)
    return _list(request, "shares/shares_received.html", rows)


@access.admin_only
@require_safe
def list_all_shares(request: MemberRequest) -> HttpResponse:
    """Every link of the team, without its address and without a picture."""
    return _list(request, "shares/shares_all.html", Share.objects.all())


def _list(request: MemberRequest, template: str, rows: QuerySet[Share]) -> HttpResponse:
    rows = rows.select_related("owner", "cover").order_by("-id")
    rows = rows_after_cursor(request, rows, lambda key: access.cursor_row(rows, key))
    page = read_keyset_page(rows, size=PAGE)
    return render(request, template, {"share_views": [ShareView(share) for share in page.rows], "older": page.older})


class ShareView:
    """A link as its owner sees it: with the address, made anew."""

    def __init__(self, share: Share) -> None:
        self.share = share

    @property
    def token(self) -> str:
        return shares.token_of(self.share)

    @cached_property
    def can_be_copied(self) -> bool:
        return shares.can_be_copied(self.share)

    @property
    def address(self) -> str:
        return settings.PUBLIC_URL + reverse("shared", args=[self.token])

    @property
    def cover(self) -> str:
        key = image_keys.key_in(self.share, cast("Image", self.share.cover))
        return reverse("shared-thumbnail", args=[self.token, key])

    @property
    def shows(self) -> list[str]:
        return [words.lower() for name, words in SWITCHES.items() if getattr(self.share, name)]

    @property
    def hides(self) -> list[str]:
        return [words.lower() for name, words in SWITCHES.items() if not getattr(self.share, name)]

    @property
    def what(self) -> str:
        kind = KINDS.get(self.share.kind, "Pictures")
        wanted = [WHAT.get(name, value) for name, value in self.share.filter.items() if value]
        return ", ".join([kind, *wanted, "live" if self.share.live else "snapshot"])


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: MemberRequest) -> HttpResponse:
    """Show the form for what the address (or a selection) names, or take it."""
    asked = request.POST if request.method == "POST" else request.GET
    share, images = _wanted(request, asked)
    filled = request.method == "POST" and "title" in request.POST  # a selection is sent here without one
    form = ShareForm(request.POST if filled else None, instance=share, owner=request.user, initial=_filter(asked))
    if filled and form.is_valid():
        try:
            share = _make(form, share, images)
        except (shares.ShareTooLarge, shares.NothingToShare) as trouble:
            form.add_error(None, TOO_MANY if isinstance(trouble, shares.ShareTooLarge) else NOTHING)
        else:
            return redirect("share", share.key)
    context = {"form": form, "share": share, "images": images[:SHOWN], "fields": _fields(request, share, images)}
    return render(request, "shares/share_new.html", context)


def _fields(request: MemberRequest, share: Share, images: list[Image]) -> list[tuple[str, str]]:
    """Return what says again what is shared, as (name, value); of a large selection its key."""
    if "without" in share.filter:
        kept = selection.keep_selection(request.user, images=share.filter["without"], query=share.filter["query"])
        return [("selection", kept.key)]
    if images:
        return [("image", image.key) for image in images]
    source = {Kind.RUN: share.run, Kind.COMPARISON: share.comparison, Kind.COLLECTION: share.collection}
    if row := source.get(Kind(share.kind)):
        return [(share.kind, row.key)]
    query = share.filter.get("query")
    return [("gallery", "1"), *([("query", query)] if query else [])]


def _make(form: ShareForm, share: Share, images: list[Image]) -> Share:
    """Make the link, or find the one that the same press has made already."""
    once = {"nonce": form.cleaned_data["nonce"], "press": form.press()}
    return shares.create_share_once(
        share, images=images, password=form.new_password() or "", members=form.chosen_members(), **once
    )


def _wanted(request: MemberRequest, asked: QueryDict) -> tuple[Share, list[Image]]:
    """Return an unsaved link for what is asked for, and its pictures if they were chosen one by one."""
    share = Share(owner=request.user, sharer=request.user.get_full_name() or request.user.username)
    if large := _large_search(request):
        share.kind, share.title = Kind.GALLERY, "What I found" if large.query else "My pictures"
        share.filter = {"query": large.query, "without": large.images}
        return share, []
    if keys := access.chosen_keys(request, asked):
        images = access.images_write(request, keys)
        share.title = counted(len(images), "picture")
        return share, images
    if key := asked.get("run"):
        share.kind, share.run, share.title = Kind.RUN, access.run_read(request, key), "A series"
        return share, []
    if key := asked.get("comparison"):
        share.kind, share.comparison = Kind.COMPARISON, access.comparison_write(request, key)
        share.title = share.comparison.name
        return share, []
    if key := asked.get("collection"):
        share.kind, share.collection = Kind.COLLECTION, access.collection_write(request, key)
        share.title, share.note = share.collection.name, share.collection.note[:MOST_NOTE]
        return share, []
    if asked.get("gallery"):
        share.kind, share.title = Kind.GALLERY, "My pictures"
        if query := Filters.of(asked.get("query", "")).query:
            share.filter, share.title = {"query": query}, "What I found"
        return share, []
    raise Http404


def _large_search(request: MemberRequest) -> Selection | None:
    """Return all that a search finds, but what was taken off, where that is more than is shared one by one."""
    large = bulk.large_selection(request)
    return large if large is not None and large.query is not None else None


def _filter(asked: QueryDict) -> dict[str, Any]:
    return {name: asked[name] for name in FILTER if asked.get(name)}


@require_safe
def show(request: MemberRequest, key: str) -> HttpResponse:
    """One link of mine: its address, what it lets through, how often it was opened, what guests said."""
    share = access.share_write(request, key)
    people = feedback.guests_with_feedback(share)
    context = {"share_view": ShareView(share), "share": share, "guests": people, "members": share.members.all()}
    context["refusals"] = refusals.refusals_of(share)
    response = render(request, "shares/share.html", context)
    with side_notes.write_if_possible():
        shares.mark_feedback_seen(share)
    return response


@sensitive_post_parameters("password")
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: MemberRequest, key: str) -> HttpResponse:
    share = access.share_write(request, key)
    form = ShareForm(request.POST or None, instance=share, owner=request.user, initial={"members": share.members.all()})
    if form.is_valid():
        shares.change_share(share, password=form.new_password(), members=form.chosen_members())
        messages.success(request, "Changed. It holds from now on, also for those who have it open.")
        return redirect("share", share.key)
    return render(request, "shares/share_change.html", {"form": form, "share": share})


@require_POST
def revoke(request: MemberRequest, key: str) -> HttpResponse:
    share = access.share_revoke(request, key)
    shares.revoke_share(share)
    messages.info(request, "Revoked. Its address answers as if it had never existed.")
    return redirect("share", share.key) if share.owner_id == request.user.id else redirect("shares-all")


@require_POST
def reopen(request: MemberRequest, key: str) -> HttpResponse:
    share = access.share_write(request, key)
    shares.reopen_share(share)
    messages.success(request, "Open again, at the same address.")
    return redirect("share", share.key)


@require_POST
def replace(request: MemberRequest, key: str) -> HttpResponse:
    share = access.share_write(request, key)
    shares.replace_address(share)
    messages.success(request, "It has a new address. The old one has stopped working.")
    return redirect("share", share.key)


@require_POST
def delete(request: MemberRequest, key: str) -> HttpResponse:
    shares.delete_share(access.share_write(request, key))
    messages.info(request, "Deleted, with its answers. The pictures stay.")
    return redirect("shares")


@require_POST
def switch_feedback(request: MemberRequest, key: str) -> HttpResponse:
    """Open or close answering; what was said stays."""
    share = access.share_write(request, key)
    shares.set_feedback_open(share, "open" in request.POST)
    return redirect("share", share.key)


@require_POST
def delete_guest(request: MemberRequest, key: str, guest: str) -> HttpResponse:
    share = access.share_write(request, key)
    feedback.delete_guest(access.guest_write(request, share, guest))
    messages.info(request, "Deleted, with everything this guest said.")
    return redirect("share", share.key)

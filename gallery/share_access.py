"""Who comes in by a link: the token first, then the password; what a browser's session remembers of both."""

from collections.abc import Sequence

from django.http import HttpRequest
from django_htmx.middleware import HtmxDetails

from gallery.models import Guest, Share
from gallery.models.keys import random_key
from gallery.services.shares import contents, feedback, shares

# What a session keeps of links, by their keys: that the password was known, and who answers; and what was chosen.
PASSES, GUESTS, CHOSEN = "share_passes", "share_guests", "share_chosen"
KEPT = 5  # selections of one browser, the newest


class GuestRequest(HttpRequest):
    """A request as the views of a link get it: from anybody, perhaps by htmx."""

    htmx: HtmxDetails


def find_share(request: HttpRequest, token: str) -> Share | None:
    """Return the link of a token if it opens for whoever asks, or None: nothing tells a closed one from none at all."""
    share = shares.find_open_share(token)
    if share is None or share.public or request.user == share.owner or is_named(request, share):
        return share
    return None


def may_enter(request: HttpRequest, share: Share) -> bool:
    """Whether the password is known, or not needed: there is none, or the member is named."""
    if not share.password or shares.is_valid_pass(share, request.session.get(PASSES, {}).get(share.key)):
        return True
    return is_named(request, share)


def remember_pass(request: HttpRequest, share: Share) -> None:
    """Remember who knew the password of this link, under a new session key: nobody else may know the old one."""
    request.session.cycle_key()
    request.session[PASSES] = request.session.get(PASSES, {}) | {share.key: shares.pass_of(share)}


def guest_of(request: HttpRequest, share: Share) -> Guest | None:
    """Return who answers here from this browser, if anybody did."""
    return feedback.find_guest(share, request.session.get(GUESTS, {}).get(share.key))


def remember_guest(request: HttpRequest, guest: Guest) -> None:
    request.session[GUESTS] = request.session.get(GUESTS, {}) | {guest.share.key: guest.key}


def keep_chosen(request: HttpRequest, share: Share, ids: Sequence[int]) -> str:
    """Keep what is chosen of a link in the session of its guest, where no address has to hold it; return its key."""
    key = random_key()
    kept = list(request.session.get(CHOSEN, {}).items())[1 - KEPT :]
    request.session[CHOSEN] = dict(kept) | {key: [share.key, list(ids)]}
    return key


def chosen_ids(request: HttpRequest, share: Share, key: str) -> list[int]:
    """Return the ids of what this browser has chosen of a link under a key, as far as it is still shown; else none."""
    of, ids = request.session.get(CHOSEN, {}).get(key, ("", []))
    return contents.still_shown(share, ids) if of == share.key else []


def is_named(request: HttpRequest, share: Share) -> bool:
    """Whether a member looks who was named when it was shared."""
    return request.user.is_authenticated and share.members.filter(pk=request.user.pk).exists()

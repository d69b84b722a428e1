"""Gates of links, for those who made them, received them or look after all."""

from django.http import HttpRequest
from django.utils import timezone

from gallery.access.rights import MemberRequest, find_row
from gallery.models import (
    Guest,
    Share,
)  # fmt: skip


def share_write(request: MemberRequest, key: str) -> Share:
    return find_row(Share.objects.select_related("cover", "run"), key, owner=request.user)


def share_revoke(request: MemberRequest, key: str) -> Share:
    """An admin revokes anybody's link, without seeing what it shows."""
    return find_row(Share.objects.all() if request.user.is_admin else Share.objects.of(request.user), key)


def share_received(request: MemberRequest, key: str) -> Share:
    """Return an open link that names this member."""
    return find_row(Share.objects.open(timezone.now()).received_by(request.user), key)


def guest_write(request: HttpRequest, share: Share, key: str) -> Guest:
    return find_row(share.guests.select_related("share"), key)

"""What guests answer under a link: kept by guest, counted for the owner's badge, deletable."""

from collections.abc import Iterable
from typing import Any

from django.db import transaction
from django.db.models import F, Prefetch, QuerySet
from django.utils import timezone

from gallery.models import Feedback, Guest, Image, Share, User
from gallery.models.shares import Refused
from gallery.services.operations import rate_limits
from gallery.services.shares import refusals

# An office is one address: thirty people who mark sixty pictures each must find room, at one link and at a few.
FEEDBACK_HERE = rate_limits.Limit("answers of link from", count=600, seconds=900)
FEEDBACK_PER_LINK = rate_limits.Limit("answers of link", count=2400, seconds=900)
FEEDBACK_PER_ADDRESS = rate_limits.Limit("answers from", count=1800, seconds=900)
GUESTS_HERE = rate_limits.Limit("guests of link from", count=60, seconds=3600)
GUESTS_PER_LINK = rate_limits.Limit("guests of link", count=300, seconds=3600)
GUESTS_PER_ADDRESS = rate_limits.Limit("guests from", count=240, seconds=3600)


def find_guest(share: Share, key: object) -> Guest | None:
    """Return the guest of this link whom a session remembers, or None: a key of another link is nobody here."""
    return Guest.objects.filter(share=share, key=key).first() if isinstance(key, str) else None


def create_guest(share: Share, *, name: str, address: str, nonce: str = "") -> Guest:
    """Make a guest of this link, or return who was made by the same form. Raises rate_limits.RateLimitExceeded."""
    if known := nonce and Guest.objects.filter(share=share, nonce=nonce).first():
        return known
    with refusals.noting_refusals(share, Refused.GUESTS):
        rate_limits.take_tries(_tries(share, address, GUESTS_HERE, GUESTS_PER_LINK, GUESTS_PER_ADDRESS))
    if not nonce:
        return Guest.objects.create(share=share, name=name)
    return Guest.objects.get_or_create(share=share, nonce=nonce, defaults={"name": name})[0]


def check_feedback_limits(share: Share, *, address: str) -> None:
    """Count one answer before anything is written. Raises rate_limits.RateLimitExceeded."""
    with refusals.noting_refusals(share, Refused.FEEDBACK):
        rate_limits.take_tries(_tries(share, address, FEEDBACK_HERE, FEEDBACK_PER_LINK, FEEDBACK_PER_ADDRESS))


def _tries(
    share: Share, address: str, here: rate_limits.Limit, per_link: rate_limits.Limit, per_address: rate_limits.Limit
) -> list[tuple[rate_limits.Limit, str]]:
    """List the limits of one try: of this link from this address, of the link, of the address at all links."""
    neighbour = rate_limits.address_bucket(address)
    return [(here, rate_limits.pair_names(share.key, neighbour)), (per_link, share.key), (per_address, neighbour)]


@transaction.atomic
def save_feedback(guest: Guest, image: Image, **said: Any) -> Feedback | None:
    """Keep what a guest says about a picture instead of what was said before; nothing said is no answer."""
    _lock(guest.share_id)
    if not any(said.values()):
        said_nothing = Feedback.objects.filter(guest=guest, image=image)
        _tell_owner(guest.share, -said_nothing.filter(seen=False).count())
        said_nothing.delete()
        return None
    told = Feedback.objects.filter(guest=guest, image=image, seen=False).exists()
    found, _ = Feedback.objects.update_or_create(
        guest=guest, image=image, defaults={**said, "seen": False, "changed_at": timezone.now()}
    )
    _tell_owner(guest.share, 0 if told else 1)
    return found


def _lock(share_id: int) -> None:
    """One change of a link's answers at a time, or the badge would count some twice."""
    Share.objects.select_for_update().get(pk=share_id)


def _tell_owner(share: Share, more: int) -> None:
    """Change the number on the badge of every page together with the link's own."""
    if more:
        Share.objects.filter(pk=share.pk).update(unseen=F("unseen") + more)
        User.objects.filter(pk=share.owner_id).update(unseen_feedback=F("unseen_feedback") + more)


@transaction.atomic
def delete_guest(guest: Guest) -> None:
    """Take a guest with everything they said off the link, and what of it was unseen off the badge."""
    _lock(guest.share_id)
    _tell_owner(guest.share, -guest.feedback.filter(seen=False).count())
    guest.delete()


def feedback_of(guest: Guest | None, images: Iterable[Image]) -> dict[int, Feedback]:
    """Return {image id: feedback} of one guest for these pictures."""
    if guest is None:
        return {}
    return {each.image_id: each for each in Feedback.objects.filter(guest=guest, image__in=images)}


def guests_with_feedback(share: Share) -> QuerySet[Guest]:
    """Return the guests of a link with their answers, the newest first."""
    given = Feedback.objects.select_related("image").order_by("-changed_at")
    return share.guests.prefetch_related(Prefetch("feedback", given)).order_by("-id")

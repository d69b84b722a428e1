"""What guests of a link were refused because it was too much at once: counted for its owner to see."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db.models import F, QuerySet
from django.utils import timezone

from gallery.models import Refusal, Share
from gallery.models.shares import Refused
from gallery.services.db.side_notes import write_if_possible
from gallery.services.operations.rate_limits import RateLimitExceeded


@write_if_possible()
def note_refusal(share: Share, what: Refused) -> None:
    """Count that somebody was turned away from a link."""
    now = timezone.now()
    row, is_new = Refusal.objects.get_or_create(share=share, what=what, defaults={"count": 1, "last_at": now})
    if not is_new:
        Refusal.objects.filter(pk=row.pk).update(count=F("count") + 1, last_at=now)


@contextmanager
def noting_refusals(share: Share, what: Refused) -> Iterator[None]:
    """Note a rate_limits.RateLimitExceeded on its way."""
    try:
        yield
    except RateLimitExceeded:
        note_refusal(share, what)
        raise


def refusals_of(share: Share) -> QuerySet[Refusal]:
    """Return what was refused under a link, the latest first."""
    return share.refusals.order_by("-last_at")

"""Losses: calls that were paid, or may have been, and brought no picture. By kind, because each asks something else."""

from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet, Sum

from gallery.models import Attempt, User
from gallery.models.calls import BEING_SENT, Fetch, Money

ANSWERED = Q(status__gte=200, status__lt=300)
UNCERTAIN = Q(money=Money.UNCERTAIN) & ~BEING_SENT
HELD = Q(fetch=Fetch.BLOCKED)
FILED = Q(fetch=Fetch.FILED)
LOST = Q(fetch=Fetch.DEAD, money=Money.CHARGED)


@dataclass(frozen=True)
class LossKind:
    """`rows`: which attempts are of this kind."""

    name: str
    title: str
    meaning: str
    rows: Q


KINDS = (
    LossKind(
        "unknown",
        "Perhaps paid",
        "No answer says what became of them. Each stands on the books as spent until an admin settles it.",
        UNCERTAIN & ~ANSWERED,
    ),
    LossKind(
        "no_result",
        "No picture, perhaps paid",
        "Success was answered, but without a picture that could be read. Each stands on the books as spent until an "
        "admin settles it.",
        UNCERTAIN & ANSWERED,
    ),
    LossKind(
        "held",
        "Held aside",
        "Paid, but what came is not shown as it is. An admin releases it or drops it; until then its file is kept.",
        HELD,
    ),
    LossKind(
        "filed",
        "Kept as a file",
        "Paid and delivered, but no picture that can be shown: its owner downloads the file as it came.",
        FILED,
    ),
    LossKind(
        "lost",
        "Paid and lost",
        "Paid, but the picture is gone: its address died before it could be fetched, or an admin gave it up.",
        LOST,
    ),
)


def loss_kind(name: str) -> LossKind:
    """Return the kind of that name; the first one for a name that nobody knows."""
    return next((kind for kind in KINDS if kind.name == name), KINDS[0])


def visible_losses(user: User) -> QuerySet[Attempt]:
    """Return what a member sees of them: their own; an admin everybody's."""
    attempts = Attempt.objects.filter(job__demo=settings.DEMO)
    return attempts if user.is_admin else attempts.filter(job__owner=user)


def needs_resolution(attempts: QuerySet[Attempt]) -> QuerySet[Attempt]:
    """Return those that somebody must decide about, newest first, also of jobs that have gone on since."""
    return attempts.filter(UNCERTAIN | HELD).order_by("-id")


def count_losses(attempts: QuerySet[Attempt]) -> list[tuple[LossKind, int, int]]:
    """Return (kind, how many, micro-dollars) for every kind that there is, in one query."""
    sums: dict[str, Any] = {f"{kind.name}_n": Count("id", filter=kind.rows) for kind in KINDS}
    sums |= {f"{kind.name}_micros": Sum("micros", filter=kind.rows, default=0) for kind in KINDS}
    found = attempts.filter(Q(money=Money.UNCERTAIN) | Q(fetch__in=[Fetch.BLOCKED, Fetch.FILED, Fetch.DEAD])).aggregate(
        **sums
    )
    counts = [(kind, found[f"{kind.name}_n"], found[f"{kind.name}_micros"]) for kind in KINDS]
    return [(kind, n, micros) for kind, n, micros in counts if n]

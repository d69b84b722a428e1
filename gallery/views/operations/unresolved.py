"""What was paid, or may have been, and brought no picture: counted by kind, each with what can be done about it."""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.db.models.functions import Left
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery import access
from gallery.access import MemberRequest
from gallery.models import Attempt, Job
from gallery.models.calls import Fetch, Money
from gallery.models.runs import OPENING
from gallery.paging import read_keyset_page, rows_after_cursor
from gallery.services.jobs import reasons
from gallery.services.paid_calls import losses, resolution

PAGE = 50


@dataclass
class UnresolvedCall:
    """One call without a picture."""

    attempt: Attempt

    @property
    def job(self) -> Job:
        return self.attempt.job

    @property
    def trail(self) -> list[Attempt]:
        return [self.attempt]

    @property
    def held(self) -> bool:
        return self.attempt.fetch == Fetch.BLOCKED

    @property
    def filed(self) -> bool:
        return self.attempt.fetch == Fetch.FILED

    @property
    def uncertain(self) -> bool:
        return self.attempt.money == Money.UNCERTAIN

    @property
    def current(self) -> bool:
        return self.job.attempt_id == self.attempt.pk

    @property
    def reason(self) -> reasons.Reason:
        """What the job says if it still stands at this call; else that it has gone on."""
        if self.held:
            return reasons.describe_held(self.attempt)
        if self.filed:
            return reasons.describe_reason("filed")
        if self.current:
            return reasons.describe_reason(self.job.reason, status=self.attempt.status)
        return reasons.describe_reason("asked_again" if self.uncertain else "lost")

    @property
    def buyable_again(self) -> bool:
        return self.current and self.job.state in resolution.BUYABLE_AGAIN


@require_safe
def list_unresolved(request: MemberRequest) -> HttpResponse:
    mine = losses.visible_losses(request.user)
    kind = losses.loss_kind(request.GET.get("kind", ""))
    attempts = _for_list(mine.filter(kind.rows).order_by("-id"))
    page = read_keyset_page(
        rows_after_cursor(request, attempts, lambda key: access.loss_cursor(request, key)), size=PAGE
    )
    context = {
        "kind": kind,
        "which": QueryDict(f"kind={kind.name}"),
        "counts": losses.count_losses(mine),
        "calls": [UnresolvedCall(attempt) for attempt in page.rows],
        "older": page.older,
    }
    return render(request, "operations/unresolved.html", context)


def unresolved_calls(attempts: QuerySet[Attempt]) -> list[UnresolvedCall]:
    """Return attempts as a page shows them."""
    return [UnresolvedCall(attempt) for attempt in _for_list(attempts)]


def _for_list(attempts: QuerySet[Attempt]) -> Any:
    """Nobody's whole prompt is read; an admin sees no prompt of others at all."""
    attempts = attempts.select_related("job__owner", "job__run").defer("job__prompt", "job__run__prompt")
    return attempts.annotate(opening=Left("job__prompt", OPENING))

"""The line: mine with what I asked for, everybody else's without."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from gallery.access import MemberRequest
from gallery.context_processors import Chrome
from gallery.models import Job
from gallery.models.runs import TRIED_AGAIN, State
from gallery.services.jobs import queue
from gallery.services.paid_calls import losses
from gallery.views.operations import unresolved

SHOWN = 20  # decisions; the others stand on pages of their own


@require_safe
def show_queue(request: MemberRequest) -> HttpResponse:
    jobs = queue.list_unfinished()
    chrome = Chrome(request)
    mine = losses.visible_losses(request.user)
    context = {
        "chrome": chrome,
        "mine": [job for job in jobs if job.owner_id == request.user.id],
        "others": [job for job in jobs if job.owner_id != request.user.id],
        "calls": unresolved.unresolved_calls(losses.needs_resolution(mine)[:SHOWN]),
        "counts": losses.count_losses(mine),
        "tried_again": TRIED_AGAIN,
        "now": timezone.now(),
        "cancelled": _cancelled(request),
        "key_paused": any(each.is_key and each.paused for each in chrome.gates),
    }
    return render(request, "operations/queue.html", context)


def _cancelled(request: MemberRequest) -> Job | None:
    """Return the job that was just cancelled here, to be put back; what is no longer cancelled is not offered."""
    key = request.GET.get("cancelled", "")
    mine = Job.objects.of(request.user).filter(state=State.CANCELLED)
    return mine.filter(key=key).first() if key else None

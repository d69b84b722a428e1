"""The line: mine with what I asked for, everybody else's without."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models.functions import Left
from django.shortcuts import render
from django.views.decorators.http import require_safe

from gallery.models import Attempt
from gallery.models.money import Fetch
from gallery.models.runs import OPENING
from gallery.services import decisions, queue, reasons
from gallery.views.chrome import Chrome

SHOWN = 100


@dataclass
class Doubt:
    """One call that waits for a person."""

    attempt: Attempt

    @property
    def job(self):
        return self.attempt.job

    @property
    def held(self):
        return self.attempt.fetch == Fetch.BLOCKED

    @property
    def current(self):
        return self.job.attempt_id == self.attempt.pk

    @property
    def reason(self):
        """What the job says if it still stands at this call; else that it has gone on."""
        if self.held:
            return reasons.of("blocked")
        return reasons.of(self.job.reason if self.current else "asked_again")

    @property
    def buyable_again(self):
        return self.current and self.job.state in decisions.BUYABLE_AGAIN


@require_safe
def index(request):
    jobs = queue.unfinished()
    chrome = Chrome(request)
    context = {
        "chrome": chrome,
        "mine": [job for job in jobs if job.owner_id == request.user.id],
        "others": [job for job in jobs if job.owner_id != request.user.id],
        "doubts": _doubts(request.user),
        "key_paused": any(each.is_key and each.paused for each in chrome.gates),
    }
    return render(request, "gallery/queue.html", context)


def _doubts(user):
    """What waits for a decision: an admin's are everybody's, without prompts."""
    attempts = decisions.waiting_for_a_person().filter(job__demo=settings.DEMO)
    attempts = attempts if user.is_admin else attempts.filter(job__owner=user)
    attempts = attempts.select_related("job__owner", "job__run").defer("job__prompt", "job__run__prompt")
    return [Doubt(attempt) for attempt in attempts.annotate(opening=Left("job__prompt", OPENING))[:SHOWN]]

"""The line: who waits, what runs, and which place a job has."""

from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count

from gallery.models import Job
from gallery.models.runs import RUNNING, UNFINISHED, State

LONGEST = 999


@dataclass(frozen=True)
class Line:
    """How many jobs of this mode are unfinished: mine and everybody's."""

    mine: int
    all: int

    @property
    def all_words(self):
        return f"{LONGEST}+" if self.all > LONGEST else str(self.all)


def length(user):
    """Count unfinished jobs for the badge in the bar; beyond a thousand it says no more than that."""
    rows = Job.objects.filter(state__in=UNFINISHED, demo=settings.DEMO)
    owners = list(rows.values_list("owner", flat=True)[: LONGEST + 1])
    return Line(owners.count(user.pk), len(owners))


def places(owner, jobs):
    """Return {job id: place in line} for waiting jobs of one owner.

    Members take turns, so before my n-th job goes at most n of every other member's.
    """
    waiting = [job.id for job in jobs if job.state == State.QUEUED]
    if not waiting:
        return {}
    counts = dict(
        Job.objects.queued()
        .not_parked()
        .filter(demo=settings.DEMO)
        .order_by()
        .values_list("owner")
        .annotate(n=Count("id"))
    )
    counts.pop(owner.pk, None)
    line = Job.objects.queued().not_parked().filter(owner=owner, demo=settings.DEMO)
    mine = list(line.order_by("id").values_list("id", flat=True))
    rank = {job_id: n for n, job_id in enumerate(mine, start=1)}
    return {
        job_id: rank[job_id] + sum(min(rank[job_id], n) for n in counts.values())
        for job_id in waiting
        if job_id in rank
    }


def unfinished(limit=200):
    """Return the jobs of everybody, running ones first, then in the order they came."""
    jobs = (
        Job.objects.filter(demo=settings.DEMO)
        .with_opening()
        .select_related("owner", "run", "attempt")
        .defer("run__prompt")
    )
    running = list(jobs.filter(state__in=RUNNING).order_by("id")[:limit])
    return running + list(jobs.filter(state=State.QUEUED).order_by("id")[: limit - len(running)])

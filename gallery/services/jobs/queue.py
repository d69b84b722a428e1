"""The queue: who waits, what runs, and which position a job has."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cache

from django.conf import settings
from django.db import connection
from django.db.models import BigIntegerField, Count, DateTimeField, Exists, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from gallery.catalogue.problems import InvalidMatrix, Problem
from gallery.models import Gate, Job, User
from gallery.models.runs import RUNNING, UNFINISHED, State
from gallery.services.db.compiled import CompiledQuery, Gap
from gallery.services.jobs import gates
from gallery.services.storage import storage_watch

LONGEST = 999


@dataclass(frozen=True)
class QueueSize:
    """How many jobs of this mode are unfinished: mine and everybody's."""

    mine: int
    all: int

    @property
    def all_words(self) -> str:
        return f"{LONGEST}+" if self.all > LONGEST else str(self.all)


@dataclass(frozen=True)
class Overview:
    """How long the queue is, and the gates that let nothing through, the key's first.

    `asks`: how many of mine wait for a yes because their price has risen. `outages`: workers that could not store.
    """

    size: QueueSize
    shut: Sequence[Gate]
    asks: int = 0
    outages: bool = False


def read_overview(user: User) -> Overview:
    """Tell what stands around every page, in one query: the key's gate comes with the numbers behind it."""
    now = timezone.now()
    lately = storage_watch.told_since(now)
    found = _overview(connection.vendor, settings.DEMO).read({"user": user.pk, "now": now, "lately": lately})
    size = QueueSize(found[0].mine, found[0].everyone) if found else QueueSize(0, 0)
    shut = [each for each in found if not each.is_open(now)]
    shut.sort(key=lambda each: (not each.is_key, each.name))
    return Overview(size, shut, found[0].asks, bool(found[0].outages)) if found else Overview(size, shut)


@cache
def _overview(_vendor: str, demo: bool) -> CompiledQuery:
    me, now, lately = Gap("user", BigIntegerField()), Gap("now", DateTimeField()), Gap("lately", DateTimeField())
    unfinished = Job.objects.filter(state__in=UNFINISHED, demo=demo)
    return CompiledQuery(
        gates.key_and_closed_gates(now).annotate(
            mine=_count(unfinished.filter(owner=me)),
            everyone=_count(unfinished),
            asks=_count(Job.objects.repriced().filter(owner=me, demo=demo)),
            outages=Exists(storage_watch.told_workers(lately).filter(demo=demo)),
        )
    )


def _count(jobs: QuerySet[Job]) -> Coalesce:
    counted = jobs.order_by().values("demo").annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(counted), 0)


def require_queue_capacity(owner: User, images: int) -> None:
    """Raise InvalidMatrix if so many more images of a member may not wait in the queue."""
    waiting = Job.objects.queued().filter(owner=owner, demo=settings.DEMO).count()
    free = max(0, settings.WAITING_MAX - waiting)
    if images > free:
        wait, fit = "waits" if waiting == 1 else "wait", "fits" if free == 1 else "fit"
        words = f"{waiting:,} of your images {wait}, and at most {settings.WAITING_MAX:,} may: {free:,} more {fit}."
        raise InvalidMatrix({"": Problem(f"{words} Cancel some in the queue, or ask for less.")})


def queue_positions(owner: User, jobs: Iterable[Job]) -> dict[int, int]:
    """Return {job id: position in the queue} for waiting jobs of one owner.

    Members take turns, so before my n-th job goes at most n of every other member's.
    """
    waiting = [job.id for job in jobs if job.state == State.QUEUED]
    if not waiting:
        return {}
    counts = dict(
        Job.objects.queued()
        .not_put_aside()
        .filter(demo=settings.DEMO)
        .order_by()
        .values_list("owner")
        .annotate(n=Count("id"))
    )
    counts.pop(owner.pk, None)
    own = Job.objects.queued().not_put_aside().filter(owner=owner, demo=settings.DEMO)
    mine = list(own.order_by("id").values_list("id", flat=True))
    rank = {job_id: n for n, job_id in enumerate(mine, start=1)}
    return {
        job_id: rank[job_id] + sum(min(rank[job_id], n) for n in counts.values())
        for job_id in waiting
        if job_id in rank
    }


def list_unfinished(limit: int = 200) -> list[Job]:
    """Return the jobs of everybody, running ones first, then in the order they came."""
    jobs = (
        Job.objects.filter(demo=settings.DEMO)
        .with_opening()
        .select_related("owner", "run", "attempt")
        .defer("run__prompt")
    )
    running = list(jobs.filter(state__in=RUNNING).order_by("id")[:limit])
    return running + list(jobs.filter(state=State.QUEUED).order_by("id")[: limit - len(running)])

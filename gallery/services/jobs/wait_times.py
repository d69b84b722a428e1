"""How long a job waits until it starts, about: by its position, by how many may run at once, by how long calls take.

How long they take is measured: of the last calls that brought a picture, and at least as long as those that run have
taken already. Where nothing of it is known, or a gate is shut, nobody can say, and nothing is said.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime
from math import ceil
from statistics import median
from typing import Any

from django.conf import settings
from django.utils import timezone

from gallery.models import Attempt, Gate, Job
from gallery.models.calls import KEY_GATE, Money
from gallery.models.runs import IN_FLIGHT, State
from gallery.services.jobs import gates

MEASURED = 100  # calls, the newest, of all models


def estimate_waits(jobs: Iterable[Job], positions: Mapping[int, int]) -> dict[int, int]:
    """Return {job id: whole seconds} of those waiting jobs that have a position and of which that can be said."""
    waiting = [job for job in jobs if job.state == State.QUEUED and not job.reason and job.id in positions]
    if not waiting:
        return {}
    now = timezone.now()
    running = list(Job.objects.filter(state__in=IN_FLIGHT, demo=settings.DEMO).values_list("model", "changed_at"))
    usual = _usual_seconds(running, now)
    slowest = max((max(usual.get(model, 0), (now - since).total_seconds()) for model, since in running), default=0)
    found_gates = {gate.name: gate for gate in Gate.objects.all()}
    busy = Counter(model for model, _ in running)
    found = {}
    for job in waiting:
        waves = _waves(job.model, positions[job.id], found_gates, busy, now) if job.model in usual else 0
        if waves:  # whoever waits, waits for what runs, whatever model that is
            found[job.id] = ceil(waves * max(usual[job.model], slowest))
    return found


def _waves(model: str, position: int, found_gates: Mapping[str, Gate], busy: Counter[str], now: datetime) -> int:
    """Return how many rounds of calls end before the turn of a position comes; 0 if none, or if nobody can say."""
    key, own = found_gates.get(KEY_GATE), found_gates.get(model)
    if key is None or any(not gate.is_open(now) for gate in (key, own) if gate):
        return 0
    cap = gates.cap_of(key)
    waves = ceil(max(0, position - max(0, cap - busy.total())) / cap) if cap else 0
    own_cap = gates.cap_of(own) if own else None
    return max(waves, 1) if own_cap and busy[model] >= own_cap else waves


def _usual_seconds(running: Iterable[tuple[str, datetime]], now: datetime) -> dict[str, float]:
    """Return {model: seconds of a call}: the median of the newest, or what those that run took if that is more."""
    newest = Attempt.objects.filter(demo=settings.DEMO, money=Money.CHARGED, answered_at__isnull=False).order_by("-id")
    took: dict[str, list[float]] = {}
    rows: Any = newest.values_list("model", "sent_at", "answered_at")[:MEASURED]  # what was answered was sent
    for model, sent_at, answered_at in rows:
        took.setdefault(model, []).append((answered_at - sent_at).total_seconds())
    usual = {model: median(each) for model, each in took.items()}
    for model, since in running:
        if model in usual:
            usual[model] = max(usual[model], (now - since).total_seconds())
    return usual

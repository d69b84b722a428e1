"""Which job is next: one short transaction that locks the gates, takes turns between members and reserves the money."""

import contextlib
from collections import Counter

from django.conf import settings
from django.db.models import Exists, OuterRef
from django.utils import timezone

from gallery.models import Attempt, Job, User
from gallery.models.money import KEY_GATE, Money
from gallery.models.runs import State
from gallery.services import crash, gate
from gallery.services.commits import committing
from gallery.services.states import change

TRIES = 3


class Raced(Exception):
    """Somebody cancelled the job between our look and our update (PostgreSQL); the rollback takes the reservation."""


def claim_next(worker):
    """Claim the next job for this worker and return its attempt, reserved; or None if nothing may be sent now."""
    for _ in range(TRIES):
        with contextlib.suppress(Raced), committing():
            attempt = _claim(worker, now=timezone.now())
            break
    else:
        return None
    crash.reached("claimed")
    return attempt


def _claim(worker, *, now):
    gates = gate.lock_gates()
    of_model, of_owner = _in_flight()
    if not _lets_through(gates[KEY_GATE], of_model.total(), now):
        return None
    shut = [name for name, each in gates.items() if name != KEY_GATE and not _lets_through(each, of_model[name], now)]
    jobs = Job.objects.claimable(now=now, demo=settings.DEMO)
    if shut:
        jobs = jobs.exclude(model__in=shut)
    owner_id = _whose_turn(jobs, of_owner)
    if owner_id is None:
        return None
    return _take(jobs.filter(owner=owner_id).order_by("id").first(), worker, now=now)


def _in_flight():
    """Count the running calls by model and by member."""
    running = list(Job.objects.in_flight().filter(demo=settings.DEMO).values_list("model", "owner_id"))
    return Counter(model for model, _ in running), Counter(owner_id for _, owner_id in running)


def _lets_through(each, running, now):
    cap = 1 if each.on_probation else gate.cap_of(each)
    return each.is_open(now) and (cap is None or running < cap)


def _whose_turn(jobs, running):
    """The member with the fewest running, then whose last turn is longest ago. A locked member's jobs wait."""
    waiting = jobs.filter(owner=OuterRef("pk"))
    members = User.objects.filter(Exists(waiting), is_active=True).values_list("id", "last_turn_at")
    turns = [(running[pk], turn.timestamp() if turn else 0.0, pk) for pk, turn in members]
    return min(turns)[-1] if turns else None


def _take(job, worker, *, now):
    attempt = Attempt.objects.create(
        job=job, worker=worker, micros=job.quoted_micros, reserved_at=now, money=Money.RESERVED
    )
    if not change(job, if_state=[State.QUEUED], state=State.CLAIMED, attempt=attempt):
        raise Raced
    User.objects.filter(pk=job.owner_id).update(last_turn_at=now)
    job.attempt = attempt
    return attempt

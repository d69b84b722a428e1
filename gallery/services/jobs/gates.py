"""The gates before the provider: pause and resume, closing for a while, the breaker, empty answers in a row."""

from datetime import datetime, timedelta

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet
from django.utils import timezone

from gallery.catalogue.models import flux_models
from gallery.models import Gate, Job, Run, User
from gallery.models.calls import KEY_GATE
from gallery.services.db.compiled import Gap
from gallery.services.jobs.transitions import retry_at_once

FAILURES_TO_OPEN = 5  # in a row, then the breaker opens
OPEN_SECONDS = 30  # doubling each time it opens again
OPEN_SECONDS_MAX = 600
RATE_LIMIT_SECONDS_MIN = 1  # "Retry-After: 0" would be asked again without a breath
RUNS_TO_PAUSE = 3  # empty or forbidden answers in a row, from different runs, before everything pauses
DECIDING = ("name", "paused", "closed_until", "cap", "times_opened")  # what every claim asks
COUNTED = ("consecutive_failures", "times_opened", "empty_answer_runs", "forbidden_runs")  # until an address comes
RATE_LIMIT_SECONDS = 15  # when the provider says "too many" without saying how long

log = structlog.get_logger("fluxweb.gate")


def ensure_gates() -> None:
    """Make the missing rows: one for the key, one per FLUX model."""
    names = [KEY_GATE, *flux_models.ids()]
    missing = set(names) - set(Gate.objects.filter(name__in=names).values_list("name", flat=True))
    Gate.objects.bulk_create([Gate(name=name) for name in sorted(missing)], ignore_conflicts=True)


def lock_gates() -> dict[str, Gate]:
    """Return every gate by name, locked until the transaction ends (SQLite holds its one write lock anyway)."""
    gates = {gate.name: gate for gate in Gate.objects.select_for_update().only(*DECIDING).order_by("name")}
    if KEY_GATE in gates:
        return gates
    ensure_gates()
    return lock_gates()


def cap_of(gate: Gate) -> int | None:
    """Return how many calls may run at once; the app's number wins over the settings'. None is no limit."""
    if gate.cap is not None:
        return gate.cap
    if gate.name == KEY_GATE:
        cap: int = settings.FLUX_CONCURRENCY
        return cap
    return flux_models.get(gate.name).max_concurrency


def key_and_closed_gates(now: datetime | Gap) -> QuerySet[Gate]:
    """Return the key's gate, and those that let nothing through now."""
    return Gate.objects.filter(Q(name=KEY_GATE) | Q(paused=True) | Q(closed_until__gt=now))


@transaction.atomic
def pause_gate(name: str, *, reason: str, by: User | None = None) -> bool:
    """Let nothing through until a person resumes. The first reason stays: it is the one that explains."""
    ensure_gates()
    changed = Gate.objects.filter(name=name, paused=False).update(
        paused=True, reason=reason[:300], paused_by=by, paused_at=timezone.now()
    )
    if changed:
        log.warning("gate paused", gate=name, reason=reason[:300], by=by.username if by else "")
    return bool(changed)


def resume_gate(name: str, *, by: User | None = None) -> bool:
    """Open the gate and forget what had closed it; what waits behind it after a try goes on at once.

    The queue behind it may be long: it is written in slices, once the gate is open.
    """
    changed = Gate.objects.filter(name=name).update(
        paused=False, reason="", paused_by=None, paused_at=None, closed_until=None,
        consecutive_failures=0, times_opened=0, empty_answer_runs=[], forbidden_runs=[],
    )  # fmt: skip
    behind = Job.objects.all() if name == KEY_GATE else Job.objects.filter(model=name)
    retry_at_once(behind)
    log.warning("gate resumed", gate=name, by=by.username if by else "")
    return bool(changed)


def close_gate_for(name: str, seconds: float | None) -> None:
    """Close for a while (a rate limit); never shortens a longer closing."""
    wait = RATE_LIMIT_SECONDS if seconds is None else max(seconds, RATE_LIMIT_SECONDS_MIN)
    until = timezone.now() + timedelta(seconds=wait)
    Gate.objects.filter(Q(closed_until=None) | Q(closed_until__lt=until), name=name).update(closed_until=until)


@transaction.atomic
def note_failure(model: str) -> None:
    """Count a call that did not execute or failed upstream; five in a row open the breaker, a failed probe at once."""
    gate = Gate.objects.select_for_update().get(name=model)
    if gate.closed_until and gate.closed_until > timezone.now():
        return  # calls that were in flight when it opened; they say nothing new
    gate.consecutive_failures += 1
    if gate.consecutive_failures >= FAILURES_TO_OPEN or gate.is_half_open:
        seconds = min(OPEN_SECONDS * 2**gate.times_opened, OPEN_SECONDS_MAX)
        gate.closed_until = timezone.now() + timedelta(seconds=seconds)
        gate.times_opened = F("times_opened") + 1
        gate.consecutive_failures = 0
        log.warning("breaker open", gate=model, seconds=seconds)
    gate.save(update_fields=["consecutive_failures", "times_opened", "closed_until"])


def note_success(model: str) -> None:
    """A picture's address came: whatever was counted against the model and the key is forgotten."""
    rows = Gate.objects.filter(name__in=[model, KEY_GATE])
    if any(map(any, rows.values_list(*COUNTED))):  # nearly never
        rows.filter(name=model).update(consecutive_failures=0, times_opened=0)
        rows.filter(name=KEY_GATE).update(empty_answer_runs=[], forbidden_runs=[])


def note_empty_answer(run: Run) -> None:
    """Count a 200 without a picture; three in a row from different runs pause everything: money may be running out."""
    reason = "Three answers in a row held no picture that could be read. They may have been charged."
    _note_run("empty_answer_runs", run, reason)


def note_forbidden(run: Run) -> None:
    """Count a 403 that says neither moderation nor quota; three in a row from different runs pause everything."""
    _note_run("forbidden_runs", run, "Three requests in a row were forbidden without a reason. Is the key still valid?")


@transaction.atomic
def _note_run(field: str, run: Run, reason: str) -> None:
    ensure_gates()
    gate = Gate.objects.select_for_update().get(name=KEY_GATE)
    runs = getattr(gate, field)
    if run.pk not in runs:
        setattr(gate, field, [*runs, run.pk][-RUNS_TO_PAUSE:])
        gate.save(update_fields=[field])
    if len(getattr(gate, field)) >= RUNS_TO_PAUSE:
        pause_gate(KEY_GATE, reason=reason)

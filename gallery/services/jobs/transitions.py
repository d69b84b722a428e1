"""The one way a job changes: "set these fields if the state is still that one, and tell me whether it was"."""

from collections.abc import Iterable, Mapping
from typing import Any

import structlog
from django.db import connection, transaction
from django.db.models import OuterRef, Q, Subquery
from django.utils import timezone

from gallery.models import Job, Run
from gallery.models.runs import JobQuerySet, State
from gallery.services.db.raw_updates import update_rows
from gallery.services.db.slices import write_in_slices

log = structlog.get_logger("fluxweb.jobs")
ANY_ATTEMPT: Any = object()
RUNS = Run._meta.db_table
LOGGED = ("key", "state", "attempt__key", "attempt__request_id")  # without rows: 2,000 take long to make


def transition_job(job: Job, *, if_state: Iterable[str], if_attempt: Any = ANY_ATTEMPT, **fields: Any) -> bool:
    """Set `fields` on the job if it is in one of `if_state`; return whether it was. Call inside a transaction.

    The run's version is bumped first, so that whoever polls the run sees the change exactly once, and so that
    everybody takes the locks in the same order: gate, run, job, attempt.
    """
    where = {"id": job.pk, "state": tuple(if_state)}
    if if_attempt is not ANY_ATTEMPT:
        where["attempt"] = if_attempt
    now = timezone.now()
    changed = update_rows(Job, where, **fields, version=bump_run_version(job.run_id), changed_at=now) == 1
    if changed:
        _log(job, fields, if_attempt)
    return changed


def transition_jobs(run: Run, *, if_state: Iterable[str], **fields: Any) -> int:
    """Like `transition_job` for every job of a run that is in one of `if_state`; return how many were."""
    bump_run_version(run.pk)
    rows = Job.objects.filter(run=run, state__in=if_state)
    known = list(rows.values_list(*LOGGED))
    changed = rows.update(**fields, version=run_version_subquery(), changed_at=timezone.now())

    def write() -> None:
        for key, *rest in known:
            _write(key, fields, *rest)

    transaction.on_commit(write)
    return changed


def update_queued_jobs(jobs: Mapping[int, int], **fields: Any) -> int:
    """Change these waiting jobs ({job: run}) in slices, for there can be thousands; the pages of their runs hear of it.

    What was sent or cancelled before its slice came stays as it is.
    """
    counts: list[int] = []
    rows = sorted(jobs.items(), key=lambda job: (job[1], job[0]))  # a run's jobs together: its page hears of it once
    write_in_slices(rows, lambda part: counts.append(update_queued_slice(dict(part), **fields)))
    return sum(counts)


def update_queued_slice(jobs: Mapping[int, int], **fields: Any) -> int:
    """Change these waiting jobs in the caller’s transaction; return how many still waited."""
    for run_id in sorted(set(jobs.values())):  # everybody locks runs in this order
        bump_run_version(run_id)
    changed = {"version": run_version_subquery(), "changed_at": timezone.now(), **fields}
    return Job.objects.queued().filter(pk__in=jobs).update(**changed)


def retry_at_once(jobs: JobQuerySet) -> int:
    """Let those of these jobs that wait for their next try have it now: a person said so. Return how many."""
    later = Q(not_before__gt=timezone.now()) | ~Q(reason="")
    waiting = jobs.queued().not_put_aside().filter(later)
    return update_queued_jobs(dict(waiting.values_list("pk", "run")), reason="", words="", not_before=timezone.now())


def requeued_fields() -> dict[str, Any]:
    """Return the fields of a job that waits as if it had never been tried."""
    fresh = {"reason": "", "words": "", "failures": 0, "cancel_wanted": False, "not_before": timezone.now()}
    return {"state": State.QUEUED, "attempt": None} | fresh


def bump_run_version(run_id: int) -> int:
    """Lock the run until the transaction ends and return its new version. In SQL: every step of a job comes by here."""
    with connection.cursor() as cursor:
        cursor.execute(f"UPDATE {RUNS} SET version = version + 1 WHERE id = %s RETURNING version", [run_id])  # noqa: S608
        version: int = cursor.fetchone()[0]
        return version


def run_version_subquery() -> Subquery:
    return Subquery(Run.objects.filter(pk=OuterRef("run_id")).values("version"))


def _log(job: Job, fields: dict[str, Any], if_attempt: Any) -> None:
    """One line for each change, once it is committed: the log tells of nothing that was rolled back."""
    known = if_attempt if if_attempt is not ANY_ATTEMPT else job.attempt
    attempt = fields.get("attempt") or known
    key, request_id = (attempt.key, attempt.request_id) if attempt else ("", "")
    state = job.state  # as it was: the row may be changed before the commit
    transaction.on_commit(lambda: _write(job.key, fields, state, key, request_id))


def _write(key: str, fields: dict[str, Any], state: str, attempt: str | None, request_id: str | None) -> None:
    log.info(
        "job changed", job=key, attempt=attempt or "", request_id=request_id or "",
        state=str(fields.get("state", state)), reason=fields.get("reason", ""),
    )  # fmt: skip

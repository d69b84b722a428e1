"""The books for machines: every job with its attempts and money, oldest first."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from gallery.models import Attempt, Job

CHUNK = 500


def export_lines() -> Iterator[dict[str, Any]]:
    """Yield one dictionary per job: times in UTC, money in integer micro-dollars."""
    jobs = Job.objects.select_related("owner", "run__project").prefetch_related("attempts", "images", "reused")
    for job in jobs.order_by("id").iterator(chunk_size=CHUNK):
        yield _line(job)


def _line(job: Job) -> dict[str, Any]:
    images = sorted(job.images.all(), key=lambda image: (image.attempt_id != job.attempt_id, -image.id))
    image = images[0] if images else job.reused
    return {
        "job": job.key,
        "run": job.run.key,
        "owner": job.owner.username,
        "project": job.run.project.name if job.run.project else None,
        "demo": job.demo,
        "state": job.state,
        "model": job.model,
        "prompt": job.prompt,
        "seed": job.seed,
        "parameters": job.parameters,
        "quoted_micros": job.quoted_micros,
        "image": image.key if image else None,
        "sha256": image.sha256 if image else None,
        "created_at": _iso(job.created_at),
        "attempts": [_attempt(attempt) for attempt in sorted(job.attempts.all(), key=lambda attempt: attempt.id)],
    }


def _attempt(attempt: Attempt) -> dict[str, Any]:
    return {
        "attempt": attempt.key,
        "money": attempt.money,
        "micros": attempt.booked_micros,
        "request_id": attempt.request_id or None,
        "status": attempt.status,
        "error": attempt.error or None,
        "reserved_at": _iso(attempt.reserved_at),
        "sent_at": _iso(attempt.sent_at),
        "answered_at": _iso(attempt.answered_at),
        "settled_by": attempt.settled_by or None,
    }


def _iso(moment: datetime | None) -> str | None:
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z") if moment else None

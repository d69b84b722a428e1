"""Many images without many calls: rows like those the worker leaves, in bulk."""

from datetime import timedelta

from django.utils import timezone

from gallery.models import Attempt, Image, Job
from gallery.models.calls import Fetch, Money
from gallery.models.runs import State
from tests.factories import make_run


def make_images(owner, count, *, days_ago=0):
    """Make a run of so many finished pictures, without files; return the images, oldest first."""
    return finish(make_run(owner, prompt=f"{count} boats", seed=f"1..{count}", size="64x64"), days_ago=days_ago)


def finish(run, *, days_ago=0):
    """Give every job of a run its picture, without a file; return the images in the order of the jobs."""
    when = timezone.now() - timedelta(days=days_ago)
    attempts = [
        Attempt.for_job(
            job,
            project_id=run.project_id,
            micros=job.quoted_micros,
            money=Money.CHARGED,
            sent_at=when,
            answered_at=when,
            fetch=Fetch.DONE,
        )
        for job in run.jobs.order_by("position")
    ]
    Attempt.objects.bulk_create(attempts)
    Image.objects.bulk_create(
        Image.of_attempt(
            attempt, width=64, height=64, bytes=1, sha256="0" * 64, format="jpeg", file="none", thumbnail="none",
            created_at=when,
        ) for attempt in attempts
    )  # fmt: skip
    Job.objects.filter(run=run).update(state=State.DONE)
    return list(Image.objects.filter(job__run=run).order_by("id"))

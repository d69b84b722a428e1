"""Reproducibility: the same request bought once more on purpose, and how like the two pictures are, measured."""

from typing import Any

import structlog
from django.conf import settings
from django.db import transaction
from django.db.models import F, Q, QuerySet

from gallery.catalogue.parameters.validation import CleanRequest
from gallery.models import Image, Job, Repeat, Run, User
from gallery.services.media import similarity, validation
from gallery.services.prices import price_book, quotes
from gallery.services.references import inputs
from gallery.services.runs import submission
from gallery.services.runs.expansion import Cell
from gallery.services.runs.plan import RunPlan
from gallery.services.storage import files

log = structlog.get_logger("fluxweb.repeats")


def quote_repeat(image: Image) -> int | None:
    """Return what asking for the picture once more costs in micros, or None where it cannot be asked for."""
    if image.job is None or image.job.demo != settings.DEMO:  # a drawing of the demo says nothing about the provider
        return None
    try:
        return _cell(image.job).quote.ours_micros
    except price_book.NoPrice:
        return None


@transaction.atomic
def submit_repeat(image: Image, *, owner: User, nonce: str, form: dict[str, Any]) -> Run:
    """Make a run of the picture's very request, and remember that it is meant to be the same. The same press: one run.

    `form`: what the studio would have to hold, as it is kept with the run.
    """
    job = image.job
    assert job is not None, "it has been quoted"
    project = job.run.project.name if job.run.project else ""
    plan = RunPlan(owner, project, job.prompt, [_cell(job)])
    run = submission.submit_run(plan, submission.NewRun(nonce=nonce, form={**form, "buy_again": True}))
    Repeat.objects.get_or_create(job=run.jobs.get(), defaults={"image": image})
    return run


def _cell(job: Job) -> Cell:
    """The very JSON that was sent, not cleaned again: the rules may have changed since."""
    request = CleanRequest(job.model, job.body(), job.width, job.height, inputs=inputs.pictures_of(job))
    return Cell(request, quotes.quote_request(request, book=price_book.read_price_book()), {}, ({},))


def repeats_of_image(image: Image) -> QuerySet[Repeat]:
    """Return the repeats of a picture, oldest first, and the one by which it was made itself."""
    rows = Repeat.objects.filter(Q(image=image) | Q(job=image.job_id)).select_related("image", "job__run")
    return rows.prefetch_related("job__images").order_by("id")


def repeat_between(one: Image, other: Image) -> Repeat | None:
    """Return the repeat that made one of two pictures of the other, or None."""
    pair = Q(image=one, job=other.job_id) | Q(image=other, job=one.job_id)
    return Repeat.objects.filter(pair).first()


def measure_next_repeat() -> bool:
    """Measure the oldest repeat whose second picture is there; return whether there was one to measure."""
    repeat = Repeat.objects.due().select_related("image", "job").order_by("tries", "id").first()
    if repeat is None:
        return False
    mine = Repeat.objects.filter(pk=repeat.pk, tries=repeat.tries)
    if mine.update(tries=F("tries") + 1):  # else another worker measures it
        _measure(repeat)
    return True


def _measure(repeat: Repeat) -> None:
    image, twin = repeat.image, repeat.job.images.order_by("id").last()
    if image is None or twin is None:  # deleted meanwhile
        return
    try:
        found = _compare(image, twin)
    except (OSError, ValueError, SyntaxError):
        log.exception("repeat not measured", image=image.key)
        return
    Repeat.objects.filter(pk=repeat.pk).update(
        similarity=found.similarity, mean_difference=found.mean_difference, differing_share=found.differing_share
    )
    log.info("repeat measured", image=image.key, model=repeat.job.model, likeness=str(found.similarity))


def _compare(one: Image, other: Image) -> similarity.Measured:
    if one.sha256 == other.sha256:
        return similarity.IDENTICAL
    with files.open_file(one.file) as first, files.open_file(other.file) as second, validation.DECODE_SLOTS:
        return similarity.compare_files(first, second)

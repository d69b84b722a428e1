"""Believable rows for trying things out and for benchmarks: finished demo runs, spread over the last months."""

import hashlib
import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import cycle, islice
from typing import Any

from django.utils import timezone
from PIL import Image as Pillow

from gallery.catalogue.parameters import validation
from gallery.models import Attempt, Image, Job, Run, User
from gallery.models.calls import Fetch, Money
from gallery.models.keys import random_key
from gallery.models.runs import State, recipe_of
from gallery.services.db import slices
from gallery.services.db.slices import Pace, write_in_slices
from gallery.services.ledger import entries
from gallery.services.media import thumbnails
from gallery.services.prices import price_book, quotes
from gallery.services.runs import prompt_history
from gallery.services.search import index
from gallery.services.storage import files

RUN_SIZE = 5  # images in one run: one prompt on as many models
CHUNK = 200  # runs between two words of progress
DAYS = 120  # back from today, at most
IMAGES_A_DAY = 25  # at least: a day with one picture is no day's work
APART = timedelta(seconds=8)  # the pictures of one run


@dataclass(frozen=True)
class Sample:
    """One stored picture that many rows show: a million files would try nothing that forty do not."""

    prompt: str
    request: validation.CleanRequest
    quote: quotes.Quote
    file: str
    thumbnail: str
    bytes: int
    sha256: str


def store_sample(prompt: str, *, model: str, seed: int, size: str, content: bytes) -> Sample:
    """Store one drawn picture with its thumbnail and return it as a sample. `content`: the bytes of a JPEG."""
    request = validation.clean_request(model, {"prompt": prompt, "seed": seed, "size": size})
    sha256 = hashlib.sha256(content).hexdigest()
    with Pillow.open(io.BytesIO(content)) as picture:
        picture.load()
        small = files.publish_bytes(
            thumbnails.make_thumbnail(picture), files.sample_name(sha256, "thumbnails", ".webp")
        )
    name = files.publish_bytes(content, files.sample_name(sha256, "originals", ".jpeg"))
    quote = quotes.quote_request(request, book=price_book.read_price_book())
    return Sample(prompt, request, quote, name, small, len(content), sha256)


def fill_gallery(owner: User, samples: Sequence[Sample], *, images: int) -> Iterator[int]:
    """Give the owner this many finished demo images, oldest first; yield how many there are after each chunk."""
    pool = cycle(samples)
    now = timezone.now()
    span = timedelta(days=min(DAYS, 1 + images // IMAGES_A_DAY))
    made = 0
    while made < images:
        chunk = min(images - made, CHUNK * RUN_SIZE)
        began = now - span * (1 - made / images)
        _fill_chunk(owner, list(islice(pool, chunk)), began=began, every=span / images * RUN_SIZE)
        made += chunk
        entries.apply_entries()
        yield made


def _fill_chunk(owner: User, samples: Sequence[Sample], *, began: datetime, every: timedelta) -> None:
    groups = [samples[start : start + RUN_SIZE] for start in range(0, len(samples), RUN_SIZE)]
    pairs = [(_run(owner, group, began + every * n), group) for n, group in enumerate(groups)]
    write_in_slices(pairs, lambda part: _add_runs(part, every=every), pace=Pace(slices.LEAST))
    prompt_history.remember_prompts([run.prompt for run, _ in reversed(pairs)], owner=owner, at=began)


def _add_runs(pairs: Sequence[tuple[Run, Sequence[Sample]]], *, every: timedelta) -> None:
    runs = Run.objects.bulk_create(run for run, _ in pairs)
    groups = [group for _, group in pairs]
    jobs = Job.objects.bulk_create(
        _job(run, position, sample, run.created_at + min(APART, every / RUN_SIZE) * position)
        for run, group in zip(runs, groups, strict=True)
        for position, sample in enumerate(group)
    )
    attempts = Attempt.objects.bulk_create(_attempt(job) for job in jobs)
    for job, attempt in zip(jobs, attempts, strict=True):
        job.attempt = attempt
    Job.objects.bulk_update(jobs, ["attempt"], batch_size=200)
    samples = [sample for group in groups for sample in group]
    images = Image.objects.bulk_create(_image(*pair) for pair in zip(attempts, samples, strict=True))
    index.write_texts([image.id for image in images])


def _run(owner: User, samples: Sequence[Sample], began: datetime) -> Run:
    quoted = sum(sample.quote.ours_micros for sample in samples)
    facts = {"owner": owner, "nonce": random_key(), "digest": "demo", "demo": True, "created_at": began}
    return Run(**facts, form=_form(samples), prompt=samples[0].prompt, size=len(samples), quoted_micros=quoted)


def _form(samples: Sequence[Sample]) -> dict[str, Any]:
    """What somebody would have typed for these: the models differ, the rest is one for all."""
    request = samples[0].request
    models = list(dict.fromkeys(sample.request.model_id for sample in samples))
    size = f"{request.width}x{request.height}"
    return {"prompt": samples[0].prompt, "model": models, "seed": str(request.body["seed"]), "size": size}


def _job(run: Run, position: int, sample: Sample, moment: datetime) -> Job:
    body = dict(sample.request.body)
    return Job(
        run=run, owner_id=run.owner_id, position=position, demo=True, state=State.DONE,
        recipe=recipe_of(sample.request.body),
        model=str(body.pop("model")), prompt=str(body.pop("prompt")), seed=body.pop("seed"), parameters=body,
        width=sample.request.width, height=sample.request.height, created_at=moment, changed_at=moment,
        quoted_micros=sample.quote.ours_micros, official_micros=sample.quote.official_micros,
    )  # fmt: skip


def _attempt(job: Job) -> Attempt:
    return Attempt.for_job(
        job, project_id=job.run.project_id, money=Money.CHARGED, fetch=Fetch.DONE, status=200,
        day=timezone.localdate(job.created_at), request_id=f"demo-{random_key()}",
        reserved_at=job.created_at, sent_at=job.created_at, answered_at=job.created_at + timedelta(seconds=6),
    )  # fmt: skip


def _image(attempt: Attempt, sample: Sample) -> Image:
    job = attempt.job
    return Image.of_attempt(
        attempt, file=sample.file, thumbnail=sample.thumbnail, format="jpeg", bytes=sample.bytes, sha256=sample.sha256,
        width=job.width, height=job.height, created_at=job.created_at + timedelta(seconds=7),
    )  # fmt: skip

"""Fills a gallery: finished demo runs with jobs, attempts and images, and what their owner made of them."""

from collections.abc import Iterator, Sequence
from datetime import timedelta
from itertools import islice
from random import Random
from typing import Any

from django.db.models import Model
from django.utils import timezone

from gallery.models import Attempt, CollectionImage, Image, ImageColour, ImageLook, ImageTag, Job, Rating, Run, User
from gallery.models.calls import Fetch, Money
from gallery.models.keys import random_key
from gallery.models.runs import State, recipe_of
from gallery.services.db import slices
from gallery.services.db.raw_updates import PreparedRows, take_ids
from gallery.services.db.slices import Pace
from gallery.services.db.transactions import write_transaction
from gallery.services.demo_data import curating
from gallery.services.demo_data.curating import Shelves
from gallery.services.demo_data.presses import Press, draw_presses
from gallery.services.demo_data.samples import Sample
from gallery.services.ledger import entries
from gallery.services.media.seeing import looks
from gallery.services.runs import prompt_history
from gallery.services.search import index

CHUNK = 1000  # runs between two words of progress
APART = timedelta(seconds=1)  # the pictures of one run


def fill_gallery(owner: User, samples: Sequence[Sample], *, images: int) -> Iterator[int]:
    """Give the owner this many finished demo images, oldest first; yield how many there are after each chunk."""
    draw, pace, made = Random(), Pace(slices.LEAST, rests=False), 0  # noqa: S311  guards nothing
    shelves = curating.make_shelves(owner)
    presses = draw_presses(draw, samples, images=images, now=timezone.now())
    while chunk := list(islice(presses, CHUNK)):
        _write_presses(chunk, shelves, draw, pace)
        prompt_history.remember_prompts([press.prompt for press in reversed(chunk)], owner=owner, at=chunk[-1].at)
        entries.apply_entries()
        made += sum(press.size for press in chunk)
        yield made


def _write_presses(presses: Sequence[Press], shelves: Shelves, draw: Random, pace: Pace) -> None:
    """Write a few presses at a time. What others wait for is only the writing, not the making."""
    first = 0
    while part := presses[first : first + pace.size]:
        first += len(part)
        rows = _rows_of(part, shelves, draw)
        tables = [PreparedRows(each) for each in rows.values() if each]
        with pace.slice():
            for table in tables:
                table.insert()
            index.write_texts([image.pk for image in rows[Image]])


def _rows_of(presses: Sequence[Press], shelves: Shelves, draw: Random) -> dict[type[Model], Sequence[Model]]:
    """Return the new rows of each table: those that others point at come first."""
    ids = _take_ids(runs=len(presses), images=sum(press.size for press in presses))
    runs = [_run(next(ids[Run]), press, shelves.owner, shelves.projects[press.project]) for press in presses]
    cells = [(run, *cell) for run, press in zip(runs, presses, strict=True) for cell in press.cells]
    jobs = [_job(next(ids[Job]), next(ids[Attempt]), *cell) for cell in cells]
    attempts = [_attempt(job) for job in jobs]
    images = [_image(next(ids[Image]), attempt, cell[2]) for attempt, cell in zip(attempts, cells, strict=True)]
    seen = [looks.look_rows(image, cell[2].look) for image, cell in zip(images, cells, strict=True)]
    ratings = curating.judge(shelves, images, draw)
    tags, places = curating.sort_in(shelves, images, draw)
    return {
        Run: runs, Job: jobs, Attempt: attempts, Image: images,
        ImageLook: [look for look, _ in seen], ImageColour: [colour for _, found_by in seen for colour in found_by],
        Rating: ratings, ImageTag: tags, CollectionImage: places,
    }  # fmt: skip


def _take_ids(*, runs: int, images: int) -> dict[type[Model], Iterator[int]]:
    with write_transaction():
        counts = {Run: runs, Job: images, Attempt: images, Image: images}
        return {model: iter(take_ids(model, count)) for model, count in counts.items()}


def _run(number: int, press: Press, owner: User, project_id: int) -> Run:
    quoted = len(press.seeds) * sum(sample.quote.ours_micros for sample in press.samples)
    return Run(
        id=number, owner=owner, project_id=project_id, nonce=random_key(), digest="demo", demo=True, form=_form(press),
        prompt=press.prompt, size=press.size, quoted_micros=quoted, created_at=press.at,
    )  # fmt: skip


def _form(press: Press) -> dict[str, Any]:
    """What was typed for it."""
    models = [sample.request.model_id for sample in press.samples]
    seeds = ", ".join(map(str, press.seeds))
    return {"prompt": press.prompt, "model": models, "seed": seeds, "size": press.samples[0].size}


def _job(number: int, attempt_id: int, run: Run, position: int, sample: Sample, seed: int) -> Job:
    body = {**sample.request.body, "prompt": run.prompt, "seed": seed}
    recipe, model = recipe_of(body), str(body.pop("model"))
    del body["prompt"], body["seed"]
    return Job(
        id=number, run=run, owner_id=run.owner_id, position=position, demo=True, state=State.DONE,
        attempt_id=attempt_id, recipe=recipe, model=model, prompt=run.prompt, seed=seed, parameters=body,
        width=sample.request.width, height=sample.request.height,
        created_at=run.created_at, changed_at=run.created_at, not_before=run.created_at,
        quoted_micros=sample.quote.ours_micros, official_micros=sample.quote.official_micros,
    )  # fmt: skip


def _attempt(job: Job) -> Attempt:
    """Make the attempt that has brought what the job asked for."""
    moment = job.run.created_at + job.position * APART
    return Attempt.for_job(
        job, id=job.attempt_id, project_id=job.run.project_id, money=Money.CHARGED, fetch=Fetch.DONE, status=200,
        day=timezone.localdate(moment), request_id=f"demo-{job.attempt_id}",
        reserved_at=moment, sent_at=moment, answered_at=moment + timedelta(seconds=6),
    )  # fmt: skip


def _image(number: int, attempt: Attempt, sample: Sample) -> Image:
    return Image.of_attempt(
        attempt, id=number, file=sample.file, thumbnail=sample.thumbnail, format="jpeg", bytes=sample.bytes,
        sha256=sample.sha256, width=sample.request.width, height=sample.request.height,
        created_at=attempt.reserved_at + timedelta(seconds=7), look_tries=None,
    )  # fmt: skip

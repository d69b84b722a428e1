"""What a member would have pressed: prompts that are tried again, on some models with some seeds, for months."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import product
from random import Random

from gallery.catalogue.models import flux_models
from gallery.services.demo_data.prompts import write_prompt
from gallery.services.demo_data.samples import Sample

PROJECTS = ("Harbour & Sons", "Bakery rebrand", "Annual report", "Night market", "Lookbook", "Tea house 茶館")
DAYS = 730  # back from today, at most
IMAGES_A_DAY = 25  # at least: a day with one picture is no day's work
WORKDAY = timedelta(hours=10)  # of each day, the rest is night
DAY = timedelta(days=1)
EDITED = 1 / 16  # of the presses, if all their models take pictures
UPLOADS = ("IMG", "Scan", "Moodboard", "Packshot", "Skizze", "写真")
SEED_COUNTS = (1, 1, 2, 4, 4, 8)
USUAL_SEEDS = (7, 42, 1234, 2024)
SEED_MAX = 2**31 - 1


@dataclass(frozen=True)
class Press:
    """One run: each of the seeds on each of the samples, which have one size and different models."""

    project: str
    prompt: str
    samples: Sequence[Sample]
    seeds: Sequence[int]
    at: datetime
    edits: bool = False  # a picture went into it
    uploads: Sequence[str] = ()  # names of files that were put into the gallery just before

    @property
    def cells(self) -> list[tuple[int, Sample, int]]:
        """What its jobs are of: position, sample, seed."""
        return [(position, *cell) for position, cell in enumerate(product(self.samples, self.seeds))]

    @property
    def size(self) -> int:
        """How many pictures are made."""
        return len(self.samples) * len(self.seeds)


def draw_presses(draw: Random, samples: Sequence[Sample], *, images: int, now: datetime) -> Iterator[Press]:
    """Draw presses that bring so many images together, uploads among them, oldest first, up to now."""
    span = timedelta(days=min(DAYS, 1 + images // IMAGES_A_DAY))
    by_size = _by_size(samples)
    made, prompt, project = 0, write_prompt(draw), PROJECTS[0]
    while made < images:
        if draw.random() < 1 / 2:
            prompt = write_prompt(draw)
        if draw.random() < 1 / 50:
            project = draw.choice(PROJECTS)
        models, uploads = draw.choice(by_size), _draw_uploads(draw, images - made)
        made += len(uploads)
        chosen = draw.sample(models, min(draw.choice((1, 1, 2, 3, 5)), len(models), images - made))
        seeds = _draw_seeds(draw, min(draw.choice(SEED_COUNTS), (images - made) // len(chosen)))
        at = _moment(now, span * (1 - made / images))
        made += len(chosen) * len(seeds)
        samples = [draw.choice(each) for each in chosen]
        edits = draw.random() < EDITED and all(map(_takes_pictures, samples))
        yield Press(project, prompt, samples, seeds, at, edits=edits, uploads=uploads)


def _draw_uploads(draw: Random, left: int) -> list[str]:
    """Name the file that was uploaded before a press, if one was; a small gallery has none."""
    return [f"{draw.choice(UPLOADS)} {draw.randrange(1, 10_000)}.jpg"] if left > 100 and draw.random() < 1 / 8 else []


def _takes_pictures(sample: Sample) -> bool:
    return flux_models.get(sample.request.model_id).references > 0


def _by_size(samples: Sequence[Sample]) -> list[list[list[Sample]]]:
    """Group samples by size, and those by model."""
    found: defaultdict[str, defaultdict[str, list[Sample]]] = defaultdict(lambda: defaultdict(list))
    for sample in samples:
        found[sample.size][sample.request.model_id].append(sample)
    return [list(by_model.values()) for by_model in found.values()]


def _draw_seeds(draw: Random, count: int) -> list[int]:
    if count == 1 and draw.random() < 0.3:
        return [draw.choice(USUAL_SEEDS)]
    return draw.sample(range(SEED_MAX), count)


def _moment(now: datetime, ago: timedelta) -> datetime:
    """Return a moment of a workday: each day has the hours up to that of now."""
    days, rest = divmod(ago, DAY)
    return now - days * DAY - rest * (WORKDAY / DAY)

"""Turns presses into rows: of runs, jobs, attempts and pictures, and of what their owner made of them."""

import json
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache, lru_cache
from itertools import chain
from random import Random
from typing import Any, NamedTuple

from django.db.models import Model
from django.utils import timezone

from gallery.catalogue.prompts.asked_words import quoted_words
from gallery.catalogue.search.documents import collection_facet, tag_facet
from gallery.models import Attempt, Image, Job, Reference, Run
from gallery.models.keys import KEY_LENGTH
from gallery.models.ratings import Verdict
from gallery.models.runs import fold_of, recipe_of
from gallery.services.db.row_patterns import NewRows, day_value, moment_writer
from gallery.services.demo_data import curating
from gallery.services.demo_data.curating import Shelves
from gallery.services.demo_data.patterns import MadePatterns, MemberPatterns, UploadPatterns
from gallery.services.demo_data.presses import Press
from gallery.services.demo_data.samples import Sample
from gallery.services.search.texts import compose_row

APART = timedelta(seconds=1)  # the pictures of one run
TOOK = timedelta(seconds=6)  # an answer
STORED = timedelta(seconds=7)  # after it was asked for

Ids = Mapping[type[Model], Sequence[int]]  # that were taken for new rows
_Numbers = Mapping[type[Model], Iterator[int]]


class _Run(NamedTuple):
    id: int
    project_id: int
    press: Press
    reference: Reference | None


class RowMaker:
    """Makes the rows of one member's pictures; what it returns is not written yet."""

    def __init__(self, shelves: Shelves, samples: Sequence[Sample], draw: Random) -> None:
        self.shelves, self.draw, self.patterns = shelves, draw, MemberPatterns(shelves.owner)
        self.made = cache(lambda n, reference: MadePatterns(shelves.owner, samples[n], reference))
        self.uploaded = cache(lambda n: UploadPatterns(shelves.owner, samples[n]))
        self.written = moment_writer()
        self.fold_of = lru_cache(lambda patterns, prompt: fold_of({**patterns.body, "prompt": prompt}))
        self.numbers = {id(sample): n for n, sample in enumerate(samples)}

    def rows_of(self, presses: Sequence[Press], ids: Ids) -> tuple[NewRows, list[int]]:
        """Return the new rows of some presses, and the ids of their pictures."""
        rows, numbers = NewRows(), {model: iter(taken) for model, taken in ids.items()}
        made = chain.from_iterable(self._add_press(rows, press, numbers) for press in presses)
        return rows, list(made)

    def _add_press(self, rows: NewRows, press: Press, ids: _Numbers) -> Iterator[int]:
        for name in press.uploads:
            yield self._add_upload(rows, next(ids[Image]), press, name)
        quoted = len(press.seeds) * sum(sample.quote.ours_micros for sample in press.samples)
        reference = self.draw.choice(self.shelves.references) if press.edits else None
        run = _Run(next(ids[Run]), self.shelves.projects[press.project], press, reference)
        rows.add(
            self.patterns.run, run.id, self._key(), run.project_id, self._key(), _form(press), press.prompt,
            press.size, quoted, self.written(press.at),
        )  # fmt: skip
        for position, sample, seed in press.cells:
            yield self._add_picture(rows, run, (position, sample, seed), ids)

    def _add_picture(self, rows: NewRows, run: _Run, cell: tuple[int, Sample, int], ids: _Numbers) -> int:
        position, sample, seed = cell
        patterns, prompt = self.made(self.numbers[id(sample)], run.reference), run.press.prompt
        job_id, attempt_id, image_id = next(ids[Job]), next(ids[Attempt]), next(ids[Image])
        moment = run.press.at + position * APART
        pressed, sent, stored = self.written(run.press.at), self.written(moment), self.written(moment + STORED)
        recipe, opinion = recipe_of({**patterns.body, "prompt": prompt, "seed": seed}), curating.draw_opinion(self.draw)
        rows.add(
            patterns.job, job_id, self._key(), run.id, attempt_id, position, recipe, prompt, seed, pressed, pressed,
            pressed,
        )  # fmt: skip
        rows.add(
            patterns.attempt, attempt_id, self._key(), job_id, run.id, run.project_id,
            _day_of(moment.replace(minute=moment.minute // 15 * 15, second=0, microsecond=0)), f"demo-{attempt_id}",
            opinion is not None and opinion.verdict == Verdict.PICK, sent, sent, self.written(moment + TOOK),
        )  # fmt: skip
        facts = ("", job_id, attempt_id, seed, self.fold_of(patterns, prompt), run.id, run.project_id, stored)
        rows.add(patterns.image, image_id, self._key(), *facts)
        if patterns.input:
            rows.add(patterns.input, job_id)
        if opinion:
            rows.add(self.patterns.rating, image_id, attempt_id, *opinion, stored)
        if quoted_words(prompt):
            rows.add(self.patterns.words, image_id)
        self._add_rest(rows, patterns, image_id, stored, ("", run.project_id, run.press.project, prompt))
        return image_id

    def _add_upload(self, rows: NewRows, image_id: int, press: Press, name: str) -> int:
        patterns, stored = self.uploaded(self.numbers[id(press.samples[0])]), self.written(press.at)
        rows.add(patterns.image, image_id, self._key(), name, *[None] * 6, stored)
        self._add_rest(rows, patterns, image_id, stored, (name, None, None, None))
        return image_id

    def _add_rest(
        self,
        rows: NewRows,
        patterns: MadePatterns | UploadPatterns,
        image_id: int,
        stored: object,
        told: tuple[Any, ...],
    ) -> None:
        """Add what every picture has: its look, its shelves, and the text that it is found by."""
        rows.add(patterns.seen.look, image_id)
        for colour in patterns.seen.colours:
            rows.add(colour, image_id)
        tags, places = curating.draw_tags(self.shelves, self.draw), curating.draw_collections(self.shelves, self.draw)
        for tag in tags:
            rows.add(self.patterns.tag, tag.pk, image_id)
        for place in places:
            rows.add(self.patterns.place, place.pk, image_id, -image_id, stored)
        labels = [(tag_facet(tag.pk), tag.name) for tag in sorted(tags, key=lambda tag: tag.pk)]
        labels += [(collection_facet(place.pk), place.name) for place in places]
        seen = patterns.row
        row = (image_id, seen.owner_id, seen.model, seen.shape, seen.origin, *told)
        rows.add(self.patterns.text, image_id, compose_row(row, labels))

    def _key(self) -> str:
        """Draw a key that guards nothing, in a tenth of the time."""
        return f"{self.draw.getrandbits(4 * KEY_LENGTH):0{KEY_LENGTH}x}"


@lru_cache(maxsize=8)
def _day_of(quarter: datetime) -> Any:
    """Return the day of the team in which a quarter of an hour lies; none has a midnight in it."""
    return day_value(timezone.localdate(quarter))


def _form(press: Press) -> str:
    """Write down what was typed for it."""
    models = [sample.request.model_id for sample in press.samples]
    seeds = ", ".join(map(str, press.seeds))
    return json.dumps({"prompt": press.prompt, "model": models, "seed": seeds, "size": press.samples[0].size})

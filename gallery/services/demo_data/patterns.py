"""The rows of demo pictures, made once as the product makes them, but for what differs from one picture to the next."""

from typing import Any

from gallery.catalogue.parameters import inputs
from gallery.models import (
    Attempt,
    CollectionImage,
    Image,
    ImageTag,
    ImageText,
    ImageWords,
    Job,
    JobReference,
    Rating,
    Reference,
    Run,
    User,
)
from gallery.models.calls import Fetch, Money
from gallery.models.runs import State
from gallery.services.db.row_patterns import RowPattern
from gallery.services.demo_data.samples import Sample
from gallery.services.media.seeing import looks

RUN = ("id", "key", "project_id", "nonce", "form", "prompt", "size", "quoted_micros", "created_at")
JOB = (
    "id", "key", "run_id", "attempt_id", "position", "recipe", "prompt", "seed", "created_at", "changed_at",
    "not_before",
)  # fmt: skip
ATTEMPT = (
    "id", "key", "job_id", "run_id", "project_id", "day", "request_id", "picked", "reserved_at", "sent_at",
    "answered_at",
)  # fmt: skip
IMAGE = ("id", "key", "name", "job_id", "attempt_id", "seed", "fold", "run_id", "project_id", "created_at")


class MemberPatterns:
    """What does not depend on what a picture shows."""

    def __init__(self, owner: User) -> None:
        self.run = RowPattern(Run(owner=owner, digest="demo", demo=True), *RUN)
        opinion = ("image_id", "attempt_id", "stars", "verdict", "favourite", "changed_at")
        self.rating = RowPattern(Rating(user=owner), *opinion)
        self.tag = RowPattern(ImageTag(), "tag_id", "image_id")
        place = ("collection_id", "image_id", "position", "added_at")
        self.place = RowPattern(CollectionImage(added_by=owner), *place)
        self.text = RowPattern(ImageText(), "image_id", "text")
        self.words = RowPattern(ImageWords(owner=owner), "image_id")


class SeenPatterns:
    """What is seen on a sample: its look, and the colours that it is found by."""

    def __init__(self, image: Image, sample: Sample) -> None:
        look, colours = looks.look_rows(image, sample.look)
        self.look = RowPattern(look, "image_id")
        self.colours = [RowPattern(colour, "image_id") for colour in colours]


class UploadPatterns:
    """A sample as somebody's own file."""

    def __init__(self, owner: User, sample: Sample) -> None:
        self.row = Image.of_upload(owner=owner, edited=False, **_facts(sample))
        self.image = RowPattern(self.row, *IMAGE)
        self.seen = SeenPatterns(self.row, sample)


class MadePatterns:
    """A sample as a picture that was made here, of a reference or of words alone."""

    def __init__(self, owner: User, sample: Sample, reference: Reference | None) -> None:
        self.body: dict[str, Any] = {**sample.request.body, **_input_of(reference)}
        job = _job(owner, sample, self.body)
        attempt = Attempt.for_job(job, project_id=None, money=Money.CHARGED, fetch=Fetch.DONE, status=200)
        self.row = Image.of_attempt(attempt, **_facts(sample))
        self.job, self.attempt = RowPattern(job, *JOB), RowPattern(attempt, *ATTEMPT)
        self.image, self.seen = RowPattern(self.row, *IMAGE), SeenPatterns(self.row, sample)
        sent = JobReference(position=0, reference=reference, name=reference.name) if reference else None
        self.input = sent and RowPattern(sent, "job_id")


def _job(owner: User, sample: Sample, body: dict[str, Any]) -> Job:
    rest = {name: value for name, value in body.items() if name not in ("model", "prompt", "seed")}
    return Job(
        owner=owner, demo=True, state=State.DONE, model=body["model"], parameters=rest,
        width=sample.request.width, height=sample.request.height,
        quoted_micros=sample.quote.ours_micros, official_micros=sample.quote.official_micros,
    )  # fmt: skip


def _facts(sample: Sample) -> dict[str, Any]:
    """What is true of its file, whoever has it."""
    return {
        "file": sample.file, "thumbnail": sample.thumbnail, "format": "jpeg", "bytes": sample.bytes,
        "sha256": sample.sha256, "width": sample.request.width, "height": sample.request.height, "look_tries": None,
    }  # fmt: skip


def _input_of(reference: Reference | None) -> dict[str, str]:
    return {inputs.FIELDS[0]: inputs.MARK + reference.digest} if reference else {}

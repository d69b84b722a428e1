"""A job as a tile: everything the template shows, prepared, so that the template only prints it."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import cast

from django.utils import timezone

from gallery.catalogue.prompts.asked_colours import Got
from gallery.catalogue.prompts.asked_words import Spelled
from gallery.models import Attempt, Image, Job, Rating, User
from gallery.models.calls import Money
from gallery.models.runs import TRIED_AGAIN, UNCERTAIN_STATES, State
from gallery.services.compare import ratings
from gallery.services.images.seen.asked_colours import got_by_image
from gallery.services.images.seen.asked_words import spelled_by_image
from gallery.services.jobs import queue, reasons, wait_times
from gallery.services.jobs.reasons import Reason
from gallery.services.paid_calls import resolution
from gallery.services.runs import matrix_layout

KINDS: dict[str, str] = {
    State.QUEUED: "waiting", State.CLAIMED: "busy", State.SENDING: "busy", State.HAVE_URL: "busy", State.DONE: "done",
    State.FAILED: "failed", State.LOST: "failed", State.CANCELLED: "cancelled", State.UNKNOWN: "doubt",
    State.NO_RESULT: "doubt", State.BLOCKED: "doubt",
}  # fmt: skip


@dataclass
class CellView:
    """One job of a run for its owner. `images` newest last: a job asked twice can have two."""

    job: Job
    images: list[Image] = field(default_factory=list)
    queue_position: int = 0
    waits_seconds: int | None = None  # about, until it starts; None where nobody can say
    attempts: list[Attempt] = field(default_factory=list)  # of a job without a picture, which shows what it cost
    earlier_uncertain: bool = False  # an earlier call of the job may have been paid, and nobody has settled it
    rating: Rating | None = None  # what the owner thinks of its picture
    got: Sequence[Got] = ()  # what came of the colours that its prompt names
    spelled: Sequence[Spelled] = ()  # and of the words that it puts in quotes

    @property
    def name(self) -> str:
        """Where it stands, in words."""
        job = self.job
        labels = (
            f"{matrix_layout.AXES[axis][0]} {value}" for axis, value in job.axes.items() if axis in matrix_layout.AXES
        )
        return ", ".join([job.model, f"seed {job.seed}", *labels])

    @property
    def has_own_seed(self) -> bool:
        """Whether no head can say its seed."""
        return not {matrix_layout.PICTURE, matrix_layout.ROW}.isdisjoint(self.job.axes)

    @property
    def kind(self) -> str:
        return KINDS[self.job.state]

    @property
    def image(self) -> Image | None:
        return self.images[-1] if self.images else None

    @property
    def is_deleted(self) -> bool:
        """Whether its picture was there, and is in the trash or gone."""
        return self.kind == "done" and not self.images

    @property
    def in_trash(self) -> bool:
        """Whether one of its pictures can be put back."""
        return any(image.trashed_at for image in [*self.job.images.all(), self.job.reused] if image)

    @property
    def width(self) -> int:
        return self.image.width if self.image else self.job.width

    @property
    def height(self) -> int:
        return self.image.height if self.image else self.job.height

    @property
    def reason(self) -> Reason:
        attempt = self.job.attempt
        if self.job.reason == "blocked":
            return reasons.describe_held(cast("Attempt", attempt))
        return reasons.describe_reason(self.job.reason, status=attempt.status if attempt else None)

    @property
    def asks_for(self) -> str:
        """What its folded words are about."""
        if self.is_uncertain or self.buyable_again:
            return "Decide"
        if self.job.state == State.BLOCKED and cast("Attempt", self.job.attempt).held_name:
            return "What came"
        return "What to change" if self.job.reason in reasons.CHANGEABLE else "What happened"

    @property
    def tried_again_at(self) -> datetime | None:
        """When a call of which nothing came is made again, if this one waits for that."""
        waits = self.job.state == State.QUEUED and self.job.reason in TRIED_AGAIN
        return self.job.not_before if waits and self.job.not_before > timezone.now() else None

    @property
    def resumable(self) -> bool:
        return self.job.state == State.CANCELLED

    @property
    def since(self) -> datetime:
        attempt = self.job.attempt
        return (attempt.sent_at or attempt.reserved_at) if attempt else self.job.changed_at

    @property
    def elapsed(self) -> int:
        return max(0, int((timezone.now() - self.since).total_seconds()))

    @property
    def downloading(self) -> bool:
        return self.job.state == State.HAVE_URL

    @property
    def is_uncertain(self) -> bool:
        return self.job.state in UNCERTAIN_STATES

    @property
    def buyable_again(self) -> bool:
        return self.job.state in resolution.BUYABLE_AGAIN

    @property
    def cost_words(self) -> str:
        """Say what it cost, in the words of the person who pays."""
        attempt = self.job.attempt
        if attempt is None or attempt.money in (Money.NOT_CHARGED, Money.RESERVED):
            return "not charged"
        return "charged" if attempt.money == Money.CHARGED else "in doubt"


def build_cells(jobs: Iterable[Job], *, owner: User) -> list[CellView]:
    """Build the cells of these jobs (with their attempts and images loaded), with places in line."""
    jobs = list(jobs)
    positions = queue.queue_positions(owner, jobs)
    waits = wait_times.estimate_waits(jobs, positions)
    uncertain = Attempt.objects.earlier_uncertain(jobs)
    trails = _trails(jobs)
    found = [
        CellView(
            job, _images(job), queue_position=positions.get(job.id, 0), waits_seconds=waits.get(job.id),
            attempts=trails.get(job.id, []), earlier_uncertain=job.id in uncertain,
        )
        for job in jobs
    ]  # fmt: skip
    _put_ratings(found, owner)
    _put_measured(found)
    return found


def _trails(jobs: list[Job]) -> dict[int, list[Attempt]]:
    """Return {job id: its attempts} of the jobs that ended without a picture."""
    ended = [job for job in jobs if KINDS[job.state] in ("failed", "doubt")]
    trails: dict[int, list[Attempt]] = {}
    by_id = {job.id: job for job in ended}
    for attempt in Attempt.objects.filter(job__in=ended).order_by("id") if ended else ():
        attempt.job = by_id[attempt.job_id]
        trails.setdefault(attempt.job_id, []).append(attempt)
    return trails


def _put_ratings(found: list[CellView], owner: User) -> None:
    rated = ratings.ratings_of(owner, [cell.image for cell in found if cell.image])
    for cell in found:
        cell.rating = rated.get(cell.image.id) if cell.image else None


def _put_measured(found: list[CellView]) -> None:
    shown = {cell.image.id: cell for cell in found if cell.image}
    for image_id, got in got_by_image(shown).items():
        shown[image_id].got = got
    for image_id, spelled in spelled_by_image(shown).items():
        shown[image_id].spelled = spelled


def _images(job: Job) -> list[Image]:
    return job.kept_images or ([job.shown_image] if job.shown_image else [])

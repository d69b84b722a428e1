"""What was asked for: a run is what one press of Generate submitted, a job is one wanted picture."""

import hashlib
import json
from datetime import datetime
from typing import Any, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models import Count, Q, Sum
from django.db.models.functions import Left
from django.utils import timezone

from gallery.catalogue.parameters.inputs import has_inputs
from gallery.models.calls import Gate
from gallery.models.keys import KeyField
from gallery.models.people import User


class Project(models.Model):
    """An optional label of a run: a client or a campaign."""

    name = models.CharField(max_length=80, unique=True)
    created_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return self.name


OPENING = 200  # characters of a prompt that lists show; a whole one can have 160,000


_Row = TypeVar("_Row", bound=models.Model)


class OpeningQuerySet(models.QuerySet[_Row]):
    """Rows with a prompt: lists read its opening only."""

    def with_opening(self) -> Self:
        return self.defer("prompt").annotate(opening=Left("prompt", OPENING))


class RunQuerySet(OpeningQuerySet["Run"]):
    def with_opening(self) -> Self:
        return super().with_opening().defer("prompt", "form")  # a form can hold the rows of a batch

    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def newest_first(self) -> Self:
        return self.order_by("-id")


class Run(models.Model):
    """A matrix of jobs, submitted at once. The same (owner, nonce, digest) is the same press."""

    key = KeyField()
    # Its index is run_of_owner, which begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="runs", db_index=False)
    project = models.ForeignKey(Project, models.SET_NULL, null=True, blank=True, related_name="runs")
    nonce = models.CharField(max_length=64)
    digest = models.CharField(max_length=64)
    prompt = models.TextField()
    form = models.JSONField()  # the values as typed, for "use these settings"
    demo = models.BooleanField()
    size = models.PositiveIntegerField()  # how many jobs
    quoted_micros = models.BigIntegerField()
    # Counts every change of any of its jobs: the page asks "since version N".
    version = models.PositiveBigIntegerField(default=0)
    created_at = models.DateTimeField(default=timezone.now)

    objects = RunQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "nonce", "digest"], name="run_once_per_press")]
        indexes = [models.Index(fields=["owner", "-id"], name="run_of_owner")]

    def __str__(self) -> str:
        return f"run {self.key}"


class State(models.TextChoices):
    """States of a job; services/paid_calls/README.md draws the arrows between them."""

    QUEUED = "QUEUED", "waiting"
    CLAIMED = "CLAIMED", "starting"
    SENDING = "SENDING", "generating"
    HAVE_URL = "HAVE_URL", "downloading"
    DONE = "DONE", "done"
    LOST = "LOST", "paid and lost"
    BLOCKED = "BLOCKED", "paid, held aside"
    NO_RESULT = "NO_RESULT", "no picture, perhaps paid"
    FAILED = "FAILED", "refused"
    UNKNOWN = "UNKNOWN", "perhaps paid"
    CANCELLED = "CANCELLED", "cancelled"


IN_FLIGHT = (State.CLAIMED, State.SENDING)  # counts against the cap
RUNNING = (State.CLAIMED, State.SENDING, State.HAVE_URL)
UNFINISHED = (State.QUEUED, *RUNNING)
UNCERTAIN_STATES = (State.UNKNOWN, State.NO_RESULT)
# A late answer may still be recorded from these: its call has been paid for.
OPEN_TO_LATE_ANSWER = (
    State.QUEUED, State.CLAIMED, State.UNKNOWN, State.LOST, State.FAILED, State.NO_RESULT, State.CANCELLED,
)  # fmt: skip


# Why a job waits that was sent already: nothing came of it, nothing was charged, and it is tried again by itself.
TRIED_AGAIN = ("upstream_again", "not_executed", "rate_limited")
UPSTREAM_FAILED = "upstream_failed"  # given up after the last try: the provider failed, it refused nothing
NOT_REFUSED = (UPSTREAM_FAILED, "settled_not_charged")  # ended free of charge, and nobody refused it
UPSTREAM = ("upstream_again", UPSTREAM_FAILED)  # what counts towards giving up

# Why a job waits that no budget has room for: it is not claimable until somebody finds that there is room.
BUDGET_REACHED = "budget"
# Why a job waits whose price has risen since it was quoted: it is not claimable until its owner agrees.
PRICE_CHANGED = "price"


class JobQuerySet(OpeningQuerySet["Job"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def queued(self) -> Self:
        return self.filter(state=State.QUEUED)

    def deferred(self) -> Self:
        return self.filter(state=State.QUEUED, reason=BUDGET_REACHED)

    def repriced(self) -> Self:
        return self.filter(state=State.QUEUED, reason=PRICE_CHANGED)

    def not_put_aside(self) -> Self:
        return self.exclude(reason__in=(BUDGET_REACHED, PRICE_CHANGED))

    def of_open_members_and_models(self) -> Self:
        """Of members who are not locked, for FLUX models that are not paused."""
        paused = Gate.objects.filter(paused=True).values("name")
        return self.filter(owner__is_active=True).exclude(model__in=paused)

    def unfinished(self) -> Self:
        return self.filter(state__in=UNFINISHED)

    def claimable(self, *, now: datetime, demo: bool) -> Self:
        return self.filter(state=State.QUEUED, demo=demo, not_before__lte=now)

    def changed_since(self, version: int) -> Self:
        return self.filter(version__gt=version)

    def count_by_reason(self) -> dict[tuple[str, str], int]:
        """Return {(state, reason): how many}."""
        rows = self.order_by().values_list("state", "reason").annotate(n=Count("id"))
        return {(state, reason): n for state, reason, n in rows}

    def quoted(self) -> int:
        return self.aggregate(micros=Sum("quoted_micros"))["micros"] or 0


RECIPE_CHARACTERS = 32
FOLD_BYTES = 8


def recipe_of(body: dict[str, Any]) -> str:
    """Return the digest of the JSON to send: the same recipe asks for the same picture."""
    text = json.dumps(body, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()[:RECIPE_CHARACTERS]


def fold_of(body: dict[str, Any]) -> int:
    """Return the digest of all of it but the seed, a number of 64 bits: what shares it differs by its seed alone."""
    recipe = recipe_of({name: value for name, value in body.items() if name != "seed"})
    return int.from_bytes(bytes.fromhex(recipe[: 2 * FOLD_BYTES]), signed=True)


class Job(models.Model):
    """One wanted picture. The row is the job; the queue only says "there may be work"."""

    key = KeyField()
    run = models.ForeignKey(Run, models.PROTECT, related_name="jobs")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="jobs")
    position = models.PositiveIntegerField()  # in its run, from 0
    demo = models.BooleanField()

    model = models.CharField(max_length=40)
    prompt = models.TextField()
    seed = models.BigIntegerField()
    parameters = models.JSONField(default=dict)  # the rest of the JSON to send
    recipe = models.CharField(max_length=RECIPE_CHARACTERS, default="")
    # The picture that its owner had already when this was asked for: then nothing was sent and nothing is paid.
    reused = models.ForeignKey("Image", models.SET_NULL, null=True, blank=True, related_name="reused_by")
    axes = models.JSONField(default=dict)  # its place in the run beside seed and model: name of the axis to label
    notes = models.JSONField(default=list)  # what was converted for this model, in words
    width = models.PositiveIntegerField()  # expected, pixels
    height = models.PositiveIntegerField()
    quoted_micros = models.BigIntegerField()
    official_micros = models.BigIntegerField()

    state = models.CharField(max_length=10, choices=State, default=State.QUEUED)
    attempt = models.OneToOneField("Attempt", models.PROTECT, null=True, blank=True, related_name="current_of")
    not_before = models.DateTimeField(default=timezone.now)
    failures = models.PositiveSmallIntegerField(default=0)  # answers 500, 502, 503 in a row
    cancel_wanted = models.BooleanField(default=False)
    reason = models.CharField(max_length=40, blank=True)  # a code; services/jobs/reasons.py has the words
    words = models.CharField(max_length=500, blank=True)  # the provider's own
    version = models.PositiveBigIntegerField(default=0)  # the run's version at the last change
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)

    # No columns: read along where jobs are claimed, see services/paid_calls/fair_share.py.
    price_micros: int | None
    project_id: int | None

    objects = JobQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(state__in=State.values), name="job_state_known"),
            models.CheckConstraint(condition=Q(quoted_micros__gte=0), name="job_quote_not_negative"),
            models.UniqueConstraint(fields=["run", "position"], name="job_place_in_run"),
        ]
        indexes = [
            models.Index(fields=["state", "owner", "id"], name="job_by_state"),
            models.Index(fields=["run", "version"], name="job_changed"),
            models.Index(fields=["recipe"], name="job_recipe"),
        ]

    def __str__(self) -> str:
        return f"job {self.key}"

    def body(self) -> dict[str, Any]:
        """Return the JSON to send, exactly, but that digests stand for the pictures that go in."""
        return {"model": self.model, "prompt": self.prompt, "seed": self.seed, **self.parameters}

    @property
    def kept_images(self) -> list[Any]:
        """The pictures made for it that are not in the trash, oldest first. (Reads those that were loaded along.)"""
        return sorted((image for image in self.images.all() if image.trashed_at is None), key=lambda image: image.id)

    @property
    def shown_image(self) -> Any:
        """Its newest picture, or the one that it reused; None where neither is there any more."""
        newest = self.kept_images[-1:]
        return newest[0] if newest else self.reused if self.reused and self.reused.trashed_at is None else None

    def input_pixels(self) -> list[int]:
        """Return how many pixels each picture has that goes in; those that were deleted are not known."""
        if not has_inputs(self.parameters):
            return []
        sides = self.inputs.exclude(reference=None).values_list("reference__width", "reference__height")
        return [width * height for width, height in sides]

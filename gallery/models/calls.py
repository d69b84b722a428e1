"""What may be paid and what was: the gates before the provider, and one row for every call that can have happened."""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField

KEY_GATE = "key"  # the gate of the API key; the others are named like their FLUX model
INLINE = (
    "spool:"  # instead of an address: the bytes came within the answer and lie in the spool under the attempt's key
)
FETCH_LEASE_SECONDS = 120  # how long one fetch may take before another process may try


class Gate(models.Model):
    """Whether, how fast and why not: one row for the key and one per FLUX model. Every claim locks the key's."""

    name = models.CharField(max_length=40, unique=True)
    paused = models.BooleanField(default=False)
    reason = models.CharField(max_length=300, blank=True)
    paused_by = models.ForeignKey("User", models.SET_NULL, null=True, blank=True, related_name="+")
    paused_at = models.DateTimeField(null=True, blank=True)
    closed_until = models.DateTimeField(null=True, blank=True)
    cap = models.PositiveIntegerField(null=True, blank=True)  # calls at once
    # The breaker: how many did not execute or failed upstream in a row, and how often it has opened in a row.
    consecutive_failures = models.PositiveIntegerField(default=0)
    times_opened = models.PositiveIntegerField(default=0)
    # Runs whose last answers were empty, or forbidden, in a row: three different ones pause the gate.
    empty_answer_runs = models.JSONField(default=list, blank=True)
    forbidden_runs = models.JSONField(default=list, blank=True)

    class Meta:
        ordering = ["name"]

    def __str__(self) -> str:
        return f"gate {self.name}"

    @property
    def is_key(self) -> bool:
        return self.name == KEY_GATE

    def is_open(self, now: datetime) -> bool:
        return not self.paused and (self.closed_until is None or self.closed_until <= now)

    @property
    def is_half_open(self) -> bool:
        """After the breaker opened, one real job goes first and decides."""
        return self.times_opened > 0


class Money(models.TextChoices):
    RESERVED = "reserved", "reserved"
    CHARGED = "charged", "charged"
    NOT_CHARGED = "not_charged", "not charged"
    UNCERTAIN = "uncertain", "uncertain"


class Fetch(models.TextChoices):
    """What became of a result's address."""

    NONE = "none", "no address"
    WANTED = "wanted", "to be fetched"
    DONE = "done", "stored"
    DEAD = "dead", "gone"
    BLOCKED = "blocked", "held aside"
    FILED = "filed", "kept as a file"


# Of the call that is being sent right now nobody knows yet either; it counts as spent, but there is no doubt about it.
BEING_SENT = Q(job__attempt=models.F("pk"), job__state="SENDING")


class AttemptQuerySet(models.QuerySet["Attempt"]):
    def due_for_fetch(self, now: datetime) -> Self:
        """Whose address waits and is not being fetched by somebody else right now."""
        free = Q(fetch_lease_until=None) | Q(fetch_lease_until__lte=now)
        return self.filter(free, fetch=Fetch.WANTED, fetch_after__lte=now).order_by("url_dies_at")

    def earlier_uncertain(self, jobs: Iterable[Any]) -> set[int]:
        """Return the ids of those jobs that were asked again while an earlier call is still uncertain."""
        uncertain = self.filter(money=Money.UNCERTAIN, job__in=jobs).exclude(job__attempt=models.F("pk"))
        return set(uncertain.values_list("job", flat=True))

    def being_sent(self) -> Self:
        return self.filter(BEING_SENT, money=Money.UNCERTAIN)

    def sums(self) -> dict[str, int]:
        """Return micro-dollars charged, uncertain and being sent, which all count as spent for every limit."""
        charged = models.Sum("micros", filter=Q(money=Money.CHARGED), default=0)
        uncertain = models.Sum("micros", filter=Q(money=Money.UNCERTAIN) & ~BEING_SENT, default=0)
        running = models.Sum("micros", filter=Q(money=Money.UNCERTAIN) & BEING_SENT, default=0)
        return self.aggregate(charged=charged, uncertain=uncertain, running=running)


class Attempt(models.Model):
    """One POST, or the intent of one. Committed before the first byte leaves; never deleted."""

    key = KeyField()
    job = models.ForeignKey("Job", models.PROTECT, related_name="attempts")
    # Of its job and run, repeated: where it counts, and how reports walk from a sum down to its calls.
    run = models.ForeignKey("Run", models.PROTECT, related_name="attempts")
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="attempts", db_index=False)
    model = models.CharField(max_length=40)
    project = models.ForeignKey(
        "Project", models.SET_NULL, null=True, blank=True, related_name="attempts", db_index=False
    )
    demo = models.BooleanField()
    worker = models.ForeignKey("Worker", models.SET_NULL, null=True, related_name="attempts")
    money = models.CharField(max_length=12, choices=Money, default=Money.RESERVED)
    micros = models.BigIntegerField()  # the quote; what is booked if charged
    official_micros = models.BigIntegerField()  # what it would have cost at the official price
    # In FLUXWEB_TIME_ZONE, of the reservation and of the mark: a claim that is older than midnight is not marked.
    day = models.DateField(default=timezone.localdate)
    reserved_at = models.DateTimeField(default=timezone.now)
    sent_at = models.DateTimeField(null=True, blank=True)  # the mark
    answered_at = models.DateTimeField(null=True, blank=True)
    request_id = models.CharField(max_length=200, blank=True)
    status = models.PositiveSmallIntegerField(null=True, blank=True)
    error = models.CharField(max_length=80, blank=True)
    words = models.CharField(max_length=500, blank=True)
    settled_by = models.CharField(max_length=150, blank=True)  # a person's username, kept when they leave

    url = models.TextField(blank=True)  # or INLINE; blanked once fetched or dead: it carries a signature
    host = models.CharField(max_length=255, blank=True)
    fetch = models.CharField(max_length=8, choices=Fetch, default=Fetch.NONE)
    fetch_tries = models.PositiveSmallIntegerField(default=0)  # that failed
    fetch_after = models.DateTimeField(null=True, blank=True)
    fetch_worker = models.ForeignKey("Worker", models.SET_NULL, null=True, blank=True, related_name="+")
    fetch_lease_until = models.DateTimeField(null=True, blank=True)
    # Decodes begun and not ended: the process may have died of it. Stays if too many did: nobody decodes it any more.
    decode_attempts = models.PositiveSmallIntegerField(default=0)
    fetch_error = models.CharField(max_length=200, blank=True)
    url_dies_at = models.DateTimeField(null=True, blank=True)
    # Of its picture, noted here so that they count where the money does, and still do when the picture is deleted.
    picked = models.BooleanField(default=False)  # somebody picks it: what reports call kept
    shared = models.BooleanField(default=False)  # a link has shown it
    downloaded = models.BooleanField(default=False)  # its owner has saved the file
    # The file as it came, if it is not shown: held aside, kept as a file, or released as a picture drawn from it.
    held_name = models.CharField(max_length=200, blank=True)

    objects = AttemptQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(money__in=Money.values), name="attempt_money_known"),
            models.CheckConstraint(condition=Q(micros__gte=0), name="attempt_micros_not_negative"),
            models.CheckConstraint(
                condition=~Q(money__in=[Money.CHARGED, Money.UNCERTAIN]) | Q(sent_at__isnull=False),
                name="attempt_paid_only_if_sent",
            ),
            models.CheckConstraint(condition=~Q(fetch=Fetch.WANTED) | ~Q(url=""), name="attempt_fetch_needs_url"),
        ]
        indexes = [
            # From a sum down to its runs and calls, newest first.
            models.Index(fields=["day", "run", "id"], name="attempt_by_day"),
            models.Index(fields=["owner", "day", "run", "id"], name="attempt_of_owner"),
            models.Index(fields=["model", "day", "run", "id"], name="attempt_of_model"),
            models.Index(fields=["project", "day", "run", "id"], name="attempt_of_project"),
            models.Index(fields=["money", "id"], name="attempt_in_doubt"),
            models.Index(fields=["fetch", "fetch_after"], name="attempt_by_fetch"),
            # From a charge of the provider to its call, whatever day the charge says.
            models.Index(fields=["request_id"], name="attempt_by_request", condition=~Q(request_id="")),
        ]

    def __str__(self) -> str:
        return f"attempt {self.key}"

    @classmethod
    def for_job(cls, job: Any, *, project_id: int | None, **fields: Any) -> "Attempt":
        """Return an unsaved attempt of a job at its quoted price. `project_id`: of the job's run."""
        facts = {
            "job": job, "run_id": job.run_id, "owner_id": job.owner_id, "model": job.model, "project_id": project_id,
            "demo": job.demo, "micros": job.quoted_micros, "official_micros": job.official_micros,
        }  # fmt: skip
        return cls(**facts | fields)

    @property
    def booked_micros(self) -> int:
        return 0 if self.money == Money.NOT_CHARGED else self.micros

    @property
    def official_booked_micros(self) -> int:
        """What the report sets the charge against: the official price of what was charged, nothing otherwise."""
        return self.official_micros if self.money == Money.CHARGED else 0

    @property
    def is_being_sent(self) -> bool:
        """Whether it merely runs: its money is uncertain until it has an answer, but there is no doubt about it yet."""
        return self.money == Money.UNCERTAIN and self.job.state == "SENDING" and self.job.attempt_id == self.pk

    @property
    def money_words(self) -> str:
        """Say what became of the money, or that it is not decided yet."""
        if self.is_being_sent:
            return "being generated"
        return "in doubt" if self.money == Money.UNCERTAIN else self.get_money_display()

    @property
    def seconds(self) -> float | None:
        """How long the provider took, or None."""
        if self.sent_at and self.answered_at:
            return (self.answered_at - self.sent_at).total_seconds()
        return None

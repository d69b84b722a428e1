"""What the provider says it charged, set against the books, and what a person made of the differences."""

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField


class Source(models.TextChoices):
    CSV = "csv", "a file"
    ACCOUNT = "account", "the provider’s log"


class Stage(models.TextChoices):
    """How far a statement has come. Each step is a few short transactions, and any process can take the next one."""

    READING = "reading", "the log is read"
    SAVING = "saving", "the lines of the file are taken in"
    LINES = "lines", "lines are set against the calls that they name"
    DAYS = "days", "days are set against the books"
    COMPLETE = "", "compared"


class StatementQuerySet(models.QuerySet["Statement"]):
    def live(self) -> Self:
        """Those that count: a withdrawn one stays to be seen, and says nothing any more."""
        return self.filter(withdrawn_at=None)

    def due(self) -> Self:
        """Those that some process has to go on with, the oldest first."""
        return self.live().exclude(stage=Stage.COMPLETE).filter(trouble="").order_by("id")


class Statement(models.Model):
    """The provider's charges of some days, as they came. Nothing of it is ever changed or removed."""

    key = KeyField()
    source = models.CharField(max_length=8, choices=Source)
    name = models.CharField(max_length=200, blank=True)  # of the file
    start = models.DateField()
    end = models.DateField()
    next_page = models.PositiveIntegerField(null=True, blank=True)  # of the provider's log, as long as it is read
    stage = models.CharField(max_length=8, choices=Stage, default=Stage.COMPLETE, blank=True)
    position = models.BigIntegerField(default=0)  # within the stage: lines saved, the line or the day that comes next
    size = models.PositiveIntegerField(default=0)  # lines of a file
    trouble = models.CharField(max_length=200, blank=True)  # why nobody goes on until a person says so
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150)  # a username, kept when they leave
    digest = models.CharField(max_length=64, blank=True, db_index=True)  # of a file's lines, in whatever order
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    withdrawn_by = models.CharField(max_length=150, blank=True)  # a username, kept when they leave
    withdrawn_note = models.CharField(max_length=200, blank=True)

    objects = StatementQuerySet.as_manager()

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(source__in=Source.values), name="statement_source_known")]
        indexes = [models.Index(fields=["id"], name="statement_unfinished", condition=~Q(stage=Stage.COMPLETE))]

    def __str__(self) -> str:
        return f"statement {self.key}"

    @property
    def is_complete(self) -> bool:
        return self.stage == Stage.COMPLETE

    @property
    def counts(self) -> bool:
        """Whether what it says of the books stands: all of it is there, and nobody has withdrawn it."""
        return self.is_complete and self.withdrawn_at is None


class ChargeQuerySet(models.QuerySet["Charge"]):
    def live(self) -> Self:
        return self.filter(statement__withdrawn_at=None)

    def counted(self) -> Self:
        """Without those whose day has been asked about and not answered yet."""
        return self.filter(held=False)


class Charge(models.Model):
    """One line of a statement. `attempt`: the call of ours that it is for."""

    # Its index is charge_once, which begins with it.
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="charges", db_index=False)
    number = models.BigIntegerField()  # its id at the provider, or its line in the file
    at = models.DateTimeField()
    day = models.DateField()  # in FLUXWEB_TIME_ZONE
    request_id = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=40, blank=True)
    micros = models.BigIntegerField()
    attempt = models.ForeignKey("Attempt", models.PROTECT, null=True, blank=True, related_name="charges")
    # The same line of an earlier statement: what that one said of it is not said twice.
    repeats = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="repeated_by")
    held = models.BooleanField(
        default=False
    )  # its day lies where there was no call yet: it counts once a person says so

    objects = ChargeQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="charge_once")]
        indexes = [
            models.Index(fields=["request_id"], name="charge_by_request", condition=~Q(request_id="")),
            models.Index(fields=["day"], name="charge_by_day"),
        ]

    def __str__(self) -> str:
        return f"charge {self.number}"


class Kind(models.TextChoices):
    """How the provider and the books differ."""

    DOUBT_PAID = "doubt_paid", "In doubt here, charged there"
    DOUBT_FREE = "doubt_free", "In doubt here, not charged there"
    FREE_PAID = "free_paid", "Free here, charged there"
    AMOUNT = "amount", "Another amount"
    TWICE = "twice", "Charged twice"
    REFUND = "refund", "Paid back there"
    TOTAL = "total", "Another total of the day"
    OUTSIDE = "outside", "Charged there, unknown here"


class Decision(models.TextChoices):
    OPEN = "", "open"
    APPLIED = "applied", "done as proposed"
    LEFT = "left", "left as it is"
    ADJUSTED = "adjusted", "booked as an adjustment"
    SETTLED = "settled", "settled call by call"


# What is proposed. The other kinds are looked into: there is nothing to change in the books.
CHARGES = (Kind.DOUBT_PAID, Kind.FREE_PAID)
FREES = (Kind.DOUBT_FREE,)


class DifferenceQuerySet(models.QuerySet["Difference"]):
    def live(self) -> Self:
        return self.filter(statement__withdrawn_at=None)

    def open(self) -> Self:
        return self.filter(decision=Decision.OPEN)

    def outside(self) -> Self:
        """Charges with an id of their own that no call of ours has: somebody uses the key outside fluxweb."""
        return self.live().filter(kind=Kind.OUTSIDE, statement__stage=Stage.COMPLETE)


class Difference(models.Model):
    """One difference and what a person decided about it. It stays, also when it is settled."""

    key = KeyField()
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()
    model = models.CharField(max_length=40, blank=True)
    attempt = models.ForeignKey("Attempt", models.PROTECT, null=True, blank=True, related_name="differences")
    charge = models.ForeignKey(Charge, models.PROTECT, null=True, blank=True, related_name="differences")
    books_micros = models.BigIntegerField()
    provider_micros = models.BigIntegerField()
    told = models.BooleanField(default=False)  # of a use of the key: the log and the mails have said it
    decision = models.CharField(max_length=8, choices=Decision, default=Decision.OPEN, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)  # a username, kept when they leave
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    objects = DifferenceQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="difference_kind_known"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="difference_decision_known"),
        ]
        indexes = [
            models.Index(fields=["day", "model"], name="difference_outside", condition=Q(kind="outside")),
            models.Index(fields=["day", "model"], name="difference_total", condition=Q(kind="total")),
        ]

    def __str__(self) -> str:
        return f"difference {self.key}"

    @property
    def is_remainder(self) -> bool:
        return self.kind == Kind.TOTAL

    @property
    def proposes(self) -> str:
        """Say what doing as proposed would do, or nothing where there is nothing to change."""
        if self.kind in CHARGES:
            return "Book it as charged"
        return "Settle it as not charged" if self.kind in FREES else ""


class Balance(models.Model):
    """What the provider said was left, one row for each time that it had changed."""

    micros = models.BigIntegerField()
    used_micros = models.BigIntegerField()
    requests = models.BigIntegerField()
    read_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"balance of {self.read_at}"

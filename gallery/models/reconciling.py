"""What the provider says it charged, set against the books, and what a person made of the differences."""

from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField


class Source(models.TextChoices):
    CSV = "csv", "a file"
    ACCOUNT = "account", "the provider’s log"


class Statement(models.Model):
    """The provider's charges of some days, as they came. Nothing of it is ever changed or removed."""

    key = KeyField()
    source = models.CharField(max_length=8, choices=Source)
    name = models.CharField(max_length=200, blank=True)  # of the file
    start = models.DateField()
    end = models.DateField()
    # Of the provider's log: the page to read next. It has been compared once there is none.
    next_page = models.PositiveIntegerField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    created_by = models.CharField(max_length=150)  # a username, kept when they leave

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(source__in=Source.values), name="statement_source_known")]

    def __str__(self):
        return f"statement {self.key}"

    @property
    def is_complete(self):
        return self.next_page is None


class Charge(models.Model):
    """One line of a statement. `attempt`: the call of ours with the same request id."""

    # Its index is charge_once, which begins with it.
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="charges", db_index=False)
    number = models.BigIntegerField()  # its id at the provider, or its line in the file
    at = models.DateTimeField()
    day = models.DateField()  # in FLUXWEB_TIME_ZONE
    request_id = models.CharField(max_length=200, blank=True)
    model = models.CharField(max_length=40, blank=True)
    micros = models.BigIntegerField()
    attempt = models.ForeignKey("Attempt", models.PROTECT, null=True, blank=True, related_name="charges")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["statement", "number"], name="charge_once")]

    def __str__(self):
        return f"charge {self.number}"


class Kind(models.TextChoices):
    """How the provider and the books differ."""

    DOUBT_PAID = "doubt_paid", "In doubt here, charged there"
    DOUBT_FREE = "doubt_free", "In doubt here, not charged there"
    FREE_PAID = "free_paid", "Free here, charged there"
    AMOUNT = "amount", "Another amount"
    TWICE = "twice", "Charged twice"
    TOTAL = "total", "Another total of the day"


class Decision(models.TextChoices):
    OPEN = "", "open"
    APPLIED = "applied", "done as proposed"
    LEFT = "left", "left as it is"


# What is proposed. The other kinds are looked into: there is nothing to change in the books.
CHARGES = (Kind.DOUBT_PAID, Kind.FREE_PAID)
FREES = (Kind.DOUBT_FREE,)


class Difference(models.Model):
    """One difference and what a person decided about it. It stays, also when it is settled."""

    key = KeyField()
    statement = models.ForeignKey(Statement, models.PROTECT, related_name="differences")
    kind = models.CharField(max_length=10, choices=Kind)
    day = models.DateField()
    model = models.CharField(max_length=40, blank=True)
    attempt = models.ForeignKey("Attempt", models.PROTECT, null=True, blank=True, related_name="+")
    books_micros = models.BigIntegerField()
    provider_micros = models.BigIntegerField()
    decision = models.CharField(max_length=7, choices=Decision, default=Decision.OPEN, blank=True)
    decided_by = models.CharField(max_length=150, blank=True)  # a username, kept when they leave
    decided_at = models.DateTimeField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="difference_kind_known"),
            models.CheckConstraint(condition=Q(decision__in=Decision.values), name="difference_decision_known"),
        ]

    def __str__(self):
        return f"difference {self.key}"

    @property
    def proposes(self):
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

    def __str__(self):
        return f"balance of {self.read_at}"

"""Links: which pictures, by which rules, for whom and how long; what guests answered."""

from datetime import date, datetime, timedelta
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils import timezone

from gallery.models.keys import KeyField
from gallery.models.people import User, digest_of
from gallery.models.ratings import MOST_STARS


class Kind(models.TextChoices):
    IMAGES = "images", "Pictures"
    RUN = "run", "A run"
    GALLERY = "gallery", "A gallery"
    COMPARISON = "comparison", "A comparison"
    COLLECTION = "collection", "A collection"


class Download(models.TextChoices):
    OFF = "off", "Off: pictures are shown up to 1600 px, nothing can be downloaded"
    CLEAN = "clean", "Clean files: full size, without recipe; only the mark that a model made them stays"
    RECIPE = "recipe", "With the recipe: full size, and what is ticked above is written into the file"


class ShareQuerySet(models.QuerySet["Share"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def open(self, now: datetime) -> Self:
        """Neither revoked nor ended, and the member who shared is not locked."""
        lasting = Q(expires_at=None) | Q(expires_at__gt=now)
        return self.filter(lasting, revoked_at=None, owner__is_active=True)

    def with_token(self, token: str) -> Self:
        return self.filter(digest=digest_of(token))

    def received_by(self, user: User) -> Self:
        return self.filter(members=user)


class Share(models.Model):
    """One link. Its token is made from its key and version with the secret key; only the token's digest is kept."""

    key = KeyField()
    # Its index is share_of_owner, which begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="shares", db_index=False)
    version = models.PositiveIntegerField(default=1)  # another one is another token
    digest = models.CharField(max_length=64, unique=True)
    # The same (owner, nonce, press) is the same press of "Make the link".
    nonce = models.CharField(max_length=64, blank=True, editable=False)
    press = models.CharField(max_length=64, blank=True, editable=False)
    # Made before pictures had a key of their own in every link: the addresses sent out then go on working.
    takes_old_keys = models.BooleanField(default=False, editable=False)

    kind = models.CharField(max_length=10, choices=Kind, default=Kind.IMAGES)
    run = models.ForeignKey("Run", models.SET_NULL, null=True, blank=True, related_name="shares")
    comparison = models.ForeignKey("Comparison", models.SET_NULL, null=True, blank=True, related_name="shares")
    collection = models.ForeignKey("Collection", models.SET_NULL, null=True, blank=True, related_name="shares")
    filter = models.JSONField(default=dict, blank=True)  # of a gallery: {"model": ..., "project": ..., "picked": ...}
    live = models.BooleanField(default=False)  # follows its source; else it shows its items
    cover = models.ForeignKey("Image", models.SET_NULL, null=True, blank=True, related_name="+")

    label = models.CharField(max_length=80, blank=True)  # for the owner's eyes
    title = models.CharField(max_length=120)
    note = models.TextField(max_length=1000, blank=True)
    sharer = models.CharField(max_length=80, blank=True)  # the name that guests see

    public = models.BooleanField(default=True)  # whoever has the link; else only the members named
    members = models.ManyToManyField(settings.AUTH_USER_MODEL, related_name="received_shares", blank=True)
    password = models.CharField(max_length=128, blank=True)  # hashed by Django
    expires_at = models.DateTimeField(null=True, blank=True)
    revoked_at = models.DateTimeField(null=True, blank=True)
    download = models.CharField(max_length=10, choices=Download, default=Download.OFF)
    show_prompt = models.BooleanField(default=False)
    show_seed = models.BooleanField(default=False)
    show_model = models.BooleanField(default=True)
    show_cost = models.BooleanField(default=False)
    show_inputs = models.BooleanField(default=False)  # the pictures that went in
    answers_open = models.BooleanField(default=False)

    views = models.PositiveBigIntegerField(default=0)
    downloads = models.PositiveBigIntegerField(default=0)
    unseen = models.PositiveIntegerField(default=0)  # answers that the owner has not looked at
    seen_at = models.DateTimeField(null=True, blank=True)  # by a guest, last
    created_at = models.DateTimeField(default=timezone.now)

    objects = ShareQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(kind__in=Kind.values), name="share_kind_known"),
            models.CheckConstraint(condition=Q(download__in=Download.values), name="share_download_known"),
            models.CheckConstraint(condition=Q(live=False) | ~Q(kind=Kind.IMAGES), name="share_live_has_a_source"),
            models.UniqueConstraint(
                fields=["owner", "nonce", "press"], condition=~Q(nonce=""), name="share_once_per_press"
            ),
        ]
        indexes = [models.Index(fields=["owner", "-id"], name="share_of_owner")]

    def __str__(self) -> str:
        return f"share {self.key}"

    @property
    def shown_cover(self) -> Any:
        """The picture that stands for it in lists; None while that one lies in the trash."""
        return self.cover if self.cover and self.cover.trashed_at is None else None

    @property
    def is_open(self) -> bool:
        return self.revoked_at is None and not self.has_ended

    @property
    def has_ended(self) -> bool:
        return self.expires_at is not None and self.expires_at <= timezone.now()

    @property
    def last_day(self) -> date | None:
        """The day on which a guest may still look: links end at midnight after it."""
        return self.expires_at and timezone.localdate(self.expires_at - timedelta(seconds=1))

    @property
    def is_endless(self) -> bool:
        """Whether nobody knows how many pictures it shows: then they are never counted."""
        return self.live and self.kind in (Kind.GALLERY, Kind.COLLECTION)

    @property
    def is_previewed(self) -> bool:
        """Whether chat programs, which know no password and have no account, may show a picture and the title."""
        return self.public and not self.password

    @property
    def downloadable(self) -> bool:
        return self.download != Download.OFF


class ShareItem(models.Model):
    """One picture of a snapshot. With its picture it goes too."""

    # Its index is the constraint's, which begins with it.
    share = models.ForeignKey(Share, models.CASCADE, related_name="items", db_index=False)
    image = models.ForeignKey("Image", models.CASCADE, related_name="shared_as")
    position = models.PositiveIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "position"], name="share_item_place"),
            models.UniqueConstraint(fields=["share", "image"], name="share_item_once"),
        ]

    def __str__(self) -> str:
        return f"picture {self.position} of a share"


class Guest(models.Model):
    """Somebody without an account who answers under one link. Their browser's session knows the key."""

    key = KeyField()
    share = models.ForeignKey(Share, models.CASCADE, related_name="guests")
    name = models.CharField(max_length=60)
    nonce = models.CharField(max_length=64, blank=True, editable=False)  # of the form that made them: once each
    created_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "nonce"], condition=~Q(nonce=""), name="guest_once_per_press")
        ]

    def __str__(self) -> str:
        return f"guest {self.key}"


class Feedback(models.Model):
    """What one guest says about one picture."""

    # Its index is the constraint's, which begins with it.
    guest = models.ForeignKey(Guest, models.CASCADE, related_name="feedback", db_index=False)
    image = models.ForeignKey("Image", models.CASCADE, related_name="feedback")
    favourite = models.BooleanField(default=False)
    stars = models.PositiveSmallIntegerField(default=0)  # 0: not rated
    comment = models.TextField(max_length=1000, blank=True)
    seen = models.BooleanField(default=False)  # by the owner, as it is now
    changed_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["guest", "image"], name="feedback_once"),
            models.CheckConstraint(condition=Q(stars__lte=MOST_STARS), name="feedback_stars_in_range"),
        ]

    def __str__(self) -> str:
        return "answer of a guest"


class Refused(models.TextChoices):
    """What guests of a link were refused because it was too much at once."""

    PASSWORDS = "passwords", "Passwords were tried too often"
    GUESTS = "guests", "Too many new guests came at once"
    FEEDBACK = "answers", "Too many answers came at once"
    DOWNLOADS = "downloads", "Too many ZIPs were on their way at once"


class Refusal(models.Model):
    """How often guests of one link were turned away, for its owner to see."""

    # Its index is the constraint's, which begins with it.
    share = models.ForeignKey(Share, models.CASCADE, related_name="refusals", db_index=False)
    what = models.CharField(max_length=10, choices=Refused)
    count = models.PositiveIntegerField(default=0)
    first_at = models.DateTimeField(default=timezone.now)
    last_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["share", "what"], name="refusal_once"),
            models.CheckConstraint(condition=Q(what__in=Refused.values), name="refusal_known"),
        ]

    def __str__(self) -> str:
        return f"{self.count} refusals of {self.what}"

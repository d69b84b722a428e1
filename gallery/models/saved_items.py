"""What a member keeps for the next run: presets, prompt templates, and every prompt that was ever sent."""

from datetime import datetime, timedelta
from typing import ClassVar, Self, TypeVar

from django.conf import settings
from django.db import models
from django.db.models.functions import Left
from django.utils import timezone

from gallery.models.keys import KeyField
from gallery.models.people import User
from gallery.models.runs import OPENING

TRASH_DAYS = 30  # so long something deleted can be put back
SEARCHED_CHARACTERS = 2_000  # how far into a prompt one searches


_Item = TypeVar("_Item", bound=models.Model)


class SavedItemQuerySet(models.QuerySet[_Item]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

    def shared_with(self, user: User) -> Self:
        """What others share."""
        return self.filter(shared=True, deleted_at=None).exclude(owner=user)

    def visible_to(self, user: User) -> Self:
        return self.filter(models.Q(owner=user) | models.Q(shared=True), deleted_at=None)

    def in_trash_of(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at__gt=timezone.now() - timedelta(days=TRASH_DAYS))

    def newest_first(self) -> Self:
        return self.order_by("-id")


class SavedItem(models.Model):
    """Something under a name: private, or shared with the team, whose members use and copy it but change nothing."""

    CONTENT: ClassVar[tuple[str, ...]]  # the fields that a copy takes along

    key = KeyField()
    # The index begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="%(class)ss", db_index=False)
    name = models.CharField(max_length=80)
    shared = models.BooleanField(default=False)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedItemQuerySet.as_manager()

    class Meta:
        abstract = True
        constraints = [
            models.UniqueConstraint(
                fields=["owner", "name"], condition=models.Q(deleted_at=None), name="%(class)s_name_once"
            )
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="%(class)s_of_owner"),
            models.Index(fields=["id"], name="%(class)s_shared", condition=models.Q(shared=True, deleted_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self._meta.verbose_name} {self.key}"


class Preset(SavedItem):
    """Everything that the studio holds: one value or many of each parameter. A saved matrix is one too."""

    CONTENT = ("form", "images")

    form = models.JSONField()  # the values as typed, like those of a run
    images = models.PositiveIntegerField(default=0)  # how many one press would make


class PromptTemplate(SavedItem):
    """A prompt with places to fill: `{{product}}`, or `{{product=a vase}}` with what stands there unless changed."""

    CONTENT = ("prompt", "note", "model", "aspect_ratio")

    prompt = models.TextField()
    note = models.CharField(max_length=300, blank=True)  # what it is good for
    model = models.CharField(max_length=40, blank=True)  # what it is best with
    aspect_ratio = models.CharField(max_length=20, blank=True)


class StudioDraft(models.Model):
    """What stands in the studio of a member, right or wrong, bought or not: the fields as they were sent last.

    `nonce`: of the form that sent them. Without fields the studio was emptied: what that form still sends is too late.
    """

    owner = models.OneToOneField(settings.AUTH_USER_MODEL, models.CASCADE, primary_key=True, related_name="+")
    form = models.JSONField()
    nonce = models.CharField(max_length=64, blank=True)
    changed_at = models.DateTimeField(default=timezone.now)

    def __str__(self) -> str:
        return f"draft of {self.owner_id}"


class PastPromptQuerySet(models.QuerySet["PastPrompt"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)

    def newest_first(self) -> Self:
        return self.order_by("-used_at", "key")

    def after(self, used_at: datetime, key: str) -> Self:
        """Those that stand below this one in the list of the newest."""
        return self.filter(used_at__lte=used_at).exclude(used_at=used_at, key__lte=key)

    def with_opening(self) -> Self:
        return self.defer("prompt", "searched").annotate(opening=Left("prompt", OPENING * 2))


class PastPrompt(models.Model):
    """A prompt that its owner has sent, once for all times that it was sent."""

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="past_prompts", db_index=False)
    digest = models.CharField(max_length=32)
    prompt = models.TextField()
    searched = models.TextField()  # its beginning with case folded
    uses = models.PositiveIntegerField(default=1)
    used_at = models.DateTimeField(default=timezone.now)  # last

    objects = PastPromptQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["owner", "digest"], name="past_prompt_once")]
        indexes = [models.Index(fields=["owner", "-used_at", "key"], name="past_prompt_newest")]

    def __str__(self) -> str:
        return f"prompt {self.key}"

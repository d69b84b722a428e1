"""What a member sorts pictures by: tags, collections in an order of their own, and searches that were given a name."""

from datetime import timedelta
from typing import Self

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.expressions import RawSQL
from django.utils import timezone

from gallery.catalogue.text.tags import FOLDED_LENGTH, TAG_LENGTH
from gallery.models.keys import KeyField
from gallery.models.people import User
from gallery.models.saved_items import TRASH_DAYS

# A tag can be on a million pictures: only some are counted.
COUNT_SOME = (
    "SELECT COUNT(*) FROM ("
    "SELECT 1 FROM gallery_imagetag JOIN gallery_image ON gallery_image.id = gallery_imagetag.image_id"
    " WHERE gallery_imagetag.tag_id = gallery_tag.id AND gallery_image.trashed_at IS NULL LIMIT %s) AS counted"
)
MOST_COUNTED = 1000  # pictures of a tag: beyond it nobody counts


class TagQuerySet(models.QuerySet["Tag"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

    def in_trash_of(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at__gt=timezone.now() - timedelta(days=TRASH_DAYS))

    def counted(self) -> Self:
        """With the number of pictures as `images`, without the trash, up to one more than is counted."""
        counted = RawSQL(COUNT_SOME, [MOST_COUNTED + 1], output_field=models.IntegerField())  # noqa: S611  no input in it
        return self.annotate(images=counted)


class Tag(models.Model):
    """A word that a member puts on pictures. `folded`: the word as it is compared, so that no two look alike."""

    key = KeyField()
    # Its index is tag_once, which begins with it.
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="tags", db_index=False)
    name = models.CharField(max_length=TAG_LENGTH)
    folded = models.CharField(max_length=FOLDED_LENGTH)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)  # with its pictures, so that it can be put back

    objects = TagQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["owner", "folded"], condition=Q(deleted_at=None), name="tag_once")
        ]
        indexes = [models.Index(fields=["owner", "-deleted_at"], name="tag_trash", condition=~Q(deleted_at=None))]

    def __str__(self) -> str:
        return self.name


class ImageTag(models.Model):
    """A tag on a picture."""

    tag = models.ForeignKey(Tag, models.CASCADE, related_name="on_images", db_index=False)
    image = models.ForeignKey("Image", models.CASCADE, related_name="on_tags")
    # Where a merge brought it: taken off again when the merge is undone.
    merged_from = models.ForeignKey(Tag, models.SET_NULL, null=True, blank=True, related_name="+", db_index=False)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["tag", "image"], name="image_tag_once")]
        indexes = [
            models.Index(fields=["tag", "-image"], name="image_tag_newest"),
            models.Index(fields=["merged_from"], name="image_tag_merged", condition=~Q(merged_from=None)),
        ]

    def __str__(self) -> str:
        return f"tag {self.tag_id} on image {self.image_id}"


class SavedSearchQuerySet(models.QuerySet["SavedSearch"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)


class SavedSearch(models.Model):
    """A search of the gallery under a name. `query`: its address, without the question mark."""

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="saved_searches", db_index=False)
    name = models.CharField(max_length=80)
    query = models.TextField(blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = SavedSearchQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="saved_search_of_owner")]

    def __str__(self) -> str:
        return self.name


class TeamUse(models.TextChoices):
    """What the team may do with a collection."""

    NOTHING = "", "private"
    LOOK = "look", "the team may look"
    ADD = "add", "the team may add"


class CollectionQuerySet(models.QuerySet["Collection"]):
    def owned_by(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at=None)

    def visible_to(self, user: User) -> Self:
        """One's own, and those that are shared with the team."""
        return self.filter(Q(owner=user) | ~Q(team=TeamUse.NOTHING), deleted_at=None)

    def of_others(self, user: User) -> Self:
        """Those that others share with the team."""
        return self.filter(~Q(team=TeamUse.NOTHING), deleted_at=None).exclude(owner=user)

    def in_trash_of(self, user: User) -> Self:
        return self.filter(owner=user, deleted_at__gt=timezone.now() - timedelta(days=TRASH_DAYS))

    def open_to(self, user: User) -> Self:
        """Those into which this member may put pictures of their own; none of those that fill themselves."""
        return self.filter(Q(owner=user) | Q(team=TeamUse.ADD), deleted_at=None, rules__isnull=True)


class Collection(models.Model):
    """Pictures under a name, in an order made by hand; with `rules`, those that a search finds, newest first.

    `rules`: nested groups, {"join": "and" or "or", "parts": [group or query string of the gallery, ...]}.
    """

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="collections", db_index=False)
    name = models.CharField(max_length=80)
    note = models.TextField(blank=True)
    cover = models.ForeignKey("Image", models.SET_NULL, null=True, blank=True, related_name="+")
    team = models.CharField(max_length=4, choices=TeamUse, default=TeamUse.NOTHING, blank=True)
    rules = models.JSONField(null=True, blank=True)
    created_at = models.DateTimeField(default=timezone.now)
    changed_at = models.DateTimeField(default=timezone.now)
    deleted_at = models.DateTimeField(null=True, blank=True)

    objects = CollectionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(team__in=TeamUse.values), name="collection_team_use_known"),
        ]
        indexes = [
            models.Index(fields=["owner", "-id"], name="collection_of_owner"),
            models.Index(fields=["-id"], name="collection_of_team", condition=~Q(team="")),
        ]

    def __str__(self) -> str:
        return self.name


class CollectionImageQuerySet(models.QuerySet["CollectionImage"]):
    def shown_to_team(self) -> Self:
        """Those in collections that are shared with the team, to look or to add."""
        return self.filter(~Q(collection__team=TeamUse.NOTHING), collection__deleted_at=None)

    def in_order(self) -> Self:
        return self.order_by("position", "id")

    def following(self, item: "CollectionImage") -> Self:
        """Those behind this one, the next first."""
        behind = Q(position__gt=item.position) | Q(id__gt=item.pk)
        return self.filter(behind, position__gte=item.position).in_order()

    def preceding(self, item: "CollectionImage") -> Self:
        """Those in front of this one, the nearest first."""
        in_front = Q(position__lt=item.position) | Q(id__lt=item.pk)
        return self.filter(in_front, position__lte=item.position).order_by("-position", "-id")


class CollectionImage(models.Model):
    """A picture's place in a collection."""

    collection = models.ForeignKey(Collection, models.CASCADE, related_name="items", db_index=False)
    image = models.ForeignKey("Image", models.CASCADE, related_name="in_collections")
    position = models.BigIntegerField()  # ascending, with gaps between; the newest comes first while nobody sorted
    added_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="+", db_index=False)
    added_at = models.DateTimeField(default=timezone.now)

    objects = CollectionImageQuerySet.as_manager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collection", "image"], name="collection_shows_once")]
        indexes = [
            models.Index(fields=["collection", "position", "id"], name="collection_order"),
            models.Index(fields=["collection", "-image"], name="collection_newest"),
        ]

    def __str__(self) -> str:
        return f"image {self.image_id} in collection {self.collection_id}"


class SelectionQuerySet(models.QuerySet["Selection"]):
    def of(self, user: User) -> Self:
        return self.filter(owner=user)


class Selection(models.Model):
    """Pictures that a member chose and is about to do something with: addresses carry its key instead of theirs.

    With `query`, all that this search of the gallery finds but those of `images`; without, just these, in their order.
    """

    key = KeyField()
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="selections", db_index=False)
    query = models.TextField(null=True, blank=True)  # noqa: DJ001  a query of nothing means all pictures
    images = models.JSONField(default=list)  # ids
    created_at = models.DateTimeField(default=timezone.now)

    objects = SelectionQuerySet.as_manager()

    class Meta:
        indexes = [models.Index(fields=["owner", "-id"], name="selection_of_owner")]

    def __str__(self) -> str:
        return f"selection {self.key}"

"""Collections that fill themselves: nested groups of searches, each a query of the gallery as its owner means it.

Rules are {"join": "and" or "or", "parts": [rules or a query, ...]}; a place in them is a path of numbers.
"""

from collections.abc import Iterable, Sequence
from functools import reduce
from operator import and_, or_
from typing import Any

from django.db.models import Q

from gallery.models import Collection, Image, User
from gallery.models.collections import TeamUse
from gallery.models.images import ImageQuerySet
from gallery.services.collections import collections, items
from gallery.services.images.filters import Bound, Filters

AND, OR = "and", "or"
JOINS = {AND: and_, OR: or_}
MOST_PARTS = 40  # in all groups together
MOST_DEPTH = 4  # groups in groups
MOST_SHARED = 50  # such collections of one member that are asked whether they show a picture
NOTHING, EVERYTHING = Q(pk__in=()), ~Q(pk__in=())

Rules = dict[str, Any]
Path = Sequence[int]


class NoRoom(Exception):
    """There are as many parts, or groups in groups, as there can be."""


def new_rules(*queries: str) -> Rules:
    return {"join": AND, "parts": list(queries)}


def condition(rules: Rules | str, user: User) -> Q:
    """Say of a picture what the rules say. A group without parts finds nothing."""
    if isinstance(rules, str):
        filters = Filters.of(rules)
        return Bound(filters, user).condition() if filters else EVERYTHING
    parts = [condition(part, user) for part in rules["parts"]]
    return reduce(JOINS[rules["join"]], parts) if parts else NOTHING


def images_of(collection: Collection) -> ImageQuerySet:
    """Return what a collection that fills itself holds now, in no order: pictures of its owner."""
    mine = Image.objects.of(collection.owner_id).kept()
    return mine.filter(condition(collection.rules or new_rules(), collection.owner))


def list_ids(collection: Collection, *, most: int) -> list[int]:
    """Return the ids of what any collection shows, in its order, at most so many."""
    if collection.rules is None:
        return list(items.items_in_order(collection).values_list("image", flat=True)[:most])
    return list(images_of(collection).order_by("-id").values_list("pk", flat=True)[:most])


def find_shown(rows: ImageQuerySet, keys: Sequence[str]) -> dict[str, Image]:
    """Return {key: picture} of those that some collection which fills itself shows to the whole team."""
    owners = Image.objects.filter(key__in=keys).kept().values("owner")
    shared = Collection.objects.filter(owner__in=owners, deleted_at=None, rules__isnull=False)
    shared = shared.exclude(team=TeamUse.NOTHING)
    ids: set[int] = set()
    for collection in shared.select_related("owner")[:MOST_SHARED]:
        ids.update(images_of(collection).filter(key__in=keys).values_list("pk", flat=True))
    return {image.key: image for image in rows.filter(pk__in=ids)} if ids else {}


# -- editing -----------------------------------------------------------------------------------------------------------


def set_join(rules: Rules, at: Path, join: str) -> None:
    _group(rules, at)["join"] = join


def add_part(rules: Rules, at: Path, part: Rules | str) -> None:
    """Add a search, or a group, to a group. Raises NoRoom."""
    if _count(rules) >= MOST_PARTS or (isinstance(part, dict) and len(at) + 1 >= MOST_DEPTH):
        raise NoRoom
    _group(rules, at)["parts"].append(part)


def remove_part(rules: Rules, at: Path) -> None:
    """Take out a search, or a group with all that is in it. Raises IndexError."""
    *group, last = at
    del _group(rules, group)["parts"][last]


def save_rules(collection: Collection, rules: Rules) -> None:
    collections.change_collection(collection, rules=rules)


def _group(rules: Rules, at: Path) -> Rules:
    """Find a group. Raises IndexError."""
    for number in at:
        rules = rules["parts"][number]
        if not isinstance(rules, dict):
            raise IndexError("a search is no group")
    return rules


def _count(rules: Rules) -> int:
    return sum(1 + (_count(part) if isinstance(part, dict) else 0) for part in rules["parts"])


def read_rules(said: Any, *, depth: int = 0) -> Rules:
    """Read rules as a form sends them back. Raises ValueError for whatever is none."""
    if not isinstance(said, dict) or said.get("join") not in JOINS or depth >= MOST_DEPTH:
        raise ValueError("no rules")
    parts = [_read_part(part, depth) for part in _listed(said.get("parts"))]
    return {"join": said["join"], "parts": parts}


def _read_part(part: Any, depth: int) -> Rules | str:
    return Filters.of(part).query if isinstance(part, str) else read_rules(part, depth=depth + 1)


def _listed(parts: Any) -> Iterable[Any]:
    if not isinstance(parts, list) or len(parts) > MOST_PARTS:
        raise ValueError("no parts")
    return parts

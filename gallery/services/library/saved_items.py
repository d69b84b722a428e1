"""What members keep under names: added, changed, deleted and put back, copied. What was there before is never lost."""

import itertools
from collections.abc import Container, Iterator
from contextlib import contextmanager, suppress
from datetime import timedelta
from typing import Any, TypeVar

from django.db import IntegrityError, transaction
from django.utils import timezone

from gallery.models import User
from gallery.models.saved_items import TRASH_DAYS, SavedItem

STEM_CHARACTERS = 74  # of a name that gets a number: both together are at most 80


Saved = TypeVar("Saved", bound=SavedItem)


class NameTaken(Exception):
    """The owner keeps something under this name already."""


def add_item(model: type[Saved], /, *, owner: User, name: str, **fields: Any) -> Saved:
    """Keep something new. Raises NameTaken."""
    with unless_taken():
        return model.objects.create(owner=owner, name=name, **fields)


def change_item(row: SavedItem, /, **fields: Any) -> None:
    """Change something; content that differs leaves its former version in the trash. Raises NameTaken."""
    with unless_taken():
        before = content_of(row)
        if before != before | {name: fields[name] for name in before.keys() & fields.keys()}:
            type(row).objects.create(owner_id=row.owner_id, name=row.name, deleted_at=timezone.now(), **before)
        type(row).objects.filter(pk=row.pk).update(**fields, changed_at=timezone.now())


@transaction.atomic
def delete_item(row: SavedItem) -> None:
    """Put it into the trash, and empty it of what lies there for too long."""
    now = timezone.now()
    rows = type(row).objects.filter(owner=row.owner_id)
    rows.filter(deleted_at__lte=now - timedelta(days=TRASH_DAYS)).delete()
    rows.filter(pk=row.pk).update(deleted_at=now)


def restore_item(row: SavedItem) -> str:
    """Take it out of the trash, under another name if its own was given away; return that name."""
    while True:
        name = free_name(type(row), owner=row.owner, name=row.name)
        with suppress(NameTaken):  # somebody took the name just now: the next one
            change_item(row, deleted_at=None, name=name)
            return name


def copy_item(row: Any, *, model: type[Saved], owner: User) -> Saved:
    """Make a private copy of something of one's own, of the team's, or that fluxweb brings along; return it."""
    content = {field: getattr(row, field) for field in model.CONTENT}
    while True:
        with suppress(NameTaken):
            return add_item(model, owner=owner, name=free_name(model, owner=owner, name=row.name), **content)


def content_of(row: Any) -> dict[str, Any]:
    return {name: getattr(row, name) for name in row.CONTENT}


def free_name(model: type[SavedItem], *, owner: User, name: str) -> str:
    """Return a name like this one under which its owner keeps nothing."""
    alike = model.objects.owned_by(owner).filter(name__startswith=name[:STEM_CHARACTERS])
    return numbered_name(name, set(alike.values_list("name", flat=True)))


def numbered_name(name: str, taken: Container[str]) -> str:
    """Return the name, or if it is taken with the first free number behind it."""
    if name not in taken:
        return name
    names = (f"{name[:STEM_CHARACTERS]} {n}" for n in itertools.count(2))
    return next(other for other in names if other not in taken)


@contextmanager
def unless_taken() -> Iterator[None]:
    """Write all of it, or nothing: raise NameTaken where a name stands there already."""
    try:
        with transaction.atomic():
            yield
    except IntegrityError as taken:
        raise NameTaken from taken

"""The sizes that pictures are handed out in, by name: one list for the team, in an order, edited by admins."""

from typing import Any

import structlog
from django.utils import timezone

from gallery.models import NamedSize, User
from gallery.services.library.saved_items import numbered_name, unless_taken

MOST_SIZES = 60  # more is no list to choose from

log = structlog.get_logger("fluxweb.sizes")


class TooManySizes(Exception):
    """The list is full: one has to go first."""


def list_sizes() -> list[NamedSize]:
    return list(NamedSize.objects.listed())


def add_size(*, by: User, position: int | None = None, **fields: Any) -> NamedSize:
    """Add a size at its place in the list, by default the last. Raises NameTaken or TooManySizes."""
    with unless_taken():
        if NamedSize.objects.listed().count() >= MOST_SIZES:
            raise TooManySizes
        row = NamedSize.objects.create(**fields)
        _place(row, position)
    log.warning("named size added", size=row.key, by=by.username)
    return row


def change_size(row: NamedSize, *, by: User, position: int | None = None, **fields: Any) -> None:
    """Change a size, and its place if one is given (from 1). Raises NameTaken."""
    with unless_taken():
        NamedSize.objects.listed().filter(pk=row.pk).update(**fields)
        if position is not None:
            _place(row, position)
    log.warning("named size changed", size=row.key, by=by.username)


def remove_size(row: NamedSize, *, by: User) -> None:
    """Take a size off the list; it can be put back."""
    NamedSize.objects.listed().filter(pk=row.pk).update(removed_at=timezone.now())
    log.warning("named size removed", size=row.key, by=by.username)


def restore_size(row: NamedSize, *, by: User) -> str:
    """Put a size back where it stood, under another name if its own was given away; return that name.

    Raises TooManySizes.
    """
    with unless_taken():
        taken = set(NamedSize.objects.listed().values_list("name", flat=True))
        if len(taken) >= MOST_SIZES:
            raise TooManySizes
        name = numbered_name(row.name, taken)
        NamedSize.objects.filter(pk=row.pk).update(removed_at=None, name=name)
        _place(row, row.position)
    log.warning("named size restored", size=row.key, by=by.username)
    return name


def _place(row: NamedSize, position: int | None) -> None:
    """Number the list anew, from 1, with a row at a place; a place beyond the end is the end."""
    rows = list(NamedSize.objects.listed().exclude(pk=row.pk))
    rows.insert(len(rows) if position is None else max(position, 1) - 1, row)
    for number, each in enumerate(rows, 1):
        each.position = number
    NamedSize.objects.bulk_update(rows, ["position"])

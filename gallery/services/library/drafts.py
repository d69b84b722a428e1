"""What stands in the studio of a member: kept while it is typed, over pages, tabs and presses."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from gallery.models import StudioDraft, User
from gallery.services.db.side_notes import write_if_possible
from gallery.services.db.storable import make_storable

MOST_CHARACTERS = 1_000_000
NONCE_CHARACTERS = 64


def read_draft(owner: User) -> dict[str, Any] | None:
    """Return the fields as they were sent last, or None where nothing stands."""
    return StudioDraft.objects.filter(owner=owner).values_list("form", flat=True).first() or None


def keep_draft(owner: User, fields: Mapping[str, Any], *, nonce: str = "", pressed: bool = False) -> None:
    """Keep what stands there now. What no database takes leaves it as it was; nothing fails or waits long for it.

    `nonce`: of the form that sends it. What it sends after its studio was emptied came too late; and `pressed`, what
    was sent with a press, is older than what the form was seen to hold since.
    """
    if not _can_be_kept(fields):
        return
    with write_if_possible():
        before = StudioDraft.objects.filter(owner=owner, nonce=nonce[:NONCE_CHARACTERS]).first() if nonce else None
        if before is None or (before.form and not pressed):
            _write(owner, dict(fields), nonce)


def empty_draft(owner: User, *, nonce: str = "") -> None:
    _write(owner, {}, nonce)


def _write(owner: User, form: dict[str, Any], nonce: str) -> None:
    draft = StudioDraft(owner=owner, form=form, nonce=nonce[:NONCE_CHARACTERS], changed_at=timezone.now())
    StudioDraft.objects.bulk_create(
        [draft], update_conflicts=True, unique_fields=["owner"], update_fields=["form", "nonce", "changed_at"]
    )


def _can_be_kept(fields: Mapping[str, Any]) -> bool:
    """Whether it is text: no NUL, which PostgreSQL refuses, no half of a character; and not without end."""
    written = json.dumps(fields, ensure_ascii=False)
    return make_storable(fields) == fields and len(written) <= MOST_CHARACTERS

"""What stands in the studio of a member: kept while it is typed, over pages, tabs and presses."""

import json
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from gallery.models import StudioDraft, User
from gallery.services.db.side_notes import write_if_possible

MOST_CHARACTERS = 1_000_000


def read_draft(owner: User) -> dict[str, Any] | None:
    """Return the fields as they were sent last, or None where nothing stands."""
    return StudioDraft.objects.filter(owner=owner).values_list("form", flat=True).first()


def keep_draft(owner: User, fields: Mapping[str, Any]) -> None:
    """Keep what stands there now. What no database takes leaves it as it was; nothing fails or waits long for it."""
    if not _can_be_kept(fields):
        return
    draft = StudioDraft(owner=owner, form=dict(fields), changed_at=timezone.now())
    with write_if_possible():
        StudioDraft.objects.bulk_create(
            [draft], update_conflicts=True, unique_fields=["owner"], update_fields=["form", "changed_at"]
        )


def delete_draft(owner: User) -> None:
    StudioDraft.objects.filter(owner=owner).delete()


def _can_be_kept(fields: Mapping[str, Any]) -> bool:
    """Whether it is text: no NUL, which PostgreSQL refuses, no half of a character; and not without end."""
    written = json.dumps(fields, ensure_ascii=False)
    try:
        written.encode()
    except UnicodeEncodeError:
        return False
    return "\\u0000" not in written and len(written) <= MOST_CHARACTERS

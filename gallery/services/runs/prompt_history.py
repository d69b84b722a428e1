"""Past prompts: every prompt that a member has sent, once, with how often and when last."""

import hashlib
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from django.db import connection

from gallery.catalogue.prompts.prompt_syntax import escaped
from gallery.catalogue.prompts.prompt_variants import typed_lines
from gallery.catalogue.text.typed_text import tidy
from gallery.models import PastPrompt, User
from gallery.models.keys import random_key
from gallery.models.saved_items import SEARCHED_CHARACTERS, PastPromptQuerySet
from gallery.services.db.raw_updates import to_db_value
from gallery.services.runs.expansion import Cell

CHUNK = 200
SEARCHED_PROMPTS = 20_000  # of one member, the newest: what a search reads at most, 50 to 100 ms
MOST_WORDS = 8

# Counts in the database: two presses at the same moment lose no use, and the order of the rows is always the same, so
# that they cannot lock each other out. (The ORM's upsert can only overwrite.)
_COLUMNS = ("key", "owner_id", "digest", "prompt", "searched", "uses", "used_at")
_PLACES = f"({', '.join(['%s'] * len(_COLUMNS))})"


def remember_prompts(prompts: Iterable[str], *, owner: User, at: datetime) -> None:
    """Add these prompts to the owner's, or count them again. Call inside the transaction of what uses them."""
    found: dict[str, tuple[str, datetime]] = {}
    for place, prompt in enumerate(prompts):
        text = tidy(prompt)
        # The first that was written is the newest of them, and no two are of the same moment.
        found.setdefault(digest_of(text), (text, at - timedelta(microseconds=place)))
    rows = [_row(owner, digest, *found[digest]) for digest in sorted(found)]
    for start in range(0, len(rows), CHUNK):
        _upsert(rows[start : start + CHUNK])


def prompts_of(form: Mapping[str, Any], cells: list[Cell]) -> Iterable[str]:
    """List the prompts that a run brings: as they were typed, choices and all; without a field for them those sent."""
    typed = form.get("prompt")
    if not isinstance(typed, str):
        return dict.fromkeys(escaped(str(cell.request.body["prompt"])) for cell in cells)
    return typed_lines(tidy(typed)) if form.get("prompt_lines") else [typed]


def search_prompts(owner: User, words: str = "") -> PastPromptQuerySet:
    """Return the owner's prompts, newest first; those that hold every word, among the newest twenty thousand."""
    mine = PastPrompt.objects.of(owner).newest_first().with_opening()
    asked = words.casefold().split()[:MOST_WORDS]
    if not asked:
        return mine
    for word in asked:
        mine = mine.filter(searched__contains=word)
    oldest = _oldest_searched(owner)
    return mine.filter(used_at__gte=oldest) if oldest else mine


def digest_of(prompt: str) -> str:
    return hashlib.sha256(prompt.encode()).hexdigest()[:32]


def _row(owner: User, digest: str, prompt: str, used_at: datetime) -> tuple[Any, ...]:
    used_at = to_db_value(PastPrompt, "used_at", used_at)
    return (random_key(), owner.pk, digest, prompt, prompt[:SEARCHED_CHARACTERS].casefold(), 1, used_at)


def _upsert(rows: list[tuple[Any, ...]]) -> None:
    table = PastPrompt._meta.db_table
    places = ", ".join([_PLACES] * len(rows))
    statement = (
        f"INSERT INTO {table} ({', '.join(_COLUMNS)}) VALUES {places} ON CONFLICT (owner_id, digest) "  # noqa: S608
        f"DO UPDATE SET uses = {table}.uses + 1, used_at = excluded.used_at"
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, [value for row in rows for value in row])


def _oldest_searched(owner: User) -> datetime | None:
    """Return when the last one was used that is still searched; None while all are."""
    newest = PastPrompt.objects.of(owner).newest_first().values_list("used_at", flat=True)
    return newest[SEARCHED_PROMPTS - 1 : SEARCHED_PROMPTS].first()

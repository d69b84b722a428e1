"""Past prompts: every prompt that a member has sent, once, with how often and when last."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from gallery.catalogue.prompts.prompt_syntax import escaped
from gallery.catalogue.prompts.prompt_variants import typed_lines
from gallery.catalogue.text.typed_text import tidy
from gallery.models import PastPrompt, User
from gallery.models.keys import random_key
from gallery.models.saved_items import SEARCHED_CHARACTERS, PastPromptQuerySet
from gallery.services.db import upsert
from gallery.services.db.slices import write_in_slices
from gallery.services.runs.expansion import Cell

SEARCHED_PROMPTS = 20_000  # of one member, the newest: what a search reads at most, 50 to 100 ms
MOST_WORDS = 8
PLACE = ("owner_id", "digest")
COLUMNS = (*PLACE, "key", "prompt", "searched", "uses", "used_at")


def remember_prompts(prompts: Iterable[str], *, owner: User, at: datetime) -> None:
    """Add these prompts to the owner's, or count them again. In slices: a run can bring thousands."""
    found: dict[str, tuple[str, datetime]] = {}
    for place, prompt in enumerate(prompts):
        text = tidy(prompt)
        # The first that was written is the newest of them, and no two are of the same moment.
        found.setdefault(digest_of(text), (text, at - timedelta(microseconds=place)))
    rows = [_row(owner, digest, *found[digest]) for digest in sorted(found)]
    write_in_slices(rows, _add)


def _add(rows: Sequence[tuple[Any, ...]]) -> None:
    upsert.add_rows(PastPrompt, rows, columns=COLUMNS, once=PLACE, add=["uses"], replace=["used_at"])


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
    return (owner.pk, digest, random_key(), prompt, prompt[:SEARCHED_CHARACTERS].casefold(), 1, used_at)


def _oldest_searched(owner: User) -> datetime | None:
    """Return when the last one was used that is still searched; None while all are."""
    newest = PastPrompt.objects.of(owner).newest_first().values_list("used_at", flat=True)
    return newest[SEARCHED_PROMPTS - 1 : SEARCHED_PROMPTS].first()

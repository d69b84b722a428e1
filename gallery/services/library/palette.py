"""What a member can go to by its words: own runs, presets and templates, own and shared collections. Newest first."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.db import models
from django.db.models.functions import Left

from gallery.models import Collection, Preset, PromptTemplate, Run, User
from gallery.models.runs import OPENING

SCANNED = 1000  # of the newest of each kind: somebody who types a word waits for the answer
MOST = 5  # of each kind


@dataclass(frozen=True)
class Place:
    """Where one can go: the name of an address with the key of a row in it."""

    label: str
    address: str
    key: str


def find_places(user: User, words: str) -> dict[str, list[Place]]:
    """Return by kind what holds every word, without regard to case. Five of each kind at most, none without words."""
    wanted = words.casefold().split()
    if not wanted:
        return {}
    runs = Run.objects.of(user).newest_first().values_list(Left("prompt", OPENING), "key")
    presets = _named(Preset.objects.visible_to(user).newest_first())
    templates = _named(PromptTemplate.objects.visible_to(user).newest_first())
    collections = _named(Collection.objects.visible_to(user).order_by("-id"))
    return {
        "Runs": _matching(runs[:SCANNED], wanted, "run"),
        "Collections": _matching(collections[:SCANNED], wanted, "collection"),
        "Presets": _matching(presets[:SCANNED], wanted, "preset"),
        "Templates": _matching(templates[:SCANNED], wanted, "template"),
    }


def holds_words(text: str, wanted: Iterable[str]) -> bool:
    folded = text.casefold()
    return all(word in folded for word in wanted)


def _named(rows: models.QuerySet[models.Model]) -> models.QuerySet[models.Model, tuple[str, str]]:
    return rows.values_list("name", "key")


def _matching(rows: Iterable[tuple[str, str]], wanted: list[str], address: str) -> list[Place]:
    found = (Place(label, address, key) for label, key in rows if holds_words(label, wanted))
    return [place for place, _ in zip(found, range(MOST), strict=False)]

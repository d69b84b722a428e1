"""Answers on disk: what a paid call brought is written here before the database hears of it, and removed after."""

import json
import os
from pathlib import Path

from django.conf import settings

SUFFIX = ".json"


def keep(attempt_key, facts):
    """Write an answer, synced, readable only by us (its address carries a signature)."""
    folder = _folder()
    unfinished = folder / f"{attempt_key}.part"
    descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(facts, file)
        file.flush()
        os.fsync(file.fileno())
    unfinished.rename(folder / f"{attempt_key}{SUFFIX}")


def forget(attempt_key):
    (_folder() / f"{attempt_key}{SUFFIX}").unlink(missing_ok=True)


def kept(*, unless=()):
    """Yield (attempt key, text) of every answer that lies here, except those of the attempts named."""
    for path in sorted(_folder().glob(f"*{SUFFIX}")):
        if path.stem in unless:
            continue
        try:
            yield path.stem, path.read_text()
        except FileNotFoundError:
            continue  # its worker recorded it just now


def put_aside(attempt_key):
    """Keep an answer that nobody can read where a person finds it."""
    path = _folder() / f"{attempt_key}{SUFFIX}"
    path.rename(path.with_suffix(".bad"))


def _folder():
    folder = Path(settings.SPOOL)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder

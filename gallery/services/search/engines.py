"""Which index this installation has."""

from types import ModuleType

from django.db import connection

from gallery.services.search import fts5, tsvector


def engine() -> ModuleType:
    return tsvector if connection.vendor == "postgresql" else fts5

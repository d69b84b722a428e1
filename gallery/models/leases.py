"""Leases: a row that one worker is at is no other's until a moment, and whoever dies holds it no longer than that."""

from datetime import datetime

from django.db.models import Q


def is_free(now: datetime, *, lease: str = "lease_until") -> Q:
    """Match rows of which nobody holds the lease now. `lease`: the field that says until when somebody does."""
    return Q(**{lease: None}) | Q(**{f"{lease}__lte": now})

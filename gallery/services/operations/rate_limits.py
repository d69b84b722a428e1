"""How often something may be tried: counted in the database, so that it holds over processes and restarts."""

import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone as clock
from django.utils.crypto import salted_hmac

from gallery.catalogue.text.value_lists import counted
from gallery.models import RateCounter
from gallery.services.db.slices import delete_in_slices

KEPT_DAYS = 2


class RateLimitExceeded(Exception):
    """It was tried as often as it may be; `seconds` until it may be tried again."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"again in {seconds} s")
        self.seconds = seconds

    @property
    def minutes(self) -> int:
        return -(-self.seconds // 60)

    @property
    def opens_at(self) -> datetime:
        """The minute from which on it works again, in the team's time zone."""
        opens = clock.localtime(clock.now() + timedelta(seconds=self.seconds))
        return (opens + timedelta(seconds=59)).replace(second=0, microsecond=0)

    @property
    def words(self) -> str:
        """Say when: “in 12 minutes, at 07:45 UTC”."""
        return f"in {counted(self.minutes, 'minute')}, at {self.opens_at:%H:%M} {self.opens_at:%Z}"


@dataclass(frozen=True)
class Limit:
    """At most `count` tries of one name within a stretch of time; stretches begin at fixed moments."""

    what: str
    count: int
    seconds: int

    def begins_at(self) -> datetime:
        now = int(clock.now().timestamp())
        return datetime.fromtimestamp(now - now % self.seconds, UTC)

    def ends_in(self) -> int:
        return self.seconds - int(clock.now().timestamp()) % self.seconds


def take_try(limit: Limit, who: object) -> None:
    """Count one try, before it is made: tries at the same moment cannot slip through. Raises RateLimitExceeded."""
    counter = {"name": f"{limit.what}:{who}"[:80], "begins_at": limit.begins_at()}
    if _count(counter, limit):
        return
    try:
        with transaction.atomic():
            RateCounter.objects.create(**counter, count=1)
    except IntegrityError:  # it is there: full, or made by somebody else a moment ago
        if not _count(counter, limit):
            raise RateLimitExceeded(limit.ends_in()) from None


def take_tries(tries: Sequence[tuple[Limit, object]]) -> None:
    """Count one try at several limits, (limit, who) each. Raises RateLimitExceeded; then it counts nowhere."""
    for n, (limit, who) in enumerate(tries):
        try:
            take_try(limit, who)
        except RateLimitExceeded:
            give_back_tries(tries[:n])
            raise


def give_back_tries(tries: Sequence[tuple[Limit, object]]) -> None:
    for limit, who in tries:
        give_back_try(limit, who)


def _count(counter: dict[str, Any], limit: Limit) -> int:
    return RateCounter.objects.filter(**counter, count__lt=limit.count).update(count=F("count") + 1)


def give_back_try(limit: Limit, who: object) -> None:
    """A try that was right does not count."""
    counter = RateCounter.objects.filter(name=f"{limit.what}:{who}"[:80], begins_at=limit.begins_at(), count__gt=0)
    counter.update(count=F("count") - 1)


def delete_old_counters() -> None:
    """Forget what no limit asks for any more."""
    delete_in_slices(RateCounter.objects.filter(begins_at__lt=clock.now() - timedelta(days=KEPT_DAYS)))


def address_bucket(address: str) -> str:
    """Return a name for an address, and for its neighbours, that tells nobody the address.

    Whoever has one of IPv6 has 2^64 of them.
    """
    return salted_hmac("fluxweb.address", _network(address)).hexdigest()[:32]


def hide_name(name: str) -> str:
    """Return a name for what somebody typed that tells nobody what it was."""
    return salted_hmac("fluxweb.tally", name.encode("utf-8", "replace")).hexdigest()[:32]


def pair_names(who: str, neighbour: str) -> str:
    """Name an address at one link or with one name; short, as both together have to fit."""
    return f"{who}:{neighbour[:24]}"


def _network(address: str) -> str:
    try:
        found = ipaddress.ip_address(address)
    except ValueError:
        return address
    if found.version == 6 and not found.ipv4_mapped:
        return str(ipaddress.ip_network((found, 64), strict=False))
    return str(found.ipv4_mapped if found.version == 6 else found)
